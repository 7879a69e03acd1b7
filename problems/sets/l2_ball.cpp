#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <trivium/problems/sets.hpp>

namespace trivium::problems::sets {
namespace {

// Sum of (x_i * scale)^2 in eight interleaved partial sums: the loop vectorises, and rounding grows with n
// / 8.
double sum_of_squares(std::span<const double> x, double scale) {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double entry = x[i + lane] * scale;
      sums[lane] += entry * entry;
    }
  }
  for (; i < x.size(); ++i) sums[0] += (x[i] * scale) * (x[i] * scale);
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

// |x|_2 without overflow or underflow: where squares leave the safe range the entries are scaled by a power
// of two first.
double safe_norm(std::span<const double> x) {
  const double plain = sum_of_squares(x, 1);
  if (plain > 1e-270 && plain < 1e300) return std::sqrt(plain);
  double largest = 0;
  for (const double entry : x) largest = std::max(largest, std::abs(entry));
  if (largest == 0 || !std::isfinite(largest)) return plain;  // zero, infinity or not a number
  const int exponent = std::clamp(std::ilogb(largest), -1000, 1000);
  return std::ldexp(std::sqrt(sum_of_squares(x, std::ldexp(1.0, -exponent))), exponent);
}

class L2Ball final : public FeasibleSet {
 public:
  struct Params {
    double radius = 1;
    void describe(Fields& fields) { fields.real("radius", radius, positive, "the ball is |x|_2 <= radius"); }
  };
  static About about() {
    return {.summary = "the Euclidean ball |x|_2 <= radius",
            .rule = "project(x) = x min(1, radius / |x|_2);  support(c) = radius |c|_2",
            .source = "definition"};
  }
  L2Ball(const Params& params, std::size_t) : radius_(params.radius) {}

  // The scaled point may stick out by rounding. It is scaled again, a little more each time, until its own
  // norm says that it is inside: so projecting twice changes no bit. An extreme point comes home in several
  // steps, because radius / length underflows.
  void project(std::span<double> x) override {
    double margin = 0;
    for (double length = safe_norm(x); length > radius_ && margin < 1e-6; length = safe_norm(x)) {
      const double factor = std::max(radius_ / length, 0x1p-256) * (1 - margin);
      for (double& entry : x) entry *= factor;
      margin = std::max(2 * margin, std::numeric_limits<double>::epsilon());
    }
  }
  double support(std::span<const double> c) const override { return radius_ * safe_norm(c); }

 private:
  double radius_;
};

}  // namespace

void register_l2_ball(Catalogue& all) { all.add<L2Ball>("l2_ball"); }

}  // namespace trivium::problems::sets
