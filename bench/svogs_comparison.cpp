// The comparison of the SVOGS paper, as in experiments/three_pillars/svogs.toml: five methods, 200 rounds
// each, on a9a over 500 workers, against numpy/svogs_comparison.py, a Python loop over the workers that does
// the same iterations with the same steps and inner steps. Both take down the error after every iteration.
// Vectors travel as float64, so that the methods without chance have to agree.
//   svogs_comparison [--data FOLDER]
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include <trivium/io/arrays.hpp>
#include <trivium/problems/partitioners.hpp>

#include "a9a.hpp"
#include "measure.hpp"
#include "method.hpp"
#include "script.hpp"

namespace {

using namespace trivium;

constexpr int turns = 3, rounds = 200;

/// A method, and the numbers that the script needs beyond its step and inner steps.
struct Entry {
  Plugin method;
  std::map<std::string, double> numbers;
  bool random = false;
};

/// The step and the number of inner steps, two evaluations each, as a first iteration takes them.
void add_numbers(const bench::A9a& a9a, Entry& entry) {
  bench::Method method(*a9a.problem, entry.method, a9a.start, a9a.known);
  const std::uint64_t before = method.network.ledger().local_steps;
  method.step();
  entry.numbers["step"] = method.solver->theory().step_used;
  entry.numbers["inner_steps"] = static_cast<double>((method.network.ledger().local_steps - before) / 2);
}

/// The experiment's methods with its multiples of the theory's steps. SVOGS with the theorem's numbers,
/// alpha = 1.
std::vector<Entry> entries(const bench::A9a& a9a) {
  using problems::Which;
  const double M = bench::A9a::workers;
  const double few = std::min(std::sqrt(M), a9a.known.at(Which::delta).value / a9a.known.at(Which::mu).value);
  const double refresh = 1 / (few + 8);
  const auto drawn = static_cast<int>(std::ceil(few));
  const auto times_theory = [](double multiple) { return Table{{"theory", multiple}}; };
  const Table one_worker{{"step", times_theory(2)},
                         {"participants", 1},
                         {"uplink", Table{{"type", "identity"}}},
                         {"refresh", 1 / M}};
  const Table drawn_workers{
      {"step", times_theory(8)}, {"participants", drawn}, {"refresh", refresh}, {"alpha", 1.0}};
  std::vector<Entry> all{
      {{"extragradient", {{"step", times_theory(1.8)}}, ""}, {}},
      {{"smmds", {}, ""}, {}},
      {{"extragradient_sliding", {}, ""}, {}},
      {{"three_pillars", one_worker, ""}, {{"refresh", 1 / M}}, true},
      {{"svogs", drawn_workers, ""}, {{"refresh", refresh}, {"participants", drawn}, {"alpha", 1}}, true}};
  for (Entry& entry : all) add_numbers(a9a, entry);
  return all;
}

/// What the script reads: who owns which row, the solution, and every method's numbers.
void write_setting(const bench::A9a& a9a, const std::string& rows, const std::vector<Entry>& methods,
                   const std::string& file) {
  const io::LibsvmSummary summary = io::scan_libsvm(rows);
  const problems::partitioners::DataRows all(summary.labels, summary.columns, [&] {
    return io::read_libsvm(rows, [](std::size_t) { return true; });
  });
  const std::vector<int> owner =
      problems::partitioners::catalogue().make(bench::A9a::partition())->deal(all, bench::A9a::workers);
  io::Attributes attributes{{"workers", std::int64_t{bench::A9a::workers}},
                            {"L_1", a9a.known.at(problems::Which::L_1).value}};
  for (const Entry& entry : methods)
    for (const auto& [name, number] : entry.numbers) attributes[entry.method.type + "." + name] = number;
  io::write_arrays(file,
                   {{"owner", {{owner.size()}, {owner.begin(), owner.end()}}},
                    {"solution", {{a9a.solution.size()}, a9a.solution.to_host()}}},
                   attributes);
}

/// What came out of one side's runs of a method.
struct Measured {
  double seconds = std::numeric_limits<double>::infinity();  ///< of all rounds, the least of all turns
  std::vector<double> errors;                                ///< at the end
};
using Side = std::vector<Measured>;  // by method

/// All rounds of a method; the squared distance to the solution after every iteration.
std::vector<double> errors_of(const bench::A9a& a9a, bench::Method& method) {
  std::vector<double> errors;
  while (method.network.round() < rounds) {
    method.step();
    errors.push_back(squared_distance(method.solver->point(), a9a.solution));
  }
  return errors;
}

/// One turn of trivium.
void take_turn(const bench::A9a& a9a, const std::vector<Entry>& methods, int turn, Side& into) {
  for (std::size_t i = 0; i < methods.size(); ++i) {
    bench::Method method(*a9a.problem, methods[i].method, a9a.start, a9a.known,
                         static_cast<std::uint64_t>(turn + 1));
    std::vector<double> errors;
    const double seconds =
        bench::seconds_of(bench::Clock::processor, [&] { errors = errors_of(a9a, method); });
    into[i].seconds = std::min(into[i].seconds, seconds);
    into[i].errors.push_back(errors.back());
  }
}

/// What the script printed in one turn.
void take(const std::string& json, const std::vector<Entry>& methods, Side& into) {
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const std::string& name = methods[i].method.type;
    into[i].seconds = std::min(into[i].seconds, bench::number_in(json, name + " seconds"));
    into[i].errors.push_back(bench::number_in(json, name + " error"));
  }
}

/// The two sides did the same work: where there is no chance their errors are the same up to rounding.
void require_agreement(const std::vector<Entry>& methods, const Side& ours, const Side& theirs) {
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const double mine = ours[i].errors.back(), other = theirs[i].errors.back();
    if (!methods[i].random && std::abs(mine - other) > 1e-6 * mine + 1e-20)
      throw std::runtime_error(fmt::format("{}: the squared error is {:.17g}, the script's {:.17g}",
                                           methods[i].method.type, mine, other));
  }
}

double seconds(const Side& side) {
  return std::accumulate(side.begin(), side.end(), 0.0,
                         [](double sum, const Measured& one) { return sum + one.seconds; });
}

void note_methods(const std::vector<Entry>& methods, const Side& ours, const Side& theirs) {
  for (std::size_t i = 0; i < methods.size(); ++i) {
    const Measured &mine = ours[i], &other = theirs[i];
    const std::string errors = methods[i].random
                                   ? fmt::format("squared error {}, NumPy {} (same law, other draws)",
                                                 bench::range(mine.errors), bench::range(other.errors))
                                   : fmt::format("squared error of both {:.3e}", mine.errors.back());
    bench::note("{}: {:.1f} ms, NumPy {:.0f} ms, {:.1f}x; {}", methods[i].method.type, mine.seconds * 1e3,
                other.seconds * 1e3, other.seconds / mine.seconds, errors);
  }
}

void compare(const std::vector<std::string>& folders) {
  const double begin = bench::seconds_now(bench::Clock::wall);
  bench::A9a a9a(folders);
  const std::vector<Entry> methods = entries(a9a);
  Side ours(methods.size()), theirs(methods.size());
  take_turn(a9a, methods, 0, ours);
  const double whole = bench::seconds_now(bench::Clock::wall) - begin;

  const bench::TemporaryFolder folder;
  const std::string rows = io::find_data("a9a", folders), setting = folder.file("setting.h5");
  write_setting(a9a, rows, methods, setting);
  std::string json;
  double script = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < turns; ++turn) {
    const std::string arguments =
        fmt::format("--rows '{}' --setting {} --rounds {} --seed {}", rows, setting, rounds, turn + 1);
    script = std::min(script, bench::seconds_of(bench::Clock::wall, [&] {
                        json = bench::output_of_script("svogs_comparison.py", arguments);
                      }));
    take(json, methods, theirs);
    take_turn(a9a, methods, turn + 1, ours);
    require_agreement(methods, ours, theirs);
  }

  const std::string what =
      fmt::format("SVOGS comparison, five methods, {} rounds, M = {}", rounds, bench::A9a::workers);
  bench::row_at_most(what + ": seconds with reading, solution and constants", whole, 120, " s");
  bench::row_at_least(what + ": times faster than a NumPy loop", seconds(theirs) / seconds(ours), 10, "x");
  bench::note(
      "the methods alone {:.2f} s, NumPy loop {:.2f} s with products by {}; its whole script {:.1f} s",
      seconds(ours), seconds(theirs), bench::text_in(json, "products"), script);
  note_methods(methods, ours, theirs);
}

}  // namespace

int main(int argc, char** argv) { return bench::with_a9a(argc, argv, compare); }
