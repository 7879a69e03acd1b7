// bernoulli: C(x) = x / p with probability p, else 0. E|C(x) - x|^2 = (1/p - 1) |x|^2 for every x.
#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> bernoulli(const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({"bernoulli", parameters, ""}, Shape{d, 5});
}

}  // namespace

TEST_CASE("the spread is 1/p - 1 and unscaled 1 - p, not more and not less") {
  const std::vector<double> x = test_vectors(17).front().x;
  for (const double p : {0.05, 0.3, 0.5, 0.9, 1.0}) {
    INFO("p = " << p);
    const auto codec = bernoulli({{"p", p}}, 17), unscaled = bernoulli({{"p", p}, {"scaled", false}}, 17);
    CHECK(codec->guarantee().unbiased);
    CHECK(codec->guarantee().omega == Approx(1 / p - 1).margin(1e-15));
    CHECK(codec->guarantee().joint_a == Approx((1 / p - 1) / 5).margin(1e-15));
    CHECK_FALSE(unscaled->guarantee().unbiased);
    CHECK(unscaled->guarantee().delta == Approx(1 / p));
    const Average scaled = measure(*codec, x, 10000, 1).error, plain = measure(*unscaled, x, 10000, 1).error;
    CHECK(std::abs(scaled.mean() - (1 / p - 1)) <= 5 * scaled.error() + 1e-12);
    CHECK(std::abs(plain.mean() - (1 - p)) <= 5 * plain.error() + 1e-12);
  }
}

TEST_CASE("a message is every value and a one, or a zero alone; the vector is x / p or 0") {
  const std::size_t d = 17;
  const std::vector<double> x = test_vectors(d).front().x;
  const auto codec = bernoulli({{"p", 0.25}}, d);
  CHECK(codec->guarantee().expected_bits == 1 + 0.25 * 17 * 64);
  double sent = 0;
  const int n = 4000;
  for (std::uint64_t round = 1; round <= n; ++round) {
    const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(round));
    const std::vector<double> y = decoded(*codec, message, d);
    REQUIRE(message.bits(Part::scalars) == 1);
    if (message.bits() == 1) {
      REQUIRE(message.bytes().front() == std::byte{0});
      REQUIRE(squared(y) == 0);
      continue;
    }
    sent += 1;
    REQUIRE(message.bits(Part::values) == d * 64);
    REQUIRE(message.bits() == d * 64 + 1);
    REQUIRE(message.bytes().back() == std::byte{1});
    for (std::size_t i = 0; i < d; ++i) REQUIRE(y[i] == 4 * x[i]);
  }
  CHECK(std::abs(sent - n * 0.25) < 5 * std::sqrt(n * 0.25 * 0.75));
}

TEST_CASE("workers send independently") {
  // Two coins with p = 1/2 agree half the time.
  const auto codec = bernoulli({{"p", 0.5}}, 2);
  double agree = 0;
  const int n = 2000;
  for (std::uint64_t round = 1; round <= n; ++round)
    agree += encoded(*codec, Vector(2), sender(round, 0, 5)).bits() ==
                     encoded(*codec, Vector(2), sender(round, 1, 5)).bits()
                 ? 1
                 : 0;
  CHECK(std::abs(agree - n / 2) < 5 * std::sqrt(n / 4.0));
}

TEST_CASE("p = 1 sends everything exactly") {
  const std::vector<double> x = test_vectors(17).front().x;
  const auto codec = bernoulli({{"p", 1}}, 17);
  CHECK(decoded(*codec, encoded(*codec, Vector{std::span<const double>(x)}, sender(1)), 17) == x);
  CHECK(codec->guarantee().omega == 0);
}

TEST_CASE("with a compressor for the values, 1 + omega is the product") {
  const std::vector<double> x = test_vectors(20).front().x;
  const auto codec = bernoulli({{"p", 0.5}, {"values", Table{{"type", "rand_k"}, {"k", 5}}}}, 20);
  CHECK(codec->guarantee().omega == Approx(2 * 4 - 1));
  CHECK(codec->guarantee().expected_bits == 1 + 0.5 * 5 * (64 + 5));
  const Average error = measure(*codec, x, 10000, 1).error;
  CHECK(std::abs(error.mean() - 7) < 5 * error.error());
  // Unscaled, with top entries only: (1 - p) + p (1 - 1/delta).
  const auto biased = bernoulli({{"p", 0.5}, {"values", "threshold"}, {"scaled", false}}, 20);
  CHECK(1 / biased->guarantee().delta == Approx(0.5 / (1 + 19 * 0.25)));
  CHECK_THROWS_AS(bernoulli({{"values", "threshold"}}, 20), InputError);
  CHECK_THROWS_AS(bernoulli({{"p", 0}}, 20), InputError);
  CHECK_THROWS_AS(bernoulli({{"p", 1.5}}, 20), InputError);
}

TEST_CASE("a bit that contradicts the sender's key is damage") {
  const auto codec = bernoulli({{"p", 0.5}}, 1);
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const Message sent = encoded(*codec, Vector(1), sender(round));
    Message other;
    other.from = sent.from;
    if (sent.bits() == 1) {
      other.append(Part::scalars, 1, 1);
    } else {
      other.append(Part::values, 0, 64);
      other.append(Part::scalars, 0, 1);
    }
    CHECK_THROWS_WITH(decoded(*codec, other, 1),
                      "bernoulli: the bit of a message contradicts the key of its sender");
  }
}
