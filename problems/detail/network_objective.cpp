#include "network_objective.hpp"

#include <algorithm>

#include "squared_norm.hpp"

namespace trivium::problems::detail {
namespace {

/// -grad_delta f = -W_1^T g + penalty delta, g the gradient in the first biases without weight decay: the sum
/// of the rows' derivatives in z_1 is all that a shift of all rows sees of them.
template <class T>
void shared_gradient(const PerceptronShape& shape, std::span<const T> theta, std::span<const T> g,
                     double penalty, std::span<const T> delta, std::span<T> out) {
  const std::size_t n = shape.inputs();
  for (std::size_t j = 0; j < n; ++j) out[j] = static_cast<T>(penalty) * delta[j];
  for (std::size_t i = 0; i < g.size(); ++i) {
    const T* row = theta.data() + shape.weights(0) + i * n;
    for (std::size_t j = 0; j < n; ++j) out[j] -= g[i] * row[j];
  }
}

}  // namespace

template <class T>
std::span<const std::uint8_t> NetworkObjective<T>::load(const ImageRows& images, std::size_t count,
                                                        RowAt row_at, std::size_t from,
                                                        std::span<const T> delta) {
  const std::size_t rows = std::min(block, count - from);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t row = row_at(from + i);
    const std::span<const std::uint8_t> image = images.image(row);
    T* input = network_.input().row(static_cast<Eigen::Index>(i)).data();
    for (std::size_t j = 0; j < image.size(); ++j) input[j] = static_cast<T>(image[j]) * (T{1} / 255);
    for (std::size_t j = 0; j < delta.size(); ++j) input[j] += delta[j];
    labels_[i] = images.label(row);
  }
  return std::span(labels_).first(rows);
}

template <class T>
double NetworkObjective<T>::pass(const ImageRows& images, std::size_t count, RowAt row_at,
                                 std::span<const T> z, std::span<T> F) {
  const PerceptronShape& shape = network_.shape();
  const std::span<const T> theta = z.first(shape.size()), delta = z.subspan(shape.size());
  const double weight = 1 / static_cast<double>(count), penalty = rule_.training.penalty;
  double loss = 0, squares = rule_.shared ? squared_norm(delta) : 0;
  std::fill(F.begin(), F.end(), T{0});
  for (std::size_t from = 0; from < count; from += block) {
    const std::span<const std::uint8_t> labels = load(images, count, row_at, from, delta);
    if (!rule_.shared) squares += weight * attack_(rule_.training, network_, theta.data(), labels);
    loss += weight * network_.forward(theta.data(), labels);
    if (F.empty()) continue;
    network_.backward(theta.data(), static_cast<T>(weight), labels);
    network_.add_gradient(F.data());
  }
  if (!F.empty()) {
    if (rule_.shared)
      shared_gradient<T>(shape, theta, F.subspan(shape.biases(0), shape.widths[1]), penalty, delta,
                         F.subspan(shape.size()));
    const T decay = static_cast<T>(rule_.weight_decay);
    for (std::size_t i = 0; i < theta.size(); ++i) F[i] += decay * theta[i];
  }
  return loss + rule_.weight_decay / 2 * squared_norm(theta) - penalty / 2 * squares;
}

template <class T>
std::size_t NetworkObjective<T>::correct(const ImageRows& images, std::size_t first, std::size_t last,
                                         const AttackRule& rule, std::span<const T> z) {
  const T* theta = z.data();
  std::size_t found = 0;
  for (std::size_t from = 0; from < last - first; from += block) {
    const auto labels = load(images, last - first, [&](std::size_t i) { return first + i; }, from, {});
    if (rule.steps > 0) attack_(rule, network_, theta, labels);
    network_.forward(theta, labels);
    found += network_.correct(labels);
  }
  return found;
}

template class NetworkObjective<float>;
template class NetworkObjective<double>;

}  // namespace trivium::problems::detail
