// natural: |x| = (1 + p) 2^e becomes 2^e with probability 1 - p, 2^(e+1) with p. Variance p (1 - p) 4^e.
#include <bit>
#include <limits>

#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> natural(std::size_t d, const char* values = "float64") {
  return compressors::catalogue().make({"natural", {{"values", values}}, ""}, Shape{d, 1});
}

std::vector<double> sent(Codec& codec, const std::vector<double>& x, std::uint64_t round = 1) {
  return decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, sender(round)), x.size());
}

/// How many of the entries, all equal, came out as `value`; the rest must be `other`.
double share(const std::vector<double>& y, double value, double other) {
  double count = 0;
  for (const double entry : y) {
    REQUIRE((entry == value || entry == other));
    count += entry == value;
  }
  return count / static_cast<double>(y.size());
}

}  // namespace

TEST_CASE("a message is 12 or 9 bits an entry and nothing else") {
  for (const auto& [values, bits] : {std::pair("float64", 12), std::pair("float32", 9)})
    for (const std::size_t d : {1, 7, 8, 511, 512, 513, 1500}) {
      const auto codec = natural(d, values);
      const Message message = encoded(*codec, Vector(d), sender(1));
      CHECK(message.bits() == d * static_cast<std::size_t>(bits));
      CHECK(message.bits(Part::values) == message.bits());
      CHECK(codec->guarantee().expected_bits == static_cast<double>(message.bits()));
    }
}

TEST_CASE("powers of two and zero stay what they are") {
  std::vector<double> x = {0, 1, -1, 0.5, -0x1p-1022, 0x1p1023, 0x1p-300};
  CHECK(sent(*natural(x.size()), x) == x);
  x = {0, 1, -1, 0.5, -0x1p-126, 0x1p127, 0x1p-30};
  CHECK(sent(*natural(x.size(), "float32"), x) == x);
}

TEST_CASE("every entry becomes a neighbouring power of two, up with probability p = x / 2^e - 1") {
  const std::size_t d = 200'000;
  for (const char* values : {"float64", "float32"}) {
    const auto codec = natural(d, values);
    for (const double p : {1.0 / 3, 0.5, 1.0 / 512, 0.999}) {
      const double up = share(sent(*codec, std::vector<double>(d, -(1 + p) * 8)), -16, -8);
      CHECK(std::abs(up - p) < 5 * std::sqrt(1.02 * p * (1 - p) / static_cast<double>(d)));
    }
  }
}

TEST_CASE("omega = 1/8 is reached at 4/3 2^e, and only there") {
  // (p - p^2) / (1 + p)^2 is 1/8 at p = 1/3 and 1/9 at p = 1/2.
  const auto codec = natural(1000);
  CHECK(codec->guarantee().omega == 0.125);
  CHECK(measure(*codec, std::vector<double>(1000, 4.0 / 3), 500, 1).error.mean() ==
        Approx(1.0 / 8).epsilon(0.01));
  CHECK(measure(*codec, std::vector<double>(1000, 1.5), 500, 1).error.mean() ==
        Approx(1.0 / 9).epsilon(0.01));
}

TEST_CASE("all 52 bits of the mantissa count: a carry needs every one of them") {
  // x just below 2 must almost always become 2: eight bits alone would leave 1 in one of 256 draws.
  const std::size_t d = 1 << 20;
  CHECK(share(sent(*natural(d), std::vector<double>(d, 2 - 0x1p-40)), 2, 1) == 1);
  // x = 1 + 1.5 / 2^8 goes up with probability 1.5 / 2^8, which eight bits alone would make 1 or 2 over 2^8.
  const double p = 1.5 * 0x1p-8, n = 8.0 * static_cast<double>(d);
  double up = 0;
  for (std::uint64_t round = 1; round <= 8; ++round)
    up += share(sent(*natural(d), std::vector<double>(d, 1 + p), round), 2, 1) / 8;
  CHECK(std::abs(up - p) < 5 * std::sqrt(p / n));
}

TEST_CASE("neighbours are rounded by bits of their own") {
  // The 64 pairs of places in a group of eight: both go up in a quarter of the draws when p = 1/2.
  const std::size_t d = 80'000;
  const std::vector<double> y = sent(*natural(d), std::vector<double>(d, 1.5));
  for (std::size_t a = 0; a < 8; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      double both = 0;
      for (std::size_t i = 0; i < d; i += 8) both += y[i + a] == 2 && y[i + b] == 2;
      CHECK(std::abs(both - 2500) < 5 * std::sqrt(10'000 * 0.25 * 0.75));
    }
}

TEST_CASE("below the smallest normal number an entry becomes that or 0, with the mean exact") {
  const std::size_t d = 100'000;
  const double bound = 5 * std::sqrt(0.25 * 0.75 / static_cast<double>(d));
  CHECK(std::abs(share(sent(*natural(d), std::vector<double>(d, 0x1p-1024)), 0x1p-1022, 0) - 0.25) < bound);
  CHECK(std::abs(share(sent(*natural(d, "float32"), std::vector<double>(d, 0x1p-128)), 0x1p-126, 0) - 0.25) <
        bound);
}

TEST_CASE("nothing finite overflows, and what is not a number is infinite") {
  const double infinity = std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::max(),
               nan = std::numeric_limits<double>::quiet_NaN();
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const auto y = sent(*natural(4), {most, -1.5 * 0x1p1023, infinity, -infinity}, round);
    CHECK(y == std::vector<double>{0x1p1023, -0x1p1023, infinity, -infinity});
    const auto z = sent(*natural(4, "float32"), {1e300, -3e38, infinity, -infinity}, round);
    CHECK(z == std::vector<double>{0x1p127, -0x1p127, infinity, -infinity});
    CHECK(std::isinf(sent(*natural(1), {nan}, round)[0]));
    CHECK(std::isinf(sent(*natural(1, "float32"), {nan}, round)[0]));
  }
}

TEST_CASE("the fast packing is what the plain loop over the stream gives") {
  // Entry i of a group of 512 is code i / 8 of lane i % 8, whose bits are words lane, 8 + lane, ...
  const std::size_t d = 512;
  std::vector<double> x(d);
  Stream numbers(5, Purpose::test, 0, 0);
  for (double& entry : x) entry = numbers.normal();
  const Message message = encoded(*natural(d), Vector{std::span<const double>(x)}, sender(3));
  std::vector<std::uint64_t> words(8 * 12);
  MessageReader reader(message);
  for (std::uint64_t& word : words) word = reader.read(64);
  Stream stream = sender(3).stream();
  std::uint64_t random = 0;
  for (std::size_t i = 0; i < d; ++i) {
    const std::size_t lane = i % 8, at = 12 * (i / 8);
    if (lane == 0) random = stream();
    const std::uint64_t mine = std::rotr(random, static_cast<int>(8 * lane));
    const std::uint64_t expected = (std::bit_cast<std::uint64_t>(x[i]) + (mine >> 12)) >> 52;
    std::uint64_t code = 0;
    for (std::size_t bit = 0; bit < 12; ++bit)
      code |= (words[(at + bit) / 64 * 8 + lane] >> (at + bit) % 64 & 1) << bit;
    REQUIRE(code == expected);
  }
}

TEST_CASE("it rounds the values of another compressor, in the middle of its message") {
  const std::size_t d = 3000;
  const auto codec =
      compressors::catalogue().make({"rand_k", {{"k", 1100}, {"values", "natural"}}, ""}, Shape{d, 1});
  CHECK(codec->guarantee().omega == Approx(9.0 / 8 * 3000 / 1100 - 1));
  Message message;
  message.from = sender(1);
  message.append(Part::scalars, 5, 3);  // not byte-aligned
  const std::vector<double> x = test_vectors(d).front().x;
  codec->encode(Vector{std::span<const double>(x)}, message);
  CHECK(message.bits() == 3 + 1100 * (12 + 12));
  MessageReader reader(message);
  CHECK(reader.read(3) == 5);
  Vector out(d);
  codec->read_add(reader, 1100.0 / 3000, out);  // takes the scale off
  CHECK_NOTHROW(reader.finish());
  const std::vector<double> result = out.to_host();
  int kept = 0;
  for (std::size_t i = 0; i < d; ++i) {
    const double y = result[i];
    if (y == 0) continue;
    ++kept;
    REQUIRE(y / x[i] > 0.49);
    REQUIRE(y / x[i] < 2.01);
  }
  CHECK(kept == 1100);
}

TEST_CASE("messages of another length are refused, an unknown format is a sentence") {
  const auto codec = natural(10);
  CHECK_THROWS_AS(decoded(*codec, encoded(*natural(9), Vector(9), sender(1)), 10), MessageError);
  CHECK_THROWS_AS(decoded(*codec, encoded(*natural(10, "float32"), Vector(10), sender(1)), 10), MessageError);
  CHECK_THROWS_AS(decoded(*natural(600), encoded(*natural(700), Vector(700), sender(1)), 600), MessageError);
  CHECK_THROWS_WITH(natural(3, "float16"), "natural.values must be one of float64, float32, got \"float16\"");
}
