#include "wasserstein_objective.hpp"

#include <algorithm>

#include "squared_norm.hpp"

namespace trivium::problems::detail {
namespace {

template <class T>
std::size_t load(Perceptron<T>& network, const PointRows<T>& points, std::span<const std::uint32_t> pairs) {
  const std::size_t rows = std::min(network.block(), pairs.size());
  for (std::size_t i = 0; i < rows; ++i)
    std::copy_n(points.row(pairs[i]).data(), points.columns,
                network.input().row(static_cast<Eigen::Index>(i)).data());
  return rows;
}

}  // namespace

template <class T>
WassersteinObjective<T>::WassersteinObjective(const PerceptronShape& generator, const PerceptronShape& critic,
                                              double weight_decay, SlopePenalty penalty)
    : generator_(generator, block), critic_(critic, block), weight_decay_(weight_decay), penalty_(penalty) {
  if (penalty.weight > 0) slopes_.emplace(critic, block);
}

template <class T>
double WassersteinObjective<T>::judge(std::size_t rows, const T* phi, T weight, std::span<T> F) {
  critic_.run(phi, rows);
  double sum = 0;
  for (std::size_t i = 0; i < rows; ++i)
    sum += static_cast<double>(critic_.output()(static_cast<Eigen::Index>(i), 0));
  if (F.empty()) return sum;
  critic_.output_slope().setConstant(weight);
  critic_.propagate(phi);
  critic_.add_gradient(F.data());
  return sum;
}

template <class T>
double WassersteinObjective<T>::penalise(const Pairs<T>& all, std::span<const std::uint32_t> pairs,
                                         const T* phi, T weight, std::span<T> F) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const std::span<const T> real = all.real.row(pairs[i]);
    const T share = all.shares[pairs[i]];
    for (std::size_t k = 0; k < real.size(); ++k) {
      const auto column = static_cast<Eigen::Index>(k);
      slopes_->input()(row, column) = share * real[k] + (1 - share) * generator_.output()(row, column);
    }
  }
  const double sum = slopes_->run(phi, pairs.size());
  if (F.empty()) return sum;
  slopes_->propagate(phi, weight);
  slopes_->add_gradient(F.data());
  if (!penalty_.for_generator) return sum;
  const auto& gradient = slopes_->input_gradient(phi);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    generator_.output_slope().row(row) -= (1 - all.shares[pairs[i]]) * gradient.row(row);
  }
  return sum;
}

template <class T>
double WassersteinObjective<T>::evaluate(const Pairs<T>& all, std::span<const std::uint32_t> pairs,
                                         std::span<const T> z, std::span<T> F) {
  const std::size_t size = generator_.shape().size();
  const std::span<const T> theta = z.first(size), phi = z.subspan(size);
  const std::span<T> F_theta = F.empty() ? F : F.first(size), F_phi = F.empty() ? F : F.subspan(size);
  const double scale = 1 / static_cast<double>(pairs.size());
  const T weight = static_cast<T>(scale);
  double value = weight_decay_ / 2 * (squared_norm(theta) - squared_norm(phi));
  std::fill(F.begin(), F.end(), T{0});
  for (std::size_t from = 0; from < pairs.size(); from += block) {
    // The second half of F is -grad_phi f, so the weights are those of -f.
    std::size_t rows = load(critic_, all.real, pairs.subspan(from));
    value += scale * judge(rows, phi.data(), -weight, F_phi);
    rows = load(generator_, all.noise, pairs.subspan(from));
    generator_.run(theta.data(), rows);
    const auto count = static_cast<Eigen::Index>(rows);
    critic_.input().topRows(count) = generator_.output().topRows(count);
    value -= scale * judge(rows, phi.data(), weight, F_phi);
    // What was propagated is weight D(G(n)), and f holds its negative.
    if (!F.empty())
      generator_.output_slope().topRows(count) = -critic_.input_gradient(phi.data()).topRows(count);
    if (slopes_)
      value -= scale * penalty_.weight *
               penalise(all, pairs.subspan(from, rows), phi.data(), static_cast<T>(scale * penalty_.weight),
                        F_phi);
    if (F.empty()) continue;
    generator_.propagate(theta.data());
    generator_.add_gradient(F_theta.data());
  }
  const T decay = static_cast<T>(weight_decay_);
  for (std::size_t i = 0; i < F.size(); ++i) F[i] += decay * z[i];
  return value;
}

template <class T>
std::vector<T> WassersteinObjective<T>::generate(const Pairs<T>& all, std::span<const std::uint32_t> pairs,
                                                 std::span<const T> z) {
  std::vector<T> points;
  for (std::size_t from = 0; from < pairs.size(); from += block) {
    const std::size_t rows = load(generator_, all.noise, pairs.subspan(from));
    generator_.run(z.data(), rows);
    const T* first = generator_.output().data();
    points.insert(points.end(), first, first + rows * generator_.shape().classes());
  }
  return points;
}

template class WassersteinObjective<float>;
template class WassersteinObjective<double>;

}  // namespace trivium::problems::detail
