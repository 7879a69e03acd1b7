// What a perceptron on the card is made of, against plain loops. Numbers are integers where equality is asked
// for: every product and sum is then exact in any order, fused or not. Elsewhere the bound counts roundings.
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/gpu/network.hpp>

#include "numbers.hpp"

using namespace trivium;
using namespace trivium::testing;
using gpu::ConstMatrixPart, gpu::ConstPart, gpu::MatrixPart, gpu::Part, gpu::Picked;
using Numbers = std::vector<double>;

namespace {

const Dtype dtypes[] = {Dtype::float64, Dtype::float32};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Vector vector_of(const Numbers& values, Dtype dtype) {
  Vector out(values.size(), dtype, gpu::device());
  out.assign(values);
  return out;
}
/// To the nearest number of the type.
double rounded(double x, Dtype dtype) { return dtype == Dtype::float64 ? x : static_cast<float>(x); }

/// Some images, on the host and on the card.
struct Pictures {
  std::size_t pixels;
  std::vector<std::uint8_t> values, labels;
  gpu::Images there;
  Pictures(std::size_t count, std::size_t pixels, unsigned classes) : pixels(pixels) {
    Stream stream(3, Purpose::test, count, pixels);
    for (std::size_t i = 0; i < count * pixels; ++i)
      values.push_back(static_cast<std::uint8_t>(stream.below(256)));
    for (std::size_t i = 0; i < count; ++i)
      labels.push_back(static_cast<std::uint8_t>(stream.below(classes)));
    there = gpu::Images(pixels, values, labels);
  }
};

/// Every entry within `bound(i)` of what is expected.
void near(const std::string& what, const Numbers& found, const Numbers& expected,
          const std::function<double(std::size_t)>& bound) {
  REQUIRE(found.size() == expected.size());
  std::size_t i = 0;
  while (i < found.size() && std::abs(found[i] - expected[i]) <= bound(i)) ++i;
  INFO(what << ": the first entry that is not right is " << i);
  if (i < found.size()) CHECK(found[i] == expected[i]);
  CHECK(i == found.size());
}

struct Shape {
  std::size_t rows, columns;
};
// Around a warp and a block; more rows than a grid of fixed size takes at once.
const Shape shapes[] = {{1, 1}, {1, 33}, {7, 31}, {9, 256}, {300, 100}, {129, 32}, {5000, 10}};

}  // namespace

TEST_CASE("images are unpacked in order or through a list, shifted or not") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t pixels : {1, 31, 784}) {
      const Pictures images(50, pixels, 3);
      std::vector<std::uint32_t> list(2500);  // longer than what travels with one kernel
      for (std::size_t i = 0; i < list.size(); ++i) list[i] = static_cast<std::uint32_t>(i * i % 37);
      gpu::ImageList numbers(list.size());
      numbers.assign(list);
      const Vector shift = reals(pixels, dtype, 1), shift_there = on_card(shift);
      const Numbers add = shift.to_host();
      const ConstPart part(shift_there);
      for (const bool listed : {false, true})
        for (const bool shifted : {false, true}) {
          const std::size_t first = 12, count = listed ? list.size() : 38;
          Vector out(count * pixels, dtype, gpu::device());
          gpu::unpack({images.there, first, count, listed ? &numbers : nullptr}, shifted ? &part : nullptr,
                      {out, count});
          Numbers expected;
          const double unit_brightness = dtype == Dtype::float64 ? 1.0 / 255 : 1.0f / 255;
          for (std::size_t i = 0; i < count; ++i)
            for (std::size_t j = 0; j < pixels; ++j) {
              const double byte = images.values[(first + (listed ? list[i] : i)) * pixels + j];
              expected.push_back(rounded(byte * unit_brightness, dtype) + (shifted ? add[j] : 0));
            }
          // Two roundings, of a product below 1 and of a sum below 3; fused: one.
          near(name_of(dtype), out.to_host(), expected,
               [&](std::size_t) { return shifted ? 4 * unit(dtype) : 0; });
        }
    }
}

TEST_CASE("activations and their slopes") {
  if (no_card()) return;
  const auto law = [](double x) { return std::erfc(-x / std::sqrt(2)) / 2; };
  const auto density = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * M_PI); };
  struct Case {
    gpu::Activation which;
    std::function<double(double)> value, slope;
    double roundings;  // of the function in the type, each of a number of magnitude 1 + |x|
  };
  const Case cases[] = {
      {gpu::Activation::relu, [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0; }, 0},
      {gpu::Activation::gelu, [&](double x) { return x * law(x); },
       [&](double x) { return law(x) + x * density(x); }, 16},
      {gpu::Activation::tanh, [](double x) { return std::tanh(x); },
       [](double x) { return 1 - std::tanh(x) * std::tanh(x); }, 16}};
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, width] : shapes)
      for (const Case& phi : cases) {
        const Vector z = reals(rows * width, dtype, 1), biases = reals(width, dtype, 2);
        const Numbers Z = z.to_host(), B = biases.to_host();
        Numbers values, slopes;
        for (std::size_t i = 0; i < Z.size(); ++i) {
          const double x = rounded(Z[i] + B[i % width], dtype);
          values.push_back(phi.value(x));
          slopes.push_back(phi.slope(x));
        }
        Vector value = on_card(z), slope = value.like();
        gpu::activate(phi.which, on_card(biases), {value, rows}, {slope, rows});
        const auto bound = [&](std::size_t i) {
          return phi.roundings * unit(dtype) * (1 + std::abs(Z[i] + B[i % width]));
        };
        near("values", value.to_host(), values, bound);
        near("slopes", slope.to_host(), slopes, bound);
      }
}

TEST_CASE("what is not a number stays so behind an activation; relu has slope 0 at 0") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const auto phi : {gpu::Activation::relu, gpu::Activation::gelu, gpu::Activation::tanh}) {
      Vector z = vector_of({not_a_number, 0, 1}, dtype), slope = z.like();
      gpu::activate(phi, vector_of({0, 0, not_a_number}, dtype), {z, 1}, {slope, 1});
      CHECK(std::isnan(z.to_host()[0]));
      CHECK(z.to_host()[1] == 0);
      CHECK(std::isnan(z.to_host()[2]));
      if (phi == gpu::Activation::relu) CHECK(slope.to_host()[1] == 0);
    }
}

// With |z| <= 4 the error of an exponential is below 16 units, that of a sum of K of them K units more.
TEST_CASE("cross-entropy, its derivative, and how many images are classified rightly") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, classes] : shapes) {
      const Pictures images(rows + 5, 1, static_cast<unsigned>(classes));
      const Vector z = reals(rows * classes, dtype, 1), biases = reals(classes, dtype, 2);
      const Numbers Z = z.to_host(), B = biases.to_host();
      const Picked picked{images.there, 5, rows};
      const double weight = 0.25, roundings = 16 + static_cast<double>(classes);
      Numbers slope(Z.size());
      double loss = 0, correct = 0;
      for (std::size_t i = 0; i < rows; ++i) {
        const std::size_t label = images.labels[5 + i];
        const auto logit = [&](std::size_t k) { return rounded(Z[i * classes + k] + B[k], dtype); };
        double sum = 0;
        bool largest = true;
        for (std::size_t k = 0; k < classes; ++k) {
          sum += std::exp(logit(k));
          largest = largest && (k == label || logit(k) < logit(label));
        }
        for (std::size_t k = 0; k < classes; ++k)
          slope[i * classes + k] = weight * (std::exp(logit(k)) / sum - (k == label));
        loss += std::log(sum) - logit(label);
        correct += largest;
      }
      const Vector there = on_card(z), biases_there = on_card(biases);
      INFO(rows << " x " << classes << ", " << name_of(dtype));

      Vector number = vector_of({5}, Dtype::float64);
      gpu::add_cross_entropy(picked, weight, biases_there, {there, rows}, number);
      const double bound =
          weight * static_cast<double>(rows) * roundings * unit(dtype) * 8;  // losses below 8
      CHECK(std::abs(number.to_host()[0] - (5 + weight * loss)) <= bound + 1e-15);
      Vector again = vector_of({5}, Dtype::float64);
      gpu::add_cross_entropy(picked, weight, biases_there, {there, rows}, again);
      CHECK(again.to_host() == number.to_host());  // the same bits

      gpu::add_correct(picked, biases_there, {there, rows}, number);
      CHECK(number.to_host()[0] == again.to_host()[0] + correct);

      Vector out = there;
      gpu::cross_entropy_slope(picked, weight, biases_there, {out, rows});
      near("derivative", out.to_host(), slope, [&](std::size_t) { return weight * roundings * unit(dtype); });
    }
}

TEST_CASE("huge logits do not overflow, a tie is no success, what is not a number stays so") {
  if (no_card()) return;
  const gpu::Images images(1, std::vector<std::uint8_t>(4), std::vector<std::uint8_t>{0, 1, 1, 0});
  for (const Dtype dtype : dtypes) {
    // 1000 above: e^-1000 is 0. A tie. Its own logit not a number, and another's.
    Vector z = vector_of({1000, 0, 3, 3, 2, not_a_number, 2, not_a_number}, dtype);
    const Vector biases = vector_of({0, 0}, dtype);
    Vector number(1, Dtype::float64, gpu::device());
    const auto loss = [&](std::size_t first, std::size_t count) {
      fill(number, 0);
      gpu::add_cross_entropy({images, first, count}, 1, biases, {{z, 2 * first, 2 * count}, count}, number);
      return number.to_host()[0];
    };
    CHECK(loss(0, 1) == 0);
    CHECK(loss(1, 1) == Approx(std::log(2)).epsilon(4 * unit(dtype)));
    CHECK(std::isnan(loss(0, 4)));
    fill(number, 0);
    gpu::add_correct({images, 0, 4}, biases, {z, 4}, number);
    CHECK(number.to_host()[0] == 1);
    gpu::cross_entropy_slope({images, 0, 4}, 2, biases, {z, 4});
    const Numbers slope = z.to_host();
    CHECK(Numbers(slope.begin(), slope.begin() + 4) == Numbers{0, 0, 1, -1});
    for (std::size_t i = 4; i < 8; ++i) CHECK(std::isnan(slope[i]));
  }
}

TEST_CASE("entries are multiplied, also where parts begin anywhere") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t before : {0, 1})
      for (const auto& [rows, columns] : shapes) {
        const std::size_t size = rows * columns;
        const Vector x = integers(size + before, dtype, 0), y = integers(size + before, dtype, 1);
        Numbers expected = y.to_host();
        for (std::size_t i = before; i < expected.size(); ++i) expected[i] *= x.to_host()[i];
        const Vector factor = on_card(x);
        Vector out = on_card(y);
        gpu::multiply_entries({{factor, before, size}, rows}, {{out, before, size}, rows});
        CHECK(out.to_host() == expected);
      }
}

TEST_CASE("rows are added up") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, columns] : shapes) {
      const Vector x = on_card(integers(rows * columns, dtype, 0));
      const Numbers X = x.to_host();
      Numbers sum(columns, 0.0);
      for (std::size_t i = 0; i < X.size(); ++i) sum[i % columns] += X[i];
      Vector out = vector_of(Numbers(columns, not_a_number), dtype);
      gpu::sum_rows({x, rows}, 0, out);  // what it held does not matter
      CHECK(out.to_host() == sum);
      gpu::sum_rows({x, rows}, 2, out);
      for (double& entry : sum) entry *= 3;
      CHECK(out.to_host() == sum);

      const Vector any = on_card(reals(rows * columns, dtype, 3));
      Vector once(columns, dtype, gpu::device()), twice = once;
      gpu::sum_rows({any, rows}, 0, once);
      gpu::sum_rows({any, rows}, 0, twice);
      CHECK(once.to_host() == twice.to_host());
    }
}

TEST_CASE("a step of ascent, by sign, by length and with a penalty") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const auto& [rows, columns] : shapes)
      for (const gpu::Ascent& rule : {gpu::Ascent{false, 1.5, 0, 0.25}, gpu::Ascent{true, 1.5, 0, 0.25},
                                      gpu::Ascent{true, 1.5, 0.5, 0.25}}) {
        const std::size_t size = rows * columns;
        Vector gradient = reals(size, dtype, 0);
        Numbers g = gradient.to_host();
        for (std::size_t j = 0; j < columns; ++j) g[j] = 0;  // the first row's is 0
        gradient.assign(g);
        const Vector clean = reals(size, dtype, 1), start = reals(size, dtype, 2);
        Numbers delta = start.to_host(), input = clean.to_host();
        for (std::size_t i = 0; i < rows; ++i) {
          double length = 0, reach = 0;
          for (std::size_t j = i * columns; j < (i + 1) * columns; ++j) length += g[j] * g[j];
          for (std::size_t j = i * columns; j < (i + 1) * columns; ++j) {
            if (rule.penalty > 0)
              delta[j] += rule.step * (g[j] - rule.penalty * delta[j]);
            else if (rule.l2)
              delta[j] += length > 0 ? rule.step * g[j] / std::sqrt(length) : 0;
            else
              delta[j] = std::clamp(rounded(delta[j] + rule.step * ((g[j] > 0) - (g[j] < 0)), dtype),
                                    -rule.radius, rule.radius);
            reach += delta[j] * delta[j];
          }
          for (std::size_t j = i * columns; j < (i + 1) * columns; ++j) {
            if (rule.penalty == 0 && rule.l2) delta[j] *= std::min(1.0, rule.radius / std::sqrt(reach));
            input[j] += delta[j];
          }
        }
        Vector moved = on_card(start), found = moved.like();
        gpu::ascend(rule, {on_card(gradient), rows}, {on_card(clean), rows}, {moved, rows}, {found, rows});
        INFO(rows << " x " << columns << ", l2 " << rule.l2 << ", penalty " << rule.penalty);
        // By sign nothing is rounded but the sums; else some roundings of numbers below 3, and those of the
        // sum of squares in float64.
        const bool exact = rule.penalty == 0 && !rule.l2;
        const double bound = exact ? 0 : 12 * unit(dtype) + static_cast<double>(columns) * 0x1p-50;
        near("moved", moved.to_host(), delta, [&](std::size_t) { return bound; });
        near("input", found.to_host(), input, [&](std::size_t) { return bound + 4 * unit(dtype); });
      }
}

TEST_CASE("a perturbation that is not a number stays so and moves no other row") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const bool l2 : {false, true}) {
      const Vector gradient = vector_of({not_a_number, 1, 1, 1}, dtype),
                   clean = vector_of({0, 0, 0, 0}, dtype);
      Vector moved = vector_of({1, not_a_number, 0, 0}, dtype), input = moved.like();
      gpu::ascend({l2, 8, 0, 1}, {gradient, 2}, {clean, 2}, {moved, 2}, {input, 2});
      const Numbers found = moved.to_host();
      CHECK(found[0] == 1);  // a gradient that is not a number moves nothing
      CHECK(std::isnan(found[1]));
      CHECK(found[2] == Approx(l2 ? std::sqrt(0.5) : 1));
      CHECK(std::isnan(input.to_host()[1]));
    }
}

TEST_CASE("projection on the box and on the ball leaves the rest of the vector alone") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes) {
    Vector box = vector_of({9, -9, 0.25, not_a_number, 9, -INFINITY}, dtype);
    gpu::project_on_box(0.5, {box, 1, 4});
    const Numbers found = box.to_host();
    CHECK(Numbers(found.begin(), found.begin() + 3) == Numbers{9, -0.5, 0.25});
    CHECK(std::isnan(found[3]));
    CHECK(found[4] == 0.5);
    CHECK(found[5] == -INFINITY);

    for (const std::size_t size : {1, 255, 257, 3000})
      for (const double scale : {1e-3, 1.0, dtype == Dtype::float64 ? 1e200 : 1e30}) {
        Vector x(size + 2, dtype);
        x.assign(reals(size + 2, Dtype::float64, 1).to_host());
        combine(x, {{scale, x}});
        Numbers expected = x.to_host();
        double length = 0;
        for (std::size_t i = 1; i <= size; ++i) length += expected[i] / scale * (expected[i] / scale);
        length = std::sqrt(length);  // of x / scale
        const double factor = std::min(1.0, 0.75 / scale / length);
        for (std::size_t i = 1; i <= size; ++i) expected[i] *= factor;
        Vector there = on_card(x);
        gpu::project_on_ball(0.75, {there, 1, size});
        INFO(size << " of scale " << scale << ", " << name_of(dtype));
        near("ball", there.to_host(), expected, [&](std::size_t i) {
          return (4 * unit(dtype) + static_cast<double>(size) * 0x1p-50) * std::abs(expected[i]);
        });
        const Vector once = there;
        gpu::project_on_ball(0.75, {there, 1, size});
        CHECK(there.to_host() == once.to_host());
        const Numbers found = there.to_host();
        double square = 0;
        for (std::size_t i = 1; i <= size; ++i) square += found[i] * found[i];
        CHECK(std::sqrt(square) <= 0.75 * (1 + static_cast<double>(size) * 0x1p-53));  // in another order
      }
  }
}

TEST_CASE("sizes and types of a network's parts that do not fit are errors of the caller") {
  if (no_card()) return;
  const Pictures images(4, 6, 3);
  Vector rows(4 * 6, Dtype::float64, gpu::device()), narrow(4 * 6, Dtype::float32, gpu::device());
  const Vector three(3, Dtype::float64, gpu::device());
  const ConstPart shift(three);
  Vector number(1, Dtype::float64, gpu::device());
  const Picked all{images.there, 0, 4};
  CHECK_THROWS_AS(gpu::Images(3, std::vector<std::uint8_t>(5), std::vector<std::uint8_t>(2)),
                  std::logic_error);
  CHECK_THROWS_AS(MatrixPart(rows, 5), std::logic_error);
  CHECK_THROWS_AS(MatrixPart(rows, 0), std::logic_error);
  CHECK_THROWS_AS(gpu::unpack({images.there, 1, 4}, nullptr, {rows, 4}), std::logic_error);
  CHECK_THROWS_AS(gpu::unpack(all, nullptr, {rows, 3}), std::logic_error);
  CHECK_THROWS_AS(gpu::unpack(all, &shift, {rows, 4}), std::logic_error);
  CHECK_THROWS_AS(gpu::ImageList(2).assign(std::vector<std::uint32_t>(3)), std::logic_error);
  CHECK_THROWS_AS(gpu::activate(gpu::Activation::relu, three, {rows, 4}, {rows, 4}), std::logic_error);
  CHECK_THROWS_AS(gpu::cross_entropy_slope(all, 1, three, {rows, 4}), std::logic_error);
  CHECK_THROWS_AS(gpu::add_correct(all, three, {{rows, 0, 12}, 4}, narrow), std::logic_error);
  CHECK_THROWS_AS(gpu::multiply_entries({rows, 4}, {narrow, 4}), std::logic_error);
  CHECK_THROWS_AS(gpu::sum_rows({rows, 4}, 0, number), std::logic_error);
  CHECK_THROWS_AS(gpu::ascend({}, {rows, 4}, {rows, 4}, {rows, 4}, {rows, 3}), std::logic_error);
  gpu::unpack(all, nullptr, {rows, 4});  // and the card works on
  CHECK(rows.to_host()[0] == images.values[0] * (1.0 / 255));
}
