// A dense operator is one read of its matrix. The bilinear problem's evaluate against the sum of as many
// bytes, both from memory: the matrices that take turns are larger together than any cache.
#include <memory>
#include <vector>

#include <trivium/problems/problem.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"

namespace {

using namespace trivium;

constexpr std::size_t bytes_in_rotation = std::size_t{3} << 29;  // 1.5 GiB

template <class T>
void measure(std::int64_t n, const char* dtype) {
  const auto entries = static_cast<std::size_t>(n * n);
  const std::size_t matrices = bytes_in_rotation / (entries * sizeof(T));
  std::vector<std::unique_ptr<problems::Problem>> problems;
  for (std::size_t i = 0; i < matrices; ++i)
    problems.push_back(
        problems::catalogue().make({"bilinear", {{"n", n}, {"workers", 1}, {"dtype", dtype}}, ""}, {}));
  const std::vector<T> plain(matrices * entries, T{1});

  const problems::Traits& traits = problems.front()->traits();
  Vector z(traits.dimension, traits.dtype), out = z.like();
  fill(z, 0.5);
  std::size_t evaluated = 0, read_apart = 0, read_on = 0;
  const auto next = [&](std::size_t& turn) { return turn++ % matrices; };
  const auto read = [&](std::size_t& turn, bool apart) {
    bench::keep(bench::read(&plain[next(turn) * entries], entries, apart));
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
      "take turns",
      bytes / operator_s * 1e-9, bytes / apart_s * 1e-9, bytes / on_s * 1e-9, matrices, bytes / 0x1p20);
}

}  // namespace

int main() {
  measure<double>(2048, "float64");
  measure<double>(4096, "float64");
  measure<float>(4096, "float32");
}
