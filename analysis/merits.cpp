#include <cmath>

#include <trivium/analysis/merits.hpp>

namespace trivium::analysis {

Merits::Merits(problems::Problem& problem, mpi::Network& network)
    : problem_(problem),
      network_(network),
      F_(problem.traits().dimension, problem.traits().dtype, *problem.traits().device),
      image_(F_.like()) {}

void Merits::operator_at(const Vector& z, Vector& F) {
  network_.mean_off_the_record([&](int m, Vector& out) { problem_.evaluate(m, z, out); }, F);
}

double Merits::natural_residual(const Vector& z) {
  operator_at(z, F_);
  // z - (z - F) would lose the digits of F that |z| hides.
  if (!problem_.traits().constrained) return dot(F_, F_);
  combine(image_, {{1, z}, {-1, F_}});
  problem_.prox(1, image_);
  return squared_distance(z, image_);
}

double Merits::gap(const Vector& z) {
  copy(image_, z);
  problem_.prox(1, image_);
  operator_at(image_, F_);
  return problem_.gap(image_, F_);
}

double Merits::heterogeneity(const Vector& z) {
  operator_at(z, F_);
  Vector own = F_.like();
  const std::uint32_t at[] = {0};
  network_.mean_off_the_record(
      [&](int m, Vector& out) {
        problem_.evaluate(m, z, own);
        const double square[] = {squared_distance(own, F_)};
        fill(out, 0);
        scatter_add(out, at, 1, square);
      },
      image_);
  double mean = 0;
  gather(image_, at, {&mean, 1});
  return std::sqrt(mean);
}

}  // namespace trivium::analysis
