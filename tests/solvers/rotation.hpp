#pragma once
#include <cmath>
#include <limits>
#include <numbers>

#include <trivium/problems/problem.hpp>

namespace trivium::solvers::testing {

/// F_m(x, y) = turn (y, -x) + q_m with q_m of sum zero over five workers: the mean is a pure rotation, z* =
/// 0, L = L_rms = 1, mu = 0. `turn` is 1 or -1. z0 = (1, 0.5).
class Rotation final : public problems::Problem {
 public:
  explicit Rotation(double turn) : Problem(shape()), turn_(turn) {}

  void evaluate(int m, const Vector& z, Vector& out) override {
    const double angle = 2 * std::numbers::pi * m / traits_.workers.total;
    const auto in = z.span<double>();
    out.span<double>()[0] = turn_ * in[1] + std::cos(angle);
    out.span<double>()[1] = -turn_ * in[0] + std::sin(angle);
  }
  /// Two summands of every worker, F_m + (1, 0) and F_m - (1, 0).
  std::size_t samples(int) const override { return 2; }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    evaluate(m, z, out);
    for (const std::uint32_t j : samples)
      out.span<double>()[0] += (j == 0 ? 1.0 : -1.0) / static_cast<double>(samples.size());
  }
  problems::Known known() const override {
    problems::Known known;
    known.constants[problems::Which::L_loc] = {0, problems::Origin::known, "closed form"};
    for (const problems::Which which : problems::all_constants)
      known.constants[which] = {0, problems::Origin::known, "closed form"};
    for (const problems::Which which : {problems::Which::L, problems::Which::L_max, problems::Which::L_rms})
      known.constants[which].value = 1;
    known.constants[problems::Which::L_1] = {1, problems::Origin::known, "closed form"};
    known.constants[problems::Which::ell].value = std::numeric_limits<double>::infinity();
    known.solution = {0, 0};
    known.start = {1, 0.5};
    return known;
  }

 private:
  static problems::Traits shape() {
    problems::Traits traits;
    traits.dimension = 2;
    traits.workers = {5, 0, 5};
    traits.affine = true;
    return traits;
  }
  double turn_;
};

}  // namespace trivium::solvers::testing
