#include <cmath>
#include <limits>
#include <vector>

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

std::map<std::string, double> Merits::measures(const Vector& z) {
  std::map<std::string, double> measured = no_measures();
  if (measured.empty()) return measured;
  const std::vector<std::string>& names = problem_.traits().measures;
  std::vector<double> means(names.size());
  network_.mean_off_the_record([&](int m, std::span<double> out) { problem_.measure(m, z, out); },
                               std::span(means));
  for (std::size_t i = 0; i < names.size(); ++i) measured[names[i]] = means[i];
  return measured;
}

std::map<std::string, double> Merits::no_measures() const {
  std::map<std::string, double> names;
  for (const std::string& name : problem_.traits().measures)
    names[name] = std::numeric_limits<double>::quiet_NaN();
  return names;
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
