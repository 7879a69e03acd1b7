// scaled: Q / (1 + omega) contracts with delta = 1 + omega. With rand_k, omega = d/k - 1, that is rand_k
// without its factor d/k.
#include "compressors/contract.hpp"
#include "compressors/variants.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> make(const char* name, const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({name, parameters, ""}, Shape{d, 1});
}

}  // namespace

TEST_CASE("rand_k divided by d/k is rand_k unscaled: the same message, the same vector, delta = d/k") {
  const std::size_t d = 100;
  const auto scaled = make("scaled", {{"of", nested("rand_k", {{"k", 10}})}}, d);
  const auto q = make("rand_k", {{"k", 10}}, d), unscaled = make("rand_k", {{"k", 10}, {"scaled", false}}, d);
  CHECK_FALSE(scaled->guarantee().unbiased);
  CHECK(scaled->guarantee().delta == Approx(10));
  CHECK(scaled->guarantee().contraction() == Approx(10));
  CHECK(scaled->guarantee().expected_bits == q->guarantee().expected_bits);
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const Message message = encoded(*scaled, x, sender(round));
    REQUIRE(bytes_of(message) == bytes_of(encoded(*q, x, sender(round))));
    const std::vector<double> y = decoded(*scaled, message, d), plain = decoded(*unscaled, message, d);
    for (std::size_t i = 0; i < d; ++i) REQUIRE(y[i] == Approx(plain[i]).epsilon(1e-14));
  }
}

TEST_CASE("the spread is 1 - 1/(1 + omega), not more and not less") {
  // rand_k of half of half of 100 entries: 1 + omega = 4, so the spread is 3/4.
  const std::size_t d = 100;
  const Table half = nested("rand_k", {{"k", 0.5}});
  const auto codec = make("scaled", {{"of", nested("rand_k", {{"k", 0.5}, {"values", half}})}}, d);
  CHECK(codec->guarantee().delta == Approx(4));
  for (const Named& vector : test_vectors(d)) {
    INFO(vector.name);
    const Average error = measure(*codec, vector.x, 4000, 1).error;
    CHECK(std::abs(error.mean() - 0.75) <= 5 * error.error() + 1e-12);
  }
}

TEST_CASE("what loses nothing stays as it is, but is not summed along the tree") {
  const auto codec = make("scaled", {{"of", "identity"}}, 17);
  CHECK(codec->guarantee().delta == 1);
  CHECK_FALSE(codec->dense());
  const std::vector<double> x = test_vectors(17).front().x;
  CHECK(decoded(*codec, encoded(*codec, Vector{std::span<const double>(x)}, sender(1)), 17) == x);
}

TEST_CASE("a compressor that contracts already is refused") {
  CHECK_THROWS_WITH(make("scaled", {{"of", nested("rand_k", {{"scaled", false}})}}, 10),
                    "scaled.of: 'rand_k' is biased, and contracts as it is; use it without scaled");
  CHECK_THROWS_WITH(make("scaled", {{"of", "scaled"}}, 10),
                    "scaled.of: 'scaled' is biased, and contracts as it is; use it without scaled");
  CHECK_THROWS_AS(make("scaled", {{"of", "nothing"}}, 10), InputError);
}
