// Projections against the variational inequality, brute force and closed forms; every set of the catalogue.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/problems/sets.hpp>

#include "core/mallocs.hpp"

using namespace trivium;
namespace sets = trivium::problems::sets;
using Point = std::vector<double>;

namespace {

std::unique_ptr<sets::FeasibleSet> make(const char* type, Table parameters, std::size_t n) {
  return sets::catalogue().make({type, std::move(parameters), ""}, n);
}
Point project(sets::FeasibleSet& set, Point x) {
  set.project(x);
  return x;
}
double dot(const Point& a, const Point& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }
double norm(const Point& a) {
  double scaled = 0;
  for (const double entry : a) scaled = std::hypot(scaled, entry);
  return scaled;
}
Point difference(const Point& a, const Point& b) {
  Point c(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) c[i] = a[i] - b[i];
  return c;
}
Point normal_point(std::size_t n, double scale, Stream& stream) {
  Point x(n);
  for (double& entry : x) entry = scale * stream.normal();
  return x;
}

struct Bounded {
  const char* type;
  Table parameters;
};
const std::vector<Bounded> bounded = {
    {"l2_ball", {{"radius", 1.5}}},
    {"l1_ball", {{"radius", 1.5}}},
    {"l1_ball", {{"radius", 1e-3}}},
    {"box", {{"low", -0.3}, {"high", 1.2}}},
    {"simplex", {}},
    {"simplex", {{"sum", 2.5}}},
    {"spectral_ball", {{"radius", 1.5}}},
};

// P(x) is the nearest point of a closed convex set exactly when it is in the set and <x - P(x), v - P(x)> <=
// 0 for all v of the set, that is support(x - P(x)) = <x - P(x), P(x)>.
void check_optimal(sets::FeasibleSet& set, const Point& x) {
  const Point p = project(set, x);
  const Point away = difference(x, p);
  const double allowed = 1e-12 * (norm(x) + norm(p)) * norm(p);
  CHECK(set.support(away) - dot(away, p) <= allowed);
  CHECK(project(set, p) == p);  // bit for bit
}

}  // namespace

TEST_CASE("projections satisfy the variational inequality and change nothing the second time") {
  Stream stream(1, Purpose::test, 0, 0);
  for (const Bounded& item : bounded) {
    for (const std::size_t n : {1, 2, 3, 7, 8, 9, 40, 1000}) {
      const auto set = make(item.type, item.parameters, n);
      for (const double scale : {1e-9, 0.01, 0.3, 1.0, 30.0, 1e9, 1e120}) {
        CAPTURE(item.type, n, scale);
        check_optimal(*set, normal_point(n, scale, stream));
      }
      check_optimal(*set, Point(n, 0.0));
      check_optimal(*set, Point(n, 1.0));
      check_optimal(*set, Point(n, -7.0));
    }
  }
}

TEST_CASE("projecting twice changes no bit, however the sums round") {
  // Without care for rounding about two in a hundred of these points move in the last place.
  Stream stream(5, Purpose::test, 0, 0);
  for (const char* type : {"l2_ball", "l1_ball", "simplex", "spectral_ball"}) {
    for (const std::size_t n : {3, 100, 1000}) {
      const auto set = make(type, {}, n);
      for (int trial = 0; trial < 300; ++trial) {
        const Point once = project(*set, normal_point(n, trial % 2 ? 3 : 3 / static_cast<double>(n), stream));
        CAPTURE(type, n, trial);
        REQUIRE(project(*set, once) == once);
      }
    }
  }
}

TEST_CASE("no random feasible point is nearer than the projection") {
  Stream stream(2, Purpose::test, 0, 0);
  for (const Bounded& item : bounded) {
    const auto set = make(item.type, item.parameters, 3);
    for (int trial = 0; trial < 300; ++trial) {
      const Point x = normal_point(3, 2, stream);
      const Point v = project(*set, normal_point(3, 2, stream));
      const Point p = project(*set, x);
      CHECK(dot(difference(x, p), difference(v, p)) <= 1e-12 * (1 + dot(x, x)));
    }
  }
}

TEST_CASE("projections in the plane agree with a search along the boundary") {
  // The boundaries of the l1 ball and the simplex are segments: the nearest point is found on a fine grid of
  // each of them.
  const int steps = 20000;
  const auto nearest = [&](const Point& x, const std::vector<Point>& corners) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c + 1 < corners.size(); ++c) {
      for (int i = 0; i <= steps; ++i) {
        const double t = static_cast<double>(i) / steps;
        const double a = corners[c][0] * (1 - t) + corners[c + 1][0] * t - x[0];
        const double b = corners[c][1] * (1 - t) + corners[c + 1][1] * t - x[1];
        best = std::min(best, a * a + b * b);
      }
    }
    return std::sqrt(best);
  };
  const auto ball = make("l1_ball", {{"radius", 0.8}}, 2);
  const auto simplex = make("simplex", {{"sum", 0.8}}, 2);
  Stream stream(3, Purpose::test, 0, 0);
  for (int trial = 0; trial < 40; ++trial) {
    Point x = normal_point(2, 1, stream);
    CHECK(norm(difference(x, project(*simplex, x))) == Approx(nearest(x, {{0.8, 0}, {0, 0.8}})).margin(1e-8));
    if (std::abs(x[0]) + std::abs(x[1]) < 0.8) continue;
    const double expected = nearest(x, {{0.8, 0}, {0, 0.8}, {-0.8, 0}, {0, -0.8}, {0.8, 0}});
    CHECK(norm(difference(x, project(*ball, x))) == Approx(expected).margin(1e-8));
  }
}

TEST_CASE("projections that can be done by hand") {
  // l1, radius 1: t solves sum max(|x_i| - t, 0) = 1; for (3, -2.5, .1) it is (5.5 - 1) / 2 = 2.25.
  CHECK(project(*make("l1_ball", {}, 3), {3, -2.5, 0.1}) == Point{0.75, -0.25, 0});
  // Ties: the four equal entries share the radius.
  CHECK(project(*make("l1_ball", {}, 4), {5, -5, 5, -5}) == Point{0.25, -0.25, 0.25, -0.25});
  CHECK(project(*make("l2_ball", {{"radius", 5.0}}, 2), {6, 8}) == Point{3, 4});
  CHECK(project(*make("box", {{"low", 0.0}, {"high", 2.0}}, 3), {-1, 1, 3}) == Point{0, 1, 2});
  // Simplex: (1.5, 1, -4) has t = (2.5 - 1) / 2 = .75; from zero it is the barycentre.
  CHECK(project(*make("simplex", {}, 3), {1.5, 1, -4}) == Point{0.75, 0.25, 0});
  CHECK(project(*make("simplex", {}, 4), {0, 0, 0, 0}) == Point{0.25, 0.25, 0.25, 0.25});
  CHECK(project(*make("simplex", {{"sum", 2.0}}, 1), {-9}) == Point{2});
  CHECK(project(*make("whole_space", {}, 2), {1e300, -0.0}) == Point{1e300, -0.0});
}

TEST_CASE("points inside are not touched, points just outside are moved") {
  const double just_over = 1 + 1e-12;
  const Point inside{0.25, -0.5, 0.25};  // |x|_1 = 1 exactly
  const auto l1 = make("l1_ball", {}, 3);
  CHECK(project(*l1, inside) == inside);
  CHECK(project(*l1, {0.25 * just_over, -0.5 * just_over, 0.25 * just_over}) !=
        Point{0.25 * just_over, -0.5 * just_over, 0.25 * just_over});
  const auto l2 = make("l2_ball", {{"radius", 5.0}}, 2);
  CHECK(project(*l2, {3, 4}) == Point{3, 4});
  CHECK(project(*l2, {3, 4 * just_over})[1] < 4 * just_over);
  const auto simplex = make("simplex", {}, 3);
  CHECK(project(*simplex, {0.1, 0.2, 0.7}) == Point{0.1, 0.2, 0.7});  // sums to 1 only up to rounding
  CHECK(project(*simplex, {0.1, 0.2, 0.7 * just_over})[2] < 0.7 * just_over);
  CHECK(project(*simplex, {-1e-12, 0.3, 0.7})[0] == 0);
  const auto box = make("box", {}, 1);
  CHECK(project(*box, {1.0}) == Point{1.0});
  CHECK(project(*box, {std::nextafter(1.0, 2)}) == Point{1.0});
}

TEST_CASE("huge, tiny and mixed vectors lose no accuracy") {
  // Both coordinates of the huge point stay active: t = (2e10 + .5 - 1) / 2, so the result is (.75, .25)
  // although numbers near 1e10 are spaced by 2e-6 (1e10 + .5 itself is representable).
  CHECK(project(*make("l1_ball", {}, 2), {1e10 + 0.5, 1e10}) == Point{0.75, 0.25});
  CHECK(project(*make("simplex", {}, 2), {-1e15 + 0.5, -1e15}) == Point{0.75, 0.25});
  for (const double scale : {1e-320, 1e-200, 1e-160, 1e160, 1e307}) {
    CAPTURE(scale);
    const auto l2 = make("l2_ball", {{"radius", 1e-322}}, 2);
    CHECK(norm(project(*l2, {scale, -scale})) <= 1.2e-322);
    const Point cut = project(*make("spectral_ball", {{"rows", 2}}, 4), {3 * scale, 0, 0, 0.5 * scale});
    CHECK(cut[0] == Approx(std::min(3 * scale, 1.0)).epsilon(1e-14));
    CHECK(cut[3] == Approx(std::min(0.5 * scale, 1.0)).epsilon(1e-14));
    const Point unit = project(*make("l2_ball", {}, 2), {3 * scale, 4 * scale});
    if (scale > 1) {
      CHECK(unit[0] == Approx(0.6).epsilon(1e-14));
      CHECK(unit[1] == Approx(0.8).epsilon(1e-14));
    } else {
      CHECK(unit == Point{3 * scale, 4 * scale});
    }
  }
  CHECK(make("l2_ball", {}, 2)->support(Point{3e200, 4e200}) == Approx(5e200));
  CHECK(make("l2_ball", {}, 2)->support(Point{3e-200, 4e-200}) == Approx(5e-200));
  const Point alone = project(*make("l1_ball", {}, 100), [] {
    Point x(100, 1e-3);
    x[17] = -1e8;
    return x;
  }());
  CHECK(alone[17] == -1);
  CHECK(std::count(alone.begin(), alone.end(), 0.0) == 99);
}

TEST_CASE("a point that has diverged stays visibly so") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const char* type : {"l2_ball", "l1_ball", "simplex", "spectral_ball"}) {
    for (const double bad : {infinity, -infinity, std::nan("")}) {
      CAPTURE(type, bad);
      const Point p = project(*make(type, {}, 3), {0.1, bad, 5});
      CHECK(std::any_of(p.begin(), p.end(), [](double entry) { return !std::isfinite(entry); }));
    }
  }
}

TEST_CASE("the support is the value at the projection of a far point") {
  // argmax <c, v> is the limit of P(t c); <c, P(t c)> rises to the support with an error of at most
  // diameter^2 / (2 t).
  Stream stream(4, Purpose::test, 0, 0);
  for (const Bounded& item : bounded) {
    const auto set = make(item.type, item.parameters, 6);
    for (int trial = 0; trial < 20; ++trial) {
      const Point c = normal_point(6, 1, stream);
      Point far = c;
      for (double& entry : far) entry *= 1e6;
      CAPTURE(item.type, trial);
      CHECK(dot(c, project(*set, far)) == Approx(set->support(c)).epsilon(0).margin(1e-4));
    }
    CHECK(set->support(Point(6, 0.0)) == 0);
  }
  const auto space = make("whole_space", {}, 2);
  CHECK(space->support(Point{0, 0}) == 0);
  CHECK(std::isinf(space->support(Point{0, 1e-300})));
  CHECK(space->is_whole_space());
  CHECK_FALSE(make("box", {}, 2)->is_whole_space());
}

TEST_CASE("the support of a polytope is the largest value at its vertices, bit for bit") {
  // The value at a vertex of the l1 ball and the simplex is one product, at one of the box a sum in order.
  Stream stream(9, Purpose::test, 0, 0);
  const std::size_t n = 4;
  for (int trial = 0; trial < 50; ++trial) {
    const Point c = normal_point(n, 1, stream);
    double box = -std::numeric_limits<double>::infinity(), simplex = box, ball = box;
    for (unsigned corner = 0; corner < 1u << n; ++corner) {
      double value = 0;
      for (std::size_t i = 0; i < n; ++i) value += c[i] * (corner >> i & 1 ? 1.2 : -0.3);
      box = std::max(box, value);
    }
    for (const double entry : c) {
      simplex = std::max(simplex, 2.5 * entry);
      ball = std::max({ball, 1.5 * entry, -1.5 * entry});
    }
    CHECK(make("box", {{"low", -0.3}, {"high", 1.2}}, n)->support(c) == box);
    CHECK(make("simplex", {{"sum", 2.5}}, n)->support(c) == simplex);
    CHECK(make("l1_ball", {{"radius", 1.5}}, n)->support(c) == ball);
  }
}

TEST_CASE("the support of the Euclidean ball is where projected ascent ends") {
  Stream stream(10, Purpose::test, 0, 0);
  const auto ball = make("l2_ball", {{"radius", 1.5}}, 5);
  for (int trial = 0; trial < 20; ++trial) {
    const Point c = normal_point(5, 1, stream);
    Point u(5, 0.0);
    for (int k = 0; k < 2000; ++k) {
      for (std::size_t i = 0; i < 5; ++i) u[i] += 0.1 * c[i];
      ball->project(u);
    }
    CHECK(ball->support(c) == Approx(dot(c, u)).epsilon(1e-12));
  }
}

// Columns (3, 0) and (0, 4) have the singular values 3 and 4. ((3, 4), (-8, 6)) are orthogonal of the lengths
// 5 and 10. A rotation Q by any angle of diag(5, 1) has the singular values of diag(5, 1), and is cut to Q
// diag(2, 1).
TEST_CASE("projections onto the spectral ball that can be done by hand") {
  const auto is = [](const Point& found, const Point& expected) {
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(found[i] == Approx(expected[i]).epsilon(1e-14).margin(1e-14));
  };
  const auto ball = make("spectral_ball", {{"rows", 2}, {"radius", 2.0}}, 4);
  is(project(*ball, {3, 0, 0, 4}), {2, 0, 0, 2});
  is(project(*ball, {3, 0, 0, 1}), {2, 0, 0, 1});
  is(project(*ball, {3, 4, -8, 6}), {1.2, 1.6, -1.6, 1.2});
  is(project(*ball, {5 * 0.6, 5 * 0.8, -0.8, 0.6}), {1.2, 1.6, -0.8, 0.6});
  // [[2, 2], [2, 2]] has the singular value 4 with u = v = (1, 1) / sqrt 2, and 0: half of it is left.
  is(project(*ball, {2, 2, 2, 2}), {1, 1, 1, 1});
  CHECK(ball->support(Point{3, 0, 0, -4}) == Approx(14));
  CHECK(ball->support(Point{2, 2, 2, 2}) == Approx(8));
  // One row or one column is a vector: the Euclidean ball.
  is(project(*make("spectral_ball", {{"radius", 5.0}}, 2), {6, 8}), {3, 4});
  is(project(*make("spectral_ball", {{"rows", 2}, {"radius", 5.0}}, 2), {6, 8}), {3, 4});
  // 2 x 3 and 3 x 2: rows (3, 0, 4) and (0, 2, 0) have the lengths 5 and 2.
  is(project(*make("spectral_ball", {{"rows", 2}, {"radius", 3.0}}, 6), {3, 0, 0, 2, 4, 0}),
     {1.8, 0, 0, 2, 2.4, 0});
  is(project(*make("spectral_ball", {{"rows", 3}, {"radius", 3.0}}, 6), {3, 0, 4, 0, 2, 0}),
     {1.8, 0, 2.4, 0, 2, 0});
}

TEST_CASE("projections onto the spectral ball are optimal for matrices of every shape") {
  Stream stream(12, Purpose::test, 0, 0);
  for (const auto& [rows, columns] :
       {std::pair(2, 2), {3, 2}, {2, 7}, {8, 8}, {32, 2}, {1, 32}, {32, 32}, {40, 17}, {17, 64}}) {
    const auto n = static_cast<std::size_t>(rows * columns);
    const auto set = make("spectral_ball", {{"rows", rows}, {"radius", 1.5}}, n);
    for (const double scale : {1e-9, 0.1, 0.3, 1.0, 30.0, 1e9, 1e120}) {
      CAPTURE(rows, columns, scale);
      check_optimal(*set, normal_point(n, scale, stream));
    }
    Point x = normal_point(n, 1, stream);  // of rank one, and equal singular values
    for (std::size_t i = 0; i < n; ++i) x[i] = x[i % static_cast<std::size_t>(rows)];
    check_optimal(*set, x);
    std::fill(x.begin(), x.end(), 0.0);
    for (int i = 0; i < std::min(rows, columns); ++i)
      x[static_cast<std::size_t>(i * rows + i)] = i % 2 ? 3 : -3;
    check_optimal(*set, x);
  }
}

TEST_CASE("a cut matrix is inside, however it rounds, and one inside keeps its bits") {
  Stream stream(13, Purpose::test, 0, 0);
  const auto set = make("spectral_ball", {{"rows", 12}}, 144);
  for (int trial = 0; trial < 200; ++trial) {
    const Point x = normal_point(144, trial % 2 ? 3 : 0.3, stream), once = project(*set, x);
    CAPTURE(trial);
    REQUIRE(once != x);
    REQUIRE(project(*set, once) == once);
  }
  const Point inside = normal_point(144, 0.05, stream);
  CHECK(project(*set, inside) == inside);
  const auto square = make("spectral_ball", {{"rows", 2}}, 4);
  CHECK(project(*square, {1, 0, 0, 0.5}) == Point{1, 0, 0, 0.5});
  CHECK(project(*square, {1 + 1e-12, 0, 0, 0.5})[0] < 1 + 1e-12);
}

TEST_CASE("projecting onto the spectral ball takes no memory from the heap once it has") {
  Stream stream(14, Purpose::test, 0, 0);
  for (const auto& [rows, columns] : {std::pair(64, 64), {47, 96}, {2, 100}, {100, 1}}) {
    const auto n = static_cast<std::size_t>(rows * columns);
    const auto set = make("spectral_ball", {{"rows", rows}}, n);
    Point x = normal_point(n, 1, stream), y = x;
    set->project(x);
    CAPTURE(rows, columns);
    CHECK(mallocs_of([&] { set->project(y); }) == 0);
    CHECK(x == y);
  }
}

TEST_CASE("every set but the whole space is bounded") {
  for (const Bounded& item : bounded) CHECK(make(item.type, item.parameters, 3)->is_bounded());
  CHECK_FALSE(make("whole_space", {}, 3)->is_bounded());
  // A box without ends is not one: its bounds are finite numbers.
  CHECK_THROWS_AS(make("box", {{"high", std::numeric_limits<double>::infinity()}}, 3), InputError);
}

TEST_CASE("selection handles long sorted, constant and geometric inputs") {
  for (const std::size_t n : {2000u, 2001u}) {
    std::vector<Point> shapes(4, Point(n));
    for (std::size_t i = 0; i < n; ++i) {
      const auto t = static_cast<double>(i);
      shapes[0][i] = t;
      shapes[1][i] = -t;
      shapes[2][i] = 1e-3;
      shapes[3][i] = std::pow(0.99, t);
    }
    for (const double radius : {1e-2, 1.0, 90.0}) {
      const auto ball = make("l1_ball", {{"radius", radius}}, n);
      const auto simplex = make("simplex", {{"sum", radius}}, n);
      for (const Point& x : shapes) {
        CAPTURE(n, radius, x[1]);
        check_optimal(*ball, x);
        check_optimal(*simplex, x);
      }
    }
  }
}

TEST_CASE("impossible sets are refused with a sentence") {
  CHECK_THROWS_WITH(make("box", {{"low", 2.0}, {"high", 1.0}}, 3),
                    Catch::Contains("low = 2 lies above high = 1"));
  CHECK_THROWS_AS(make("l1_ball", {{"radius", 0.0}}, 3), InputError);
  CHECK_THROWS_AS(make("l2_ball", {{"radius", -1.0}}, 3), InputError);
  CHECK_THROWS_AS(make("simplex", {{"sum", 0.0}}, 3), InputError);
  CHECK_THROWS_WITH(make("spectral_ball", {{"rows", 2}}, 3),
                    Catch::Contains("3 numbers are no matrix of 2 rows"));
  CHECK_THROWS_AS(make("spectral_ball", {{"radius", 0.0}}, 3), InputError);
  CHECK_THROWS_AS(make("whole_space", {{"radius", 1.0}}, 3), InputError);
}
