// A hundred thousand workers of dimension 50 in one process: resident memory a worker beyond the problem's
// own data, and seconds a round against the bare loop of the operators.
#include <cstdio>
#include <stdexcept>

#include "measure.hpp"
#include "method.hpp"

namespace {

using namespace trivium;

constexpr std::int64_t workers = 100'000;
constexpr std::int64_t n = 25;  // d = 2 n

/// Resident memory of this process in bytes.
double resident_bytes() {
  long pages = 0;
  FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%*s %ld", &pages) != 1)
    throw std::runtime_error("cannot read /proc/self/statm");
  std::fclose(file);
  return static_cast<double>(pages) * 4096;
}

void measure(problems::Problem& problem, const Plugin& plugin) {
  const Vector start(problem.traits().dimension);
  auto known = problem.known().constants;
  known[problems::Which::L_rms] = known.at(problems::Which::L);
  const double before = resident_bytes();
  bench::Method method(problem, plugin, start, known);
  for (int i = 0; i < 3; ++i) method.step();
  const double per_worker = (resident_bytes() - before) / workers;

  Vector out = start.like();
  const auto operators = [&] {
    for (int m = 0; m < workers; ++m) problem.evaluate(m, start, out);
    bench::keep(out);
  };
  const auto [step_s, operators_s] = bench::median_seconds(
      bench::Clock::processor, 15, [&] { method.step(); }, operators);
  bench::row_at_most(fmt::format("{}, M = 100,000, d = 50: resident bytes a worker", plugin.type), per_worker,
                     2048);
  bench::note("an iteration {:.0f} ms, {:.2f} us a worker; M operators alone {:.0f} ms", step_s * 1e3,
              step_s / workers * 1e6, operators_s * 1e3);
}

}  // namespace

int main() {
  const auto problem =
      problems::catalogue().make({"quadratic_game", {{"n", n}, {"workers", workers}}, ""}, {});
  measure(*problem, {"extragradient", {}, ""});
  measure(*problem, {"masha1", {{"refresh", 0.1}, {"uplink", Table{{"type", "rand_k"}, {"k", 5}}}}, ""});
}
