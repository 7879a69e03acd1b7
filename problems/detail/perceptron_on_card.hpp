#pragma once
#include <cstddef>
#include <vector>

#include <trivium/gpu/network.hpp>

#include "perceptron.hpp"

namespace trivium::problems::detail {

/// A perceptron on blocks of images on the card, with cross-entropy and its gradients; see Perceptron. theta
/// is what a vector on the card begins with. Everything returns without waiting; the buffers are made once.
class PerceptronOnCard {
 public:
  /// At most `block` images at a time. Throws InputError when there is no card or not enough memory on it.
  PerceptronOnCard(PerceptronShape shape, Dtype dtype, std::size_t block);
  const PerceptronShape& shape() const { return shape_; }

  /// a_0 of the first `rows` images, shape (rows, inputs): the caller writes it.
  gpu::MatrixPart input(std::size_t rows) { return top(values_.front(), rows, shape_.inputs()); }
  /// The values from there on, for the logits all but their biases.
  void run(const Vector& theta, std::size_t rows);

  /// After run: sum += weight * the cross-entropies, or count += how many images have their largest logit at
  /// their label. One float64 entry each.
  void add_loss(const Vector& theta, const gpu::Picked& images, double weight, gpu::Part sum);
  void add_correct(const Vector& theta, const gpu::Picked& images, gpu::Part count);

  /// After run, and after the two above, since the logits go: propagates the derivatives of weight *
  /// cross-entropy.
  void backward(const Vector& theta, const gpu::Picked& images, double weight);
  /// The entries of theta in `out` become the gradient of what was propagated, plus what was there where
  /// `add`.
  void gradient(bool add, Vector& out);
  /// The gradient in the input, shape (rows, inputs).
  gpu::ConstMatrixPart input_gradient(const Vector& theta);

 private:
  static gpu::MatrixPart top(Vector& buffer, std::size_t rows, std::size_t width) {
    return {{buffer, 0, rows * width}, rows};
  }
  gpu::MatrixPart values(std::size_t l) { return top(values_[l], rows_, shape_.widths[l]); }
  /// The derivatives in z_l: where phi'(z_l) was, and for the logits where they were.
  gpu::MatrixPart slopes(std::size_t l) {
    return top(l + 1 < shape_.layers() ? slopes_[l] : values_.back(), rows_, shape_.widths[l + 1]);
  }
  gpu::ConstMatrixPart matrix(const Vector& theta, std::size_t l) const {
    return {{theta, shape_.weights(l), shape_.widths[l] * shape_.widths[l + 1]}, shape_.widths[l + 1]};
  }
  gpu::ConstPart biases(const Vector& theta, std::size_t l) const {
    return {theta, shape_.biases(l), shape_.widths[l + 1]};
  }
  gpu::ConstPart last_biases(const Vector& theta) const { return biases(theta, shape_.layers() - 1); }
  /// The derivatives in a_l, from those in z_l.
  gpu::MatrixPart carried(const Vector& theta, std::size_t l);

  PerceptronShape shape_;
  std::size_t rows_ = 0;        // of the last run
  std::vector<Vector> values_;  // a_0, ..., then the logits
  std::vector<Vector> slopes_;  // phi'(z_l), after backward the derivatives in z_l
  Vector carried_;              // memory for the derivatives in one a_l
};

}  // namespace trivium::problems::detail
