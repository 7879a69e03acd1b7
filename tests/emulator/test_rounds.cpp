// Methods on a network on the card: memory over many rounds.
#include <catch2/catch.hpp>
#include <solvers/setup.hpp>

#include <trivium/gpu/device.hpp>

#include "emulator.hpp"
#include "problems/images.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

const Plugin rows{"sampled", {}, ""}, batch{"minibatch", {{"batch", 2}}, ""};

/// A tiny network in float32 on the card.
struct Network {
  explicit Network(const problems::ImageFiles& files)
      : problem(problems::catalogue().make({"adversarial_network",
                                            files.parameters({{"hidden", List{3}},
                                                              {"workers", 3},
                                                              {"perturbation", "per_sample"},
                                                              {"attack_steps", 1},
                                                              {"device", "cuda"}}),
                                            ""},
                                           problems::Place{})),
        start(problem->traits().dimension, problem->traits().dtype, gpu::device()),
        network(alone(), problem->traits().workers, start, 1),
        constants(analysis::constants(*problem, network, start)) {
    start.assign(problem->known().start.value());
  }
  std::unique_ptr<Solver> method(const Plugin& plugin) {
    const bool batches = plugin.type == "vr_masha1";
    const bool estimates = batches || has_estimator(plugin.type);
    return make(plugin, {*problem,
                         network,
                         constants,
                         start,
                         nullptr,
                         batches ? nullptr : &rows,
                         estimates ? nullptr : &batch,
                         {}});
  }
  std::unique_ptr<problems::Problem> problem;
  Vector start;
  mpi::Network network;
  problems::Constants constants;
};

}  // namespace

TEST_CASE("five hundred rounds on the card take no more memory than the first fifty") {
  const problems::ImageFiles files = problems::ImageFiles::random(12);
  const Table sparse{{"type", "rand_k"}, {"k", 0.1}}, signs{{"type", "sign_norm"}},
      top{{"type", "top_k"}, {"k", 0.1}}, codes{{"type", "natural"}};
  const std::vector<Plugin> methods{
      {"stochastic_extragradient", {{"step", 0.001}, {"scaling", "adam"}}, ""},
      {"masha1", {{"step", 0.01}, {"uplink", sparse}, {"downlink", codes}}, ""},
      {"masha2", {{"step", 0.01}, {"uplink", top}, {"downlink", signs}}, ""},
      {"vr_masha1", {{"step", 0.01}, {"uplink", sparse}, {"batch", 2}}, ""},
      {"three_pillars",
       {{"step", 0.01}, {"uplink", codes}, {"participants", 1}, {"inner", "fixed"}, {"inner_steps", 1}},
       ""},
      {"local_sgda", {{"step", 0.01}, {"local_steps", 2}}, ""}};
  for (const Plugin& plugin : methods) {
    INFO(plugin.type);
    Network here(files);
    const auto solver = here.method(plugin);
    solver->start();
    for (int k = 0; k < 50; ++k) solver->step();
    gpu::synchronize();
    const std::size_t used = emulated::used(), reserved = emulated::reserved();
    CHECK(used > 0);
    for (int k = 0; k < 450; ++k) solver->step();
    gpu::synchronize();
    CHECK(emulated::used() == used);
    CHECK(emulated::reserved() == reserved);
  }
}
