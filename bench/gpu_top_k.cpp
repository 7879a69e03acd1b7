// TopK of 10^8 entries on the card: the whole encode, which ends with the message on the host, against a copy
// of the vector on the card and against torch.topk (torch/topk.py), which ends with indices and values on the
// host. Returns 2 where there is no card.
#include <cstdint>
#include <string>

#include <trivium/compressors/compressor.hpp>
#include <trivium/gpu/compress.hpp>

#include "gpu.hpp"
#include "torch.hpp"

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

void against_torch(const std::string& python, const std::string& what, const Vector& x, std::size_t k,
                   double encode) {
  const std::string row = what + ": encode, times faster than torch.topk with its entries on the host";
  if (python.empty()) return bench::row_without_torch(row);
  const std::string json =
      bench::output_of_torch(python, "topk.py",
                             fmt::format("--dimension {} --k {} --dtype {} --device cuda --turns {}", d, k,
                                         name_of(x.dtype()), turns));
  const double theirs = bench::number_in(json, "seconds");
  bench::row_at_least(row, theirs / encode, 1, "x");
  bench::note("PyTorch {}: {:.3f} ms, of it on the card {:.3f} ms", bench::text_in(json, "torch"),
              theirs * 1e3, bench::number_in(json, "selection") * 1e3);
}

void measure(const std::string& python, const Vector& x, std::size_t k) {
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
  const std::string what = fmt::format("top_k on the card, d = {:.0e}, k = {:.0e}, {}",
                                       static_cast<double>(d), static_cast<double>(k), name_of(x.dtype()));
  bench::row_at_least(what + ": the vector's bytes/s in encode over those in a copy", copy_s / encode, 0.25);
  bench::note("encode {:.3f} ms, of it the selection {:.3f} ms; copy {:.3f} ms, {:.0f} GB/s", encode * 1e3,
              select * 1e3, copy_s * 1e3, bandwidth * 1e-9);
  against_torch(python, what, x, k, encode);
}

}  // namespace

int main() {
  return bench::on_card([] {
    const std::string python = bench::torch_python(true);
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
      const Vector x = normal_vector(dtype);
      for (const std::size_t k : {d / 1000, d / 100}) measure(python, x, k);
    }
  });
}
