// What every problem promises, as checks on a Problem that hosts all its workers. Fixed seeds.
#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <Eigen/Dense>
#include <catch2/catch.hpp>

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

/// Worker m's part of every measure; what was in the memory before does not matter.
inline std::vector<double> measures(Problem& problem, int m, const Vector& z) {
  const std::size_t count = problem.traits().measures.size();
  std::vector<double> zeros(count), dirty(count, std::numeric_limits<double>::quiet_NaN());
  if (count == 0) return zeros;
  problem.measure(m, z, zeros);
  problem.measure(m, z, dirty);
  REQUIRE(zeros == dirty);  // and no NaN, which equals nothing
  return zeros;
}

/// The mean over workers of f(m).
inline Vector mean_of_workers(Problem& problem, const std::function<Vector(int)>& f) {
  const int M = problem.traits().workers.total;
  Vector mean = f(0);
  for (int m = 1; m < M; ++m) combine(mean, {{1, mean}, {1, f(m)}});
  combine(mean, {{1.0 / M, mean}});
  return mean;
}

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

/// The mean over all summands, in one batch and one by one, is the worker's operator.
inline void samples_average_to_worker(Problem& problem) {
  const Vector z = random_point(problem, 3);
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    const std::size_t count = problem.samples(m);
    if (count == 0) continue;
    const Vector whole = evaluate(problem, m, z);
    std::vector<std::uint32_t> all(count);
    std::iota(all.begin(), all.end(), 0u);
    Vector batch = z.like(), single = z.like(), mean = z.like();
    problem.evaluate_samples(m, z, all, batch);
    for (const std::uint32_t& sample : all) {
      problem.evaluate_samples(m, z, {&sample, 1}, single);
      combine(mean, {{1, mean}, {1.0 / static_cast<double>(count), single}});
    }
    INFO("worker " << m << ", " << count << " samples");
    CHECK(norm(difference(batch, whole)) <= rounding(problem) * norm(whole));
    CHECK(norm(difference(mean, whole)) <= rounding(problem) * norm(whole));
  }
}

/// z* = P(z* - F(z*)) at the known solution, relative to the size of F at zero and at a random point.
inline void residual_vanishes_at_solution(Problem& problem) {
  const Known known = problem.known();
  if (!known.solution) return;
  REQUIRE(known.solution->size() == problem.traits().dimension);
  Vector z = random_point(problem, 4);
  const auto F = [&](const Vector& at) {
    return mean_of_workers(problem, [&](int m) { return evaluate(problem, m, at); });
  };
  const double scale = norm(F(z)) + norm(F(z.like()));
  z.assign(*known.solution);
  Vector moved = difference(z, F(z));
  problem.prox(1, moved);
  CHECK(std::sqrt(squared_distance(z, moved)) <= rounding(problem) * scale);
}

/// J_m(z) v is the central difference of F_m along v, and <J^T u, v> = <u, J v>.
inline void jacobian_is_the_derivative(Problem& problem) {
  if (!problem.traits().has_jacobian) return;
  const bool affine = problem.traits().affine;
  const double step = affine ? 1 : 1e-5, tolerance = affine ? 10 * rounding(problem) : 1e-6;
  const Vector z = random_point(problem, 5), v = random_point(problem, 6), u = random_point(problem, 7);
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    Vector ahead = z.like(), behind = z.like(), slope = z.like();
    combine(ahead, {{1, z}, {step, v}});
    combine(behind, {{1, z}, {-step, v}});
    combine(slope, {{0.5 / step, evaluate(problem, m, ahead)}, {-0.5 / step, evaluate(problem, m, behind)}});
    const Vector Jv = jacobian(problem, m, z, v, false);
    INFO("worker " << m);
    CHECK(norm(difference(Jv, slope)) <= tolerance * (norm(Jv) + norm(evaluate(problem, m, z))));
    CHECK(std::abs(dot(jacobian(problem, m, z, u, true), v) - dot(u, Jv)) <=
          rounding(problem) * norm(u) * norm(Jv));
  }
}

/// <u, samples_gram v> = mean over j of <J_{m,j} u, J_{m,j} v>, the derivatives by central differences of
/// single summands.
inline void samples_gram_is_the_mean_of_squares(Problem& problem) {
  if (!problem.traits().has_samples_gram) return;
  const bool affine = problem.traits().affine;
  const double step = affine ? 1 : 1e-5, tolerance = affine ? 10 * rounding(problem) : 1e-6;
  const Vector z = random_point(problem, 15), u = random_point(problem, 16), v = random_point(problem, 17);
  const auto slope = [&](int m, std::uint32_t j, const Vector& along) {
    Vector point = z.like(), ahead = z.like(), behind = z.like();
    combine(point, {{1, z}, {step, along}});
    problem.evaluate_samples(m, point, {&j, 1}, ahead);
    combine(point, {{1, z}, {-step, along}});
    problem.evaluate_samples(m, point, {&j, 1}, behind);
    combine(ahead, {{0.5 / step, ahead}, {-0.5 / step, behind}});
    return ahead;
  };
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    const std::size_t count = problem.samples(m);
    REQUIRE(count > 0);
    double mean = 0, size = 0;
    for (std::uint32_t j = 0; j < count; ++j) {
      const Vector along_u = slope(m, j, u), along_v = slope(m, j, v);
      mean += dot(along_u, along_v) / static_cast<double>(count);
      size += norm(along_u) * norm(along_v) / static_cast<double>(count);
    }
    Vector gram = z.like();
    problem.samples_gram(m, z, v, gram);
    INFO("worker " << m);
    CHECK(std::abs(dot(u, gram) - mean) <= tolerance * size);
  }
}

/// F = (grad_x f, -grad_y f) for some f(x, y), x and y halves of z: S J with S = diag(I, -I) is symmetric.
inline void is_a_saddle_gradient(Problem& problem) {
  const auto flipped = [](Vector v) {
    std::vector<double> values = v.to_host();
    std::for_each(values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end(),
                  [](double& y) { y = -y; });
    v.assign(values);
    return v;
  };
  const Vector z = random_point(problem, 8), u = random_point(problem, 9), v = random_point(problem, 10);
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    const Vector Ju = jacobian(problem, m, z, u, false), Jv = jacobian(problem, m, z, v, false);
    CHECK(std::abs(dot(flipped(Ju), v) - dot(u, flipped(Jv))) <=
          rounding(problem) * (norm(Ju) * norm(v) + norm(u) * norm(Jv)));
  }
}

/// What was in `out` before a call does not matter: not even what is not a number.
inline void overwrites_out(Problem& problem) {
  const Vector z = random_point(problem, 12), v = random_point(problem, 13);
  const std::uint32_t sample = 0;
  const auto same = [&](const std::function<void(Vector&)>& call) {
    Vector clean = z.like(), dirty = z.like();
    fill(dirty, std::numeric_limits<double>::quiet_NaN());
    call(clean);
    call(dirty);
    CHECK(clean.to_host() == dirty.to_host());
  };
  same([&](Vector& out) { problem.evaluate(0, z, out); });
  if (problem.samples(0) > 0) same([&](Vector& out) { problem.evaluate_samples(0, z, {&sample, 1}, out); });
  if (problem.traits().has_samples_gram) same([&](Vector& out) { problem.samples_gram(0, z, v, out); });
  if (!problem.traits().has_jacobian) return;
  for (const bool transposed : {false, true})
    same([&](Vector& out) { problem.jacobian(0, z, v, transposed, out); });
}

/// prox is a projection: a second one changes nothing, distances do not grow, and <z - Pz, Pw - Pz> <= 0.
inline void prox_is_a_projection(Problem& problem) {
  for (std::uint64_t pair = 0; pair < 50; ++pair) {
    const Vector z = random_point(problem, 100 + 2 * pair, 5), w = random_point(problem, 101 + 2 * pair, 5);
    Vector Pz = z, Pw = w;
    problem.prox(0.7, Pz);
    problem.prox(0.7, Pw);
    Vector PPz = Pz;
    problem.prox(0.3, PPz);
    const double size = norm(z) + norm(w), slack = rounding(problem) * size * size;
    REQUIRE(squared_distance(PPz, Pz) <= slack * rounding(problem));
    REQUIRE(squared_distance(Pz, Pw) <= squared_distance(z, w) + slack);
    REQUIRE(dot(difference(z, Pz), difference(Pw, Pz)) <= slack);
    if (!problem.traits().constrained) REQUIRE(squared_distance(z, Pz) == 0);
  }
}

using Maker = std::function<std::unique_ptr<Problem>(int rank, int ranks)>;

/// A rank that hosts some of the workers computes the same bits for them as one that hosts all.
inline void ranks_agree(const Maker& make) {
  const auto whole = make(0, 1);
  const int M = whole->traits().workers.total;
  const Vector z = random_point(*whole, 14);
  for (int ranks = 1; ranks <= std::min(4, M); ++ranks) {
    int next = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      const auto part = make(rank, ranks);
      REQUIRE(part->traits().workers.total == M);
      REQUIRE(part->traits().workers.first == next);
      for (; next < part->traits().workers.last; ++next) {
        INFO("worker " << next << " on rank " << rank << " of " << ranks);
        REQUIRE(evaluate(*part, next, z).to_host() == evaluate(*whole, next, z).to_host());
        REQUIRE(part->samples(next) == whole->samples(next));
        REQUIRE(measures(*part, next, z) == measures(*whole, next, z));
      }
      REQUIRE(part->known().solution == whole->known().solution);
    }
    REQUIRE(next == M);
  }
  REQUIRE_THROWS_AS(make(0, M + 1), InputError);
}

/// Everything above.
inline void check(const Maker& make) {
  const auto problem = make(0, 1);
  respects_stated_constants(*problem);
  attains_stated_constants(*problem);
  samples_average_to_worker(*problem);
  residual_vanishes_at_solution(*problem);
  jacobian_is_the_derivative(*problem);
  samples_gram_is_the_mean_of_squares(*problem);
  overwrites_out(*problem);
  prox_is_a_projection(*problem);
  ranks_agree(make);
}

}  // namespace trivium::problems::contract
