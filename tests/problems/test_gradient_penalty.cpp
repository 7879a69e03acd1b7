// The penalty on the slope of a perceptron: hand-made numbers, and central differences of every gradient.
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/problems/detail/gradient_penalty.hpp>

#include "core/mallocs.hpp"

using namespace trivium;
using namespace trivium::problems::detail;
using Point = std::vector<double>;

namespace {

constexpr Activation every_activation[] = {Activation::relu, Activation::gelu, Activation::tanh};

Point random_point(std::size_t size, std::uint64_t number) {
  Stream stream(11, Purpose::test, everyone, number);
  Point point(size);
  for (double& entry : point) entry = stream.normal();
  return point;
}

template <class Network>
void set_input(Network& network, const Point& rows) {
  std::copy(rows.begin(), rows.end(), network.input().data());
}

double penalty(const PerceptronShape& shape, const Point& theta, const Point& rows) {
  GradientPenalty<double> slopes(shape, 8);
  set_input(slopes, rows);
  return slopes.run(theta.data(), rows.size() / shape.inputs());
}

struct Gradients {
  Point weights, input;
};
Gradients gradients(const PerceptronShape& shape, const Point& theta, const Point& rows, double weight) {
  GradientPenalty<double> slopes(shape, 8);
  set_input(slopes, rows);
  slopes.run(theta.data(), rows.size() / shape.inputs());
  slopes.propagate(theta.data(), weight);
  Gradients found{Point(theta.size(), 5.0), {}};
  slopes.add_gradient(found.weights.data());  // is added
  const double* input = slopes.input_gradient(theta.data()).data();
  found.input.assign(input, input + rows.size());
  return found;
}

template <class F>
double central_difference(Point at, std::size_t i, const F& f) {
  const double middle = at[i], h = 1e-5;
  at[i] = middle + h;
  const double plus = f(at);
  at[i] = middle - h;
  return (plus - f(at)) / (2 * h);
}

}  // namespace

TEST_CASE("the slope is the one that the perceptron propagates to its input") {
  for (const Activation activation : every_activation) {
    const PerceptronShape shape{{3, 5, 4, 1}, activation};
    const Point theta = random_point(shape.size(), 1), rows = random_point(6 * 3, 2);
    Perceptron<double> critic(shape, 8);
    set_input(critic, rows);
    critic.run(theta.data(), 6);
    critic.output_slope().setOnes();
    critic.propagate(theta.data());
    const auto slopes = critic.input_gradient(theta.data()).topRows(6);
    double expected = 0;
    for (Eigen::Index i = 0; i < 6; ++i) expected += std::pow(slopes.row(i).norm() - 1, 2);
    CHECK(penalty(shape, theta, rows) == Approx(expected).epsilon(1e-14));
  }
}

TEST_CASE("gradients in the weights and in the points are central differences of the penalty") {
  for (const Activation activation : every_activation)
    for (const std::vector<std::size_t>& widths :
         {std::vector<std::size_t>{2, 1}, {2, 6, 1}, {3, 5, 4, 1}, {2, 4, 5, 3, 1}, {1, 2, 2, 2, 2, 1}}) {
      INFO("activation " << static_cast<int>(activation) << ", " << widths.size() - 1 << " layers");
      const PerceptronShape shape{widths, activation};
      const Point theta = random_point(shape.size(), 3), rows = random_point(5 * widths[0], 4);
      const Gradients found = gradients(shape, theta, rows, 0.7);
      for (std::size_t i = 0; i < theta.size(); ++i) {
        const double slope =
            central_difference(theta, i, [&](const Point& at) { return penalty(shape, at, rows); });
        REQUIRE(found.weights[i] - 5 == Approx(0.7 * slope).epsilon(1e-6).margin(1e-7));
      }
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const double slope =
            central_difference(rows, i, [&](const Point& at) { return penalty(shape, theta, at); });
        REQUIRE(found.input[i] == Approx(0.7 * slope).epsilon(1e-6).margin(1e-7));
      }
    }
}

// D(x) = <w, x> + c has the slope w everywhere: (|w| - 1)^2 with the gradient 2 (|w| - 1) w / |w|.
TEST_CASE("the penalty of a linear critic is that of its weights, also where they nearly vanish") {
  const PerceptronShape linear{{2, 1}, Activation::relu};
  CHECK(penalty(linear, {3, 4, 7}, {0.3, -2}) == 16);
  const Gradients found = gradients(linear, {3, 4, 7}, {0.3, -2}, 1);
  CHECK(found.weights[0] - 5 == Approx(4.8).epsilon(1e-14));
  CHECK(found.weights[1] - 5 == Approx(6.4).epsilon(1e-14));
  CHECK(found.weights[2] == 5);
  CHECK(found.input == Point{0, 0});
  for (const double size : {1e-9, 1e-170, 1e-320}) {  // squares of the second vanish, the last is denormal
    CAPTURE(size);
    const Gradients near = gradients(linear, {size, 0, 7}, {0.3, -2}, 1);
    CHECK(near.weights[0] - 5 == Approx(-2).epsilon(1e-8));
    CHECK(near.weights[1] == 5);
  }
  CHECK(penalty(linear, {1e-170, 0, 7}, {0.3, -2}) == 1);
}

TEST_CASE("at a slope of zero the gradients are zero, which they are for a critic that is constant nearby") {
  CHECK(penalty({{2, 1}, Activation::tanh}, {0, 0, 7}, {0.3, -2}) == 1);
  CHECK(gradients({{2, 1}, Activation::tanh}, {0, 0, 7}, {0.3, -2}, 1).weights == Point{5, 5, 5});
  // Two ReLUs that are off, 2 x - 9 and x - 5 at x = 0.5.
  const PerceptronShape off{{1, 2, 1}, Activation::relu};
  const Point theta{2, 1, -9, -5, 3, 4, 1};
  const Gradients found = gradients(off, theta, {0.5}, 1);
  CHECK(found.weights == Point(7, 5.0));
  CHECK(found.input == Point{0});
  for (std::size_t i = 0; i < theta.size(); ++i)
    CHECK(central_difference(theta, i, [&](const Point& at) { return penalty(off, at, {0.5}); }) == 0);
}

TEST_CASE("slopes near zero leave the gradients right") {
  // tanh far out: D(x) = tanh(x + 12), D' = 1 / cosh^2(x + 12) = 1.5e-10 and D'' = -2 tanh(x + 12) D'. The
  // network has D' as 1 - tanh^2, to 1e-16 beside 1, which is 1e-6 of it.
  const PerceptronShape shape{{1, 1, 1}, Activation::tanh};
  const double slope = 1 / std::pow(std::cosh(12.0), 2);
  const Gradients found = gradients(shape, {1, 12, 1, 0}, {0}, 1);
  CHECK(found.input[0] == Approx(2 * (slope - 1) * -2 * std::tanh(12.0) * slope).epsilon(2e-6));
  CHECK(found.weights[2] - 5 == Approx(2 * (slope - 1) * slope).epsilon(1e-5));  // 5 has digits to 1e-15
}

TEST_CASE("what is not a number shows in the penalty and its gradients") {
  for (const Activation activation : every_activation) {
    const PerceptronShape shape{{1, 2, 1}, activation};
    Point theta(shape.size(), 0.5);
    theta[4] = NAN;
    CHECK(std::isnan(penalty(shape, theta, {1})));
    CHECK(std::isnan(gradients(shape, theta, {1}, 1).weights[0]));
  }
}

TEST_CASE("passes of the penalty take no memory from the heap") {
  const PerceptronShape shape{{2, 256, 128, 1}, Activation::gelu};
  GradientPenalty<float> slopes(shape, 128);
  const std::vector<double> start = shape.start(1);
  const std::vector<float> theta(start.begin(), start.end());
  std::vector<float> gradient(theta.size(), 0.0F);
  slopes.input().setConstant(0.5F);
  const auto pass = [&] {
    slopes.run(theta.data(), 128);
    slopes.propagate(theta.data(), 1.0F);
    slopes.add_gradient(gradient.data());
    slopes.input_gradient(theta.data());
  };
  pass();
  CHECK(mallocs_of(pass) == 0);
}
