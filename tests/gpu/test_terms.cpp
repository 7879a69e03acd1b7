// The terms of operators that are no products, on the card against plain loops. Numbers are integers: every
// sum is exact in any order, fused or not.
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/gpu/operators.hpp>

#include "numbers.hpp"

using namespace trivium;
using namespace trivium::testing;
using gpu::ConstPart;

namespace {

const Dtype dtypes[] = {Dtype::float64, Dtype::float32};

}  // namespace

TEST_CASE("the diagonal part of a saddle-point operator") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t n : {1, 31, 33, 1000, 70001}) {
      const Vector e = integers(n, dtype, 0, 50), g = integers(n, dtype, 1, 50),
                   z = integers(2 * n, dtype, 2), q = integers(2 * n, dtype, 3);
      const std::vector<double> E = e.to_host(), G = g.to_host(), Z = z.to_host(), Q = q.to_host();
      const Vector e_there = on_card(e), g_there = on_card(g), z_there = on_card(z), q_there = on_card(q);
      const ConstPart linear(q_there);
      for (const double sign : {1.0, -1.0})
        for (const bool with_q : {true, false}) {
          std::vector<double> expected(2 * n);
          for (std::size_t i = 0; i < n; ++i) {
            expected[i] = E[i] * Z[i] + sign * G[i] * Z[n + i] + (with_q ? Q[i] : 0);
            expected[n + i] = E[i] * Z[n + i] - sign * G[i] * Z[i] + (with_q ? Q[n + i] : 0);
          }
          Vector out(2 * n, dtype, gpu::device());
          fill(out, 5);
          gpu::couple(e_there, g_there, sign, with_q ? &linear : nullptr, z_there, out);
          INFO("n " << n << ", sign " << sign << (with_q ? ", q" : ""));
          CHECK(out.to_host() == expected);
        }
    }
}

TEST_CASE("residuals are shifted and added up") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t count : {1, 31, 33, 1000, 200003}) {
      const Vector r = integers(count, dtype, 0), b = integers(count, dtype, 1);
      std::vector<double> expected = r.to_host();
      const std::vector<double> labels = b.to_host();
      double sum = 0;
      for (std::size_t i = 0; i < count; ++i) {
        expected[i] = 0.5 * (expected[i] + 7 - labels[i]);
        sum += expected[i];
      }
      Vector found = on_card(r), total = number(-1);
      const Vector shift = number(7), labels_there = on_card(b);
      gpu::settle_residuals(0.5, shift, labels_there, found, total);
      INFO(count << " of " << name_of(dtype));
      CHECK(found.to_host() == expected);
      CHECK(total.to_host()[0] == sum);
    }
}

TEST_CASE("the dense rest of robust regression") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t n : {1, 33, 1000}) {
      const Vector z = integers(2 * n, dtype, 0), start = integers(2 * n, dtype, 1);
      const std::vector<double> Z = z.to_host();
      std::vector<double> expected = start.to_host();
      for (std::size_t i = 0; i < n; ++i) {  // r = -3, lambda = 2, beta = 5
        expected[i] += -3 * Z[n + i] + 2 * Z[i];
        expected[n + i] = 5 * Z[n + i] + 3 * Z[i];
      }
      Vector out = on_card(start);
      const Vector mean = number(-3), z_there = on_card(z);
      gpu::finish_regression(mean, 2, 5, z_there, out);
      CHECK(out.to_host() == expected);
    }
}
