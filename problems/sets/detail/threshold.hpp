#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace trivium::problems::sets::detail {

/// A sum with the rounding errors carried along (Neumaier 1974): accurate to a unit in the last place for
/// entries of one sign.
class AccurateSum {
 public:
  void add(double term) {
    const double next = sum_ + term;
    lost_ += std::abs(sum_) >= std::abs(term) ? (sum_ - next) + term : (term - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

/// What a projection onto a simplex takes from every coordinate: y_i = max((v_i - top) - offset, 0) sums to
/// `total`. Written as two numbers because v_i - top is exact where it matters, so that y is accurate to
/// rounding of `total`, however large v is.
struct Threshold {
  double top;          ///< the largest v_i
  double offset;       ///< in [-total, 0)
  std::size_t active;  ///< number of positive y_i
  double apply(double v) const { return std::max((v - top) - offset, 0.0); }
};

/// How many of `candidates` lie above the threshold that gives `total`, and their sum. In O(n) expected time:
/// halve the candidates at their median until nothing is undecided (after Duchi et al. 2008). Reorders them.
struct Above {
  std::size_t count = 0;
  double sum = 0;
};
inline Above select_above(std::span<double> candidates, double total) {
  Above above;
  while (!candidates.empty()) {
    const std::size_t half = candidates.size() / 2;
    std::nth_element(candidates.begin(), candidates.begin() + half, candidates.end(), std::greater<>());
    const double median = candidates[half];
    Above larger{above.count + half + 1, above.sum};
    for (const double candidate : candidates.first(half + 1)) larger.sum += candidate;
    if (larger.sum - static_cast<double>(larger.count) * median <
        total) {  // the median is above, and so are all before it
      above = larger;
      candidates = candidates.subspan(half + 1);
    } else {
      candidates = candidates.first(half);
    }
  }
  return above;
}

/// The threshold of v_i = `value(x_i)` for a positive finite `total`. `scratch` must have room for n numbers,
/// so that nothing is allocated. When an entry is not finite, so is `top`, and the other members are
/// unspecified.
template <class Value>
Threshold find_threshold(std::span<const double> x, Value value, double total, std::vector<double>& scratch) {
  double top = -std::numeric_limits<double>::infinity();
  for (const double entry : x) {
    const double v = value(entry);
    if (!std::isfinite(v)) return {v, 0, 0};
    top = std::max(top, v);
  }
  // With offset = -total the largest coordinate alone reaches the total, so those below top - total stay out.
  scratch.clear();
  for (const double entry : x) {
    if (const double below = value(entry) - top; below > -total) scratch.push_back(below);
  }
  const Above rough = select_above(scratch, total);
  const double offset = (rough.sum - total) / static_cast<double>(rough.count);
  // Once more, with the rounding errors of the sum carried along.
  AccurateSum exact;
  exact.add(-total);
  std::size_t active = 0;
  for (const double below : scratch) {
    if (below <= offset) continue;
    exact.add(below);
    ++active;
  }
  return {top, exact.value() / static_cast<double>(active), active};
}

/// A point with an infinite coordinate has no projection: all becomes not-a-number, so that divergence stays
/// visible.
inline void spoil(std::span<double> x) {
  std::fill(x.begin(), x.end(), std::numeric_limits<double>::quiet_NaN());
}

}  // namespace trivium::problems::sets::detail
