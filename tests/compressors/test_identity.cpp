#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> identity(const char* values, std::size_t d) {
  return compressors::catalogue().make({"identity", {{"values", values}}, ""}, Shape{d, 2});
}

}  // namespace

TEST_CASE("float64 is exact, float32 the nearest, and both are dense") {
  const std::vector<double> x = test_vectors(100).front().x;
  const Vector vector{std::span<const double>(x)};
  const auto exact = identity("float64", 100), nearest = identity("float32", 100);
  CHECK(decoded(*exact, encoded(*exact, vector, sender(1)), 100) == x);
  const std::vector<double> y = decoded(*nearest, encoded(*nearest, vector, sender(1)), 100);
  for (std::size_t i = 0; i < 100; ++i) CHECK(y[i] == static_cast<float>(x[i]));
  CHECK(exact->dense() == ValueFormat::float64);
  CHECK(nearest->dense() == ValueFormat::float32);
  CHECK(exact->guarantee().omega == 0);
  CHECK(exact->guarantee().delta == 1);
}

TEST_CASE("a message is d values and nothing else") {
  for (const auto& [values, bits] :
       {std::pair("float64", 64), std::pair("float32", 32), std::pair("bfloat16", 16)}) {
    const auto codec = identity(values, 17);
    const Message message = encoded(*codec, Vector(17), sender(1));
    CHECK(message.bits() == static_cast<std::uint64_t>(17 * bits));
    CHECK(message.bits(Part::values) == message.bits());
    CHECK(codec->guarantee().expected_bits == 17 * bits);
  }
}

TEST_CASE(
    "bfloat16 is not dense: it is random, with variance up to 2^-16 |x|^2, reached half way above a power of "
    "two") {
  const auto codec = identity("bfloat16", 10);
  CHECK_FALSE(codec->dense());
  CHECK(codec->guarantee().omega == 0x1p-16);
  // x = 1 + 2^-8 goes to 1 or 1 + 2^-7: the error is always 2^-8.
  const Measured m = measure(*codec, std::vector<double>(10, 1 + 0x1p-8), 2000, 1);
  CHECK(m.error.mean() == Approx(0x1p-16 / ((1 + 0x1p-8) * (1 + 0x1p-8))));
  CHECK(m.error.mean() <= codec->guarantee().omega);
  CHECK(m.bias <= 25 * m.noise);
}

TEST_CASE("a message of another dimension or format is refused") {
  const auto codec = identity("float64", 10);
  const auto shorter = identity("float64", 9), narrow = identity("float32", 10);
  CHECK_THROWS_AS(decoded(*codec, encoded(*shorter, Vector(9), sender(1)), 10), MessageError);
  CHECK_THROWS_AS(decoded(*codec, encoded(*narrow, Vector(10), sender(1)), 10), MessageError);
  CHECK_THROWS_AS(decoded(*narrow, encoded(*codec, Vector(10), sender(1)), 10), MessageError);
}

TEST_CASE("an unknown format is a sentence") {
  CHECK_THROWS_WITH(identity("float16", 3),
                    "identity.values must be one of float64, float32, bfloat16, got \"float16\"");
}
