// The network of adversarial_network and the attack on single rows, against differences and closed forms.
#include <cmath>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/problems/detail/attack.hpp>
#include <trivium/problems/detail/perceptron.hpp>

#include "core/mallocs.hpp"

using namespace trivium;
using namespace trivium::problems::detail;
using Point = std::vector<double>;
using Labels = std::vector<std::uint8_t>;

namespace {

Point random_point(std::size_t size, std::uint64_t number) {
  Stream stream(3, Purpose::test, everyone, number);
  Point point(size);
  for (double& entry : point) entry = stream.normal();
  return point;
}

template <class T>
void set_input(Perceptron<T>& network, const Point& rows) {
  std::copy(rows.begin(), rows.end(), network.input().data());
}

double loss(Perceptron<double>& network, const Point& theta, const Point& rows, const Labels& labels) {
  set_input(network, rows);
  return network.forward(theta.data(), labels);
}

}  // namespace

TEST_CASE("the network is what its formula says, entry by entry") {
  // Two inputs, one hidden unit, two classes: h = phi(2 a - b + 0.5), logits (h, 1 - h).
  const Point theta{2, -1, 0.5, 1, -1, 0, 1};
  const auto expected = [](double h) { return std::log(1 + std::exp(1 - 2 * h)); };  // label 0
  const double z = 2 * 0.3 - 0.7 + 0.5;                                              // 0.4
  const double law = 0.65542174161032429;                                            // Phi(0.4)
  for (const auto& [activation, h] : {std::pair(Activation::relu, z), std::pair(Activation::gelu, z * law),
                                      std::pair(Activation::tanh, std::tanh(z))}) {
    Perceptron<double> network({{2, 1, 2}, activation}, 4);
    CHECK(loss(network, theta, {0.3, 0.7}, {0}) == Approx(expected(h)).epsilon(1e-14));
  }
  Perceptron<double> network({{2, 1, 2}, Activation::relu}, 4);
  CHECK(loss(network, theta, {0, 0.7}, {0}) ==
        Approx(std::log(1 + std::exp(1))).epsilon(1e-14));  // relu(-0.2) = 0
}

TEST_CASE("gradients in the weights and in the inputs are central differences of the loss") {
  const Labels labels{2, 0, 1, 1, 0};
  for (const Activation activation : {Activation::relu, Activation::gelu, Activation::tanh})
    for (const std::vector<std::size_t>& widths :
         {std::vector<std::size_t>{4, 3}, {4, 6, 3}, {4, 5, 7, 3}, {4, 3, 5, 4, 3}}) {
      INFO("activation " << static_cast<int>(activation) << ", " << widths.size() - 1 << " layers");
      Perceptron<double> network({widths, activation}, 8);
      const std::size_t size = network.shape().size();
      const Point theta = random_point(size, 1), rows = random_point(labels.size() * 4, 2);
      const double weight = 0.7, h = 1e-6;

      loss(network, theta, rows, labels);
      network.backward(theta.data(), weight, labels);
      Point gradient(size, 5.0);
      network.add_gradient(gradient.data());  // is added
      for (std::size_t i = 0; i < size; ++i) {
        Point plus = theta, minus = theta;
        plus[i] += h;
        minus[i] -= h;
        const double slope =
            (loss(network, plus, rows, labels) - loss(network, minus, rows, labels)) / (2 * h);
        REQUIRE(gradient[i] - 5 == Approx(weight * slope).epsilon(1e-6).margin(1e-7));
      }

      loss(network, theta, rows, labels);
      network.backward(theta.data(), weight, labels);
      const auto found = network.input_gradient(theta.data());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        Point plus = rows, minus = rows;
        plus[i] += h;
        minus[i] -= h;
        const double slope =
            (loss(network, theta, plus, labels) - loss(network, theta, minus, labels)) / (2 * h);
        REQUIRE(found.data()[i] == Approx(weight * slope).epsilon(1e-6).margin(1e-7));
      }
    }
}

TEST_CASE("logits that overflow an exponential give a finite loss, and what is not a number shows") {
  for (const Activation activation : {Activation::relu, Activation::gelu, Activation::tanh}) {
    Perceptron<float> network({{1, 2, 2}, activation}, 1);
    network.input()(0, 0) = 1;
    std::vector<float> theta{1, 1, 0, 0, 1e4f, 0, 0, 0, 0, 0};
    const Labels labels{1};
    const double found = network.forward(theta.data(), labels);
    CHECK(std::isfinite(found));
    CHECK(found > 7000);
    theta[0] = NAN;
    CHECK(std::isnan(network.forward(theta.data(), labels)));
  }
}

TEST_CASE("the start has the variance of He, for tanh that of Glorot, and zero biases") {
  const PerceptronShape relu{{300, 200, 10}, Activation::relu}, tanh{{300, 200, 10}, Activation::tanh};
  CHECK(relu.size() == 301 * 200 + 201 * 10);
  REQUIRE(relu.matrices().size() == 2);
  CHECK(relu.matrices()[1].offset == 301 * 200);
  CHECK(relu.matrices()[1].rows == 200);
  CHECK(relu.matrices()[1].columns == 10);
  for (const auto& [shape, variance] : {std::pair(relu, 2.0 / 300), std::pair(tanh, 2.0 / 500)}) {
    const Point theta = shape.start(7);
    double squares = 0;
    for (std::size_t i = 0; i < 60000; ++i) squares += theta[i] * theta[i] / 60000;
    CHECK(squares == Approx(variance).epsilon(0.03));  // five standard deviations of a mean of 60000 squares
    for (std::size_t i = 60000; i < 60200; ++i) CHECK(theta[i] == 0);
  }
  CHECK(relu.start(7) == relu.start(7));
  CHECK(relu.start(7) != relu.start(8));
}

TEST_CASE("a tie is not a success") {
  Perceptron<double> network({{1, 2}, Activation::relu}, 2);
  set_input(network, {1, 1});
  const Labels labels{0, 1};
  network.forward(Point{0, 0, 0, 0}.data(), labels);
  CHECK(network.correct(labels) == 0);
  network.forward(Point{0, 0, 1, 0}.data(), labels);
  CHECK(network.correct(labels) == 1);
}

// Two classes and no hidden layer: the loss of a row with label 0 is log(1 + exp(<w, x + delta> + c)), w =
// w_1 - w_0 = (3, -4), |w| = 5. It grows along w only, so that the worst delta of a ball is its end in that
// direction.
TEST_CASE("the attack finds the worst perturbation of a linear classifier") {
  const Point theta{0, 0, 3, -4, 0.1, -0.2};
  const Point rows{0.5, 0.25, 0.1, 0.9};
  const Labels labels{0, 1};  // for label 1 the direction turns round
  const auto moved = [&](const AttackRule& rule, double& squares) {
    Perceptron<double> network({{2, 2}, Activation::relu}, 3);
    Attack<double> attack(network);
    set_input(network, rows);
    squares = attack(rule, network, theta.data(), labels);
    Point delta(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) delta[i] = network.input().data()[i] - rows[i];
    return delta;
  };
  double squares = 0;
  const auto is = [](const Point& found, const Point& expected) {
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).margin(1e-14));
  };
  is(moved({.l2 = false, .radius = 0.2, .steps = 4, .step = 0.05}, squares), {0.2, -0.2, -0.2, 0.2});
  CHECK(squares == Approx(4 * 0.04));
  is(moved({.l2 = false, .radius = 0.2, .steps = 3, .step = 0.05}, squares), {0.15, -0.15, -0.15, 0.15});
  is(moved({.l2 = true, .radius = 0.5, .steps = 9, .step = 0.2}, squares), {0.3, -0.4, -0.3, 0.4});
  CHECK(squares == Approx(0.5));
  is(moved({.steps = 0}, squares), {0, 0, 0, 0});
  // Penalty beta: delta = (p / beta) w with p the probability of the wrong class at x + delta.
  const Point found = moved({.penalty = 50, .steps = 400, .step = 0.02}, squares);
  const double t = 3 * (0.5 + found[0]) - 4 * (0.25 + found[1]) - 0.3, p = 1 / (1 + std::exp(-t));
  CHECK(found[0] == Approx(3 * p / 50).epsilon(1e-12));
  CHECK(found[1] == Approx(-4 * p / 50).epsilon(1e-12));
}

TEST_CASE("passes of a network of the usual size take no memory from the heap") {
  const std::size_t rows = 128;
  Perceptron<float> network({{784, 256, 128, 10}}, rows);
  const std::vector<double> start = network.shape().start(1);
  const std::vector<float> theta(start.begin(), start.end());
  std::vector<float> gradient(theta.size(), 0.0F);
  const Labels labels(rows, 3);
  network.input().setConstant(0.5F);
  const auto pass = [&] {
    network.forward(theta.data(), labels);
    network.backward(theta.data(), 1.0F, labels);
    network.add_gradient(gradient.data());
    network.input_gradient(theta.data());
  };
  pass();
  CHECK(mallocs_of(pass) == 0);

  // A product by Eigen itself is seen: here of scalars that no other source compiles for another processor.
  if (!counts_mallocs) return;
  const Eigen::MatrixXcf A = Eigen::MatrixXcf::Random(rows, 784), B = Eigen::MatrixXcf::Random(784, 256);
  Eigen::MatrixXcf C(rows, 256);
  CHECK(mallocs_of([&] { C.noalias() = A * B; }) > 0);
}
