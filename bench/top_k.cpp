// TopK with k = d / 100: encode and decode_add, against a copy of the vector and against numpy.argpartition
// on the magnitudes (numpy/argpartition.py), which finds the indices and sends nothing. Vectors that a
// selection may find hard come last.
#include <cmath>
#include <memory>

#include <fmt/format.h>

#include <trivium/compressors/compressor.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"
#include "script.hpp"

namespace {

using namespace trivium;

constexpr int turns = 21;

double numpy_seconds(std::size_t d, std::size_t k, Dtype dtype) {
  return bench::number_in(
      bench::output_of(fmt::format("OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 {} {}/argpartition.py "
                                   "--dimension {} --k {} --dtype {}",
                                   TRIVIUM_PYTHON, TRIVIUM_NUMPY_SCRIPTS, d, k, name_of(dtype))),
      "seconds");
}

struct Seconds {
  double encode, decode, copy;
};

template <class T>
Seconds measure(const Vector& x) {
  const std::size_t d = x.size();
  const auto codec = compressors::catalogue().make(
      {"top_k", {{"k", static_cast<std::int64_t>(d / 100)}, {"values", name_of(x.dtype())}}, ""}, {d, 1});
  Vector out = x.like(), copied = x.like();
  Message message;
  const auto [encode, decode, copy] = bench::median_seconds(
      bench::Clock::processor, turns,
      [&] {
        message.clear();
        codec->encode(x, message);
      },
      [&] {
        codec->decode_add(message, 1, out);
        bench::keep(out);
      },
      [&] {
        bench::copy_entries(copied.span<T>().data(), x.span<T>().data(), d);
        bench::keep(copied);
      });
  return {encode, decode, copy};
}

template <class T, class Entry>
Vector vector_of(std::size_t d, Entry entry) {
  Vector x(d, dtype_of<T>());
  for (T& value : x.span<T>()) value = static_cast<T>(entry());
  return x;
}

template <class T>
void against_numpy(std::size_t d) {
  Stream stream(1, Purpose::test, 0, d);
  const Seconds s = measure<T>(vector_of<T>(d, [&] { return stream.normal(); }));
  const double numpy = numpy_seconds(d, d / 100, dtype_of<T>());
  const std::string what = fmt::format("top_k, d = {:.0e}, k = d/100, {}: encode + decode_add",
                                       static_cast<double>(d), name_of(dtype_of<T>()));
  bench::row_at_most(what + " over a copy of the vector", (s.encode + s.decode) / s.copy, 2.5);
  bench::row_at_least(what + ", times faster than numpy.argpartition", numpy / (s.encode + s.decode), 3, "x");
  bench::note("encode {:.2f} ms, decode {:.2f} ms, copy {:.2f} ms, numpy {:.1f} ms", s.encode * 1e3,
              s.decode * 1e3, s.copy * 1e3, numpy * 1e3);
}

/// Ties, few nonzeros and periods, which a selection by sampling could stumble over.
void hard_vectors(std::size_t d) {
  Stream stream(2, Purpose::test, 0, d);
  std::size_t i = 0;
  const std::pair<const char*, Vector> vectors[] = {
      {"zeros", Vector(d)},
      {"equal entries", vector_of<double>(d, [] { return -1; })},
      {"one in a thousand nonzero",
       vector_of<double>(d, [&] { return i++ % 1000 == 0 ? stream.normal() : 0; })},
      {"integers up to 9", vector_of<double>(d, [&] { return std::floor(10 * stream.uniform()); })},
      {"a sine of period 1024",
       vector_of<double>(d, [&] { return std::sin(0.0061359231515425647 * static_cast<double>(i++)); })},
      {"ascending entries", vector_of<double>(d, [&] { return static_cast<double>(i++); })}};
  for (const auto& [name, x] : vectors) {
    const Seconds s = measure<double>(x);
    bench::note("{}, d = {:.0e}: {:.2f} copies", name, static_cast<double>(d),
                (s.encode + s.decode) / s.copy);
  }
}

}  // namespace

int main() {
  for (const std::size_t d : {1'000'000, 10'000'000}) {
    against_numpy<double>(d);
    against_numpy<float>(d);
  }
  hard_vectors(1'000'000);
}
