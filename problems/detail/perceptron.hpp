#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/matrix_shape.hpp>

#include "activation.hpp"
#include "products.hpp"

namespace trivium::problems::detail {

/// A multilayer perceptron: z_l = W_l a_(l-1) + b_l, a_l = phi(z_l), the last z are the logits.
struct PerceptronShape {
  std::vector<std::size_t> widths;  ///< inputs, hidden layers, classes
  Activation activation = Activation::relu;

  std::size_t layers() const { return widths.size() - 1; }
  std::size_t inputs() const { return widths.front(); }
  std::size_t classes() const { return widths.back(); }
  /// Where W_l and b_l, l = 0, 1, ..., stand in theta: layer after layer, W_l row-major of shape (widths[l +
  /// 1], widths[l]), then b_l.
  std::size_t weights(std::size_t l) const;
  std::size_t biases(std::size_t l) const { return weights(l) + widths[l] * widths[l + 1]; }
  std::size_t size() const { return weights(layers()); }
  /// The weights as matrices; W_l row-major is its transpose column-major.
  std::vector<MatrixShape> matrices() const;
  /// Independent normal weights of variance 2 / inputs of the layer (He et al. 2015), for tanh 2 / (inputs +
  /// outputs) (Glorot and Bengio 2010); biases 0. Shape (size).
  std::vector<double> start(std::uint64_t seed) const;
};

/// `field` names `hidden` in an error: widths are whole numbers. Throws InputError.
PerceptronShape shape_of(const char* field, std::size_t inputs, std::span<const double> hidden,
                         std::size_t outputs, const std::string& activation);

/// A perceptron on blocks of rows, with cross-entropy or whatever else the caller makes of its output, with
/// its gradients. T = float or double. The buffers are made once.
template <class T>
class Perceptron {
 public:
  using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

  /// At most `block` rows at a time.
  Perceptron(PerceptronShape shape, std::size_t block);
  const PerceptronShape& shape() const { return shape_; }
  std::size_t block() const { return static_cast<std::size_t>(values_[0].rows()); }

  /// a_0: the caller writes the first rows, shape (block, inputs).
  Rows& input() { return values_[0]; }
  /// The values of the first `rows` rows, output included.
  void run(const T* theta, std::size_t rows);
  /// The last z, shape (block, classes).
  const Rows& output() const { return values_.back(); }
  /// After run: the caller writes the derivatives of what he minimises in the last z; `propagate` goes back
  /// from them through the layers, for `add_gradient` and `input_gradient`.
  Rows& output_slope() { return slopes_.back(); }
  void propagate(const T* theta);

  /// run, and the sum of -log softmax(z)_label over the first labels.size() rows.
  double forward(const T* theta, std::span<const std::uint8_t> labels);
  /// Of the rows of the last forward pass: those whose largest logit is the label's; a tie is no success.
  std::size_t correct(std::span<const std::uint8_t> labels) const;

  /// After forward: propagates the derivatives of weight * loss.
  void backward(const T* theta, T weight, std::span<const std::uint8_t> labels);
  /// out += gradient in theta of what was propagated. `out` has shape (shape().size()).
  void add_gradient(T* out);
  /// Its gradients in the rows of the input, shape (block, inputs).
  const Rows& input_gradient(const T* theta);

 private:
  auto matrix(const T* theta, std::size_t l) const {
    return Eigen::Map<const Rows>(theta + shape_.weights(l), index(shape_.widths[l + 1]),
                                  index(shape_.widths[l]));
  }
  static Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

  PerceptronShape shape_;
  Eigen::Index rows_ = 0;     // of the last forward pass
  std::vector<Rows> values_;  // a_0, ..., then the logits
  std::vector<Rows> slopes_;  // phi'(z_l), after backward the derivatives in z_l
  // Every buffer is aligned: the order of Eigen's sums depends on addresses.
  Rows input_gradient_;
  Rows before_slopes_;  // memory for the derivatives in one a_l, before the slopes enter
  Products<T> products_;
};

}  // namespace trivium::problems::detail
