#include <algorithm>
#include <cmath>
#include <limits>

#include <trivium/problems/sets.hpp>

#include "detail/threshold.hpp"

namespace trivium::problems::sets {
namespace {

class Simplex final : public FeasibleSet {
 public:
  struct Params {
    double sum = 1;
    void describe(Fields& fields) {
      fields.real("sum", sum, positive, "the coordinates are >= 0 and add up to this");
    }
  };
  static About about() {
    return {.summary = "the simplex: x_i >= 0, sum of x_i = sum",
            .rule =
                "project(x)_i = max(x_i - t, 0), t such that the result sums to `sum`;\n"
                "t by selection in O(n) expected time.  support(c) = sum max_i c_i",
            .source = "Duchi, Shalev-Shwartz, Singer, Chandra 2008: Efficient projections onto the l1-ball"};
  }
  Simplex(const Params& params, std::size_t dimension) : sum_(params.sum) { scratch_.reserve(dimension); }

  void project(std::span<double> x) override {
    if (contains(x)) return;
    const auto threshold = detail::find_threshold(
        x, [](double entry) { return entry; }, sum_, scratch_);
    if (!std::isfinite(threshold.top)) return detail::spoil(x);
    for (double& entry : x) entry = threshold.apply(entry);
  }
  double support(std::span<const double> c) const override {
    return sum_ * *std::max_element(c.begin(), c.end());
  }

 private:
  // An equality holds only up to the rounding of each positive coordinate; with that much tolerance
  // projecting twice changes no bit.
  bool contains(std::span<const double> x) const {
    detail::AccurateSum total;
    double positive_entries = 0;
    for (const double entry : x) {
      if (!(entry >= 0)) return false;
      total.add(entry);
      positive_entries += entry > 0;
    }
    const double tolerance = 2 * std::numeric_limits<double>::epsilon() * positive_entries * sum_;
    return std::abs(total.value() - sum_) <= tolerance;
  }

  double sum_;
  std::vector<double> scratch_;
};

}  // namespace

void register_simplex(Catalogue& all) { all.add<Simplex>("simplex"); }

}  // namespace trivium::problems::sets
