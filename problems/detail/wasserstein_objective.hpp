#pragma once
#include <optional>

#include "gradient_penalty.hpp"

namespace trivium::problems::detail {

/// Rows of numbers, one after another.
template <class T>
struct PointRows {
  std::size_t columns = 0;
  std::vector<T> values = {};
  std::span<const T> row(std::size_t i) const { return std::span(values).subspan(i * columns, columns); }
};

/// Pairs of a real point x_i and a noise n_i, and where the penalty looks between x_i and G(n_i).
template <class T>
struct Pairs {
  PointRows<T> real, noise;
  std::vector<T> shares;  ///< u_i, the share of x_i
};

/// The penalty on the critic's slope; weight 0 is none.
struct SlopePenalty {
  double weight = 0;
  bool for_generator = false;  ///< the generator's gradient takes it in: F is then that of a saddle point
};

/// The objective of a Wasserstein GAN with a generator G and a critic D over pairs (x_i, n_i),
///   f(theta, phi) = mean_i D(x_i; phi) - D(G(n_i; theta); phi) + weight_decay/2 (|theta|^2 - |phi|^2)
///                   - penalty mean_i (|grad_x D(y_i; phi)| - 1)^2,  y_i = u_i x_i + (1 - u_i) G(n_i; theta),
/// z = (theta, phi), F = (grad_theta f, -grad_phi f), with y_i held fixed in grad_theta unless the penalty is
/// for the generator too. T = float or double.
template <class T>
class WassersteinObjective {
 public:
  WassersteinObjective(const PerceptronShape& generator, const PerceptronShape& critic, double weight_decay,
                       SlopePenalty penalty);

  /// f over the pairs named; F is written unless it is empty.
  double evaluate(const Pairs<T>& all, std::span<const std::uint32_t> pairs, std::span<const T> z,
                  std::span<T> F);
  /// G of the noise named, shape (pairs, outputs of G).
  std::vector<T> generate(const Pairs<T>& all, std::span<const std::uint32_t> pairs, std::span<const T> z);

 private:
  static constexpr std::size_t block = 128;
  /// D of the first rows of the critic's input; their sum. Adds weight times the gradient in phi to F.
  double judge(std::size_t rows, const T* phi, T weight, std::span<T> F);
  /// The penalties of the rows between real points and those generated last; their sum. Adds weight times the
  /// gradient in phi to F, and takes that in the generated points from the generator's output slope.
  double penalise(const Pairs<T>& all, std::span<const std::uint32_t> pairs, const T* phi, T weight,
                  std::span<T> F);

  Perceptron<T> generator_, critic_;
  double weight_decay_;
  SlopePenalty penalty_;
  std::optional<GradientPenalty<T>> slopes_;
};

}  // namespace trivium::problems::detail
