#include <atomic>
#include <cstdlib>
#include <new>
#include <numbers>
#include <numeric>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::problems;

namespace {

std::atomic<long> allocations = 0;

std::unique_ptr<Problem> make(const Table& parameters) {
  return catalogue().make({"bilinear", parameters, ""}, Place{});
}

double stated(const Problem& problem, Which which) { return problem.known().constants.at(which).value; }

// z_j = cos(j): the point at which numbers from an independent NumPy program are quoted.
Vector cosines(std::size_t d) {
  std::vector<double> values(d);
  for (std::size_t j = 0; j < d; ++j) values[j] = std::cos(static_cast<double>(j));
  return Vector(values);
}

Vector full_operator(Problem& problem, const Vector& z) {
  return contract::mean_of_workers(problem, [&](int m) { return contract::evaluate(problem, m, z); });
}

// z <- P(z - step F(z)), or extragradient's two such steps; |z - z*|^2 / |z*|^2 after each number of
// iterations in `at`.
std::vector<double> errors_of(Problem& problem, double step, bool extragradient,
                              std::initializer_list<int> at) {
  Vector z(problem.traits().dimension), half = z.like(), solution = z.like();
  solution.assign(*problem.known().solution);
  std::vector<double> errors;
  for (int k = 1; k <= *std::prev(at.end()); ++k) {
    combine(half, {{1, z}, {-step, full_operator(problem, z)}});
    if (extragradient)
      combine(z, {{1, z}, {-step, full_operator(problem, half)}});
    else
      z = half;
    if (std::find(at.begin(), at.end(), k) != at.end())
      errors.push_back(squared_distance(z, solution) / dot(solution, solution));
  }
  return errors;
}

}  // namespace

// Not inlined, or the compiler pairs malloc with delete and warns.
__attribute__((noinline)) void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

// The reference problem of docs/methods.md (A): n = 50, M = 10, singular values 0.1 to 1, mu = 0.02,
// similarity and heterogeneity 1.
TEST_CASE("the default problem has the constants and the solution of the reference") {
  const auto problem = make({});
  CHECK(problem->traits().dimension == 100);
  CHECK(problem->traits().workers.total == 10);
  CHECK_FALSE(problem->traits().constrained);
  CHECK(stated(*problem, Which::L) == Approx(1.0001999800).epsilon(1e-10));
  CHECK(stated(*problem, Which::mu) == 0.02);
  CHECK(stated(*problem, Which::delta) == Approx(1).epsilon(1e-10));
  CHECK(stated(*problem, Which::d1) == Approx(1).epsilon(1e-10));
  CHECK(stated(*problem, Which::sig) == Approx(0.7071067812).epsilon(1e-10));
  CHECK(stated(*problem, Which::sig1) == Approx(1.2247448714).epsilon(1e-10));
  CHECK(stated(*problem, Which::L_rms) == Approx(1.2249081598).epsilon(1e-10));
  CHECK(problem->known().constants.count(Which::L_max) == 0);  // 1.9278175257, but by no formula
  double most = 0;
  for (int m = 0; m < 10; ++m) most = std::max(most, contract::attained(*problem, Which::L_max, m));
  CHECK(most == Approx(1.9278175257).epsilon(1e-8));

  const std::vector<double> z = *problem->known().solution;
  CHECK(std::sqrt(std::inner_product(z.begin(), z.end(), z.begin(), 0.0)) ==
        Approx(15.036366256640).epsilon(1e-13));
  CHECK(z[0] == Approx(-1.317470559381).epsilon(1e-12));
  CHECK(z[99] == Approx(-1.899587875636).epsilon(1e-12));
}

TEST_CASE("ten times as similar workers have ten times smaller similarity constants") {
  const auto problem = make({{"similarity", 0.1}});
  CHECK(stated(*problem, Which::delta) == Approx(0.1).epsilon(1e-10));
  CHECK(stated(*problem, Which::d1) == Approx(0.1).epsilon(1e-10));
  CHECK(stated(*problem, Which::sig) == Approx(0.0707106781).epsilon(1e-9));
  CHECK(stated(*problem, Which::sig1) == Approx(0.1224744871).epsilon(1e-9));
  CHECK(*problem->known().solution == *make({})->known().solution);
}

// J = [[mu, s], [-s, mu]] on every pair of singular vectors: J^T J = (mu^2 + s^2) I and the symmetric part is
// mu I, so that a worker's ell is (mu^2 + |A_m|^2) / mu = L_m^2 / mu: (1.9278175257^2 / 0.02) = 185.824.
TEST_CASE("ell of the bilinear problem is L_max^2 / mu") {
  const auto problem = make({});
  double most = 0;
  for (int m = 0; m < 10; ++m) most = std::max(most, contract::attained_cocoercivity(*problem, m));
  CHECK(most == Approx(1.9278175257 * 1.9278175257 / 0.02).epsilon(1e-9));
  CHECK(problem->known().constants.count(Which::ell) == 0);  // |A_m| has no closed form
  // Equal workers: (0.02^2 + 1) / 0.02.
  CHECK(stated(*make({{"similarity", 0.0}}), Which::ell) == Approx(50.02).epsilon(1e-14));
  CHECK(std::isinf(stated(*make({{"similarity", 0.0}, {"mu", 0.0}}), Which::ell)));
}

// D_k = rho diag_j cos(2 pi (k/r + 3j/n)). Over r >= 3 summands the mean square of the cosine is 1/2; over
// two it is cos^2(6 pi j/n), 1 at j = 0. The mean over k written out:
TEST_CASE("L_loc is the root of the largest mean square of the summands' diagonals") {
  for (const int r : {2, 3, 4, 7}) {
    double largest = 0;
    for (int j = 0; j < 50; ++j) {
      double square = 0;
      for (int k = 0; k < r; ++k)
        square += std::pow(std::cos(2 * std::numbers::pi * (k / double(r) + 3 * j / 50.0)), 2) / r;
      largest = std::max(largest, square);
    }
    const auto problem = make({{"samples", r}, {"sample_spread", 0.3}});
    INFO("r = " << r);
    CHECK(stated(*problem, Which::L_loc) == Approx(0.3 * std::sqrt(largest)).epsilon(1e-13));
    CHECK(stated(*problem, Which::L_loc) == Approx(r == 2 ? 0.3 : 0.3 / std::sqrt(2.0)).epsilon(1e-13));
  }
  CHECK(make({})->known().constants.count(Which::L_loc) == 0);
}

// Components 0, 1, 49, 50, 99 and the norm, from a NumPy program that builds A_m and multiplies.
TEST_CASE("a worker's operator has the reference's values") {
  const auto problem = make({});
  const auto check = [&](int m, std::vector<double> expected, double length) {
    const std::vector<double> F = contract::evaluate(*problem, m, cosines(100)).to_host();
    std::size_t next = 0;
    for (const std::size_t j : {0, 1, 49, 50, 99}) CHECK(F[j] == Approx(expected[next++]).epsilon(1e-12));
    CHECK(std::sqrt(std::inner_product(F.begin(), F.end(), F.begin(), 0.0)) == Approx(length).epsilon(1e-12));
  };
  check(
      0,
      {1.9422607121018527, 1.4577108617751615, 0.21670899084241335, -3.3605631102825635, 0.7519660997517004},
      12.137990411356366);
  check(3,
        {1.6301602981063306, -0.18222690629921662, 1.7040993494385235, -0.7425291215326695,
         -0.5112669945535263},
        14.115473819716698);
}

// n = 4, M = 3, r = 5, rho = 0.3: summand 2 of worker 1, from the same program.
TEST_CASE("a summand has the reference's values") {
  const auto problem = make({{"n", 4}, {"workers", 3}, {"samples", 5}, {"sample_spread", 0.3}});
  const std::vector<double> expected{1.6405704552337614,   -0.6041951786336099, -1.149113273735922,
                                     -1.122868287333717,   0.14234077618727187, 1.8469412979017232,
                                     -0.19842578489291912, 0.17988790924430442};
  const std::uint32_t sample = 2;
  Vector out(8);
  problem->evaluate_samples(1, cosines(8), {&sample, 1}, out);
  for (std::size_t j = 0; j < 8; ++j) CHECK(out.to_host()[j] == Approx(expected[j]).epsilon(1e-12));
}

// The golden runs of gradient descent-ascent with step 0.02 and of extragradient with step 0.5.
TEST_CASE("two methods reproduce the reference's errors") {
  const auto problem = make({});
  const std::vector<double> gda = errors_of(*problem, 0.02, false, {10, 50, 200});
  CHECK(gda[0] == Approx(9.9290593114e-01).epsilon(1e-9));
  CHECK(gda[1] == Approx(9.6503224369e-01).epsilon(1e-9));
  CHECK(gda[2] == Approx(8.6733498797e-01).epsilon(1e-9));
  const std::vector<double> eg = errors_of(*problem, 0.5, true, {10, 50, 200});
  CHECK(eg[0] == Approx(4.9535661039e-01).epsilon(1e-9));
  CHECK(eg[1] == Approx(4.7236828144e-02).epsilon(1e-9));
  CHECK(eg[2] == Approx(4.9659886436e-05).epsilon(1e-9));
}

// |x|_2 <= 5 and |y|_1 <= 8: the solution has norm 5.53272000 and 14 entries of y that are not zero.
TEST_CASE("with constraints projected extragradient ends where the reference does") {
  const auto problem = make({{"x_set", Table{{"type", "l2_ball"}, {"radius", 5.0}}},
                             {"y_set", Table{{"type", "l1_ball"}, {"radius", 8.0}}}});
  CHECK(problem->traits().constrained);
  CHECK_FALSE(problem->known().solution);
  Vector z(100), half(100);
  for (int k = 0; k < 300; ++k) {
    combine(half, {{1, z}, {-0.5, full_operator(*problem, z)}});
    problem->prox(0.5, half);
    combine(z, {{1, z}, {-0.5, full_operator(*problem, half)}});
    problem->prox(0.5, z);
  }
  CHECK(norm(z) == Approx(5.53272000).epsilon(1e-8));
  const std::vector<double> entries = z.to_host();
  CHECK(std::count_if(entries.begin() + 50, entries.end(), [](double y) { return y != 0; }) == 14);
}

// F_m = (grad_x f, -grad_y f) of f = <x, A_m y> + <b_m, x> + <c_m, y> + mu |x|^2/2 - mu |y|^2/2.
TEST_CASE("the bilinear operator comes from a saddle function") {
  contract::is_a_saddle_gradient(*make({{"n", 9}, {"workers", 3}}));
}

// Waves over the workers cancel in pairs for M = 2 and not at all for M = 1.
TEST_CASE("two workers cancel, one does not") {
  const auto two = make({{"n", 7}, {"workers", 2}});
  CHECK(stated(*two, Which::L) == Approx(std::sqrt(1.0004)).epsilon(1e-14));
  CHECK(stated(*two, Which::sig) == Approx(1).epsilon(1e-12));
  CHECK(two->known().constants.count(Which::L_rms) == 0);
  CHECK(two->known().solution.has_value());
  const auto one = make({{"n", 7}, {"workers", 1}});
  CHECK(one->known().constants.count(Which::L) == 0);
  CHECK(stated(*one, Which::mu) == 0.02);
  CHECK(stated(*one, Which::delta) == 0);
  CHECK_FALSE(one->known().solution);
  const auto plain = make({{"n", 7}, {"workers", 1}, {"similarity", 0.0}});
  CHECK(stated(*plain, Which::L_max) == stated(*plain, Which::L));
  CHECK(plain->known().solution.has_value());
}

TEST_CASE("a singular game has no known solution") {
  CHECK_FALSE(make({{"mu", 0.0}, {"sigma_min", 0.0}})->known().solution);
  CHECK(make({{"mu", 0.0}, {"sigma_min", 0.01}})->known().solution.has_value());
}

TEST_CASE("evaluations allocate nothing") {
  for (const char* dtype : {"float64", "float32"}) {
    const auto problem = make(
        {{"n", 13}, {"workers", 2}, {"samples", 3}, {"dtype", dtype}, {"x_set", Table{{"type", "l2_ball"}}}});
    Vector z = contract::random_point(*problem, 0), out = z.like();
    const std::uint32_t batch[] = {0, 2};
    const long before = allocations;
    problem->evaluate(1, z, out);
    problem->evaluate_samples(1, z, batch, out);
    problem->jacobian(0, z, z, true, out);
    problem->prox(1, z);
    CHECK(allocations == before);
  }
}

TEST_CASE("impossible parameters are sentences") {
  CHECK_THROWS_AS(make({{"n", 0}}), InputError);
  CHECK_NOTHROW(make({{"n", 1}}));
  CHECK_THROWS_AS(make({{"workers", 0}}), InputError);
  CHECK_THROWS_AS(make({{"mu", -0.1}}), InputError);
  CHECK_THROWS_AS(make({{"sigma_min", 0.5}, {"sigma_max", 0.4}}), InputError);
  CHECK_NOTHROW(make({{"sigma_min", 0.5}, {"sigma_max", 0.5}}));
  CHECK_THROWS_AS(make({{"samples", 1}}), InputError);
  CHECK_NOTHROW(make({{"samples", 2}}));
  CHECK_THROWS_AS(make({{"dtype", "float16"}}), InputError);
  CHECK_THROWS_AS(make({{"x_set", "sphere"}}), InputError);
  CHECK_THROWS_AS(make({{"simmilarity", 0.1}}), InputError);
}
