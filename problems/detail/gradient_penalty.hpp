#pragma once
#include "perceptron.hpp"

namespace trivium::problems::detail {

/// The penalty (|g| - 1)^2 on the slope g = grad_x D(x) of a perceptron D with one output, with its gradients
/// in the weights and in x (Gulrajani et al. 2017). The derivative of |g| is that of D'(x; v) = <g, v> at the
/// fixed direction v = g / |g|: tangents go forwards through the layers from t_0 = v,
///   p_l = W_l t_(l-1),  t_l = phi'(z_l) p_l,
/// and derivatives back, q_l those of D in z_l and r_l those of D' in z_l,
///   s_l = W_(l+1)^T q_(l+1),  q_l = phi'(z_l) s_l,
///   r_l = phi'(z_l) W_(l+1)^T r_(l+1) + phi''(z_l) p_l s_l,
/// from q = 1 and r = 0 at the output. The derivative of D' in W_l is q_l t_(l-1)^T + r_l a_(l-1)^T, in
/// the biases r_l, in x W_1^T r_1. Where g = 0 the penalty has a kink, and 0 is taken for its gradients: that
/// is right wherever all ReLUs of a layer are off. T = float or double. The buffers are made once.
template <class T>
class GradientPenalty {
 public:
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  /// At most `block` rows at a time.
  GradientPenalty(PerceptronShape shape, std::size_t block);

  /// The caller writes the points into the first rows, shape (block, inputs).
  Rows& input() { return values_[0]; }
  /// The sum of the penalties of the first `rows` rows.
  double run(const T* theta, std::size_t rows);
  /// After run: the derivatives of weight * penalty, for `add_gradient` and `input_gradient`.
  void propagate(const T* theta, T weight);
  /// out += gradient in theta of what was propagated. `out` has shape (size of the perceptron).
  void add_gradient(T* out);
  /// Its gradients in the rows of the input, shape (block, inputs).
  const Rows& input_gradient(const T* theta);

 private:
  auto matrix(const T* theta, std::size_t l) const {
    return Eigen::Map<const Rows>(theta + shape_.weights(l), index(shape_.widths[l + 1]),
                                  index(shape_.widths[l]));
  }
  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }
  /// Memory for a product that has the shape of layer l, set to zero.
  Eigen::Map<Rows> product(std::size_t l);

  PerceptronShape shape_;
  Eigen::Index rows_ = 0;
  std::vector<Rows> values_;    // a_0, ..., of the hidden layers
  std::vector<Rows> tangents_;  // t_0, ..., of the hidden layers
  std::vector<Rows> slopes_;    // phi'(z) of the hidden layers
  std::vector<Rows> bends_;     // phi''(z) of the hidden layers, then phi'' s, phi'' p s, at last r
  std::vector<Rows> adjoints_;  // q of all layers, that of the output is 1
  Rows gradient_;               // g, after input_gradient W_1^T r_1
  Rows product_;
  std::vector<double> lengths_;  // |g|
  Products<T> products_;
};

}  // namespace trivium::problems::detail
