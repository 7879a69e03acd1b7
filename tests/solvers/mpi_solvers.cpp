// Every method on the MPI network against the same method in one process: the same bits, for any number of
// ranks.
#include <catch2/catch.hpp>

#include "measured.hpp"
#include "setup.hpp"
#include "variants.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

// Seven workers: no number of ranks from 2 to 4 divides them.
const Table seven{{"n", 9}, {"workers", 7}, {"mu", 0.2}, {"samples", 10}};

mpi::Transport& world() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::world();
  return *transport;
}

RunSettings settings() {
  RunSettings s;
  s.limits.iterations = 45;
  s.every = 10;
  s.residual = true;
  s.checkpoint_seconds = 1e-12;  // at every record but the last
  return s;
}

/// The state as a rank reads it that hosts some of the workers only.
RunState rows_of(const RunState& all, const WorkerRange& range) {
  RunState mine = all;
  for (auto& [name, rows] : mine.workers) {
    const auto first = rows.values.begin();
    const auto length = static_cast<std::ptrdiff_t>(rows.row_length);
    rows.values = std::vector<double>(first + range.first * length, first + range.last * length);
  }
  return mine;
}

std::vector<Plugin> with_float32() {
  std::vector<Plugin> all = variants();
  for (const std::string& name : catalogue().names()) all.push_back({name, {{"values", "float32"}}, ""});
  return all;
}

struct Finished {
  Outcome outcome;
  std::vector<double> point;
  Listener listener;
};

Finished finish(Arena& here, const Plugin& plugin, const RunState* resume = nullptr) {
  Method method(here, plugin, 3);
  Finished run;
  run.outcome = run_in(here, method, settings(), run.listener, resume);
  run.point = method.solver->point().to_host();
  return run;
}

void check_same(const Finished& found, const Finished& expected) {
  CHECK(same_history(found.outcome.history, expected.outcome.history));
  CHECK(found.outcome.fingerprint == expected.outcome.fingerprint);
  CHECK(found.point == expected.point);
}

}  // namespace

TEST_CASE("every method gives the same history, fingerprint and point on every number of ranks") {
  Arenas spread(seven, world()), whole(seven);
  for (const Plugin& plugin : with_float32()) {
    INFO(text_of(plugin) << " on rank " << world().rank() << " of " << world().ranks());
    const Finished here = finish(spread.of(plugin), plugin), alone = finish(whole.of(plugin), plugin);
    check_same(here, alone);
    CHECK(here.outcome.stop.reason == alone.outcome.stop.reason);
  }
}

TEST_CASE("a problem's measures are the same on every number of ranks") {
  const auto measured = [](mpi::Transport& over) {
    const problems::Place place{over.rank(), over.ranks(), {}};
    return Arena(std::make_unique<Measured>(problems::catalogue().make({"bilinear", seven, ""}, place)),
                 over);
  };
  Arena spread = measured(world()), whole = measured(alone());
  const Plugin plugin{"masha1", {}, ""};
  const Finished here = finish(spread, plugin), one = finish(whole, plugin);
  check_same(here, one);
  for (std::size_t row = 0; row < one.outcome.history.size(); ++row)
    CHECK(here.outcome.history[row].measures == one.outcome.history[row].measures);
  if (world().rank() == 0) check_same(finish(whole, plugin, &here.listener.states.at(2)), one);
}

TEST_CASE("a state saved on these ranks goes on in one process, and the other way round") {
  Arenas spread(seven, world()), whole(seven);
  const WorkerRange range = spread.saddle.problem->traits().workers;
  for (const Plugin& plugin : variants()) {
    INFO(text_of(plugin) << " on rank " << world().rank() << " of " << world().ranks());
    const Finished here = finish(spread.of(plugin), plugin), alone = finish(whole.of(plugin), plugin);
    REQUIRE(alone.listener.states.size() == 4);
    for (const std::size_t at : {0, 2}) {
      if (world().rank() == 0)
        check_same(finish(whole.of(plugin), plugin, &here.listener.states.at(at)), alone);
      const RunState mine = rows_of(alone.listener.states[at], range);
      check_same(finish(spread.of(plugin), plugin, &mine), alone);
    }
  }
}
