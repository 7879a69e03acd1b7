// Methods on noisy operators over MPI against the same in one process: samples, ledger and points, bit for
// bit, on any number of ranks.
#include <catch2/catch.hpp>

#include "noise.hpp"
#include "variants.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

mpi::Transport& world() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::world();
  return *transport;
}

}  // namespace

TEST_CASE("noise does not depend on the number of ranks") {
  const Table seven{{"n", 9}, {"workers", 7}, {"mu", 0.2}, {"samples", 10}};
  Arenas spread(seven, world()), whole(seven);
  std::vector<Noise> kinds{additive(0.1, 4), growing(0.1, 0.1, 4)};
  kinds.push_back({{"sampled", {}, ""}});
  // With an accuracy the step depends on the noise of all workers, those of other ranks too.
  const std::vector<Plugin> methods{
      {"masha1", {}, ""},
      {"sgd", {{"estimator", mlmc(2, 16)}, {"accuracy", 1e-3}}, ""},
      {"stochastic_extragradient", {{"samples", "same"}, {"accuracy", 1e-3}}, ""},
      {"stochastic_extragradient", {{"step", 0.01}, {"scaling", "adam"}}, ""},
      {"randomized_extragradient", {}, ""},
      {"randomized_accelerated_gradient", {}, ""},
      {"mag", {}, ""}};
  for (Noise& noise : kinds)
    for (const Plugin& plugin : methods) {
      if (noise.oracle.type == "sampled" && plugin.type == "randomized_accelerated_gradient") continue;
      INFO(text_of(plugin) << ", " << text_of(noise.oracle) << " on rank " << world().rank());
      noise.estimator = Plugin{"mlmc", {{"batch", 1}, {"cap", 8}}, ""};
      Method here(spread.of(plugin), plugin, 3, noise), alone(whole.of(plugin), plugin, 3, noise);
      CHECK(here.solver->theory().step_used == alone.solver->theory().step_used);
      here.start();
      alone.start();
      here.steps(60);
      alone.steps(60);
      CHECK(here.solver->point().to_host() == alone.solver->point().to_host());
      CHECK(same_history({here.totals()}, {alone.totals()}));
      const WorkerRange& mine = here.network.workers();
      for (int m = mine.first; m < mine.last; ++m) {
        CHECK(here.network.ledger().of(m).samples == alone.network.ledger().of(m).samples);
        CHECK(here.network.ledger().of(m).all_calls() == alone.network.ledger().of(m).all_calls());
      }
    }
}
