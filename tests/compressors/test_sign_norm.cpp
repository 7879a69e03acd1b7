// sign_norm: C(x) = (|x|_1 / d) sign(x). |C(x) - x|^2 = |x|^2 - |x|_1^2 / d.
#include <limits>

#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> sign_norm(std::size_t d, const char* norm = "float64") {
  return compressors::catalogue().make({"sign_norm", {{"norm", norm}}, ""}, Shape{d, 1});
}

std::vector<double> sent(Codec& codec, const std::vector<double>& x) {
  return decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, sender(1)), x.size());
}

}  // namespace

TEST_CASE("signs times the mean size, and the sign of zero is +") {
  // |x|_1 = 10, d = 5.
  CHECK(sent(*sign_norm(5), {3, -1, 0, -0.0, 6}) == std::vector<double>{2, -2, 2, 2, 2});
  CHECK(sent(*sign_norm(1), {-3}) == std::vector<double>{-3});
}

TEST_CASE("a message is d bits and one norm") {
  for (const auto& [norm, bits] : {std::pair("float64", 64), std::pair("float32", 32)})
    for (const std::size_t d : {1, 63, 64, 65, 1000}) {
      const auto codec = sign_norm(d, norm);
      const Message message = encoded(*codec, Vector(d), sender(1));
      CHECK(message.bits(Part::values) == d);
      CHECK(message.bits(Part::scalars) == static_cast<std::uint64_t>(bits));
      CHECK(message.bits() == d + static_cast<std::uint64_t>(bits));
      CHECK(codec->guarantee().expected_bits == static_cast<double>(message.bits()));
    }
}

TEST_CASE("bits and norm are those of the plain loop, at every length") {
  for (std::size_t d = 1; d <= 200; ++d) {
    std::vector<double> x = test_vectors(d).front().x;
    const Message message = encoded(*sign_norm(d), Vector{std::span<const double>(x)}, sender(1));
    double sum = 0;
    for (const double entry : x) sum += std::abs(entry);
    MessageReader reader(message);
    double mean = 0;
    reader.read_values(std::span(&mean, 1), ValueFormat::float64);
    REQUIRE(mean == Approx(sum / static_cast<double>(d)).epsilon(1e-14));
    for (const double entry : x) REQUIRE(reader.read(1) == (entry < 0 ? 1u : 0u));
  }
}

TEST_CASE("the error is |x|^2 - |x|_1^2 / d; delta = d is reached by one entry, and equal sizes are exact") {
  const std::size_t d = 100;
  const auto codec = sign_norm(d);
  CHECK(codec->guarantee().delta == 100);
  CHECK_FALSE(codec->guarantee().unbiased);
  std::vector<double> one(d), equal(d, -2);
  one[3] = -7;
  CHECK(measure(*codec, one, 2, 1).error.mean() == Approx(1 - 1.0 / 100));
  CHECK(measure(*codec, equal, 2, 1).error.mean() == 0);
  const std::vector<double> x = test_vectors(d).front().x;
  double sum = 0;
  for (const double entry : x) sum += std::abs(entry);
  CHECK(measure(*codec, x, 2, 1).error.mean() == Approx(1 - sum * sum / 100 / squared(x)));
}

TEST_CASE("the norm does not overflow, and what is not a number shows") {
  const double most = std::numeric_limits<double>::max(), infinity = std::numeric_limits<double>::infinity();
  CHECK(sent(*sign_norm(4), {most, -most, most, -most})[1] == Approx(-most).epsilon(1e-15));
  CHECK(sent(*sign_norm(3), {1e308, -1e308, 1e308})[1] == Approx(-1e308));
  CHECK(sent(*sign_norm(2), {0x1p-1074, 0x1p-1074}) == std::vector<double>{0x1p-1074, 0x1p-1074});
  CHECK(sent(*sign_norm(2, "float32"), {1e300, -1e300})[1] == -std::numeric_limits<float>::max());
  CHECK(std::isinf(sent(*sign_norm(2), {infinity, 1})[1]));
  CHECK(std::isnan(sent(*sign_norm(2), {std::numeric_limits<double>::quiet_NaN(), 1})[1]));
}

TEST_CASE("it carries the values of another compressor, in the middle of its message") {
  const std::size_t d = 500;
  const auto codec = compressors::catalogue().make(
      {"rand_k", {{"k", 70}, {"scaled", false}, {"values", "sign_norm"}}, ""}, Shape{d, 1});
  CHECK(codec->guarantee().delta == Approx(500.0 / 70 * 70));
  CHECK_THROWS_AS(compressors::catalogue().make({"rand_k", {{"values", "sign_norm"}}, ""}, Shape{d, 1}),
                  InputError);
  Message message;
  message.from = sender(1);
  message.append(Part::scalars, 1, 5);
  const std::vector<double> x(d, -4);
  codec->encode(Vector{std::span<const double>(x)}, message);
  CHECK(message.bits() == 5 + 64 + 70 + 70 * 9);
  MessageReader reader(message);
  reader.skip(5);
  Vector out(d);
  codec->read_add(reader, 1, out);
  CHECK_NOTHROW(reader.finish());
  double sum = 0;
  for (const double entry : out.to_host()) sum += entry;
  CHECK(sum == -4 * 70);
}

TEST_CASE("messages of another length are refused") {
  CHECK_THROWS_AS(decoded(*sign_norm(10), encoded(*sign_norm(9), Vector(9), sender(1)), 10), MessageError);
  CHECK_THROWS_AS(decoded(*sign_norm(10), encoded(*sign_norm(10, "float32"), Vector(10), sender(1)), 10),
                  MessageError);
}
