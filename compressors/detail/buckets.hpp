#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>

namespace trivium::compressors {

/// The smallest and the largest entry, and whether every entry is finite.
struct Extremes {
  double low, high;
  bool finite;
};

/// Of at least one entry. One pass; several extremes side by side, so that the loop stays in vector
/// registers.
inline Extremes extremes_of(std::span<const double> x) {
  constexpr std::size_t lanes = 16;
  std::array<double, lanes> low, high, odd{};  // odd: NaN once an entry is not finite
  low.fill(x[0]);
  high.fill(x[0]);
  const auto look = [&](double entry, std::size_t lane) {
    low[lane] = entry < low[lane] ? entry : low[lane];
    high[lane] = entry > high[lane] ? entry : high[lane];
    odd[lane] += entry - entry;
  };
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) look(x[i + lane], lane);
  for (; i < x.size(); ++i) look(x[i], 0);
  double sum = 0;
  for (const double number : odd) sum += number;
  return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end()), sum == 0};
}

/// Equal buckets from the smallest entry to the largest; all numbers are in bucket 0 when the two agree or
/// are not finite. A power of two brings the entries near one first: no range overflows or loses digits.
class Cut {
 public:
  Cut(const Extremes& range, std::size_t buckets) : last_(static_cast<double>(buckets - 1)) {
    if (!range.finite || range.low == range.high) return;
    const int exponent = std::ilogb(std::max(std::abs(range.low), std::abs(range.high)));
    unit_ = std::ldexp(1.0, -std::clamp(exponent, -1022, 1022));
    low_ = range.low * unit_;
    scale_ = static_cast<double>(buckets) / (range.high * unit_ - low_);
  }
  /// codes[i] = number of the bucket of x[i].
  void number(std::span<const double> x, std::span<std::uint32_t> codes) const {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double place = (x[i] * unit_ - low_) * scale_;
      codes[i] = static_cast<std::uint32_t>(static_cast<std::int32_t>(place < last_ ? place : last_));
    }
  }
  /// All numbers are in bucket 0; `number` must not be asked.
  bool trivial() const { return scale_ == 0; }
  /// The power of two, for sums that must not overflow either.
  double unit() const { return unit_; }

 private:
  double last_, unit_ = 0, low_ = 0, scale_ = 0;
};

}  // namespace trivium::compressors
