// Adversarial training of networks on small images made by hand.
#include <cmath>
#include <memory>
#include <numeric>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/problems/problem.hpp>

#include "images.hpp"

using namespace trivium;
using problems::ImageFiles;
using problems::Problem;
using Point = std::vector<double>;

namespace {

std::unique_ptr<Problem> make(const Table& parameters, const problems::Place& place = {}) {
  return problems::catalogue().make({"adversarial_network", parameters, ""}, place);
}
Vector vector_of(const Problem& problem, const Point& z) {
  Vector out(z.size(), problem.traits().dtype);
  out.assign(z);
  return out;
}
Point evaluate(Problem& problem, int m, const Point& z) {
  const Vector at = vector_of(problem, z);
  Vector out = at.like();
  problem.evaluate(m, at, out);
  return out.to_host();
}
Point measures(Problem& problem, int m, const Point& z) {
  Point out(problem.traits().measures.size(), -1.0);
  problem.measure(m, vector_of(problem, z), out);
  return out;
}
/// The problem's start, moved so that biases and perturbation are not 0.
Point somewhere(const Problem& problem) {
  Stream stream(4, Purpose::test, everyone, 0);
  Point z = problem.known().start.value();
  for (double& entry : z) entry += 0.05 * stream.normal();
  return z;
}
const List hidden{5, 4};

/// F_m = (grad_theta f_m, -grad_delta f_m), f_m the measure `loss`; delta are the last `inputs` entries.
void is_the_saddle_gradient(Problem& problem, std::size_t inputs, double tolerance) {
  const Point z = somewhere(problem);
  const double h = 1e-6;
  for (int m = 0; m < problem.traits().workers.total; ++m) {
    const Point F = evaluate(problem, m, z);
    for (std::size_t i = 0; i < z.size(); ++i) {
      Point plus = z, minus = z;
      plus[i] += h;
      minus[i] -= h;
      const double slope = (measures(problem, m, plus)[0] - measures(problem, m, minus)[0]) / (2 * h);
      INFO("worker " << m << ", entry " << i << " of " << z.size());
      REQUIRE(F[i] == Approx(i + inputs < z.size() ? slope : -slope).epsilon(tolerance).margin(tolerance));
    }
  }
}

}  // namespace

TEST_CASE(
    "the operator is the saddle gradient of the loss: shared perturbation, every activation, ball and "
    "penalty") {
  const ImageFiles files = ImageFiles::random(17);
  for (const char* activation : {"relu", "gelu", "tanh"})
    for (const double penalty : {0.0, 0.8}) {
      INFO(activation << ", penalty " << penalty);
      const auto problem = make(files.parameters({{"activation", activation},
                                                  {"penalty", penalty},
                                                  {"hidden", hidden},
                                                  {"workers", 3},
                                                  {"weight_decay", 0.3},
                                                  {"dtype", "float64"}}));
      REQUIRE(problem->traits().dimension == 7 * 5 + 6 * 4 + 5 * 3 + 6);
      CHECK(problem->traits().constrained == (penalty == 0));
      CHECK_FALSE(problem->traits().solvable);
      is_the_saddle_gradient(*problem, 6, 1e-7);
    }
}

// At the solution of the inner problem the derivative of its value is the derivative at a fixed perturbation
// (Danskin), so that with an attack that arrives F is the gradient of the attacked loss.
TEST_CASE("per sample: the operator is the gradient of the attacked loss, in both balls and with a penalty") {
  const ImageFiles files = ImageFiles::random(17);
  const Table variants[] = {
      {{"ball", "linf"}, {"radius", 0.05}}, {{"ball", "l2"}, {"radius", 0.1}}, {{"penalty", 8.0}}};
  for (const char* activation : {"gelu", "tanh"})
    for (const Table& variant : variants) {
      INFO(activation << ", " << to_toml(variant));
      Table table = files.parameters(variant);
      for (const auto& [name, value] : {std::pair<const char*, Value>("activation", activation),
                                        {"hidden", hidden},
                                        {"workers", 2},
                                        {"perturbation", "per_sample"},
                                        {"attack_steps", 300},
                                        {"weight_decay", 0.3},
                                        {"dtype", "float64"}})
        table.set(name, value);
      const auto problem = make(table);
      REQUIRE(problem->traits().dimension == 7 * 5 + 6 * 4 + 5 * 3);
      CHECK_FALSE(problem->traits().constrained);
      is_the_saddle_gradient(*problem, 0, 1e-6);
    }
}

TEST_CASE("a perturbation per sample costs no entry of z; without steps it is plain training") {
  const ImageFiles files = ImageFiles::random(9);
  const Table common{{"hidden", hidden}, {"workers", 2}, {"dtype", "float64"}};
  Table alone = files.parameters(common);
  alone.set("perturbation", "per_sample");
  alone.set("attack_steps", 0);
  const auto shared = make(files.parameters(common)), plain = make(alone);
  const std::size_t size = plain->traits().dimension;
  REQUIRE(shared->traits().dimension == size + 6);
  Point z = somewhere(*plain), with_zero = z;
  with_zero.resize(size + 6, 0.0);
  const Point a = evaluate(*plain, 1, z), b = evaluate(*shared, 1, with_zero);
  CHECK(std::equal(a.begin(), a.end(), b.begin()));
  alone.set("attack_steps", 3);
  CHECK(measures(*make(alone), 1, z)[0] > measures(*plain, 1, z)[0]);
}

TEST_CASE("at zero weights the loss is the logarithm of the number of classes") {
  const ImageFiles files = ImageFiles::random(9);
  const auto problem = make(files.parameters({{"hidden", hidden}, {"workers", 2}}));
  CHECK(measures(*problem, 0, Point(problem->traits().dimension, 0.0))[0] ==
        Approx(std::log(3)).epsilon(1e-6));
}

// Class k has pixel k bright, of three; the logits are 10 x. An attack of radius r leaves 10 (1 - 2 r)
// between the label's logit and the others: right below r = 1/2, wrong above.
TEST_CASE("accuracies are shares of the test images, each attacked on its own") {
  std::vector<std::vector<std::uint8_t>> images;
  std::vector<std::uint8_t> labels;
  for (std::uint8_t i = 0; i < 7; ++i) {
    images.push_back({0, 0, 0});
    images.back()[i % 3] = 255;
    labels.push_back(i == 4 ? 0 : i % 3);  // one of seven is mislabelled
  }
  const ImageFiles files(images, labels, 1, 3);
  const auto mean = [&](double radius, std::int64_t rows) {
    const auto problem =
        make(files.parameters({{"hidden", List{}}, {"workers", 3}, {"radius", radius}}, rows));
    REQUIRE(problem->traits().measures ==
            std::vector<std::string>{"loss", "clean_accuracy", "robust_accuracy"});
    Point z(problem->traits().dimension, 0.0), total(3, 0.0);
    for (const std::size_t k : {0, 1, 2}) z[4 * k] = 10;
    for (int m = 0; m < 3; ++m) {
      const Point part = measures(*problem, m, z);
      for (std::size_t i = 0; i < 3; ++i) total[i] += part[i] / 3;
    }
    return total;
  };
  CHECK(mean(0.49, 7)[1] == Approx(6.0 / 7).epsilon(1e-14));
  CHECK(mean(0.49, 7)[2] == Approx(6.0 / 7).epsilon(1e-14));
  CHECK(mean(0.51, 7)[1] == Approx(6.0 / 7).epsilon(1e-14));
  CHECK(mean(0.51, 7)[2] == 0);
  CHECK(mean(0.49, 4)[1] == Approx(1).epsilon(1e-14));
}

TEST_CASE("the loss may be measured on some of the rows") {
  const ImageFiles files = ImageFiles::random(12);
  const auto loss = [&](std::int64_t rows, std::int64_t loss_rows) {
    const auto problem = make(files.parameters({{"hidden", List{}},
                                                {"workers", 1},
                                                {"partition", "contiguous"},
                                                {"rows", rows},
                                                {"loss_rows", loss_rows}}));
    return measures(*problem, 0, somewhere(*problem))[0];
  };
  CHECK(loss(12, 5) == loss(5, 0));
  CHECK(loss(12, 13) == loss(12, 0));
  CHECK(loss(12, 5) != loss(12, 0));
}

TEST_CASE("the perturbation is projected on its ball, the weights are left alone") {
  const ImageFiles files = ImageFiles::random(5);
  for (const char* dtype : {"float32", "float64"}) {
    const Table common{{"hidden", List{}}, {"workers", 1}, {"radius", 0.5}, {"dtype", dtype}};
    Table round = files.parameters(common);
    round.set("ball", "l2");
    const auto box = make(files.parameters(common)), ball = make(round);
    Point z(box->traits().dimension, 7.0);
    const std::size_t theta = z.size() - 6;
    std::copy_n(Point{3, -4, 0, 0, 0, 0}.begin(), 6, z.begin() + static_cast<std::ptrdiff_t>(theta));
    Vector a = vector_of(*box, z), b = a;
    box->prox(0.1, a);
    ball->prox(0.1, b);
    for (std::size_t i = 0; i < theta; ++i) REQUIRE((a.to_host()[i] == 7 && b.to_host()[i] == 7));
    CHECK(a.to_host()[theta] == 0.5);
    CHECK(a.to_host()[theta + 1] == -0.5);
    CHECK(b.to_host()[theta] == Approx(0.3).epsilon(1e-6));
    CHECK(b.to_host()[theta + 1] == Approx(-0.4).epsilon(1e-6));
  }
}

TEST_CASE("blocks of rows do not show: more rows than a block holds") {
  const ImageFiles files = ImageFiles::random(600);
  const auto problem = make(files.parameters({{"hidden", hidden}, {"workers", 1}, {"dtype", "float64"}}));
  const Point z = somewhere(*problem);
  const Vector at = vector_of(*problem, z);
  Vector half = at.like(), sum = at.like();
  std::vector<std::uint32_t> samples(300);
  for (const std::uint32_t first : {0u, 300u}) {
    std::iota(samples.begin(), samples.end(), first);
    problem->evaluate_samples(0, at, samples, half);
    combine(sum, {{1, sum}, {0.5, half}});
  }
  const Point whole = evaluate(*problem, 0, z), parts = sum.to_host();
  for (std::size_t i = 0; i < z.size(); ++i) REQUIRE(whole[i] == Approx(parts[i]).margin(1e-13));
}

TEST_CASE("float32 is float64 rounded") {
  const ImageFiles files = ImageFiles::random(40);
  Table table = files.parameters({{"hidden", hidden}, {"workers", 2}, {"activation", "gelu"}}, 40);
  const auto narrow = make(table);
  table.set("dtype", "float64");
  const auto wide = make(table);
  CHECK(narrow->traits().dtype == Dtype::float32);
  const Point z = vector_of(*narrow, somewhere(*narrow)).to_host();
  const Point a = evaluate(*narrow, 1, z), b = evaluate(*wide, 1, z);
  for (std::size_t i = 0; i < z.size(); ++i) REQUIRE(a[i] == Approx(b[i]).margin(3e-6));
}

TEST_CASE("the first rows are used, dealt by any partitioner") {
  const ImageFiles files = ImageFiles::random(30);
  const auto rows = [&](const Value& partition) {
    const auto problem = make(files.parameters({{"rows", 20}, {"workers", 4}, {"partition", partition}}));
    std::size_t total = 0;
    for (int m = 0; m < 4; ++m) total += problem->samples(m);
    return total;
  };
  CHECK(rows("shuffled") == 20);
  CHECK(rows("by_label") == 20);
  CHECK(rows("by_norm") == 20);  // looks at the pixels
  CHECK(rows(Table{{"type", "dirichlet"}, {"alpha", 0.3}}) == 20);
}

TEST_CASE("mistakes are sentences") {
  const ImageFiles files = ImageFiles::random(8), more = ImageFiles::random(9),
                   wide({{1, 2}, {3, 4}}, {0, 3}, 1, 2);
  const auto sentence = [](const Table& parameters, const char* part) {
    CHECK_THROWS_AS(make(parameters), InputError);
    CHECK_THROWS_WITH(make(parameters), Catch::Contains(part));
  };
  const auto with = [](Table table, const char* name, const Value& value) {
    table.set(name, value);
    return table;
  };
  const Table good = files.parameters({{"workers", 2}}, 4);
  CHECK_NOTHROW(make(good));
  sentence(with(good, "images", "nowhere"), "no data file 'nowhere'");
  sentence(with(good, "labels", more.labels()), "has 8 images and");
  sentence(with(good, "rows", 9), "9 rows are asked for, but");
  sentence(with(good, "workers", 9), "8 rows cannot be dealt to 9 workers");
  sentence(with(good, "hidden", List{2.5}), "whole numbers, got 2.5");
  sentence(with(good, "hidden", List{0}), "hidden");
  sentence(with(good, "radius", 0.0), "radius");
  Table other = with(good, "test_images", wide.images());
  other.set("test_labels", wide.labels());
  other.set("test_rows", 2);
  sentence(other, "the test images have 2 pixels, the training images 6");
  sentence(with(with(with(other, "images", wide.images()), "labels", wide.labels()), "rows", 1),
           "cannot be dealt");
  const ImageFiles few({{1, 2}, {3, 4}}, {0, 1}, 1, 2);
  sentence(with(with(other, "images", few.images()), "labels", few.labels()),
           "the test labels reach 3, those of the training rows only 1; use more rows");
}
