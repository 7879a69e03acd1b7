// A strongly convex quadratic with a known spectrum, for minimisation: F_m(x) = A (x - x*) + h_m, the h_m
// adding up to zero.
#include <cmath>
#include <numbers>

#include <trivium/core/errors.hpp>
#include <trivium/problems/problem.hpp>

#include "detail/ramp.hpp"

namespace trivium::problems {
namespace {

class Quadratic final : public Problem {
 public:
  struct Params {
    std::int64_t n = 10;
    std::int64_t workers = 1;
    double mu = 0.1;
    double smoothness = 1;
    double heterogeneity = 0;
    void describe(Fields& fields) {
      fields.integer("n", n, {1, 1e9}, "dimension");
      fields.integer("workers", workers, {1, 1e6}, "M: number of workers");
      fields.real("mu", mu, positive, "smallest eigenvalue of A");
      fields.real("smoothness", smoothness, positive, "largest eigenvalue of A");
      fields.real("heterogeneity", heterogeneity, non_negative, "h: size of what the workers differ by");
    }
  };
  static About about() {
    return {"a strongly convex quadratic with known spectrum and solution",
            "F_m(x) = A (x - x*) + h_m, A = diag(a), a from mu to smoothness in equal steps, x*_i = cos(i)\n"
            "h_m[i] = heterogeneity cos(2 pi m / M + i) for M >= 2, adding up to zero over the workers\n"
            "L = smoothness, mu = mu; the workers' Jacobians are equal",
            "reference problem of this project"};
  }

  Quadratic(const Params& params, const Place& place)
      : Problem({.dimension = static_cast<std::size_t>(params.n),
                 .workers = worker_block(static_cast<int>(params.workers), place.rank, place.ranks),
                 .affine = true,
                 .convex = true,
                 .has_jacobian = true}),
        mu_(params.mu),
        L_(params.smoothness),
        h_(params.workers > 1 ? params.heterogeneity : 0) {
    if (mu_ > L_) reject("quadratic.mu = {} is above smoothness = {}; give mu <= smoothness", mu_, L_);
    a_ = detail::ramp(traits_.dimension, mu_, L_);
    for (std::size_t i = 0; i < traits_.dimension; ++i) solution_.push_back(std::cos(static_cast<double>(i)));
  }

  void evaluate(int m, const Vector& z, Vector& out) override {
    const std::span<const double> x = z.span<double>();
    const std::span<double> F = out.span<double>();
    for (std::size_t i = 0; i < F.size(); ++i) F[i] = a_[i] * (x[i] - solution_[i]);
    if (h_ == 0) return;
    const double turn = 2 * std::numbers::pi * m / traits_.workers.total;
    for (std::size_t i = 0; i < F.size(); ++i) F[i] += h_ * std::cos(turn + static_cast<double>(i));
  }
  void jacobian(int, const Vector&, const Vector& v, bool, Vector& out) override {
    const std::span<const double> in = v.span<double>();
    const std::span<double> J = out.span<double>();
    for (std::size_t i = 0; i < J.size(); ++i) J[i] = a_[i] * in[i];
  }
  Known known() const override {
    Known known;
    const auto state = [&](Which which, double value, const char* how) {
      known.constants[which] = {value, Origin::known, how};
    };
    for (const Which which : {Which::L, Which::L_max, Which::L_rms, Which::ell})
      state(which, L_, "largest eigenvalue of A");
    state(Which::mu, mu_, "smallest eigenvalue of A");
    for (const Which which : {Which::delta, Which::d1, Which::sig, Which::sig1})
      state(which, 0, "the workers' Jacobians are equal");
    known.solution = solution_;
    return known;
  }

 private:
  double mu_, L_, h_;
  std::vector<double> a_, solution_;
};

}  // namespace

void register_quadratic(Catalogue& all) { all.add<Quadratic>("quadratic"); }

}  // namespace trivium::problems
