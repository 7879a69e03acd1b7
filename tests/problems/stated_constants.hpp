// That the constants a problem states hold, and that they are the smallest possible ones.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

#include "evaluation.hpp"

namespace trivium::problems::contract {

/// What a stated constant bounds, from one vector per worker: D_m = F_m(a) - F_m(b), or J_m v, against |a -
/// b| or |v|.
inline double measured(Which which, const std::vector<Vector>& D) {
  Vector mean = D[0].like();
  const double M = static_cast<double>(D.size());
  for (const Vector& d : D) combine(mean, {{1, mean}, {1 / M, d}});
  const Vector zero = mean.like();
  const auto largest = [&](const Vector& from) {
    double most = 0;
    for (const Vector& d : D) most = std::max(most, std::sqrt(squared_distance(d, from)));
    return most;
  };
  const auto root_mean_square = [&](const Vector& from) {
    double sum = 0;
    for (const Vector& d : D) sum += squared_distance(d, from) / M;
    return std::sqrt(sum);
  };
  switch (which) {
    case Which::L:
      return norm(mean);
    case Which::L_max:
      return largest(zero);
    case Which::L_1:
      return norm(D[0]);
    case Which::L_rms:
      return root_mean_square(zero);
    case Which::delta:
      return largest(mean);
    case Which::d1:
      return std::sqrt(squared_distance(D[0], mean));
    case Which::sig:
      return root_mean_square(mean);
    case Which::sig1:
      return root_mean_square(D[0]);
    case Which::mu:
    case Which::mu_min:
    case Which::ell:
    case Which::L_loc:
      break;  // no norms of the D_m: they have functions of their own
  }
  return 0;
}

/// The root of (1/M) sum over m, mean over j of |(F_{m,j} - F_m)(a) - (F_{m,j} - F_m)(b)|^2; `D` as above.
inline double measured_spread(Problem& problem, const Vector& a, const Vector& b,
                              const std::vector<Vector>& D) {
  double sum = 0;
  Vector at_a = a.like(), at_b = a.like();
  for (std::size_t m = 0; m < D.size(); ++m) {
    const std::size_t count = problem.samples(static_cast<int>(m));
    for (std::uint32_t j = 0; j < count; ++j) {
      problem.evaluate_samples(static_cast<int>(m), a, {&j, 1}, at_a);
      problem.evaluate_samples(static_cast<int>(m), b, {&j, 1}, at_b);
      sum += squared_distance(difference(at_a, at_b), D[m]) / static_cast<double>(count * D.size());
    }
  }
  return std::sqrt(sum);
}

/// <F(a) - F(b), a - b> >= mu |a - b|^2, and no other stated constant is exceeded, on 200 random pairs, near
/// and far. Constants that are only estimates are not held to it.
inline void respects_stated_constants(Problem& problem) {
  const Known known = problem.known();
  const int M = problem.traits().workers.total;
  for (std::uint64_t pair = 0; pair < 200; ++pair) {
    const double scale = pair % 2 == 0 ? 1 : 10;
    const Vector a = random_point(problem, 2 * pair, scale), b = random_point(problem, 2 * pair + 1, scale);
    const Vector step = difference(a, b);
    std::vector<Vector> D;
    for (int m = 0; m < M; ++m) D.push_back(difference(evaluate(problem, m, a), evaluate(problem, m, b)));
    const double slack = rounding(problem) * (1 + measured(Which::L_max, D)) * norm(step);
    for (const auto& [which, constant] : known.constants) {
      if (constant.origin == Origin::estimated) continue;
      INFO(name_of(which) << " = " << constant.value << ", pair " << pair);
      if (which == Which::mu) {
        double inner = 0;
        for (const Vector& d : D) inner += dot(d, step) / M;
        REQUIRE(inner >= constant.value * dot(step, step) - slack * norm(step));
      } else if (which == Which::mu_min) {
        for (const Vector& d : D)
          REQUIRE(dot(d, step) >= constant.value * dot(step, step) - slack * norm(step));
      } else if (which == Which::ell) {
        if (std::isinf(constant.value)) continue;
        for (const Vector& d : D)
          REQUIRE(dot(d, d) <=
                  constant.value * dot(d, step) + slack * (norm(d) + constant.value * norm(step)));
      } else if (which == Which::L_loc) {
        REQUIRE(measured_spread(problem, a, b, D) <= constant.value * norm(step) + slack);
      } else {
        REQUIRE(measured(which, D) <= constant.value * norm(step) + slack);
      }
    }
  }
}

/// The least ell of worker m: with w = J v, |w|^2 <= ell <J^-1 w, w>, so that 1/ell is the least eigenvalue
/// of the symmetric part of J^-1; infinite when that is 0 or below. J must be regular.
inline double attained_cocoercivity(Problem& problem, int m) {
  const auto d = static_cast<Eigen::Index>(problem.traits().dimension);
  const Vector z = random_point(problem, 0);
  Eigen::MatrixXd J(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    std::vector<double> entries(static_cast<std::size_t>(d), 0.0);
    entries[static_cast<std::size_t>(j)] = 1;
    Vector unit = z.like();
    unit.assign(entries);
    const std::vector<double> column = jacobian(problem, m, z, unit, false).to_host();
    J.col(j) = Eigen::Map<const Eigen::VectorXd>(column.data(), d);
  }
  const Eigen::MatrixXd inverse = J.inverse(), twice = inverse + inverse.transpose();
  const double least = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(twice).eigenvalues()[0] / 2;
  return least > 1e-12 * inverse.norm() ? 1 / least : std::numeric_limits<double>::infinity();
}

/// The largest value of `measured` over unit vectors: power iteration on sum_k w_k X_k^T X_k, where X_k = J_k
/// less the reference that `which` names. `only` >= 0 takes that worker alone.
inline double attained(Problem& problem, Which which, int only) {
  const int M = problem.traits().workers.total;
  const Vector z = random_point(problem, 0);
  const auto J = [&](int m, const Vector& v, bool transposed) {
    return jacobian(problem, m, z, v, transposed);
  };
  const auto reference = [&](const Vector& v, bool transposed) {
    if (which == Which::L_max || which == Which::L_rms) return v.like();
    if (which == Which::sig1) return J(0, v, transposed);
    return mean_of_workers(problem, [&](int m) { return J(m, v, transposed); });
  };
  const auto X = [&](int m, const Vector& v, bool transposed) {
    return which == Which::L ? reference(v, transposed)
                             : difference(J(m, v, transposed), reference(v, transposed));
  };
  const auto square = [&](int m, const Vector& v) {  // X_m^T X_m v
    if (which != Which::L_loc) return X(m, X(m, v, false), true);
    Vector samples = v.like();
    problem.samples_gram(m, z, v, samples);
    return difference(samples, J(m, J(m, v, false), true));
  };
  Vector v = random_point(problem, 1);
  double value = 0;
  for (int iteration = 0; iteration < 300; ++iteration) {
    combine(v, {{1 / norm(v), v}});
    Vector next = v.like();
    for (int m = 0; m < M; ++m)
      if (only < 0 || m == only) combine(next, {{1, next}, {only < 0 ? 1.0 / M : 1.0, square(m, v)}});
    value = std::sqrt(norm(next));
    if (value == 0) return 0;
    v = next;
  }
  return value;
}

/// Every stated constant of an affine problem is the smallest possible one, to 1 %.
inline void attains_stated_constants(Problem& problem) {
  if (!problem.traits().affine || !problem.traits().has_jacobian) return;
  for (const auto& [which, constant] : problem.known().constants) {
    if (which == Which::mu || constant.origin == Origin::estimated) continue;
    double most = 0;
    if (which == Which::ell) {
      for (int m = 0; m < problem.traits().workers.total; ++m)
        most = std::max(most, attained_cocoercivity(problem, m));
    } else if (which == Which::L_max || which == Which::delta) {
      for (int m = 0; m < problem.traits().workers.total; ++m)
        most = std::max(most, attained(problem, which, m));
    } else {
      most = attained(problem, which, which == Which::L || which == Which::d1 ? 0 : -1);
    }
    INFO(name_of(which) << " = " << constant.value << " stated, " << most << " attained");
    if (std::isinf(constant.value)) {
      CHECK(std::isinf(most));
      continue;
    }
    CHECK(most >= 0.99 * constant.value - rounding(problem));
    CHECK(most <= (1 + rounding(problem)) * constant.value + rounding(problem));
  }
}

}  // namespace trivium::problems::contract
