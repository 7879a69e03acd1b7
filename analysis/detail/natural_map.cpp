#include "natural_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <trivium/core/stream.hpp>

namespace trivium::analysis::detail {

// Difference quotients lose half the digits: 1e-7 where 1e-16 is the last one.
NaturalMap::NaturalMap(problems::Problem& problem, mpi::Network& network)
    : problem_(problem),
      network_(network),
      difference_(problem.traits().dtype == Dtype::float64 ? 1e-7 : 1e-3),
      last_bit_(problem.traits().dtype == Dtype::float64 ? std::numeric_limits<double>::epsilon()
                                                         : std::numeric_limits<float>::epsilon()),
      at_(problem.traits().dimension, problem.traits().dtype, *problem.traits().device),
      F_(at_.like()),
      moved_(at_.like()),
      image_(at_.like()),
      R_(at_.like()),
      direction_(at_.like()),
      product_(at_.like()),
      shifted_(at_.like()) {}

void NaturalMap::operator_at(const Vector& z, Vector& F) {
  network_.mean_off_the_record([&](int m, Vector& out) { problem_.evaluate(m, z, out); }, F);
  ++evaluations_;
}

double NaturalMap::residual(const Vector& z) {
  operator_at(z, F_);
  copy(at_, z);
  combine(moved_, {{1, z}, {-1, F_}});
  length_ = std::max(norm(z), norm(moved_));
  if (traits().constrained) {
    copy(image_, moved_);
    prox(1, image_);
    combine(R_, {{1, z}, {-1, image_}});
  } else {
    copy(R_, F_);
  }
  return norm(R_);
}

void NaturalMap::mean_jacobian(const Eigen::VectorXd& v, Vector& out) {
  put(v, direction_);
  if (traits().has_jacobian) {
    network_.mean_off_the_record(
        [&](int m, Vector& mine) { problem_.jacobian(m, at_, direction_, false, mine); }, out);
    ++evaluations_;
    return;
  }
  const double h = difference_ * length_ / std::max(v.norm(), std::numeric_limits<double>::min());
  combine(shifted_, {{1, at_}, {h, direction_}});
  operator_at(shifted_, out);
  combine(out, {{1 / h, out}, {-1 / h, F_}});
}

void NaturalMap::derivative(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean_jacobian(v, product_);
  get(product_, out);
  if (!traits().constrained) return;
  change_ = v - out;  // (I - J) v
  const double h = difference_ * length_ / std::max(change_.norm(), std::numeric_limits<double>::min());
  put(change_, direction_);
  combine(shifted_, {{1, moved_}, {h, direction_}});
  prox(1, shifted_);
  combine(shifted_, {{1 / h, shifted_}, {-1 / h, image_}});
  get(shifted_, out);
  out = v - out;
}

double NaturalMap::rounding_level(const Vector& z) {
  Stream stream(0, Purpose::start, everyone, 1);
  std::vector<double> entries = z.to_host();
  for (double& entry : entries) entry *= 1 + (stream.bernoulli(0.5) ? last_bit_ : -last_bit_);
  residual(z);
  const Vector R = R_;
  Vector beside = z;
  beside.assign(entries);
  residual(beside);
  return std::sqrt(squared_distance(R, R_));
}

}  // namespace trivium::analysis::detail
