#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include <trivium/noise/detail/communication.hpp>

namespace trivium::noise::detail {
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

/// Fewest steps from state 0 to every state, along the moves of P, or against them.
std::vector<std::size_t> steps_from_first(const Eigen::MatrixXd& P, bool forward) {
  const Eigen::Index n = P.rows();
  std::vector<std::size_t> steps(static_cast<std::size_t>(n), never);
  std::vector<Eigen::Index> queue{0};
  steps[0] = 0;
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const Eigen::Index i = queue[next];
    for (Eigen::Index j = 0; j < n; ++j) {
      if ((forward ? P(i, j) : P(j, i)) == 0 || steps[static_cast<std::size_t>(j)] != never) continue;
      steps[static_cast<std::size_t>(j)] = steps[static_cast<std::size_t>(i)] + 1;
      queue.push_back(j);
    }
  }
  return steps;
}

std::optional<std::size_t> missed(const std::vector<std::size_t>& steps) {
  const auto at = std::find(steps.begin(), steps.end(), never);
  if (at == steps.end()) return std::nullopt;
  return static_cast<std::size_t>(at - steps.begin());
}

}  // namespace

std::optional<std::pair<std::size_t, std::size_t>> unreachable(const Eigen::MatrixXd& P) {
  if (const auto to = missed(steps_from_first(P, true))) return std::pair{std::size_t{0}, *to};
  if (const auto from = missed(steps_from_first(P, false))) return std::pair{*from, std::size_t{0}};
  return std::nullopt;
}

std::size_t period(const Eigen::MatrixXd& P) {
  const std::vector<std::size_t> steps = steps_from_first(P, true);
  std::size_t divisor = 0;  // a move from i to j closes two ways whose lengths differ by this much
  for (Eigen::Index i = 0; i < P.rows(); ++i)
    for (Eigen::Index j = 0; j < P.cols(); ++j)
      if (P(i, j) > 0) {
        const auto there = static_cast<std::ptrdiff_t>(steps[static_cast<std::size_t>(i)] + 1);
        const auto here = static_cast<std::ptrdiff_t>(steps[static_cast<std::size_t>(j)]);
        divisor = std::gcd(divisor, static_cast<std::size_t>(std::abs(there - here)));
      }
  return divisor;
}

}  // namespace trivium::noise::detail
