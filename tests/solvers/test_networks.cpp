// Methods on networks: memory over many rounds.
#include <cstdint>
#include <fstream>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "problems/images.hpp"
#include "setup.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

/// Bytes of this process in memory; 0 where the system does not say.
std::int64_t resident() {
  std::int64_t total = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> total >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

/// A tiny network in float32; nothing is known of it.
struct Network {
  explicit Network(const problems::ImageFiles& files)
      : problem(problems::catalogue().make(
            {"adversarial_network",
             files.parameters(
                 {{"hidden", List{3}}, {"workers", 3}, {"perturbation", "per_sample"}, {"attack_steps", 1}}),
             ""},
            problems::Place{})),
        start(problem->traits().dimension, problem->traits().dtype),
        network(alone(), problem->traits().workers, start, 1) {
    start.assign(problem->known().start.value());
  }
  std::unique_ptr<problems::Problem> problem;
  Vector start;
  mpi::Network network;
};

}  // namespace

// One lost vector of 39 float32 numbers a round would be 1.5 MB, one lost 32 bytes 320 kB.
TEST_CASE("ten thousand rounds on a network take no more memory than the first thousand") {
  if (resident() == 0) {
    WARN("skipped: the system does not say how much memory is in use");
    return;
  }
  const problems::ImageFiles files = problems::ImageFiles::random(12);
  const Plugin rows{"sampled", {}, ""}, batch{"minibatch", {{"batch", 2}}, ""};
  const Table sparse{{"type", "rand_k"}, {"k", 0.1}}, signs{{"type", "sign_norm"}},
      top{{"type", "top_k"}, {"k", 0.1}};
  const Table floats{{"type", "identity"}, {"values", "float32"}};
  const std::vector<Plugin> methods{
      {"extragradient", {{"step", 0.01}}, ""},
      {"stochastic_extragradient", {{"step", 0.001}, {"scaling", "adam"}}, ""},
      {"masha1", {{"step", 0.01}, {"uplink", sparse}, {"downlink", floats}}, ""},
      {"masha2", {{"step", 0.01}, {"uplink", top}, {"downlink", signs}}, ""},
      {"vr_masha1", {{"step", 0.01}, {"uplink", sparse}, {"batch", 2}}, ""},
      {"three_pillars",
       {{"step", 0.01}, {"uplink", floats}, {"participants", 1}, {"inner", "fixed"}, {"inner_steps", 1}},
       ""},
      {"local_sgda", {{"step", 0.01}, {"local_steps", 2}}, ""}};
  for (const Plugin& plugin : methods) {
    INFO(plugin.type);
    Network here(files);
    problems::Constants constants = analysis::constants(*here.problem, here.network, here.start);
    const bool batches = plugin.type == "vr_masha1";
    const auto solver = make(plugin, {*here.problem,
                                      here.network,
                                      constants,
                                      here.start,
                                      nullptr,
                                      batches ? nullptr : &rows,
                                      batches || has_estimator(plugin.type) ? nullptr : &batch,
                                      {}});
    solver->start();
    for (int k = 0; k < 1000; ++k) solver->step();
    const std::int64_t before = resident();
    for (int k = 0; k < 10000; ++k) solver->step();
    CHECK(resident() - before <= 256 * 1024);
  }
}
