// Points, and what a problem says at them.
#pragma once
#include <functional>
#include <vector>

#include <trivium/core/stream.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::problems::contract {

inline Vector random_point(const Problem& problem, std::uint64_t number, double scale = 1) {
  Stream stream(11, Purpose::test, everyone, number);
  std::vector<double> values(problem.traits().dimension);
  for (double& value : values) value = scale * stream.normal();
  Vector point(values.size(), problem.traits().dtype);
  point.assign(values);
  return point;
}

inline Vector difference(const Vector& a, const Vector& b) {
  Vector out = a.like();
  combine(out, {{1, a}, {-1, b}});
  return out;
}

/// Relative rounding of a few operations on the problem's scalars.
inline double rounding(const Problem& problem) {
  return problem.traits().dtype == Dtype::float64 ? 1e-12 : 2e-5;
}

inline Vector evaluate(Problem& problem, int m, const Vector& z) {
  Vector out = z.like();
  problem.evaluate(m, z, out);
  return out;
}
inline Vector jacobian(Problem& problem, int m, const Vector& z, const Vector& v, bool transposed) {
  Vector out = z.like();
  problem.jacobian(m, z, v, transposed, out);
  return out;
}

/// The mean over workers of f(m).
inline Vector mean_of_workers(Problem& problem, const std::function<Vector(int)>& f) {
  const int M = problem.traits().workers.total;
  Vector mean = f(0);
  for (int m = 1; m < M; ++m) combine(mean, {{1, mean}, {1, f(m)}});
  combine(mean, {{1.0 / M, mean}});
  return mean;
}

}  // namespace trivium::problems::contract
