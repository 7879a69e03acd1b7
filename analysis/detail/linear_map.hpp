#pragma once
#include <span>

#include <Eigen/Core>

#include <trivium/core/function_ref.hpp>
#include <trivium/core/vector.hpp>

namespace trivium::analysis::detail {

/// out = A x; both have shape (d), `out` is not `x`. Krylov methods run in float64 on every rank, on equal
/// numbers.
using LinearMap = FunctionRef<void(const Eigen::VectorXd& x, Eigen::VectorXd& out)>;

/// to = from, into the vector's type and device.
inline void put(const Eigen::VectorXd& from, Vector& to) {
  to.assign({from.data(), static_cast<std::size_t>(from.size())});
}

/// to = from as float64 on the host.
inline void get(const Vector& from, Eigen::VectorXd& to) {
  const auto size = static_cast<Eigen::Index>(from.size());
  if (from.on_host() && from.dtype() == Dtype::float64)
    to = Eigen::Map<const Eigen::VectorXd>(from.span<double>().data(), size);
  else
    to = Eigen::Map<const Eigen::VectorXd>(from.to_host().data(), size);
}

/// Removes from w its components along the orthonormal columns of V, twice ("twice is enough", Parlett 1980),
/// and returns them.
inline Eigen::VectorXd orthogonalise(const Eigen::Ref<const Eigen::MatrixXd>& V, Eigen::VectorXd& w) {
  Eigen::VectorXd removed = V.transpose() * w;
  w.noalias() -= V * removed;
  const Eigen::VectorXd again = V.transpose() * w;
  w.noalias() -= V * again;
  return removed + again;
}

}  // namespace trivium::analysis::detail
