#include "perceptron.hpp"

#include <algorithm>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>

namespace trivium::problems::detail {

std::size_t PerceptronShape::weights(std::size_t l) const {
  std::size_t offset = 0;
  for (std::size_t k = 0; k < l; ++k) offset += (widths[k] + 1) * widths[k + 1];
  return offset;
}

std::vector<MatrixShape> PerceptronShape::matrices() const {
  std::vector<MatrixShape> all;
  for (std::size_t l = 0; l < layers(); ++l) all.push_back({weights(l), widths[l], widths[l + 1]});
  return all;
}

std::vector<double> PerceptronShape::start(std::uint64_t seed) const {
  std::vector<double> theta(size(), 0.0);
  for (std::size_t l = 0; l < layers(); ++l) {
    Stream stream(seed, Purpose::problem, everyone, l);
    const std::size_t fan = activation == Activation::tanh ? widths[l] + widths[l + 1] : widths[l];
    const double deviation = std::sqrt(2 / static_cast<double>(fan));
    for (std::size_t i = weights(l); i < biases(l); ++i) theta[i] = deviation * stream.normal();
  }
  return theta;
}

PerceptronShape shape_of(const char* field, std::size_t inputs, std::span<const double> hidden,
                         std::size_t outputs, const std::string& activation) {
  PerceptronShape shape{.widths = {inputs}, .activation = activation_named(activation)};
  for (const double width : hidden) {
    if (width != std::floor(width)) reject("{} must be whole numbers, got {}", field, width);
    shape.widths.push_back(static_cast<std::size_t>(width));
  }
  shape.widths.push_back(outputs);
  return shape;
}

template <class T>
Perceptron<T>::Perceptron(PerceptronShape shape, std::size_t block) : shape_(std::move(shape)) {
  for (const std::size_t width : shape_.widths) values_.emplace_back(index(block), index(width));
  for (std::size_t l = 1; l < shape_.widths.size(); ++l)
    slopes_.emplace_back(index(block), index(shape_.widths[l]));
  const std::size_t widest = *std::max_element(shape_.widths.begin(), shape_.widths.end());
  before_slopes_.resize(index(block), index(widest));
  input_gradient_.resize(index(block), index(shape_.inputs()));
}

template <class T>
void Perceptron<T>::run(const T* theta, std::size_t rows) {
  rows_ = index(rows);
  for (std::size_t l = 0; l < shape_.layers(); ++l) {
    auto z = values_[l + 1].topRows(rows_);
    z.rowwise() = Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(theta + shape_.biases(l), z.cols());
    products_.add(values_[l].topRows(rows_), matrix(theta, l).transpose(), z);
    if (l + 1 < shape_.layers()) activate(shape_.activation, z, slopes_[l].topRows(rows_));
  }
}

template <class T>
double Perceptron<T>::forward(const T* theta, std::span<const std::uint8_t> labels) {
  run(theta, labels.size());
  // -log softmax(z)_label = log sum exp(z - largest) + largest - z_label
  double loss = 0;
  for (Eigen::Index i = 0; i < rows_; ++i) {
    const T* z = values_.back().row(i).data();
    const T largest = *std::max_element(z, z + shape_.classes());
    T sum = 0;
    for (std::size_t k = 0; k < shape_.classes(); ++k) sum += std::exp(z[k] - largest);
    loss += static_cast<double>(std::log(sum) + (largest - z[labels[static_cast<std::size_t>(i)]]));
  }
  return loss;
}

template <class T>
std::size_t Perceptron<T>::correct(std::span<const std::uint8_t> labels) const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const T* z = values_.back().row(index(i)).data();
    bool largest = true;
    for (std::size_t k = 0; k < shape_.classes(); ++k)
      largest = largest && (k == labels[i] || z[k] < z[labels[i]]);
    count += largest;
  }
  return count;
}

template <class T>
void Perceptron<T>::backward(const T* theta, T weight, std::span<const std::uint8_t> labels) {
  // The derivative in the logits: softmax(z) less the label's unit vector.
  for (Eigen::Index i = 0; i < rows_; ++i) {
    const T* z = values_.back().row(i).data();
    T* out = slopes_.back().row(i).data();
    const T largest = *std::max_element(z, z + shape_.classes());
    T sum = 0;
    for (std::size_t k = 0; k < shape_.classes(); ++k) sum += out[k] = std::exp(z[k] - largest);
    for (std::size_t k = 0; k < shape_.classes(); ++k) out[k] *= weight / sum;
    out[labels[static_cast<std::size_t>(i)]] -= weight;
  }
  propagate(theta);
}

template <class T>
void Perceptron<T>::propagate(const T* theta) {
  for (std::size_t l = shape_.layers() - 1; l > 0; --l) {
    auto slope = slopes_[l - 1].topRows(rows_);
    Eigen::Map<Rows> product(before_slopes_.data(), rows_, slope.cols());
    product.setZero();
    products_.add(slopes_[l].topRows(rows_), matrix(theta, l), product);
    slope = slope.cwiseProduct(product);
  }
}

template <class T>
void Perceptron<T>::add_gradient(T* out) {
  for (std::size_t l = 0; l < shape_.layers(); ++l) {
    const auto slope = slopes_[l].topRows(rows_);
    Eigen::Map<Rows> weights(out + shape_.weights(l), slope.cols(), values_[l].cols());
    products_.add(slope.transpose(), values_[l].topRows(rows_), weights);
    T* biases = out + shape_.biases(l);
    for (Eigen::Index i = 0; i < rows_; ++i)
      for (Eigen::Index j = 0; j < slope.cols(); ++j) biases[j] += slope(i, j);
  }
}

template <class T>
const typename Perceptron<T>::Rows& Perceptron<T>::input_gradient(const T* theta) {
  auto gradient = input_gradient_.topRows(rows_);
  gradient.setZero();
  products_.add(slopes_[0].topRows(rows_), matrix(theta, 0), gradient);
  return input_gradient_;
}

template class Perceptron<float>;
template class Perceptron<double>;

}  // namespace trivium::problems::detail
