// A dense operator is one read of its matrix. The bilinear problem's evaluate against the sum of as many
// bytes, both from memory: the matrices that take turns are larger together than any cache.
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <trivium/problems/problem.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"

namespace {

using namespace trivium;

constexpr std::size_t bytes_in_rotation = std::size_t{3} << 29;  // 1.5 GiB

/// What of this program's memory is in huge pages, as Linux says: with them the ratio of one and the same
/// program differs from run to run.
double huge_page_share() {
  std::ifstream file("/proc/self/smaps_rollup");
  double resident = 0, huge = 0;
  for (std::string word; file >> word;) {
    if (word == "Rss:") file >> resident;
    if (word == "AnonHugePages:") file >> huge;
  }
  return resident > 0 ? huge / resident : 0;
}

template <class T>
void measure(std::int64_t n, const char* dtype) {
  const auto entries = static_cast<std::size_t>(n * n);
  const std::size_t matrices = bytes_in_rotation / (entries * sizeof(T));
  std::vector<std::unique_ptr<problems::Problem>> problems;
  std::vector<std::vector<T>> plain;
  for (std::size_t i = 0; i < matrices; ++i) {
    problems.push_back(
        problems::catalogue().make({"bilinear", {{"n", n}, {"workers", 1}, {"dtype", dtype}}, ""}, {}));
    plain.emplace_back(entries, T{1});  // blocks of the same size, allocated in turn: pages of the same kind
  }

  const problems::Traits& traits = problems.front()->traits();
  Vector z(traits.dimension, traits.dtype), out = z.like();
  fill(z, 0.5);
  std::size_t evaluated = 0, read_apart = 0, read_on = 0;
  const auto next = [&](std::size_t& turn) { return turn++ % matrices; };
  const auto read = [&](std::size_t& turn, bool apart) {
    bench::keep(bench::read(plain[next(turn)].data(), entries, apart));
  };
  const auto [operator_s, apart_s, on_s] = bench::median_seconds(
      bench::Clock::processor, 3 * static_cast<int>(matrices),
      [&] {
        problems[next(evaluated)]->evaluate(0, z, out);
        bench::keep(out);
      },
      [&] { read(read_apart, true); }, [&] { read(read_on, false); });
  const double fastest = std::min(apart_s, on_s), bytes = static_cast<double>(entries * sizeof(T));
  bench::row_at_least(fmt::format("bilinear operator, d = {}, {}: its bytes/s over those of a plain read",
                                  traits.dimension, dtype),
                      fastest / operator_s, 0.8);
  bench::note(
      "operator {:.1f} GB/s, read {:.1f} GB/s in eight streams, {:.1f} in one; {} matrices of {:.0f} MiB "
      "take turns; {:.0f} % of all memory in huge pages",
      bytes / operator_s * 1e-9, bytes / apart_s * 1e-9, bytes / on_s * 1e-9, matrices, bytes / 0x1p20,
      100 * huge_page_share());
}

}  // namespace

int main() {
  measure<double>(2048, "float64");
  measure<double>(4096, "float64");
  measure<float>(4096, "float32");
}
