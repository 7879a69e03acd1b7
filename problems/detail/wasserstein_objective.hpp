#pragma once
#include "perceptron.hpp"

namespace trivium::problems::detail {

/// Rows of numbers, one after another.
template <class T>
struct PointRows {
  std::size_t columns = 0;
  std::vector<T> values = {};
  std::span<const T> row(std::size_t i) const { return std::span(values).subspan(i * columns, columns); }
};

/// The objective of a Wasserstein GAN with a generator G and a critic D over pairs of a real point x_i and a
/// noise n_i,
///   f(theta, phi) = mean_i D(x_i; phi) - D(G(n_i; theta); phi) + weight_decay/2 (|theta|^2 - |phi|^2),
/// z = (theta, phi), F = (grad_theta f, -grad_phi f). T = float or double.
template <class T>
class WassersteinObjective {
 public:
  WassersteinObjective(const PerceptronShape& generator, const PerceptronShape& critic, double weight_decay)
      : generator_(generator, block), critic_(critic, block), weight_decay_(weight_decay) {}

  /// f over the pairs named; F is written unless it is empty.
  double evaluate(const PointRows<T>& real, const PointRows<T>& noise, std::span<const std::uint32_t> pairs,
                  std::span<const T> z, std::span<T> F);
  /// G of the noise named, shape (pairs, outputs of G).
  std::vector<T> generate(const PointRows<T>& noise, std::span<const std::uint32_t> pairs,
                          std::span<const T> z);

 private:
  static constexpr std::size_t block = 128;
  /// D of the first rows of the critic's input; their sum. Adds weight times the gradient in phi to F.
  double judge(std::size_t rows, const T* phi, T weight, std::span<T> F);

  Perceptron<T> generator_, critic_;
  double weight_decay_;
};

}  // namespace trivium::problems::detail
