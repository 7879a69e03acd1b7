// Random walk Metropolis for the standard normal law (Metropolis et al. 1953). No eigenvalue of it is known:
// its numbers are those of the chain on a grid, whose transition matrix is small.
#include <algorithm>
#include <cmath>
#include <numbers>

#include <trivium/noise/detail/spectrum.hpp>

#include "detail/steps.hpp"

namespace trivium::noise::chains {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The grid has this many points, `spacing` apart, 0 in the middle.
constexpr Index points = 401;
constexpr double spacing = 0.04;
/// Where the mixing time starts: nineteen of twenty starts from the stationary law are nearer to 0.
constexpr double far_start = 2;

double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

/// The chain on the grid: proposals have the density's share of each point, what is left over stays.
MatrixXd on_grid(const VectorXd& x, double scale) {
  MatrixXd P(points, points);
  for (Index i = 0; i < points; ++i) {
    for (Index j = 0; j < points; ++j)
      P(i, j) = spacing / scale * normal_density((x[j] - x[i]) / scale) *
                std::min(1.0, std::exp((x[i] * x[i] - x[j] * x[j]) / 2));
    P(i, i) += 1 - P.row(i).sum();
  }
  return P;
}

class Metropolis final : public RealSteps<Metropolis> {
 public:
  struct Params {
    double scale = 2.4;
    void describe(Fields& fields) {
      fields.real("scale", scale, {0.1, 100}, "s: standard deviation of the proposed moves");
    }
  };
  static About about() {
    return {"random walk Metropolis for the standard normal law",
            "y = x + s xi, xi from N(0, 1); x+ = y with probability min(1, exp((x^2 - y^2) / 2)), else x\n"
            "stationary: N(0, 1); value x; a move is accepted with probability (2 / pi) atan(2 / s)",
            "Metropolis, Rosenbluth, Rosenbluth, Teller, Teller 1953; Roberts, Gelman, Gilks 1997"};
  }
  Metropolis(const Params& params, const Place& place) : scale_(params.scale) {
    if (place.states != 0)
      reject("metropolis moves on the real line, and {} numbered states are needed; take cycle, lazy or iid",
             place.states);
  }

  State start(Stream& stream) const override { return {0, stream.normal()}; }
  void step(State& state, Stream& stream) const {
    const double proposed = state.x + scale_ * stream.normal();
    if (stream.bernoulli(std::exp((state.x * state.x - proposed * proposed) / 2))) state.x = proposed;
  }
  double value(const State& state) const { return state.x; }

  Law law() const override { return {"the standard normal law", {}, {}}; }
  Times times() const override {
    constexpr double end = spacing * (points - 1) / 2;
    const VectorXd x = VectorXd::LinSpaced(points, -end, end);
    const MatrixXd P = on_grid(x, scale_);
    const VectorXd law = x.unaryExpr([](double at) { return spacing * normal_density(at); });
    MatrixXd start = MatrixXd::Zero(1, points);
    start(0, static_cast<Index>((far_start + end) / spacing + 0.5)) = 1;
    const std::string grid = "on a grid of 401 points of [-8, 8], relative accuracy 1e-4";
    return {
        {1 / (1 - detail::second_eigenvalue(P, law)), Origin::computed, "all eigenvalues " + grid},
        {detail::mixing_steps(P, law, start), Origin::computed, "from x = 2 (none is the worst), " + grid},
        {detail::autocorrelation_time(P, law, x), Origin::computed, "fundamental matrix " + grid}};
  }

 private:
  double scale_;
};

}  // namespace

void register_metropolis(Catalogue& all) { all.add<Metropolis>("metropolis"); }

}  // namespace trivium::noise::chains
