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

#include <catch2/catch.hpp>

#include "stated_constants.hpp"

namespace trivium::problems::contract {

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

/// J_m is symmetric, and <J_m v, v> >= 0.
inline void is_a_convex_gradient(Problem& problem) {
  if (!problem.traits().convex) return;
  const Vector z = random_point(problem, 8), u = random_point(problem, 9), v = random_point(problem, 10);
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    const Vector Ju = jacobian(problem, m, z, u, false), Jv = jacobian(problem, m, z, v, false);
    const double size = norm(Ju) * norm(v) + norm(u) * norm(Jv);
    CHECK(std::abs(dot(Ju, v) - dot(u, Jv)) <= rounding(problem) * size);
    CHECK(dot(Jv, v) >= -rounding(problem) * norm(Jv) * norm(v));
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

/// The start, where the problem has one, is a point of its space that prox does not move; without a solution
/// worth computing no constant of a monotone operator is claimed.
inline void start_is_feasible(Problem& problem) {
  const Known known = problem.known();
  if (!problem.traits().solvable) CHECK(known.constants.count(Which::mu) + (known.solution ? 1 : 0) == 0);
  if (!known.start) return;
  REQUIRE(known.start->size() == problem.traits().dimension);
  Vector z(known.start->size(), problem.traits().dtype);
  z.assign(*known.start);
  const Vector start = z;
  problem.prox(1, z);
  CHECK(z.to_host() == start.to_host());
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

/// Everything above, and the stated constants.
inline void check(const Maker& make) {
  const auto problem = make(0, 1);
  respects_stated_constants(*problem);
  attains_stated_constants(*problem);
  samples_average_to_worker(*problem);
  residual_vanishes_at_solution(*problem);
  jacobian_is_the_derivative(*problem);
  samples_gram_is_the_mean_of_squares(*problem);
  is_a_convex_gradient(*problem);
  overwrites_out(*problem);
  prox_is_a_projection(*problem);
  start_is_feasible(*problem);
  ranks_agree(make);
}

}  // namespace trivium::problems::contract
