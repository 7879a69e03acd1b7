#include <algorithm>
#include <cmath>

#include <trivium/analysis/solution.hpp>
#include <trivium/core/errors.hpp>

#include "detail/extragradient.hpp"
#include "detail/natural_map.hpp"
#include "detail/newton_system.hpp"

namespace trivium::analysis {
namespace {

constexpr long most_evaluations = 200'000;
constexpr double rounding_slack = 16;  // times the effect of one last bit of z

/// A relative residual with about half the digits of the scalars: what is larger is no solution, whatever the
/// reason.
double half_the_digits(Dtype dtype) { return dtype == Dtype::float64 ? 1e-6 : 1e-3; }

class Search {
 public:
  Search(problems::Problem& problem, mpi::Network& network, const Vector& start, double tolerance)
      : map_(problem, network),
        extragradient_(map_),
        system_(map_),
        tolerance_(tolerance),
        descend_first_(problem.traits().constrained),
        z_(start),
        trial_(start.like()) {
    // Far from a constrained solution the active faces are unknown, and Newton's model with them.
    scale_ = residual_ = map_.residual(z_);
    if (!std::isfinite(scale_))
      throw NoSolution("the operator is not finite at the starting point; choose another z0");
  }

  /// Tries the solution that the problem states. False: it needs more digits, and the search starts from it.
  bool try_known(const std::vector<double>& known) {
    trial_.assign(known);
    const double residual = map_.residual(trial_);
    if (residual <= tolerance_ * scale_ || is_rounding(trial_, residual)) {
      std::swap(z_, trial_);
      residual_ = residual;
      return true;
    }
    if (!is_near(residual))
      throw NoSolution(
          fmt::format("the solution that the problem states leaves a relative residual of {:.1e}; correct it "
                      "or leave it out",
                      residual / scale_));
    std::swap(z_, trial_);
    residual_ = residual;
    return false;
  }

  void run() {
    for (int steps = 100; !done(); steps *= 2) {
      if (descend_first_) descend(steps);
      while (!done() && newton()) {
      }
      if (done() || is_rounding(z_, residual_)) return;
      if (map_.evaluations() > most_evaluations || !std::isfinite(residual_)) give_up();
      descend_first_ = true;
    }
  }

  bool done() const { return residual_ <= tolerance_ * scale_; }

  Solution solution(const std::string& how) const {
    return {z_.to_host(), scale_ > 0 ? residual_ / scale_ : 0.0, how};
  }
  std::string work() const {
    return fmt::format("{} extragradient and {} Newton-Krylov steps", extragradient_.iterations(),
                       newton_steps_);
  }

 private:
  bool is_near(double residual) const { return residual <= half_the_digits(z_.dtype()) * scale_; }
  // Where |z| is huge its last bit is too: without the first condition a run to infinity would count as
  // solved.
  bool is_rounding(const Vector& z, double residual) {
    return is_near(residual) && residual <= rounding_slack * map_.rounding_level(z);
  }

  void descend(int steps) {
    map_.prox(0, z_);
    const double target = std::max(0.01 * residual_, tolerance_ * scale_);
    residual_ = extragradient_.run(z_, target, steps);
  }

  /// One step z+ = P_0(z + t s) with V s = -R(z). True when it was taken: |R| fell by a tenth at least.
  bool newton() {
    map_.residual(z_);
    system_.solve(std::clamp(0.1 * residual_ / scale_, 1e-8, 1e-2), step_);
    for (const double t : {1.0, 0.5, 0.25, 0.125}) {
      detail::put(step_, trial_);
      combine(trial_, {{1, z_}, {t, trial_}});
      map_.prox(0, trial_);
      const double residual = map_.residual(trial_);
      if (!(residual <= 0.9 * residual_)) continue;
      std::swap(z_, trial_);
      residual_ = residual;
      ++newton_steps_;
      return true;
    }
    return false;
  }

  [[noreturn]] void give_up() const {
    throw NoSolution(fmt::format(
        "the solution could not be computed to {:.0e}: relative residual {:.1e} after {} evaluations; is the "
        "operator monotone? run `trivium check`",
        tolerance_, residual_ / scale_, map_.evaluations()));
  }

  detail::NaturalMap map_;
  detail::Extragradient extragradient_;
  detail::NewtonSystem system_;
  double tolerance_, scale_ = 0, residual_ = 0;
  bool descend_first_;
  Vector z_, trial_;
  Eigen::VectorXd step_;
  int newton_steps_ = 0;
};

}  // namespace

Solution solve(problems::Problem& problem, mpi::Network& network, const Vector& start, double tolerance) {
  Search search(problem, network, start, tolerance);
  const problems::Known known = problem.known();
  if (search.done()) return search.solution("the starting point");
  if (known.solution && search.try_known(*known.solution))
    return search.solution("known in closed form, checked");
  search.run();
  return search.solution(search.work());
}

}  // namespace trivium::analysis
