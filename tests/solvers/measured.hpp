// A problem of the catalogue with measures that can be computed by hand.
#pragma once
#include <memory>
#include <vector>

#include <trivium/problems/problem.hpp>

namespace trivium::solvers::testing {

/// Another problem and two measures: "size", the mean over workers of |F_m(z)|^2, and "first", where worker m
/// of M contributes (m + 1) z_0: (M + 1) / 2 z_0 in the mean.
class Measured final : public problems::Problem {
 public:
  explicit Measured(std::unique_ptr<problems::Problem> problem,
                    const std::vector<std::string>& names = {"size", "first"})
      : Problem(problem->traits()), problem_(std::move(problem)) {
    traits_.measures = names;
  }
  void evaluate(int m, const Vector& z, Vector& out) override { problem_->evaluate(m, z, out); }
  std::size_t samples(int m) const override { return problem_->samples(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    problem_->evaluate_samples(m, z, samples, out);
  }
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    problem_->jacobian(m, z, v, transposed, out);
  }
  void prox(double step, Vector& z) override { problem_->prox(step, z); }
  void measure(int m, const Vector& z, std::span<double> out) override {
    Vector F = z.like();
    problem_->evaluate(m, z, F);
    out[0] = dot(F, F);
    out[1] = (m + 1) * z.to_host()[0];
  }
  problems::Known known() const override { return problem_->known(); }

 private:
  std::unique_ptr<problems::Problem> problem_;
};

}  // namespace trivium::solvers::testing
