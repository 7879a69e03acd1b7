// Noise: samples a second of every chain, estimates from many samples against as many bare evaluations, and
// RASGD with multilevel Monte Carlo at d = 10 against two NumPy scripts that do the same iterations:
// numpy/rasgd.py.
#include <cmath>
#include <fstream>

#include <trivium/noise/chains.hpp>
#include <trivium/noise/estimators.hpp>
#include <trivium/problems/oracles.hpp>
#include <trivium/solvers/make.hpp>

#include "measure.hpp"
#include "script.hpp"

namespace {

using namespace trivium;
constexpr auto processor = bench::Clock::processor;

void chain_speeds(const bench::TemporaryFolder& folder) {
  const std::string matrix = folder.file("matrix.txt");
  std::ofstream(matrix) << "0.5 0.5 0\n0.25 0.5 0.25\n0 0.5 0.5\n";
  const std::string ring = folder.file("ring.txt");
  std::ofstream edges(ring);
  constexpr int nodes = 1000;
  for (int i = 0; i < nodes; ++i)
    edges << i << ' ' << (i + 1) % nodes << '\n' << i << ' ' << (i + 7) % nodes << '\n';
  edges.close();
  std::vector<double> values(4096);
  for (const std::string& name : noise::chains::catalogue().names()) {
    Table parameters;
    std::size_t states = 0;
    if (name == "finite") parameters.set("matrix", matrix);
    if (name == "graph_walk") parameters.set("edges", ring);
    if (name == "lazy" || name == "cycle" || name == "token") states = 100;
    const auto chain = noise::chains::catalogue().make({name, parameters, ""}, {states, {}});
    Stream stream(1, Purpose::noise, 0, 0);
    noise::chains::State state = chain->start(stream);
    const auto [seconds] = bench::median_seconds(processor, 21, [&] { chain->walk(state, stream, values); });
    bench::row(fmt::format("chain {}: million samples a second", name),
               fmt::format("{:.0f}", static_cast<double>(values.size()) / seconds * 1e-6), "-", "-");
  }
}

/// A problem with an oracle on it.
struct Noisy {
  Noisy(const Plugin& problem, const Plugin& noise)
      : problem(problems::catalogue().make(problem, {})),
        z(this->problem->traits().dimension),
        oracle(problems::oracles::catalogue().make(noise, {*this->problem, z, nullptr, 1, {}})) {}
  std::unique_ptr<problems::Problem> problem;
  Vector z;
  std::unique_ptr<problems::oracles::Oracle> oracle;
};

/// Seconds of one estimate with mlmc over those of as many bare evaluations: of F where the noise is added to
/// it, of single rows where the chain picks them.
void estimates_against_evaluations(const std::string& what, Noisy& noisy, bool rows) {
  const auto estimator = noise::estimators::catalogue().make({"mlmc", {{"batch", 8}, {"cap", 64}}, ""}, {});
  Vector out = noisy.z.like();
  constexpr int estimates = 200;
  double samples = 0;
  const auto ours = [&] {
    samples = 0;
    for (int i = 0; i < estimates; ++i) {
      for (const auto& piece : noisy.oracle->draw(0, *estimator))
        samples += static_cast<double>(piece.samples);
      noisy.oracle->evaluate(0, noisy.z, out);
    }
    bench::keep(out);
  };
  std::uint32_t row = 0;
  const auto evaluate = [&] {
    if (!rows) return noisy.problem->evaluate(0, noisy.z, out);
    row = (row + 7919) % static_cast<std::uint32_t>(noisy.problem->samples(0));
    noisy.problem->evaluate_samples(0, noisy.z, {&row, 1}, out);
  };
  constexpr int evaluations = 8000;
  const auto bare = [&] {
    for (int i = 0; i < evaluations; ++i) evaluate();
    bench::keep(out);
  };
  // The number of samples of an estimate is random: seconds a sample of every turn.
  std::vector<double> ratios;
  for (int turn = 0; turn < 21; ++turn) {
    const double mine = bench::seconds_of(processor, ours) / samples;
    ratios.push_back(mine / (bench::seconds_of(processor, bare) / evaluations));
  }
  bench::row_at_most(fmt::format("mlmc, {}: seconds a sample over a bare evaluation's", what),
                     bench::median(ratios), 1.2, "x");
}

std::string dense_rows(const bench::TemporaryFolder& folder, int rows, int features) {
  const std::string path = folder.file("rows.svm");
  std::ofstream file(path);
  Stream stream(3, Purpose::problem, everyone, 0);
  for (int i = 0; i < rows; ++i) {
    file << (stream.bernoulli(0.5) ? "+1" : "-1");
    for (int j = 1; j <= features; ++j)
      fmt::format_to(std::ostream_iterator<char>(file), " {}:{:.4f}", j, stream.normal());
    file << '\n';
  }
  return path;
}

struct Run {
  double seconds = 0, samples = 0, error = 0;  // the first two for an iteration
};

Run rasgd(int iterations, std::uint64_t seed) {
  const auto problem = problems::catalogue().make({"quadratic", {}, ""}, {});
  const auto transport = mpi::in_process();
  const Vector start(problem->traits().dimension);
  Vector solution = start.like();
  solution.assign(*problem->known().solution);
  mpi::Network network(*transport, problem->traits().workers, start, seed);
  problems::Constants constants(problem->known().constants, {});
  const Plugin noise{
      "additive", {{"sigma", 0.1}, {"chain", Table{{"type", "two_state"}, {"switching", 0.0625}}}}, ""};
  const auto method =
      solvers::make({"randomized_accelerated_gradient",
                     {{"step", 0.005}, {"estimator", Table{{"type", "mlmc"}, {"batch", 8}, {"cap", 64}}}},
                     ""},
                    {*problem, network, constants, start, &solution, &noise, nullptr, {}});
  method->start();
  for (int k = 0; k < 100; ++k) method->step();
  Record before, after;
  network.totals(before);
  const double seconds = bench::seconds_of(processor, [&] {
    for (int k = 0; k < iterations; ++k) method->step();
  });
  network.totals(after);
  return {seconds / iterations, (after.samples - before.samples) / iterations,
          squared_distance(method->point(), solution) / squared_distance(start, solution)};
}

void rasgd_against_numpy(const std::string& way, int iterations, double target) {
  std::vector<double> ours, theirs, samples, their_samples, errors, their_errors;
  for (int turn = 1; turn <= 5; ++turn) {
    const Run mine = rasgd(20000, static_cast<std::uint64_t>(turn));
    ours.push_back(mine.seconds), samples.push_back(mine.samples), errors.push_back(mine.error);
    const std::string json = bench::output_of_script(
        "rasgd.py", fmt::format("--way {} --iterations {} --seed {}", way, iterations, turn));
    theirs.push_back(bench::number_in(json, "seconds_per_iteration"));
    their_samples.push_back(bench::number_in(json, "samples"));
    their_errors.push_back(bench::number_in(json, "error"));
  }
  const char* loop = way == "loop" ? "a NumPy loop over samples" : "NumPy vectorised over each segment";
  bench::row_at_least(fmt::format("RASGD with mlmc, d = 10: iterations a second over {}", loop),
                      bench::median(theirs) / bench::median(ours), target, "x");
  bench::note(
      "an iteration: {:.2f} us for {:.0f} samples, NumPy {:.1f} us for {:.0f}; squared error at the end "
      "{:.1e}, NumPy {:.1e}",
      bench::median(ours) * 1e6, bench::median(samples), bench::median(theirs) * 1e6,
      bench::median(their_samples), bench::median(errors), bench::median(their_errors));
}

}  // namespace

int main() {
  const bench::TemporaryFolder folder;
  chain_speeds(folder);
  for (const std::int64_t d : {100, 1000}) {
    Noisy added({"quadratic", {{"n", d}}, ""}, {"additive", {}, ""});
    estimates_against_evaluations(fmt::format("additive noise, d = {}", d), added, false);
  }
  Noisy rows({"robust_regression", {{"file", dense_rows(folder, 2000, 100)}, {"workers", 1}}, ""},
             {"sampled", {{"chain", Table{{"type", "iid"}}}}, ""});
  estimates_against_evaluations("rows of 100 features picked by a chain", rows, true);
  rasgd_against_numpy("loop", 300, 50);
  rasgd_against_numpy("vectorised", 3000, 5);
}
