#include "perceptron_on_card.hpp"

#include <algorithm>

namespace trivium::problems::detail {
namespace {

using gpu::Op;

gpu::Activation on_card(Activation activation) {
  return activation == Activation::relu   ? gpu::Activation::relu
         : activation == Activation::gelu ? gpu::Activation::gelu
                                          : gpu::Activation::tanh;
}

}  // namespace

PerceptronOnCard::PerceptronOnCard(PerceptronShape shape, Dtype dtype, std::size_t block)
    : shape_(std::move(shape)) {
  const auto buffer = [&](std::size_t width) { return Vector(block * width, dtype, gpu::device()); };
  for (const std::size_t width : shape_.widths) values_.push_back(buffer(width));
  for (std::size_t l = 1; l < shape_.layers(); ++l) slopes_.push_back(buffer(shape_.widths[l]));
  carried_ = buffer(*std::max_element(shape_.widths.begin(), shape_.widths.end() - 1));
}

void PerceptronOnCard::run(const Vector& theta, std::size_t rows) {
  rows_ = rows;
  for (std::size_t l = 0; l < shape_.layers(); ++l) {
    gpu::multiply(1, values(l), Op::plain, matrix(theta, l), Op::transposed, 0, values(l + 1));
    if (l + 1 < shape_.layers())
      gpu::activate(on_card(shape_.activation), biases(theta, l), values(l + 1), slopes(l));
  }
}

void PerceptronOnCard::add_loss(const Vector& theta, const gpu::Picked& images, double weight,
                                gpu::Part sum) {
  gpu::add_cross_entropy(images, weight, last_biases(theta), values(shape_.layers()), sum);
}

void PerceptronOnCard::add_correct(const Vector& theta, const gpu::Picked& images, gpu::Part count) {
  gpu::add_correct(images, last_biases(theta), values(shape_.layers()), count);
}

gpu::MatrixPart PerceptronOnCard::carried(const Vector& theta, std::size_t l) {
  const gpu::MatrixPart out = top(carried_, rows_, shape_.widths[l]);
  gpu::multiply(1, slopes(l), Op::plain, matrix(theta, l), Op::plain, 0, out);
  return out;
}

void PerceptronOnCard::backward(const Vector& theta, const gpu::Picked& images, double weight) {
  gpu::cross_entropy_slope(images, weight, last_biases(theta), values(shape_.layers()));
  for (std::size_t l = shape_.layers() - 1; l > 0; --l)
    gpu::multiply_entries(carried(theta, l), slopes(l - 1));
}

void PerceptronOnCard::gradient(bool add, Vector& out) {
  const double beta = add ? 1 : 0;
  for (std::size_t l = 0; l < shape_.layers(); ++l) {
    const std::size_t inputs = shape_.widths[l], outputs = shape_.widths[l + 1];
    const gpu::MatrixPart weights({out, shape_.weights(l), inputs * outputs}, outputs);
    gpu::multiply(1, slopes(l), Op::transposed, values(l), Op::plain, beta, weights);
    gpu::sum_rows(slopes(l), beta, {out, shape_.biases(l), outputs});
  }
}

gpu::ConstMatrixPart PerceptronOnCard::input_gradient(const Vector& theta) { return carried(theta, 0); }

}  // namespace trivium::problems::detail
