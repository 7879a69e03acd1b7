#pragma once
#include <cstddef>
#include <optional>
#include <utility>

#include <Eigen/Core>

namespace trivium::noise::detail {

/// Two states, the second of which cannot be reached from the first; nothing when the chain with transition
/// matrix P is irreducible.
std::optional<std::pair<std::size_t, std::size_t>> unreachable(const Eigen::MatrixXd& P);

/// The greatest common divisor of the lengths of all ways from a state back to it; P is irreducible.
std::size_t period(const Eigen::MatrixXd& P);

}  // namespace trivium::noise::detail
