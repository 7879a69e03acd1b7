#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <trivium/problems/sets.hpp>

#include "detail/threshold.hpp"

namespace trivium::problems::sets {
namespace {

// Sum of size(x_i) in eight interleaved partial sums, so that the loop vectorises.
template <class Size>
double sum_of(std::span<const double> x, Size size) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += size(x[i + lane]);
  }
  for (; i < x.size(); ++i) sums[0] += size(x[i]);
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

double magnitude(double entry) { return std::abs(entry); }

class L1Ball final : public FeasibleSet {
 public:
  struct Params {
    double radius = 1;
    void describe(Fields& fields) { fields.real("radius", radius, positive, "the ball is |x|_1 <= radius"); }
  };
  static About about() {
    return {
        .summary = "the l1 ball |x|_1 <= radius: sparse points",
        .rule =
            "project(x)_i = sign(x_i) max(|x_i| - t, 0), t >= 0 such that the result has |x|_1 = radius;\n"
            "t by selection in O(n) expected time.  support(c) = radius max_i |c_i|",
        .source = "Duchi, Shalev-Shwartz, Singer, Chandra 2008: Efficient projections onto the l1-ball"};
  }
  L1Ball(const Params& params, std::size_t dimension) : radius_(params.radius) {
    scratch_.reserve(dimension);
  }

  void project(std::span<double> x) override {
    if (sum_of(x, magnitude) <= radius_) return;
    detail::Threshold threshold = detail::find_threshold(x, magnitude, radius_, scratch_);
    if (!std::isfinite(threshold.top)) return detail::spoil(x);
    pull_inside(x, threshold);
    for (double& entry : x) entry = std::copysign(threshold.apply(std::abs(entry)), entry);
  }
  double support(std::span<const double> c) const override {
    double largest = 0;
    for (const double entry : c) largest = std::max(largest, std::abs(entry));
    return radius_ * largest;
  }

 private:
  // Rounding may leave the sum just above the radius. The threshold is raised until the result passes the
  // test of being inside, so that projecting twice changes no bit.
  void pull_inside(std::span<const double> x, detail::Threshold& threshold) const {
    const auto size = [&](double entry) { return threshold.apply(std::abs(entry)); };
    for (int attempt = 0; attempt < 64; ++attempt) {
      const double excess = sum_of(x, size) - radius_;
      if (!(excess > 0)) return;
      threshold.offset = std::max(threshold.offset + excess / static_cast<double>(threshold.active),
                                  std::nextafter(threshold.offset, 0.0));
    }
  }

  double radius_;
  std::vector<double> scratch_;
};

}  // namespace

void register_l1_ball(Catalogue& all) { all.add<L1Ball>("l1_ball"); }

}  // namespace trivium::problems::sets
