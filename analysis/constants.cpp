#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include <fmt/format.h>

#include <trivium/analysis/constants.hpp>

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

/// From Jacobians.
class Spectra {
 public:
  Spectra(problems::Problem& problem, mpi::Network& network, const Vector& at)
      : affine_(problem.traits().affine), network_(network), jacobians_(problem, network, at) {}

  Constant measure(Which which) {
    switch (which) {
      case Which::mu:
        return constant(extreme(End::smallest, &detail::Jacobians::symmetric_part));
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
      case Which::ell:
        break;
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

  /// The root of a difference of squares: rounding of the squares leaves sqrt(eps) L unknown, all there is
  /// for equal workers.
  Constant spread(Map gram) {
    Extreme found = detail::square_root(extreme(End::largest, gram));
    const double L = detail::square_root(extreme(End::largest, &detail::Jacobians::gram)).value;
    const double unknown = 2 * std::sqrt(std::numeric_limits<double>::epsilon()) * L;
    if (found.value < 10 * unknown) found.error = std::max(found.error, unknown);
    return constant(found);
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
    if (!affine_) how += ", at the solution (the constants of this problem are local)";
    return {found.value, Origin::computed, how};
  }

  bool affine_;
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
  return {std::move(known), [pairs](Which which) { return pairs->measure(which); }};
}

}  // namespace trivium::analysis
