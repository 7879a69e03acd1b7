#include "attack.hpp"

#include <algorithm>
#include <cmath>

#include "squared_norm.hpp"

namespace trivium::problems::detail {
namespace {

template <class T>
void add(std::span<T> delta, T weight, std::span<const T> g) {
  for (std::size_t j = 0; j < delta.size(); ++j) delta[j] += weight * g[j];
}

template <class T>
void ascend(const AttackRule& rule, std::span<const T> g, std::span<T> delta) {
  const T step = static_cast<T>(rule.step), radius = static_cast<T>(rule.radius);
  if (rule.penalty > 0) {
    const T keep = static_cast<T>(1 - rule.step * rule.penalty);
    for (std::size_t j = 0; j < delta.size(); ++j) delta[j] = keep * delta[j] + step * g[j];
  } else if (rule.l2) {
    const double length = std::sqrt(squared_norm(g));
    if (length > 0) add(delta, static_cast<T>(rule.step / length), g);
    const double reach = std::sqrt(squared_norm<T>(delta));
    if (reach > rule.radius)
      for (T& entry : delta) entry *= static_cast<T>(rule.radius / reach);
  } else {
    for (std::size_t j = 0; j < delta.size(); ++j) {
      const T sign = (g[j] > 0 ? T{1} : T{0}) - (g[j] < 0 ? T{1} : T{0});
      delta[j] = std::min(std::max(delta[j] + step * sign, -radius), radius);
    }
  }
}

}  // namespace

template <class T>
double Attack<T>::operator()(const AttackRule& rule, Perceptron<T>& network, const T* theta,
                             std::span<const std::uint8_t> labels) {
  const auto rows = static_cast<Eigen::Index>(labels.size());
  const auto row_of = [](auto& matrix, Eigen::Index i) {
    return std::span(matrix.row(i).data(), static_cast<std::size_t>(matrix.cols()));
  };
  clean_.topRows(rows) = network.input().topRows(rows);
  moved_.topRows(rows).setZero();
  for (int k = 0; k < rule.steps; ++k) {
    network.forward(theta, labels);
    network.backward(theta, T{1}, labels);
    const Rows& gradient = network.input_gradient(theta);
    for (Eigen::Index i = 0; i < rows; ++i) {
      ascend<T>(rule, row_of(gradient, i), row_of(moved_, i));
      network.input().row(i) = clean_.row(i) + moved_.row(i);
    }
  }
  double squares = 0;
  for (Eigen::Index i = 0; i < rows; ++i) squares += squared_norm<T>(row_of(moved_, i));
  return squares;
}

template class Attack<float>;
template class Attack<double>;

}  // namespace trivium::problems::detail
