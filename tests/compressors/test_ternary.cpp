// ternary: m sign(x_i) with probability |x_i| / m, m = max |x_i|. Variance |x_i| (m - |x_i|).
#include <bit>
#include <limits>

#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> ternary(std::size_t d, const char* packing = "base3") {
  return compressors::catalogue().make({"ternary", {{"packing", packing}}, ""}, Shape{d, 1});
}

std::unique_ptr<Compressor> narrow(std::size_t d, const char* packing = "base3") {
  return compressors::catalogue().make({"ternary", {{"packing", packing}, {"values", "float32"}}, ""},
                                       Shape{d, 1});
}

std::vector<double> sent(Codec& codec, const std::vector<double>& x, std::uint64_t round = 1) {
  return decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, sender(round)), x.size());
}

/// The worst vector: one entry 1, the others 1 / (1 + sqrt d).
std::vector<double> worst(std::size_t d) {
  std::vector<double> x(d, 1 / (1 + std::sqrt(static_cast<double>(d))));
  x[d / 2] = -1;
  return x;
}

}  // namespace

TEST_CASE("five entries are a byte, the last few ceil(log2 3^r) bits: ceil(8 d / 5) in all") {
  const std::pair<std::size_t, std::uint64_t> bits[] = {
      {1, 2}, {2, 4}, {3, 5}, {4, 7}, {5, 8}, {6, 10}, {319, 511}, {320, 512}, {321, 514}, {1000, 1600}};
  for (const auto& [d, expected] : bits) {
    const Message message = encoded(*ternary(d), Vector(d), sender(1));
    CHECK(message.bits(Part::values) == expected);
    CHECK(message.bits(Part::scalars) == 64);
    CHECK(message.bits() == 64 + expected);
    CHECK(ternary(d)->guarantee().expected_bits == static_cast<double>(64 + expected));
    CHECK(encoded(*ternary(d, "two_bits"), Vector(d), sender(1)).bits() == 64 + 2 * d);
    CHECK(ternary(d, "two_bits")->guarantee().expected_bits == static_cast<double>(64 + 2 * d));
  }
}

TEST_CASE("entries become m, -m or 0, with probability |x_i| / m; the largest always m") {
  const std::size_t d = 100'000;
  std::vector<double> x(d, -0.3);
  x[77] = 2;
  for (const char* packing : {"base3", "two_bits"}) {
    const std::vector<double> y = sent(*ternary(d, packing), x);
    CHECK(y[77] == 2);
    double down = 0;
    for (std::size_t i = 0; i < d; ++i) {
      REQUIRE((y[i] == 0 || y[i] == -2 || i == 77));
      down += y[i] == -2;
    }
    CHECK(std::abs(down - 15'000) < 5 * std::sqrt(100'000 * 0.15 * 0.85));
  }
}

TEST_CASE("both packings carry the same numbers, at every length") {
  for (std::size_t d = 1; d < 1100; d += d < 20 ? 1 : 13) {
    const std::vector<double> x = test_vectors(d).front().x;
    REQUIRE(sent(*ternary(d), x, d) == sent(*ternary(d, "two_bits"), x, d));
  }
}

TEST_CASE("omega = (1 + sqrt d) / 2 - 1 is reached") {
  for (const std::size_t d : {2, 16, 100}) {
    const auto codec = ternary(d);
    const double omega = (1 + std::sqrt(static_cast<double>(d))) / 2 - 1;
    CHECK(codec->guarantee().omega == Approx(omega));
    CHECK(measure(*codec, worst(d), 20'000, 1).error.mean() == Approx(omega).epsilon(0.03));
  }
  CHECK(ternary(1)->guarantee().omega == 0);
}

TEST_CASE("values = float32: 32 bits for m, rounded up, and 1 + omega is 1 + 2^-23 times as large") {
  for (const std::size_t d : {1, 5, 320, 1000})
    for (const char* packing : {"base3", "two_bits"}) {
      const Guarantee g = narrow(d, packing)->guarantee(), wide = ternary(d, packing)->guarantee();
      const Message message = encoded(*narrow(d, packing), Vector(d), sender(1));
      CHECK(message.bits(Part::scalars) == 32);
      CHECK(static_cast<double>(message.bits()) == g.expected_bits);
      CHECK(g.expected_bits == wide.expected_bits - 32);
      CHECK(1 + g.omega == Approx((1 + wide.omega) * (1 + 0x1p-23)).epsilon(1e-15).margin(0));
    }
  // 1 + 2^-30 arrives as 1 + 2^-23: then the variance of d = 1 is 2^-23 nearly, half a mean square beyond
  // x^2.
  const double x = 1 + 0x1p-30, arrives = 1 + 0x1p-23;
  const std::vector<double> y = sent(*narrow(1), {x});
  CHECK((y[0] == arrives || y[0] == 0));
  CHECK(x * (arrives - x) <= narrow(1)->guarantee().omega * x * x);
  const std::size_t d = 100'000;
  std::vector<double> many(d, 0.3 * arrives);
  many[7] = -x;
  double ups = 0;
  for (const double entry : sent(*narrow(d), many)) {
    REQUIRE((entry == 0 || std::abs(entry) == arrives));
    ups += entry > 0;
  }
  CHECK(std::abs(ups - 30'000) < 5 * std::sqrt(100'000 * 0.3 * 0.7));
}

TEST_CASE("m below 2^-149 arrives as that, unbiased; above the largest float32 as infinite") {
  const std::size_t d = 100'000;
  double up = 0;
  for (const double entry : sent(*narrow(d), std::vector<double>(d, -0x1p-151))) {
    REQUIRE((entry == 0 || entry == -0x1p-149));
    up += entry < 0;
  }
  CHECK(std::abs(up - 25'000) < 5 * std::sqrt(100'000 * 0.25 * 0.75));
  CHECK(sent(*narrow(2), {0x1.fffffep127, 0}) == std::vector<double>{0x1.fffffep127, 0});
  for (const double strange : {0x1.fffffe8p127, 1e300, std::numeric_limits<double>::quiet_NaN()})
    for (const double entry : sent(*narrow(2), {strange, 1})) CHECK_FALSE(std::isfinite(entry));
}

TEST_CASE("it is qsgd with one level of the largest norm") {
  const std::size_t d = 700;
  const auto other =
      compressors::catalogue().make({"qsgd", {{"levels", 1}, {"norm", "max"}}, ""}, Shape{d, 1});
  CHECK(ternary(d)->guarantee().omega == Approx(other->guarantee().omega));
  const std::vector<double> x = test_vectors(d).front().x;
  for (std::uint64_t round = 1; round <= 5; ++round)
    CHECK(sent(*ternary(d), x, round) == sent(*other, x, round));
}

TEST_CASE("neither large nor tiny entries leave the range of numbers, and what is not a number shows") {
  const double most = std::numeric_limits<double>::max(), infinity = std::numeric_limits<double>::infinity();
  CHECK(sent(*ternary(3), {most, -most, most}) == std::vector<double>{most, -most, most});
  CHECK(sent(*ternary(3), {0x1p-1074, 0, -0x1p-1074}) == std::vector<double>{0x1p-1074, 0, -0x1p-1074});
  for (const double strange : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> y = sent(*ternary(2), {strange, 1});
    CHECK_FALSE(std::isfinite(y[0]));
    CHECK_FALSE(std::isfinite(y[1]));
  }
}

TEST_CASE("what no code stands for is refused") {
  const auto send = [](std::size_t d, const char* packing, std::uint64_t word, int width, std::size_t count) {
    Message message;
    message.append(Part::scalars, std::bit_cast<std::uint64_t>(1.0), 64);
    for (std::size_t i = 0; i < count; ++i) message.append(Part::values, word, width);
    decoded(*ternary(d, packing), message, d);
  };
  CHECK_NOTHROW(send(320, "base3", 242, 8, 64));  // 3^5 - 1 is five times the largest digit
  CHECK_THROWS_AS(send(320, "base3", 243, 8, 64), MessageError);
  CHECK_NOTHROW(send(5, "base3", 242, 8, 1));
  CHECK_THROWS_AS(send(5, "base3", 243, 8, 1), MessageError);
  CHECK_NOTHROW(send(1, "base3", 2, 2, 1));
  CHECK_THROWS_AS(send(1, "base3", 3, 2, 1), MessageError);
  CHECK_THROWS_AS(send(512, "two_bits", 3, 2, 512), MessageError);
  CHECK_THROWS_AS(decoded(*ternary(10), encoded(*ternary(11), Vector(11), sender(1)), 10), MessageError);
}

TEST_CASE("it carries the values of another compressor, in the middle of its message") {
  const std::size_t d = 2000;
  const auto codec =
      compressors::catalogue().make({"rand_k", {{"k", 777}, {"values", "ternary"}}, ""}, Shape{d, 1});
  CHECK(codec->guarantee().omega == Approx(2000.0 / 777 * (1 + std::sqrt(777.0)) / 2 - 1));
  Message message;
  message.from = sender(1);
  message.append(Part::scalars, 1, 3);
  codec->encode(Vector{std::span<const double>(std::vector<double>(d, -4))}, message);
  CHECK(message.bits() == 3 + 64 + 1244 + 777 * 11);  // 8 * 777 / 5 = 1243.2
  MessageReader reader(message);
  reader.skip(3);
  Vector out(d);
  codec->read_add(reader, 777.0 / 2000, out);
  CHECK_NOTHROW(reader.finish());
  double sum = 0;
  for (const double entry : out.to_host()) sum += entry;
  CHECK(sum == Approx(-4 * 777));
}
