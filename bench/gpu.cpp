// The card's kernels, operators and rounds against its own copy. Run by gpu.sh; rows of other programs named
// gpu_*.cpp join the table. `gpu --card` only names the card.
#include "gpu.hpp"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/operators.hpp>

#include "method.hpp"

namespace {

using namespace trivium;

Vector filled(std::size_t size, Dtype dtype, double value) {
  Vector out(size, dtype, gpu::device());
  fill(out, value);
  return out;
}

void combine_row(Dtype dtype) {
  const std::size_t size = 100'000'000;
  const Vector x = filled(size, dtype, 1), y = filled(size, dtype, 2), w = filled(size, dtype, 3);
  Vector out = x.like();
  const auto [combine_s, copy_s] = bench::card_seconds(
      20,
      [&] {
        combine(out, {{0.5, x}, {0.25, y}, {0.125, w}});
      },
      [&] { gpu::copy(out, x); });
  const double bytes = static_cast<double>(x.bytes());
  bench::row_at_least(
      fmt::format("combine of four vectors of 1e8 {}: its bytes/s over the copy's", name_of(dtype)),
      4 * bytes / combine_s / (2 * bytes / copy_s), 0.8);
  bench::note("combine {:.0f} GB/s, copy {:.0f} GB/s, reads and writes", 4e-9 * bytes / combine_s,
              2e-9 * bytes / copy_s);
}

// Both products, B y and B^T x, in one read of B; what else the operator reads is a vector.
void bilinear_row(Dtype dtype) {
  const std::int64_t n = 16384;
  const auto game = problems::catalogue().make(
      {"bilinear", {{"n", n}, {"workers", 1}, {"dtype", name_of(dtype)}, {"device", "cuda"}}, ""}, {});
  const Vector z = filled(game->traits().dimension, dtype, 0.5);
  Vector out = z.like();
  const Vector from = filled(static_cast<std::size_t>(n * n), dtype, 1);
  Vector to = from.like();
  const auto [operator_s, copy_s] = bench::card_seconds(
      10, [&] { game->evaluate(0, z, out); }, [&] { gpu::copy(to, from); });
  const double bytes = static_cast<double>(from.bytes());
  bench::row_at_least(
      fmt::format("bilinear operator, d = {}, {}: its bytes/s over the copy's", 2 * n, name_of(dtype)),
      bytes / operator_s / (2 * bytes / copy_s), 0.8);
  bench::note("operator {:.2f} ms, one read of {:.0f} MiB: {:.0f} GB/s; copy {:.0f} GB/s, reads and writes",
              1e3 * operator_s, bytes / 0x1p20, 1e-9 * bytes / operator_s, 2e-9 * bytes / copy_s);
}

/// Entries of row i at columns that a multiplicative hash scatters, one in each of `in_row` stretches.
gpu::SparseMatrix scattered_rows(std::size_t size, std::size_t in_row) {
  std::vector<std::size_t> offsets{0};
  std::vector<std::uint32_t> column_of;
  const std::size_t stretch = size / in_row;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t e = 0; e < in_row; ++e)
      column_of.push_back(
          static_cast<std::uint32_t>(e * stretch + (i * 2654435761u + e * 40503u) % 4294967296u % stretch));
    offsets.push_back(column_of.size());
  }
  const std::vector<double> values(column_of.size(), 1);
  return {size, offsets, column_of, values, Dtype::float64};
}

void sparse_row() {
  const std::size_t size = std::size_t{1} << 20, in_row = 64;
  const gpu::SparseMatrix A = scattered_rows(size, in_row);
  const Vector x = filled(size, Dtype::float64, 1), from = filled(size * in_row, Dtype::float64, 1);
  Vector y = x.like(), to = from.like();
  const auto [plain_s, transposed_s, copy_s] = bench::card_seconds(
      10, [&] { gpu::multiply(1, A, gpu::Op::plain, x, 0, y); },
      [&] { gpu::multiply(1, A, gpu::Op::transposed, x, 0, y); }, [&] { gpu::copy(to, from); });
  // Values, column numbers and row offsets once, both vectors once: what cannot be avoided.
  const double bytes = static_cast<double>(size * in_row * 12 + size * 4 + 2 * x.bytes());
  const double copied = 2 * static_cast<double>(from.bytes()) / copy_s;
  bench::row_without_target(
      fmt::format(
          "sparse product, {} scattered entries in each of {} rows, float64: least bytes/s over the copy's",
          in_row, size),
      fmt::format("{:.3g}, transposed {:.3g}", bytes / plain_s / copied, bytes / transposed_s / copied));
  bench::note("{:.3f} ms and {:.3f} ms transposed", 1e3 * plain_s, 1e3 * transposed_s);
}

void round_row() {
  const std::int64_t n = 4096, workers = 8;
  const auto game =
      problems::catalogue().make({"bilinear", {{"n", n}, {"workers", workers}, {"device", "cuda"}}, ""}, {});
  const Vector start = filled(game->traits().dimension, Dtype::float64, 1);
  const auto masha1 = [&](const Table& uplink) {
    const Plugin method{"masha1", {{"step", 0.01}, {"refresh", 0.01}, {"uplink", uplink}}, ""};
    return std::make_unique<bench::Method>(*game, method, start, game->known().constants);
  };
  const auto dense = masha1({{"type", "identity"}}), sparse = masha1({{"type", "rand_k"}, {"k", 0.01}});
  const auto [dense_s, sparse_s] = bench::card_seconds(
      20, [&] { dense->step(); }, [&] { sparse->step(); });
  bench::row_without_target(
      fmt::format("MASHA1 on bilinear, M = {}, d = {}: a round with rand_k, k = 1 %, over one with identity",
                  workers, 2 * n),
      fmt::format("{:.3g}", sparse_s / dense_s));
  bench::note("a round: {:.2f} ms with rand_k, {:.2f} ms with identity", 1e3 * sparse_s, 1e3 * dense_s);
}

}  // namespace

int main(int argc, char** argv) {
  return bench::on_card([&] {
    if (argc == 2 && std::strcmp(argv[1], "--card") == 0) return;
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) combine_row(dtype);
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) bilinear_row(dtype);
    sparse_row();
    round_row();
  });
}
