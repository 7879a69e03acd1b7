// induced: C(x) + Q(x - C(x)). With rand_k for both, E|C(x) - x|^2 = (1 - k/d) |x|^2 and E|Q(r) - r|^2 =
// (d/k - 1) |r|^2 are equalities for every vector, and so is their product.
#include "compressors/contract.hpp"
#include "compressors/everyone.hpp"
#include "compressors/variants.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> make(const char* name, const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({name, parameters, ""}, Shape{d, 1});
}

std::unique_ptr<Compressor> induced(const Value& first, const Value& rest, std::size_t d) {
  return make("induced", {{"first", first}, {"rest", rest}}, d);
}

Table unscaled(int k) { return nested("rand_k", {{"k", k}, {"scaled", false}}); }
Table rand_k(int k) { return nested("rand_k", {{"k", k}}); }

}  // namespace

TEST_CASE("omega is (d/k - 1)(1 - k'/d), not more and not less") {
  const std::size_t d = 100;
  for (const auto& [first, rest] : {std::pair(10, 10), std::pair(50, 10), std::pair(90, 1), std::pair(1, 50)})
    for (const Named& vector : test_vectors(d)) {
      INFO("first " << first << " rest " << rest << " " << vector.name);
      const auto codec = induced(unscaled(first), rand_k(rest), d);
      const double omega = (100.0 / rest - 1) * (1 - first / 100.0);
      CHECK(codec->guarantee().unbiased);
      CHECK(codec->guarantee().omega == Approx(omega));
      CHECK(codec->guarantee().delta == Approx(1 + omega));
      const Average error = measure(*codec, vector.x, 4000, 1).error;
      CHECK(std::abs(error.mean() - omega) <= 5 * error.error() + 1e-12);
    }
}

TEST_CASE("the message is that of C and then that of Q for what C leaves") {
  const std::size_t d = 100;
  const auto codec = induced(unscaled(7), rand_k(20), d);
  const auto c = make("rand_k", {{"k", 7}, {"scaled", false}}, d), q = make("rand_k", {{"k", 20}}, d);
  const std::vector<double> x = test_vectors(d).front().x;
  Sender from = sender(3);
  const Message whole = encoded(*codec, Vector{std::span<const double>(x)}, from);
  CHECK(whole.bits(Part::values) == (7 + 20) * 64);
  CHECK(whole.bits(Part::indices) == (7 + 20) * 7);
  CHECK(codec->guarantee().expected_bits == static_cast<double>(whole.bits()));

  std::vector<double> sum(d), remainder = x;
  const auto add = [&](Compressor& part, unsigned child) {
    const Inside inside(from, child);
    const Message message = encoded(part, Vector{std::span<const double>(remainder)}, from);
    const std::vector<double> y = decoded(part, message, d);
    for (std::size_t i = 0; i < d; ++i) {
      remainder[i] -= y[i];
      sum[i] += y[i];
    }
  };
  add(*c, 0);
  add(*q, 1);
  CHECK(decoded(*codec, whole, d) == sum);
}

TEST_CASE("what the first one's format rounds away is in the rest") {
  // c = x rounded to bfloat16 is within a factor of two of x, so x - c and c + (x - c) are exact.
  const std::size_t d = 100;
  const auto codec = induced(nested("identity", {{"values", "bfloat16"}}), "identity", d);
  CHECK(codec->guarantee().omega == 0);
  const std::vector<double> x = test_vectors(d).front().x;
  const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
  CHECK(message.bits() == d * (16 + 64));
  CHECK(decoded(*codec, message, d) == x);
}

TEST_CASE("a part that does not fit is a sentence") {
  NeedsAllWorkers::enter();
  CHECK_THROWS_WITH(
      induced(rand_k(10), rand_k(10), 100),
      "induced.first: 'rand_k' has omega = 9 and does not contract; use a contractive compressor, "
      "or wrap it in scaled");
  CHECK_THROWS_AS(induced(rand_k(50), rand_k(10), 100), InputError);  // omega = 1 is one too many
  CHECK_NOTHROW(induced(rand_k(51), rand_k(10), 100));
  CHECK_NOTHROW(induced(nested("scaled", {{"of", rand_k(10)}}), rand_k(10), 100));
  CHECK_THROWS_WITH(
      induced(unscaled(10), unscaled(10), 100),
      "induced.rest: 'rand_k' is biased, and so would be the sum; use an unbiased compressor such "
      "as rand_k");
  CHECK_THROWS_WITH(
      induced("everyone", rand_k(10), 100),
      "induced.first: 'everyone' keeps its promise only when all workers send with it and nothing "
      "else; use a compressor of single vectors");
  CHECK_THROWS_WITH(
      induced(unscaled(10), "everyone", 100),
      "induced.rest: 'everyone' keeps its promise only when all workers send with it and nothing "
      "else; use a compressor of single vectors");
}

TEST_CASE("a message with only one of the two parts is refused") {
  const std::size_t d = 100;
  const auto codec = induced(unscaled(10), rand_k(10), d), other = make("rand_k", {{"k", 10}}, d);
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  CHECK_THROWS_AS(decoded(*codec, encoded(*other, x, sender(1)), d), MessageError);
  CHECK_THROWS_AS(decoded(*other, encoded(*codec, x, sender(1)), d), MessageError);
}
