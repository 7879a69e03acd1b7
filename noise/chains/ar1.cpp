// x+ = rho x + sqrt(1 - rho^2) xi, xi standard normal. From x0 the law after k steps is N(rho^k x0,
// 1 - rho^2k); in L2 of the stationary law the eigenvalues are the powers of rho.
#include <cmath>
#include <numbers>

#include <trivium/noise/detail/mixing.hpp>

#include "detail/steps.hpp"

namespace trivium::noise::chains {
namespace {

/// Where the mixing time starts: nineteen of twenty starts from the stationary law are nearer to 0.
constexpr double far_start = 2;

/// P(X <= x) for X from N(0, 1).
double below(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// The total variation distance of N(m, 1 - c) to N(0, 1), m >= 0, c in [0, 1).
double distance_to_normal(double m, double c) {
  if (c < 1e-12) return std::erf(m / (2 * std::numbers::sqrt2));
  // N(m, v) has the larger density between the roots of (1 - v) x^2 - 2 m x + m^2 + v log v = 0, v = 1 - c.
  const double v = 1 - c, root = std::sqrt(v * (m * m - c * std::log1p(-c)));
  const double low = (m - root) / c, high = (m + root) / c, spread = std::sqrt(v);
  return below((high - m) / spread) - below((low - m) / spread) - (below(high) - below(low));
}

class Ar1 final : public RealSteps<Ar1> {
 public:
  struct Params {
    double correlation = 0.5, relaxation = 0;
    void describe(Fields& fields) {
      fields.real("correlation", correlation, {-1, 1, true},
                  "rho: correlation of values one step apart, between -1 and 1");
      describe_relaxation(fields, relaxation, "rho = 1 - 1 / tau");
    }
  };
  static About about() {
    return {"autoregression of order one: Gaussian noise with memory",
            "x+ = rho x + sqrt(1 - rho^2) xi, xi from N(0, 1); stationary: N(0, 1); value x\n"
            "correlation of values k steps apart rho^k; relaxation time 1 / (1 - |rho|): tau for "
            "rho = 1 - 1 / tau",
            "definition"};
  }
  Ar1(const Params& params, const Place& place)
      : rho_(given_relaxation("ar1", params.relaxation) ? 1 - 1 / params.relaxation : params.correlation),
        scale_(std::sqrt(1 - rho_ * rho_)) {
    if (rho_ == 1)
      reject("ar1.correlation = 1 never moves; take a number below 1, 1 - 1 / tau for memory tau");
    if (place.states != 0)
      reject("ar1 moves on the real line, and {} numbered states are needed; take cycle, lazy or iid",
             place.states);
  }

  State start(Stream& stream) const override { return {0, stream.normal()}; }
  void step(State& state, Stream& stream) const { state.x = rho_ * state.x + scale_ * stream.normal(); }
  double value(const State& state) const { return state.x; }

  Law law() const override {
    return {"the standard normal law", {}, [rho = rho_](std::size_t lag) {
              return std::pow(rho, static_cast<double>(lag));
            }};
  }
  Times times() const override {
    const double size = std::abs(rho_);
    const double mixing = detail::least_steps(1, [size](std::uint64_t k) {
      const double shrunk = std::pow(size, static_cast<double>(k));
      return distance_to_normal(shrunk * far_start, shrunk * shrunk) <= 0.25;
    });
    return {
        {1 / (1 - size), Origin::known, "1 / (1 - |rho|)"},
        {mixing, Origin::computed, "from x = 2; grows with the logarithm of the start: none is the worst"},
        {(1 + rho_) / (1 - rho_), Origin::known, "(1 + rho) / (1 - rho)"}};
  }

 private:
  double rho_, scale_;
};

}  // namespace

void register_ar1(Catalogue& all) { all.add<Ar1>("ar1"); }

}  // namespace trivium::noise::chains
