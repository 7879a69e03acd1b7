// Every kernel against its plain loop. Entries are small integers and weights powers of two, so that all sums
// are exact in both types and equality is exact whatever the compiler fuses.
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/core/vector.hpp>

#include "core/allocations.hpp"
#include "core/elsewhere.hpp"

using namespace trivium;

namespace {

const std::size_t sizes[] = {0, 1, 15, 16, 17, 1000};
const Dtype dtypes[] = {Dtype::float64, Dtype::float32};
const double weights[] = {1, -2, 0.5, 4, -0.25, 8, 1, -1};

std::vector<double> integers(std::size_t size, std::uint64_t key) {
  Stream stream(7, Purpose::test, key, 0);
  std::vector<double> out(size);
  for (double& x : out) x = static_cast<double>(stream.below(201)) - 100;
  return out;
}

Vector vector_of(const std::vector<double>& values, Dtype dtype) {
  Vector out(values.size(), dtype);
  out.assign(values);
  return out;
}

/// combine needs a braced list: one call for each number of terms.
void combine_first(std::size_t count, Vector& out, const std::vector<const Vector*>& x) {
  const auto t = [&](std::size_t i) { return Term(weights[i], *x[i]); };
  switch (count) {
    case 1:
      return combine(out, {t(0)});
    case 2:
      return combine(out, {t(0), t(1)});
    case 3:
      return combine(out, {t(0), t(1), t(2)});
    case 4:
      return combine(out, {t(0), t(1), t(2), t(3)});
    case 5:
      return combine(out, {t(0), t(1), t(2), t(3), t(4)});
    case 6:
      return combine(out, {t(0), t(1), t(2), t(3), t(4), t(5)});
    case 7:
      return combine(out, {t(0), t(1), t(2), t(3), t(4), t(5), t(6)});
    default:
      return combine(out, {t(0), t(1), t(2), t(3), t(4), t(5), t(6), t(7)});
  }
}

std::vector<double> plain_combination(std::size_t count, const std::vector<std::vector<double>>& x) {
  std::vector<double> out(x[0].size());
  for (std::size_t i = 0; i < out.size(); ++i)
    for (std::size_t t = 0; t < count; ++t) out[i] += weights[t] * x[t][i];
  return out;
}

}  // namespace

TEST_CASE("combine equals the plain loop for 1 to 8 terms, out apart or any of them") {
  for (const Dtype dtype : dtypes)
    for (const std::size_t size : sizes) {
      std::vector<std::vector<double>> values;
      for (std::uint64_t t = 0; t < max_terms; ++t) values.push_back(integers(size, t));
      for (std::size_t count = 1; count <= max_terms; ++count)
        for (std::size_t alias = 0; alias <= count; ++alias) {  // alias == count: out is no term
          std::vector<Vector> x;
          for (const auto& v : values) x.push_back(vector_of(v, dtype));
          Vector apart(size, dtype);
          std::vector<const Vector*> terms;
          for (const Vector& v : x) terms.push_back(&v);
          Vector& out = alias == count ? apart : x[alias];
          combine_first(count, out, terms);
          REQUIRE(out.to_host() == plain_combination(count, values));
          for (std::size_t t = 0; t < max_terms; ++t)
            if (t != alias || alias == count) REQUIRE(x[t].to_host() == values[t]);
        }
    }
}

TEST_CASE("combine adds in the order written") {
  const Vector big{1e16}, one{1}, minus{-1e16};
  Vector out(1);
  combine(out, {{1, big}, {1, one}, {1, minus}});
  CHECK(out.span<double>()[0] == 0);  // 1e16 + 1 rounds to 1e16
  combine(out, {{1, big}, {1, minus}, {1, one}});
  CHECK(out.span<double>()[0] == 1);
}

TEST_CASE("one vector may stand in several terms") {
  Vector x{1, 2, 3};
  combine(x, {{2, x}, {-1, x}, {4, x}});
  CHECK(x.to_host() == std::vector<double>{5, 10, 15});
}

TEST_CASE("reductions equal the plain loop") {
  for (const Dtype dtype : dtypes)
    for (const std::size_t size : sizes) {
      const std::vector<double> a = integers(size, 1), b = integers(size, 2);
      const Vector x = vector_of(a, dtype), y = vector_of(b, dtype);
      double product = 0, distance = 0, square = 0;
      for (std::size_t i = 0; i < size; ++i) {
        product += a[i] * b[i];
        square += a[i] * a[i];
        distance += (a[i] - b[i]) * (a[i] - b[i]);
      }
      CHECK(dot(x, y) == product);
      CHECK(norm(x) == std::sqrt(square));
      CHECK(squared_distance(x, y) == distance);
    }
}

TEST_CASE("reductions of float32 vectors accumulate in float64") {
  Vector x(17, Dtype::float32), zero(17, Dtype::float32);
  fill(x, 1);
  x.span<float>()[0] = 4096;
  CHECK(dot(x, x) == 16777216 + 16);  // a float32 sum would stay at 2^24
  CHECK(squared_distance(x, zero) == 16777216 + 16);
}

TEST_CASE("fill, gather, scatter_add and add_dense equal the plain loop") {
  for (const Dtype dtype : dtypes)
    for (const std::size_t size : sizes) {
      const std::vector<double> a = integers(size, 3), b = integers(size, 4);
      std::vector<std::uint32_t> indices(size - size / 3);
      Stream(7, Purpose::test, 5, 0).sample(static_cast<std::uint32_t>(size), indices);
      Vector x = vector_of(a, dtype);
      std::vector<double> taken(indices.size()), sent(indices.size()), expected = a;
      for (std::size_t i = 0; i < indices.size(); ++i) sent[i] = b[i];
      gather(x, indices, taken);
      scatter_add(x, indices, 0.5, sent);
      for (std::size_t i = 0; i < indices.size(); ++i) {
        REQUIRE(taken[i] == a[indices[i]]);
        expected[indices[i]] += 0.5 * sent[i];
      }
      REQUIRE(x.to_host() == expected);
      add_dense(x, -2, b);
      for (std::size_t i = 0; i < size; ++i) expected[i] += -2 * b[i];
      REQUIRE(x.to_host() == expected);
      fill(x, -0.75);
      REQUIRE(x.to_host() == std::vector<double>(size, -0.75));
    }
}

// m = 1/2 + 2/2 = 3/2, v = (3/4) 4 + (1/4) 4 = 4; 20 m / (sqrt(v / (1/4)) + 1) = 30 / 5 = 6 for 20 = 10 /
// (1/2).
TEST_CASE("a step of Adam by hand, out apart or the point itself") {
  const AdamStep step{
      .step = 10, .first = 0.5, .second = 0.75, .epsilon = 1, .first_sum = 0.5, .second_sum = 0.25};
  for (const Dtype dtype : dtypes)
    for (const std::size_t size : sizes)
      for (Device* device : {&host(), static_cast<Device*>(&elsewhere())}) {
        const auto all = [&](double value) {
          Vector x(size, dtype, *device);
          fill(x, value);
          return x;
        };
        Vector z = all(7), m = all(1), v = all(4), out = z.like();
        const Vector g = all(2);
        adam(out, z, m, v, g, step);
        CHECK(out.to_host() == std::vector<double>(size, 1));
        CHECK(m.to_host() == std::vector<double>(size, 1.5));
        CHECK(v.to_host() == std::vector<double>(size, 4));
        CHECK(z.to_host() == std::vector<double>(size, 7));
        fill(m, 1);
        adam(z, z, m, v, g, step);
        CHECK(z.to_host() == out.to_host());
      }
}

TEST_CASE("Adam keeps the entries apart") {
  const AdamStep step{
      .step = 0.1, .first = 0.9, .second = 0.99, .epsilon = 1e-3, .first_sum = 0.19, .second_sum = 0.0199};
  for (const Dtype dtype : dtypes) {
    const std::vector<double> z = integers(1000, 1), g = integers(1000, 2), mean = integers(1000, 3),
                              root = integers(1000, 4);
    std::vector<double> square(1000);
    for (std::size_t i = 0; i < 1000; ++i) square[i] = root[i] * root[i];
    Vector out(1000, dtype), m = vector_of(mean, dtype), v = vector_of(square, dtype);
    adam(out, vector_of(z, dtype), m, v, vector_of(g, dtype), step);
    const std::vector<double> found = out.to_host();
    for (std::size_t i = 0; i < 1000; ++i) {
      const double a = 0.9 * mean[i] + 0.1 * g[i], b = 0.99 * square[i] + 0.01 * g[i] * g[i];
      REQUIRE(found[i] == Approx(z[i] - 0.1 * (a / 0.19) / (std::sqrt(b / 0.0199) + 1e-3)).epsilon(1e-5));
    }
  }
}

TEST_CASE("a new vector is zero, copies are deep, moves leave nothing behind") {
  for (const Dtype dtype : dtypes) {
    Vector x(5, dtype);
    CHECK(x.to_host() == std::vector<double>(5, 0));
    fill(x, 2);
    Vector y = x;
    fill(x, 3);
    CHECK(y.to_host() == std::vector<double>(5, 2));
    CHECK(x.like().to_host() == std::vector<double>(5, 0));
    const void* memory = y.data();
    Vector z = std::move(y);
    CHECK(z.data() == memory);
    CHECK(y.size() == 0);
    CHECK(y.data() == nullptr);
    y = z;
    CHECK(y.to_host() == z.to_host());
    CHECK(y.data() != z.data());
    y = std::move(z);
    CHECK(y.data() == memory);
    y = *&y;
    CHECK(y.to_host() == std::vector<double>(5, 2));
  }
}

TEST_CASE("assignment keeps its memory when the shapes agree and takes the other's shape when not") {
  Vector x(3), y{1, 2, 3};
  const void* memory = x.data();
  x = y;
  CHECK(x.data() == memory);
  CHECK(x.to_host() == std::vector<double>{1, 2, 3});
  x = Vector(4, Dtype::float32);
  CHECK(x.size() == 4);
  CHECK(x.dtype() == Dtype::float32);
  x = y;
  CHECK(x.dtype() == Dtype::float64);
  x = Vector();
  CHECK(x.size() == 0);
}

TEST_CASE("copy crosses types and devices") {
  const Vector x{1.5, -2, 0.25};
  for (const Dtype dtype : dtypes)
    for (Device* device : {&host(), static_cast<Device*>(&elsewhere())}) {
      Vector out(3, dtype, *device), back(3);
      copy(out, x);
      CHECK(out.to_host() == x.to_host());
      const Vector again = out;
      CHECK(&again.device() == device);
      CHECK(again.to_host() == x.to_host());
      copy(back, out);
      CHECK(back.to_host() == x.to_host());
    }
}

TEST_CASE("vectors of different shapes are a mistake of the program") {
  Vector x(3), shorter(2), narrow(3, Dtype::float32), away(3, Dtype::float64, elsewhere());
  for (const Vector* other : {&shorter, &narrow, &away}) {
    CHECK_THROWS_AS(combine(x, {{1, x}, {1, *other}}), std::logic_error);
    CHECK_THROWS_AS(dot(x, *other), std::logic_error);
    Vector m = x, v = x, short_moment = *other;
    CHECK_THROWS_AS(adam(x, x, m, v, *other, AdamStep{}), std::logic_error);
    CHECK_THROWS_AS(adam(x, x, m, short_moment, x, AdamStep{}), std::logic_error);
    CHECK_THROWS_AS(squared_distance(*other, x), std::logic_error);
  }
  const std::vector<double> two(2);
  const std::vector<std::uint32_t> three{0, 1, 2};
  std::vector<double> values(2);
  CHECK_THROWS_AS(copy(x, shorter), std::logic_error);
  CHECK_THROWS_AS(x.assign(two), std::logic_error);
  CHECK_THROWS_AS(add_dense(x, 1, two), std::logic_error);
  CHECK_THROWS_AS(gather(x, three, values), std::logic_error);
  CHECK_THROWS_AS(scatter_add(x, three, 1, values), std::logic_error);
  CHECK_THROWS_AS(x.span<float>(), std::logic_error);
  CHECK_THROWS_AS(narrow.span<double>(), std::logic_error);
  CHECK_THROWS_AS(away.span<double>(), std::logic_error);
  CHECK_THROWS_AS(combine(x, {}), std::logic_error);
  CHECK_THROWS_AS(combine(x, {{1, x}, {1, x}, {1, x}, {1, x}, {1, x}, {1, x}, {1, x}, {1, x}, {1, x}}),
                  std::logic_error);
  CHECK_THROWS_WITH(combine(x, {{1, narrow}}),
                    "combine: vectors differ: 3 float64 on the host and 3 float32 on the host");
}

TEST_CASE("memory that does not exist is a sentence") {
  if (!counts_allocations) return;  // a sanitizer ends the program instead
  CHECK_THROWS_AS(Vector(std::size_t{1} << 58), InputError);
}

TEST_CASE("rounding to float32 is to the nearest, on any device") {
  for (Device* device : {&host(), static_cast<Device*>(&elsewhere())}) {
    Vector x(3, Dtype::float64, *device);
    x.assign(std::vector<double>{1 + 0x1p-24, 1 + 0x1.8p-23, -0.1});
    round_to_float32(x);
    CHECK(x.to_host() == std::vector<double>{1, 1 + 0x1p-22, static_cast<double>(-0.1f)});  // ties to even
  }
}

TEST_CASE("kernels allocate nothing") {
  Vector x(1000), y(1000), out(1000);
  std::vector<std::uint32_t> indices(100);
  std::iota(indices.begin(), indices.end(), 0u);
  std::vector<double> values(100), all(1000);
  double sum = 0;
  CHECK(allocations_of([&] { std::vector<double>(10).swap(values); }) ==
        (counts_allocations ? 1 : 0));  // the counter counts
  values.resize(100);
  CHECK(allocations_of([&] {
          combine(out, {{1, x}, {2, y}, {3, out}});
          sum += dot(x, y) + norm(x) + squared_distance(x, y);
          fill(out, 1);
          copy(out, x);
          out = y;
          gather(x, indices, values);
          scatter_add(out, indices, 2, values);
          add_dense(out, 2, all);
          round_to_float32(out);
        }) == 0);
  CHECK(sum == 0);
}
