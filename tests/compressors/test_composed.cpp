// composed: Q2(Q1(x)). With rand_k for both, E|C(x)|^2 = (d/k1)(d/k2) |x|^2 for every vector.
#include "compressors/contract.hpp"
#include "compressors/everyone.hpp"
#include "compressors/variants.hpp"
#include "core/chi_square.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> composed(const Value& first, const Value& then, std::size_t d) {
  return compressors::catalogue().make({"composed", {{"first", first}, {"then", then}}, ""}, Shape{d, 1});
}

Table rand_k(int k) { return nested("rand_k", {{"k", k}}); }

}  // namespace

TEST_CASE("1 + omega is the product, not more and not less") {
  const std::size_t d = 100;
  for (const auto& [first, then] : {std::pair(50, 50), std::pair(20, 50), std::pair(50, 20)})
    for (const Named& vector : test_vectors(d)) {
      INFO("first " << first << " then " << then << " " << vector.name);
      const auto codec = composed(rand_k(first), rand_k(then), d);
      const double omega = 1e4 / (first * then) - 1;
      CHECK(codec->guarantee().omega == Approx(omega));
      CHECK(codec->guarantee().delta == Approx(1 + omega));
      const Average error = measure(*codec, vector.x, 4000, 1).error;
      CHECK(std::abs(error.mean() - omega) <= 5 * error.error() + 1e-12);
    }
}

TEST_CASE("the two choose independently") {
  // One of four entries, then one of four: entry i comes through with probability 1/16, none with 3/4. One
  // stream for both would choose the same entry always.
  const auto codec = composed(rand_k(1), rand_k(1), 4);
  const Vector x{1, 2, 3, 4};
  std::vector<double> counts(5);
  for (std::uint64_t round = 1; round <= 16000; ++round) {
    const std::vector<double> y = decoded(*codec, encoded(*codec, x, sender(round)), 4);
    std::size_t outcome = 4;
    for (std::size_t i = 0; i < 4; ++i)
      if (y[i] != 0) {
        outcome = i;
        REQUIRE(y[i] == 16 * static_cast<double>(i + 1));
      }
    counts[outcome] += 1;
  }
  CHECK(chi_square(counts, {1 / 16.0, 1 / 16.0, 1 / 16.0, 1 / 16.0, 3 / 4.0}) < chi_square_bound(5));
}

TEST_CASE("the message is that of the second one, for all entries; nested values cost what was chosen") {
  const std::size_t d = 100;
  const Table noisy = nested("identity", {{"values", "bfloat16"}});
  const auto codec = composed(rand_k(10), noisy, d);
  CHECK(encoded(*codec, Vector(d), sender(1)).bits() == 100 * 16);
  CHECK(codec->guarantee().expected_bits == 100 * 16);
  const auto chosen = compressors::catalogue().make(
      {"rand_k", {{"k", 10}, {"values", noisy}, {"indices", "seed"}}, ""}, Shape{d, 1});
  CHECK(encoded(*chosen, Vector(d), sender(1)).bits() == 10 * 16);
  CHECK(chosen->guarantee().omega == Approx(codec->guarantee().omega));
}

TEST_CASE("a part that does not fit is a sentence") {
  NeedsAllWorkers::enter();
  const Table unscaled = nested("rand_k", {{"scaled", false}});
  CHECK_THROWS_WITH(composed(unscaled, rand_k(1), 10),
                    "composed.first: 'rand_k' is biased, and nothing is proven of such a composition; use "
                    "unbiased compressors, or nest one as the values of the other");
  CHECK_THROWS_WITH(composed(rand_k(1), unscaled, 10),
                    "composed.then: 'rand_k' is biased, and nothing is proven of such a composition; use "
                    "unbiased compressors, or nest one as the values of the other");
  CHECK_THROWS_WITH(composed("everyone", rand_k(1), 10),
                    "composed.first: 'everyone' keeps its promise only when all workers send with it and "
                    "nothing else; use a compressor of single vectors");
  CHECK_THROWS_WITH(composed(rand_k(1), "everyone", 10),
                    "composed.then: 'everyone' keeps its promise only when all workers send with it and "
                    "nothing else; use a compressor of single vectors");
}
