#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include <trivium/analysis/constants.hpp>
#include <trivium/core/errors.hpp>

#include "detail/cocoercivity.hpp"
#include "detail/jacobians.hpp"
#include "detail/lanczos.hpp"
#include "detail/random_pairs.hpp"
#include "detail/worker_norms.hpp"

namespace trivium::analysis {
namespace {

using detail::End;
using detail::Extreme;
using problems::Constant;
using problems::Origin;
using problems::Which;

constexpr double accuracy = 1e-8;

/// Throws InputError on all ranks alike when some F_m is not a finite sum: L_loc is then no constant.
void require_finite_sum(problems::Problem& problem, mpi::Network& network) {
  const WorkerRange& here = network.workers();
  double whole = 0;
  for (int m = here.first; m < here.last; ++m)
    if (problem.samples(m) == 0) whole = 1;
  if (network.max_off_the_record(whole) > 0)
    reject("L_loc bounds the spread of the summands of F_m, and the operators of this problem have none");
}

/// From Jacobians.
class Spectra {
 public:
  Spectra(problems::Problem& problem, mpi::Network& network, const Vector& at)
      : problem_(problem),
        affine_(problem.traits().affine),
        rounding_(problem.traits().dtype == Dtype::float64 ? std::numeric_limits<double>::epsilon()
                                                           : std::numeric_limits<float>::epsilon()),
        network_(network),
        jacobians_(problem, network, at) {}

  Constant measure(Which which) {
    switch (which) {
      case Which::mu:
        return constant(extreme(End::smallest, &detail::Jacobians::symmetric_part));
      case Which::mu_min:
        return constant(detail::least_monotonicity(jacobians_, network_, accuracy));
      case Which::L:
        return norm(&detail::Jacobians::gram);
      case Which::L_rms:
        return norm(&detail::Jacobians::mean_gram);
      case Which::sig:
        return spread(&detail::Jacobians::deviation_gram);
      case Which::sig1:
        return spread(&detail::Jacobians::deviation_from_first_gram);
      case Which::d1:
        return constant(detail::distance_to_mean(jacobians_, 0, accuracy));
      case Which::L_max:
        return constant(detail::largest_norm(jacobians_, network_, accuracy));
      case Which::delta:
        return delta();
      case Which::L_loc:
        return L_loc();
      case Which::L_1:
        return constant(detail::norm_of_first(jacobians_, network_, accuracy));
      case Which::ell:
        return ell();
    }
    throw std::logic_error("no such constant");
  }

 private:
  using Map = void (detail::Jacobians::*)(const Eigen::VectorXd&, Eigen::VectorXd&);
  Extreme extreme(End end, Map map) {
    return lanczos([&](const auto& v, auto& out) { (jacobians_.*map)(v, out); }, jacobians_.dimension(), end,
                   accuracy);
  }
  Constant norm(Map gram) { return constant(detail::square_root(extreme(End::largest, gram))); }

  /// The root of a difference of squares: rounding of the `squares` leaves sqrt(eps) of their root unknown,
  /// all there is for equal workers.
  Constant spread(Map gram, Map squares = &detail::Jacobians::gram) {
    Extreme found = detail::square_root(extreme(End::largest, gram));
    const double L = detail::square_root(extreme(End::largest, squares)).value;
    const double unknown = 2 * std::sqrt(rounding_) * L;
    if (found.value < 10 * unknown) found.error = std::max(found.error, unknown);
    return constant(found);
  }

  Constant L_loc() {
    require_finite_sum(problem_, network_);
    if (!problem_.traits().has_samples_gram)
      reject("L_loc of this problem cannot be measured: it has no Jacobians of its summands (samples_gram)");
    return spread(&detail::Jacobians::sample_deviation_gram, &detail::Jacobians::mean_gram);
  }

  Constant ell() {
    if (problem_.traits().convex) {  // Baillon, Haddad 1977
      Constant result = measure(Which::L_max);
      result.how = "L_max, of gradients of convex functions: " + result.how;
      return result;
    }
    const detail::LargestCocoercivity found = detail::largest_cocoercivity(jacobians_, network_, rounding_);
    Constant result{found.value, Origin::computed, "dense eigenvalues of every worker"};
    if (!found.exact) {
      result.origin = Origin::estimated;
      result.how = "max L_m^2 / mu_m by Lanczos, relative accuracy 1e-3: an upper bound";
    } else if (std::isinf(found.value)) {
      result.how += ": one is not cocoercive";
    }
    result.how += where();
    return result;
  }

  Constant delta() {
    const detail::Farthest farthest = detail::largest_distance_to_mean(jacobians_, network_, accuracy);
    Constant result = constant(farthest.norm);
    if (farthest.workers_tried < network_.workers().total) {
      result.origin = Origin::estimated;
      result.how += fmt::format(", of the {} workers that differ most on random vectors: a lower bound",
                                farthest.workers_tried);
    }
    return result;
  }

  Constant constant(Extreme found) const {
    const double size = std::abs(found.value), relative = found.error / size;
    std::string how = "Lanczos, ";
    if (found.error <= accuracy * size)
      how += fmt::format("relative accuracy {:.0e}", accuracy);
    else if (relative < 0.1)
      how += fmt::format("relative accuracy {:.0e}", relative);
    else
      how += fmt::format("absolute accuracy {:.0e}", found.error);
    return {found.value, Origin::computed, how + where()};
  }
  const char* where() const {
    return affine_ ? "" : ", at the solution (the constants of this problem are local)";
  }

  problems::Problem& problem_;
  bool affine_;
  double rounding_;  // relative, of the problem's scalars
  mpi::Network& network_;
  detail::Jacobians jacobians_;
};

}  // namespace

problems::Constants constants(problems::Problem& problem, mpi::Network& network, const Vector& at) {
  std::map<Which, Constant> known = problem.known().constants;
  if (problem.traits().has_jacobian) {
    const auto spectra = std::make_shared<Spectra>(problem, network, at);
    return {std::move(known), [spectra](Which which) { return spectra->measure(which); }};
  }
  const auto pairs = std::make_shared<detail::RandomPairs>(problem, network, at);
  return {std::move(known), [pairs, &problem, &network](Which which) {
            if (which == Which::L_loc) require_finite_sum(problem, network);
            return pairs->measure(which);
          }};
}

}  // namespace trivium::analysis
