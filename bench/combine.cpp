// out = a x + b y + c w in one pass, against the triad out = x + a y of the same entries: bytes moved in a
// second, with the read that precedes a write counted in both.
#include <trivium/core/vector.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"

namespace {

using namespace trivium;

template <class T>
void measure(std::size_t size) {
  const Dtype dtype = dtype_of<T>();
  Vector x(size, dtype), y(size, dtype), w(size, dtype), out(size, dtype);
  fill(x, 1);
  fill(y, 2);
  fill(w, 3);
  const auto [combine_s, triad_s, copy_s] = bench::median_seconds(
      bench::Clock::processor, 31,
      [&] {
        combine(out, {{0.5, x}, {0.25, y}, {0.125, w}});
        bench::keep(out);
      },
      [&] {
        bench::triad<T>(out.span<T>().data(), x.span<T>().data(), y.span<T>().data(), T{0.5}, size);
        bench::keep(out);
      },
      [&] {
        bench::copy_entries(out.span<T>().data(), x.span<T>().data(), size);
        bench::keep(out);
      });
  const double combined = bench::bytes_moved<T>(size, 3, 1) / combine_s,
               triad = bench::bytes_moved<T>(size, 2, 1) / triad_s;
  bench::row_at_least(fmt::format("combine of four vectors of {:.0e} {}: its bytes/s over the triad's",
                                  static_cast<double>(size), name_of(dtype)),
                      combined / triad, 0.8);
  bench::note("combine {:.1f} GB/s, triad {:.1f} GB/s; memcpy {:.1f} GB/s, reads and writes", combined * 1e-9,
              triad * 1e-9, 2 * static_cast<double>(size * sizeof(T)) / copy_s * 1e-9);
}

}  // namespace

int main() {
  measure<double>(10'000'000);
  measure<float>(10'000'000);
}
