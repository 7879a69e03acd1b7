#include "gradient_penalty.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::problems::detail {

template <class T>
GradientPenalty<T>::GradientPenalty(PerceptronShape shape, std::size_t block)
    : shape_(std::move(shape)), lengths_(block) {
  const auto rows = index(block);
  for (std::size_t l = 0; l < shape_.layers(); ++l) {
    values_.emplace_back(rows, index(shape_.widths[l]));
    tangents_.emplace_back(rows, index(shape_.widths[l]));
    adjoints_.emplace_back(rows, index(shape_.widths[l + 1]));
  }
  for (std::size_t l = 1; l < shape_.layers(); ++l) {
    slopes_.emplace_back(rows, index(shape_.widths[l]));
    bends_.emplace_back(rows, index(shape_.widths[l]));
  }
  adjoints_.back().setOnes();
  gradient_.resize(rows, index(shape_.inputs()));
  product_.resize(rows, index(*std::max_element(shape_.widths.begin(), shape_.widths.end())));
}

template <class T>
Eigen::Map<typename GradientPenalty<T>::Rows> GradientPenalty<T>::product(std::size_t l) {
  Eigen::Map<Rows> result(product_.data(), rows_, index(shape_.widths[l]));
  result.setZero();
  return result;
}

template <class T>
double GradientPenalty<T>::run(const T* theta, std::size_t rows) {
  rows_ = index(rows);
  const std::size_t last = shape_.layers() - 1;  // l counts layers from 0 on
  for (std::size_t l = 0; l < last; ++l) {
    auto z = values_[l + 1].topRows(rows_);
    z.rowwise() = Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>(theta + shape_.biases(l), z.cols());
    products_.add(values_[l].topRows(rows_), matrix(theta, l).transpose(), z);
    activate(shape_.activation, z, slopes_[l].topRows(rows_), bends_[l].topRows(rows_));
  }
  for (std::size_t l = last; l > 0; --l) {
    auto s = product(l);
    products_.add(adjoints_[l].topRows(rows_), matrix(theta, l), s);
    bends_[l - 1].topRows(rows_).array() *= s.array();
    adjoints_[l - 1].topRows(rows_) = slopes_[l - 1].topRows(rows_).cwiseProduct(s);
  }
  auto g = gradient_.topRows(rows_);
  g.setZero();
  products_.add(adjoints_[0].topRows(rows_), matrix(theta, 0), g);
  double sum = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    double length = 0;  // neither overflows nor vanishes
    for (const T entry : g.row(index(i))) length = std::hypot(length, static_cast<double>(entry));
    lengths_[i] = length;
    sum += (length - 1) * (length - 1);
  }
  return sum;
}

template <class T>
void GradientPenalty<T>::propagate(const T* theta, T weight) {
  // D' is linear in the tangents: they start with the derivative of the penalty in |g| as a factor.
  for (Eigen::Index i = 0; i < rows_; ++i) {
    const double length = lengths_[static_cast<std::size_t>(i)];
    const double factor = 2 * static_cast<double>(weight) * (length - 1);
    for (Eigen::Index k = 0; k < gradient_.cols(); ++k)
      tangents_[0](i, k) =
          length == 0 ? T{0} : static_cast<T>(factor * (static_cast<double>(gradient_(i, k)) / length));
  }
  const std::size_t hidden = slopes_.size();
  for (std::size_t l = 0; l < hidden; ++l) {
    auto p = product(l + 1);
    products_.add(tangents_[l].topRows(rows_), matrix(theta, l).transpose(), p);
    bends_[l].topRows(rows_).array() *= p.array();
    tangents_[l + 1].topRows(rows_) = slopes_[l].topRows(rows_).cwiseProduct(p);
  }
  for (std::size_t l = hidden; l > 1; --l) {
    auto r = product(l - 1);
    products_.add(bends_[l - 1].topRows(rows_), matrix(theta, l - 1), r);
    bends_[l - 2].topRows(rows_) += slopes_[l - 2].topRows(rows_).cwiseProduct(r);
  }
}

template <class T>
void GradientPenalty<T>::add_gradient(T* out) {
  for (std::size_t l = 0; l < shape_.layers(); ++l) {
    const auto q = adjoints_[l].topRows(rows_);
    Eigen::Map<Rows> weights(out + shape_.weights(l), q.cols(), values_[l].cols());
    products_.add(q.transpose(), tangents_[l].topRows(rows_), weights);
    if (l == bends_.size()) return;  // r = 0 at the output
    const auto r = bends_[l].topRows(rows_);
    products_.add(r.transpose(), values_[l].topRows(rows_), weights);
    T* biases = out + shape_.biases(l);
    for (Eigen::Index i = 0; i < rows_; ++i)
      for (Eigen::Index j = 0; j < r.cols(); ++j) biases[j] += r(i, j);
  }
}

template <class T>
const typename GradientPenalty<T>::Rows& GradientPenalty<T>::input_gradient(const T* theta) {
  auto gradient = gradient_.topRows(rows_);
  gradient.setZero();
  if (!bends_.empty()) products_.add(bends_[0].topRows(rows_), matrix(theta, 0), gradient);
  return gradient_;
}

template class GradientPenalty<float>;
template class GradientPenalty<double>;

}  // namespace trivium::problems::detail
