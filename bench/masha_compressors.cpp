// MASHA1 with every unbiased compressor and MASHA2 with contractive ones: seconds a round in one process
// against numpy/masha_compressors.py, a Python loop over the workers that does the same iterations on the
// same problem with the same step and refresh probability. A round is one iteration, its share of full
// exchanges included, on both sides. Small vectors first, where the framework costs most, then longer ones
// with sparse data, where compressing does.
//   masha_compressors [NAME]    all, or only the compressors whose name contains NAME
#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/solution.hpp>
#include <trivium/compressors/compressor.hpp>
#include <trivium/core/fields.hpp>
#include <trivium/io/arrays.hpp>

#include "measure.hpp"
#include "method.hpp"
#include "script.hpp"

namespace {

using namespace trivium;

constexpr int turns = 3, repeats = 5;  // in a turn trivium runs `repeats` times, its runs being so short

/// A problem, and how the script is told of it.
struct Setting {
  std::unique_ptr<problems::Problem> problem;
  std::map<problems::Which, problems::Constant> known;
  Vector zero, solution;
  std::string arguments;
  int rounds;
  double target;
};

void add_constants(Setting& setting) {
  const auto alone = mpi::in_process();
  mpi::Network network(*alone, setting.problem->traits().workers, setting.zero, 1);
  problems::Constants constants = analysis::constants(*setting.problem, network, setting.solution);
  for (const auto which : {problems::Which::L, problems::Which::L_rms, problems::Which::mu})
    setting.known[which] = constants.get(which);
}

Setting small_affine(const bench::TemporaryFolder& folder) {
  const std::string file = folder.file("affine.h5");
  bench::output_of_script("make_affine.py", "--workers 50 --dimension 20 --out " + file);
  Setting setting{problems::catalogue().make({"affine", {{"file", file}}, ""}, {}),
                  {},
                  Vector(20),
                  Vector(20),
                  "--affine " + file,
                  300,
                  50};
  setting.solution.assign(*setting.problem->known().solution);
  add_constants(setting);
  return setting;
}

Setting sparse_regression(const bench::TemporaryFolder& folder) {
  const std::string rows = folder.file("rows.libsvm"), solution = folder.file("solution.h5");
  bench::output_of_script("make_sparse_rows.py", "--rows 2000 --features 500 --nonzeros 10 --out " + rows);
  Setting setting{problems::catalogue().make({"robust_regression",
                                              {{"file", rows},
                                               {"labels", "as_they_are"},
                                               {"features", 500},
                                               {"workers", 100},
                                               {"partition", Table{{"type", "contiguous"}}}},
                                              ""},
                                             {}),
                  {},
                  Vector(1000),
                  Vector(1000),
                  fmt::format("--rows {} --solution {} --workers 100 --features 500", rows, solution),
                  300,
                  10};
  const auto alone = mpi::in_process();
  mpi::Network network(*alone, setting.problem->traits().workers, setting.zero, 1);
  const std::vector<double> point = analysis::solve(*setting.problem, network, setting.zero).point;
  setting.solution.assign(point);
  io::write_arrays(solution, {{"solution", {{1000}, point}}}, {});
  add_constants(setting);
  return setting;
}

/// A method with a compressor, by the script's name and the library's.
struct Pair {
  std::string method, name;
  Plugin uplink;
};

std::vector<Pair> pairs(std::size_t d) {
  const auto blocks = static_cast<std::int64_t>(d / 2);
  return {{"masha1", "identity", {"identity", {}, ""}},
          {"masha1", "rand_k", {"rand_k", {{"k", 0.1}}, ""}},
          {"masha1", "perm_k", {"perm_k", {}, ""}},
          {"masha1", "block_rand_k", {"block_rand_k", {{"blocks", blocks}, {"k", 0.1}}, ""}},
          {"masha1", "bernoulli", {"bernoulli", {{"p", 0.1}}, ""}},
          {"masha1", "natural", {"natural", {}, ""}},
          {"masha1", "qsgd", {"qsgd", {{"levels", 7}}, ""}},
          {"masha1", "ternary", {"ternary", {}, ""}},
          {"masha1", "natural_in_rand_k", {"rand_k", {{"k", 0.1}, {"values", "natural"}}, ""}},
          {"masha2", "top_k", {"top_k", {{"k", 0.1}}, ""}},
          {"masha2", "sign_norm", {"sign_norm", {}, ""}},
          {"masha2", "threshold", {"threshold", {{"level", 0.5}}, ""}}};
}

/// MASHA1's refresh probability and step are the theorem's. MASHA2's are numbers: the theorem's, for the
/// worst vector, are far too small for two of its three compressors.
double refresh(const Pair& pair, const Setting& setting) {
  if (pair.method == "masha2") return 0.1;
  const problems::Traits& traits = setting.problem->traits();
  const auto codec = compressors::catalogue().make(pair.uplink, {traits.dimension, traits.workers.total});
  return std::min(0.5, codec->guarantee().expected_bits / (64.0 * static_cast<double>(traits.dimension)));
}
Plugin plugin(const Pair& pair, const Setting& setting, double refresh) {
  Table uplink = pair.uplink.parameters, table;
  uplink.set("type", pair.uplink.type);
  table.set("uplink", uplink);
  table.set("refresh", refresh);
  if (pair.method == "masha2") table.set("step", 0.2 / setting.known.at(problems::Which::L).value);
  return {pair.method, table, ""};
}

/// What came out of several runs of one side.
struct Measured {
  double seconds = std::numeric_limits<double>::infinity();  ///< of a round, the least of all turns
  std::vector<double> errors, bits;
};

double mean(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

/// Bits that a worker has sent, on average.
double bits_sent(bench::Method& run) {
  double sum = 0;
  for (const mpi::Account& account : run.network.ledger().accounts)
    sum += static_cast<double>(account.bits_up());
  return sum / static_cast<double>(run.network.ledger().accounts.size());
}

/// One turn of trivium. `shares` gets the parts of the wall time that operators and messages took.
void take_turn(const Setting& setting, const Plugin& method, int turn, Measured& into,
               std::array<double, 2>& shares) {
  double seconds = 0, wall = 0;
  mpi::Network::Seconds spent;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    bench::Method run(*setting.problem, method, setting.zero, setting.known,
                      static_cast<std::uint64_t>(turn * repeats + repeat + 1));
    const double before = bits_sent(run);
    const mpi::Network::Seconds initial = run.network.seconds();
    wall += bench::seconds_of(bench::Clock::wall, [&] {
      seconds += bench::seconds_of(bench::Clock::processor, [&] {
        for (int i = 0; i < setting.rounds; ++i) run.step();
      });
    });
    spent.compute += run.network.seconds().compute - initial.compute;
    spent.encode += run.network.seconds().encode - initial.encode;
    into.errors.push_back(squared_distance(run.solver->point(), setting.solution) /
                          dot(setting.solution, setting.solution));
    into.bits.push_back((bits_sent(run) - before) / setting.rounds);
  }
  into.seconds = std::min(into.seconds, seconds / repeats / setting.rounds);
  shares = {spent.compute / wall, spent.encode / wall};
}

void compare(const Setting& setting, const Pair& pair) {
  const double p = refresh(pair, setting);
  const Plugin method = plugin(pair, setting, p);
  const double step =
      bench::Method(*setting.problem, method, setting.zero, setting.known).solver->theory().step_used;
  Measured ours, theirs;
  std::array<double, 2> shares{};
  bool scipy = false;
  for (int turn = 0; turn < turns; ++turn) {
    take_turn(setting, method, turn, ours, shares);
    const std::string json = bench::output_of_script(
        "masha_compressors.py",
        fmt::format("--method {} --compressor {} {} --step {:.17g} --refresh {:.17g} --rounds {} --seed {}",
                    pair.method, pair.name, setting.arguments, step, p, setting.rounds, turn + 1));
    theirs.seconds = std::min(theirs.seconds, bench::number_in(json, "seconds_per_round"));
    theirs.errors.push_back(bench::number_in(json, "error"));
    theirs.bits.push_back(bench::number_in(json, "bits_per_round"));
    scipy = json.find("scipy") != std::string::npos;
  }
  bench::row_at_least(
      fmt::format("{} with {}, M = {}, d = {}: rounds a second over a NumPy loop's", pair.method, pair.name,
                  setting.problem->traits().workers.total, setting.zero.size()),
      theirs.seconds / ours.seconds, setting.target, "x");
  bench::note("a round: {:.1f} us, operators {:.0f}%, messages {:.0f}%; NumPy loop {:.0f} us{}",
              ours.seconds * 1e6, 100 * shares[0], 100 * shares[1], theirs.seconds * 1e6,
              scipy ? ", with SciPy's sparse products" : "");
  bench::note(
      "squared error after {} rounds, of the start's: {}, NumPy {}; bits up a round: {:.0f}, NumPy {:.0f}",
      setting.rounds, bench::range(ours.errors), bench::range(theirs.errors), mean(ours.bits),
      mean(theirs.bits));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string only = argc > 1 ? argv[1] : "";
  const bench::TemporaryFolder folder;
  const Setting settings[] = {small_affine(folder), sparse_regression(folder)};
  for (const Setting& setting : settings)
    for (const Pair& pair : pairs(setting.zero.size()))
      if (pair.name.find(only) != std::string::npos) compare(setting, pair);
}
