// TopK of 10^8 entries on the card: the whole encode, which ends with the message on the host, against a copy
// of the vector on the card. Returns 2 where there is no card.
#include <cstdint>
#include <string>

#include <trivium/compressors/compressor.hpp>
#include <trivium/gpu/compress.hpp>

#include "measure.hpp"

namespace {

using namespace trivium;

constexpr int turns = 11;
constexpr std::size_t d = 100'000'000;

Vector normal_vector(Dtype dtype) {
  Stream stream(1, Purpose::test, 0, d);
  std::vector<double> values(d);
  for (double& value : values) value = stream.normal();
  Vector x(d, dtype, gpu::device());
  x.assign(values);
  return x;
}

void measure(const Vector& x, std::size_t k) {
  const auto codec = compressors::catalogue().make(
      {"top_k", {{"k", static_cast<std::int64_t>(k)}, {"values", name_of(x.dtype())}}, ""}, {d, 1});
  std::vector<std::uint32_t> indices(k);
  std::vector<double> values(k);
  Vector copied = x.like();
  Message message;
  const auto [encode, select, copy_s] = bench::median_seconds(
      bench::Clock::wall, turns,
      [&] {
        message.clear();
        codec->encode(x, message);
      },
      [&] { gpu::select_largest(x, indices, values); },
      [&] {
        copy(copied, x);
        gpu::synchronize();
      });
  const double bandwidth = 2 * static_cast<double>(x.bytes()) / copy_s;
  bench::row_at_most(
      fmt::format("top_k on the card, d = {:.0e}, k = {:.0e}, {}: encode over a copy of the vector",
                  static_cast<double>(d), static_cast<double>(k), name_of(x.dtype())),
      encode / copy_s, 4);
  bench::note("encode {:.3f} ms, of it the selection {:.3f} ms; copy {:.3f} ms, {:.0f} GB/s", encode * 1e3,
              select * 1e3, copy_s * 1e3, bandwidth * 1e-9);
}

}  // namespace

int main() {
  if (!gpu::available()) {
    bench::note("skipped: {}", gpu::why_not());
    return 2;
  }
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    const Vector x = normal_vector(dtype);
    for (const std::size_t k : {d / 1000, d / 100}) measure(x, k);
  }
}
