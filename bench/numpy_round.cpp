// MASHA1 on a small problem, where the framework costs most: seconds a round against the two NumPy scripts in
// numpy/, which do the same iterations on the same problem with the same step. A round is one iteration, its
// share of full exchanges included, on both sides.
#include <filesystem>
#include <optional>

#include <unistd.h>

#include <trivium/core/fields.hpp>
#include <trivium/io/arrays.hpp>

#include "measure.hpp"
#include "method.hpp"
#include "script.hpp"

namespace {

using namespace trivium;

constexpr int workers = 50, d = 20, k = 2, rounds = 1000, turns = 7;

std::string python(const std::string& script, const std::string& arguments) {
  return bench::output_of(
      fmt::format("OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 {} {}/{} --workers {} --dimension {} {}",
                  TRIVIUM_PYTHON, TRIVIUM_NUMPY_SCRIPTS, script, workers, d, arguments));
}

struct Measured {
  double seconds_per_round, error;
};

Measured by_script(const std::string& script, const std::string& file, double step) {
  const std::string json =
      python(script, fmt::format("--k {} --rounds {} --step {:.17g} --file {}", k, rounds, step, file));
  return {bench::number_in(json, "seconds_per_round"), bench::number_in(json, "error")};
}

/// The problem that the scripts read, and what its file says of it.
struct Setting {
  explicit Setting(const std::string& file) {
    const io::Attributes attributes = io::ArrayFile(file).attributes();
    for (const auto which : {problems::Which::L, problems::Which::L_rms, problems::Which::mu})
      known[which] = {std::get<double>(attributes.at(problems::name_of(which))), problems::Origin::known, ""};
    problem = problems::catalogue().make({"affine", {{"file", file}}, ""}, {});
    solution.assign(*problem->known().solution);
  }
  bench::Method start() const {
    return {*problem,
            {"masha1",
             {{"refresh", static_cast<double>(k) / d}, {"uplink", Table{{"type", "rand_k"}, {"k", k}}}},
             ""},
            zero,
            known};
  }
  std::map<problems::Which, problems::Constant> known;
  std::unique_ptr<problems::Problem> problem;
  Vector zero{Vector(d)}, solution{Vector(d)};
};

Measured by_trivium(const Setting& setting) {
  bench::Method warm = setting.start(), method = setting.start();
  for (int i = 0; i < 50; ++i) warm.step();
  const double seconds = bench::seconds_of(bench::Clock::wall, [&] {
    for (int i = 0; i < rounds; ++i) method.step();
  });
  return {seconds / rounds, squared_distance(method.solver->point(), setting.solution) /
                                dot(setting.solution, setting.solution)};
}

}  // namespace

int main() {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("trivium-bench-{}", getpid());
  std::filesystem::create_directories(folder);
  const std::string file = folder / "affine.h5";
  python("make_affine.py", "--out " + file);
  const Setting setting(file);
  const double step = setting.start().solver->theory().step;

  Measured ours{}, loop{}, vectorised{};
  const auto [ours_s, loop_s, vectorised_s] = [&] {
    std::vector<double> seconds[3];
    for (int turn = 0; turn < turns; ++turn) {
      seconds[0].push_back((ours = by_trivium(setting)).seconds_per_round);
      seconds[1].push_back((loop = by_script("masha1_loop.py", file, step)).seconds_per_round);
      seconds[2].push_back((vectorised = by_script("masha1_vectorised.py", file, step)).seconds_per_round);
    }
    return std::array{bench::median(seconds[0]), bench::median(seconds[1]), bench::median(seconds[2])};
  }();
  std::filesystem::remove_all(folder);

  const std::string what =
      fmt::format("masha1 with rand_k, M = {}, d = {}, k = {}: rounds a second over", workers, d, k);
  bench::row_at_least(what + " a NumPy loop's", loop_s / ours_s, 50, "x");
  bench::row_at_least(what + " vectorised NumPy's", vectorised_s / ours_s, 3, "x");
  bench::note("a round: {:.2f} us, NumPy loop {:.0f} us, vectorised {:.1f} us; step {:.4f}", ours_s * 1e6,
              loop_s * 1e6, vectorised_s * 1e6, step);
  bench::note("squared error after {} rounds, of the start's: {:.1e}, {:.1e}, {:.1e} (same law, other draws)",
              rounds, ours.error, loop.error, vectorised.error);
}
