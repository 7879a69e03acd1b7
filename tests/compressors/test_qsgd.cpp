// qsgd: a = s |x_i| / |x| is rounded to a neighbouring whole number l, up with probability frac(a). Variance
// frac(a) (1 - frac(a)) |x|^2 / s^2.
#include <bit>
#include <limits>

#include <trivium/compressors/detail/elias.hpp>

#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> qsgd(std::size_t d, int levels, const char* norm = "l2",
                                 const char* coding = "fixed") {
  return compressors::catalogue().make({"qsgd", {{"levels", levels}, {"norm", norm}, {"coding", coding}}, ""},
                                       Shape{d, 1});
}

std::unique_ptr<Compressor> narrow(std::size_t d, int levels, const char* norm,
                                   const char* coding = "fixed") {
  return compressors::catalogue().make(
      {"qsgd", {{"levels", levels}, {"norm", norm}, {"coding", coding}, {"values", "float32"}}, ""},
      Shape{d, 1});
}

std::vector<double> sent(Codec& codec, const std::vector<double>& x, std::uint64_t round = 1) {
  return decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, sender(round)), x.size());
}

}  // namespace

TEST_CASE("a fixed message is the norm and ceil(log2(2 s + 1)) bits an entry") {
  const std::pair<int, std::uint64_t> widths[] = {{1, 2},   {2, 3},    {3, 3},    {4, 4},     {7, 4},
                                                  {8, 5},   {15, 5},   {31, 6},   {63, 7},    {127, 8},
                                                  {128, 9}, {511, 10}, {600, 11}, {4095, 13}, {32767, 16}};
  for (const auto& [levels, width] : widths)
    for (const std::size_t d : {1, 9, 511, 512, 1030}) {
      const auto codec = qsgd(d, levels);
      const Message message = encoded(*codec, Vector(d), sender(1));
      CHECK(message.bits(Part::scalars) == 64);
      CHECK(message.bits(Part::values) == d * width);
      CHECK(message.bits() == 64 + d * width);
      CHECK(codec->guarantee().expected_bits == static_cast<double>(message.bits()));
    }
}

TEST_CASE("every entry is one of the two neighbouring multiples of |x| / s, for every width") {
  for (const char* norm : {"l2", "max"})
    for (const int levels : {1, 2, 5, 7, 20, 63, 127, 200, 511, 1000, 2047, 4000, 8191, 16383, 32767}) {
      const std::size_t d = 1030;
      const std::vector<double> x = test_vectors(d).front().x, y = sent(*qsgd(d, levels, norm), x);
      double size = 0;
      for (const double entry : x) size = std::max(size, std::abs(entry));
      const double unit = (norm[0] == 'l' ? std::sqrt(squared(x)) : size) / levels;
      for (std::size_t i = 0; i < d; ++i) {
        REQUIRE(std::abs(y[i] - x[i]) < unit * (1 + 1e-10));
        REQUIRE(std::abs(y[i] / unit - std::round(y[i] / unit)) < 1e-10);
      }
      REQUIRE(sent(*qsgd(d, levels, norm, "elias"), x) == y);
    }
}

TEST_CASE("up with probability frac(s |x_i| / |x|), all bits of it") {
  // Entries 1.3 and -2.3 of max norm 4 with s = 4: to -2 and -3, 1 and 2.
  const std::size_t d = 200'000;
  std::vector<double> x(d, 1.3);
  for (std::size_t i = 0; i < d / 2; ++i) x[i] = -2.3;
  x[d - 1] = 4;
  const std::vector<double> y = sent(*qsgd(d, 4, "max"), x);
  double three = 0, two = 0;
  for (std::size_t i = 0; i + 1 < d; ++i) {
    REQUIRE((i < d / 2 ? y[i] == -2 || y[i] == -3 : y[i] == 1 || y[i] == 2));
    three += y[i] == -3;
    two += y[i] == 2;
  }
  CHECK(y[d - 1] == 4);
  const double bound = 5 * std::sqrt(100'000 * 0.3 * 0.7);
  CHECK(std::abs(three - 30'000) < bound);
  CHECK(std::abs(two - 30'000) < bound);
  // A probability of 1.5 / 2^8, which eight random bits alone would make 1 or 2 over 2^8.
  std::vector<double> small(d, 1.5 * 0x1p-8);
  small[0] = 1;
  double up = 0;
  for (std::uint64_t round = 1; round <= 10; ++round)
    for (const double entry : sent(*qsgd(d, 1, "max"), small, round)) up += entry;
  CHECK(std::abs(up - 10 - 2e6 * 1.5 / 256) < 5 * std::sqrt(2e6 * 1.5 / 256));
}

TEST_CASE(
    "the fast loop is the plain one: floor(s x_i / |x| + u), u the stream's word rotated by 8 (i mod 8)") {
  const std::size_t d = 1100;
  const std::vector<double> x = test_vectors(d).front().x;
  double size = 0;
  for (const double entry : x) size = std::max(size, std::abs(entry));
  for (const int levels : {1, 7, 100, 1000}) {
    const std::vector<double> y = sent(*qsgd(d, levels, "max"), x, 4);
    Stream stream = sender(4).stream();
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < d; ++i) {
      if (i % 8 == 0) word = stream();
      const double u = 0x1p-64 * static_cast<double>(std::rotr(word, static_cast<int>(8 * (i % 8))));
      REQUIRE(y[i] == Approx(std::floor(levels * x[i] / size + u) * size / levels));
    }
  }
}

TEST_CASE("l2: omega is sqrt d / s - 1, reached by equal entries, up to s = sqrt d / 2, then d / (4 s^2)") {
  const std::size_t d = 100;
  const std::vector<double> equal(d, -3);
  for (const int levels : {1, 2, 5}) {
    const auto codec = qsgd(d, levels);
    CHECK(codec->guarantee().omega == Approx(10.0 / levels - 1));
    CHECK(measure(*codec, equal, 4000, 1).error.mean() == Approx(10.0 / levels - 1).epsilon(0.02));
  }
  // Half way between levels everywhere: a = 1.5 for every entry when s = 15.
  CHECK(qsgd(d, 15)->guarantee().omega == Approx(100.0 / 4 / 225));
  CHECK(measure(*qsgd(d, 15), equal, 4000, 1).error.mean() == Approx(100.0 / 4 / 225).epsilon(0.02));
  for (const int levels : {1, 2, 5, 6, 15, 100}) {
    const double root = 10.0 / levels;
    CHECK(qsgd(d, levels)->guarantee().omega <= std::min(root * root, root));
  }
  CHECK(qsgd(2, 1)->guarantee().omega == Approx(std::sqrt(2.0) - 1));
  CHECK(qsgd(1, 5)->guarantee().omega == 0);
}

TEST_CASE(
    "max: omega = (sqrt(1 + (d - 1) / s^2) - 1) / 2 is reached at 1 / (2 s (1 + omega)) of the largest") {
  const std::size_t d = 100;
  for (const int levels : {1, 3, 10}) {
    const auto codec = qsgd(d, levels, "max");
    const double omega = (std::sqrt(1 + 99.0 / levels / levels) - 1) / 2;
    CHECK(codec->guarantee().omega == Approx(omega));
    std::vector<double> x(d, 1 / (2 * levels * (1 + omega)));
    x[0] = 1;
    CHECK(measure(*codec, x, 10'000, 1).error.mean() == Approx(omega).epsilon(0.03));
  }
}

TEST_CASE("Elias codes of 0, 1, 2, 3, ... are 1, 010s, 011s, 00100s in the order of the bits sent") {
  // Gamma code of the number plus one, its low bits from the least significant on, then the sign.
  for (const auto& [number, length] : {std::pair(0, 1), std::pair(1, 4), std::pair(2, 4), std::pair(3, 6),
                                       std::pair(6, 6), std::pair(7, 8), std::pair(32767, 32)})
    CHECK(compressors::elias_bits(number) == length);
  const std::vector<std::uint32_t> codes = {10, 11, 9, 12, 13, 0};  // 0, 1, -1, 2, 3, -10 of ten levels
  Message message;
  compressors::append_elias(message, codes, 10);
  const char* expected =
      "1"
      "0100"
      "0101"
      "0110"
      "001000"
      "00011101";
  MessageReader reader(message);
  for (const char* bit = expected; *bit != 0; ++bit)
    CHECK(reader.read(1) == static_cast<unsigned>(*bit - '0'));
  CHECK(reader.remaining() == 0);
  MessageReader again(message);
  std::vector<std::uint32_t> read(codes.size());
  compressors::read_elias(again, read, 10);
  CHECK(read == codes);
}

TEST_CASE("the bound of Elias' lengths holds for every mean and is reached") {
  // All means of two numbers mixed: a concave function is above all of them.
  for (const int levels : {1, 2, 7, 10, 100})
    for (int a = 0; a <= levels; ++a)
      for (int b = a; b <= levels; ++b)
        for (const double share : {0.0, 0.25, 0.5, 0.75})
          CHECK((1 - share) * compressors::elias_bits(a) + share * compressors::elias_bits(b) <=
                compressors::elias_bits_at_most((1 - share) * a + share * b, levels) + 1e-12);
  // l2, equal entries, s <= sqrt d: each level is 1 with probability s / sqrt d, else 0: 1 + 3 s / sqrt d
  // bits.
  const std::size_t d = 400;
  const auto codec = qsgd(d, 5, "l2", "elias");
  CHECK(codec->guarantee().expected_bits == Approx(64 + 400 + 3 * 5 * 20));
  const Measured m = measure(*codec, std::vector<double>(d, 1), 2000, 1);
  CHECK(std::abs(m.bits.mean() - codec->guarantee().expected_bits) < 5 * m.bits.error());
  // max, equal entries: all levels are s.
  const auto all = qsgd(d, 5, "max", "elias");
  CHECK(all->guarantee().expected_bits == 64 + 400 * 6);
  CHECK(encoded(*all, Vector{std::span<const double>(std::vector<double>(d, 1))}, sender(1)).bits() ==
        64 + 400 * 6);
}

TEST_CASE("neither large nor tiny entries leave the range of numbers, and what is not a number shows") {
  for (const double size : {1e300, 1e-300, 0x1p-1040}) {
    const std::size_t d = 50;
    const std::vector<double> y = sent(*qsgd(d, 1000), std::vector<double>(d, -size));
    double sum = 0;
    for (const double entry : y) sum += entry / size;
    CHECK(sum == Approx(-50).epsilon(0.01));
  }
  const double most = std::numeric_limits<double>::max();  // its l2 norm is no number: the largest one serves
  CHECK(sent(*qsgd(2, 7), {most, -most})[1] == Approx(-most));
  for (const double strange :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    for (const char* norm : {"l2", "max"})
      for (const char* coding : {"fixed", "elias"})
        for (const double entry : sent(*qsgd(2, 5, norm, coding), {strange, 1}))
          CHECK_FALSE(std::isfinite(entry));
}

TEST_CASE("a float32 norm is 32 bits, and omega is 2^-23 (1 + omega) larger") {
  for (const char* norm : {"l2", "max"})
    for (const int levels : {1, 3, 100})
      for (const std::size_t d : {1, 9, 512, 1030}) {
        const Guarantee g = narrow(d, levels, norm)->guarantee(), wide = qsgd(d, levels, norm)->guarantee();
        const Message message = encoded(*narrow(d, levels, norm), Vector(d), sender(1));
        CHECK(message.bits(Part::scalars) == 32);
        CHECK(g.expected_bits == static_cast<double>(message.bits()));
        CHECK(g.expected_bits == wide.expected_bits - 32);
        CHECK(1 + g.omega == Approx((1 + wide.omega) * (1 + 0x1p-23)).epsilon(1e-15).margin(0));
        CHECK(narrow(d, levels, norm, "elias")->guarantee().expected_bits ==
              qsgd(d, levels, norm, "elias")->guarantee().expected_bits - 32);
      }
}

TEST_CASE("a float32 norm is rounded up, and levels are multiples of what arrives") {
  // max norm 1 + 2^-30, nearer to 1 in float32: 1 + 2^-23 arrives, of which 0.3 (1 + 2^-23) is 1.2 levels.
  const std::size_t d = 100'000;
  const double arrives = 1 + 0x1p-23;
  std::vector<double> x(d, 0.3 * arrives);
  x[5] = -1 - 0x1p-30;
  for (const char* coding : {"fixed", "elias"}) {
    const std::vector<double> y = sent(*narrow(d, 4, "max", coding), x);
    double two = 0;
    for (std::size_t i = 0; i < d; ++i) {
      const double level = 4 * y[i] / arrives;
      REQUIRE((i == 5 ? level == -4 || level == -3 : level == 1 || level == 2));
      two += level == 2;
    }
    CHECK(std::abs(two - 20'000) < 5 * std::sqrt(100'000 * 0.2 * 0.8));
  }
  // What is a float32 already stays: the largest entry arrives as it is.
  CHECK(sent(*narrow(2, 3, "max"), {0.75, 0.1})[0] == 0.75);
  CHECK(sent(*narrow(2, 3, "max"), {0x1.fffffep127, 0})[0] == 0x1.fffffep127);
}

TEST_CASE("with a float32 norm the mean is x at every size") {
  const std::size_t d = 100'000;
  const double root = std::sqrt(1e5);
  for (const double size : {0x1.7p127, 1 / 3.0, 0x1.5p-126, 0x1.5p-140, 0x1p-152})
    for (const char* norm : {"l2", "max"}) {
      const double entry = norm[0] == 'l' ? size / root : size;
      auto arrives = static_cast<float>(size);
      while (arrives < size) arrives = std::nextafter(arrives, std::numeric_limits<float>::infinity());
      const double a = 2 * entry / arrives, up = a - std::floor(a), unit = arrives / entry / 2;
      double sum = 0;
      for (const double sent_entry : sent(*narrow(d, 2, norm), std::vector<double>(d, -entry)))
        sum += sent_entry / entry;
      CHECK(std::abs(sum + 1e5) <= 5 * root * unit * std::sqrt(up * (1 - up)) + 1e-6);
    }
  // |x| = 2^-151 arrives as 2^-149: a quarter of the entries become that, the rest nothing.
  const std::vector<double> y = sent(*narrow(100'000, 1, "max"), std::vector<double>(d, 0x1p-151));
  double up = 0;
  for (const double entry : y) {
    REQUIRE((entry == 0 || entry == 0x1p-149));
    up += entry > 0;
  }
  CHECK(std::abs(up - 25'000) < 5 * std::sqrt(1e5 * 0.25 * 0.75));
}

TEST_CASE("a norm above the largest float32 arrives as infinite, and what is not a number shows") {
  const double not_a_number = std::numeric_limits<double>::quiet_NaN();
  for (const double strange : {0x1.fffffe8p127, 1e300, not_a_number})
    for (const char* norm : {"l2", "max"})
      for (const char* coding : {"fixed", "elias"})
        for (const double entry : sent(*narrow(2, 5, norm, coding), {strange, 1}))
          CHECK_FALSE(std::isfinite(entry));
}

TEST_CASE("codes above 2 s and messages of another length are refused") {
  Message message;
  message.append(Part::scalars, std::bit_cast<std::uint64_t>(1.0), 64);
  message.append(Part::values, 11, 4);  // s = 5: codes up to 10
  CHECK_THROWS_WITH(decoded(*qsgd(1, 5), message, 1), "qsgd: a code above 10 in a message");
  Message seven;
  seven.append(Part::scalars, 0, 64);
  compressors::append_elias(seven, std::vector<std::uint32_t>{14}, 7);
  CHECK_NOTHROW(decoded(*qsgd(1, 7, "l2", "elias"), seven, 1));
  CHECK_THROWS_WITH(decoded(*qsgd(1, 6, "l2", "elias"), seven, 1),
                    "qsgd: a number above 6 in an Elias message");
  CHECK_THROWS_AS(decoded(*qsgd(10, 5), encoded(*qsgd(11, 5), Vector(11), sender(1)), 10), MessageError);
  CHECK_THROWS_AS(decoded(*qsgd(600, 5, "l2", "elias"),
                          encoded(*qsgd(599, 5, "l2", "elias"), Vector(599), sender(1)), 600),
                  MessageError);
}

TEST_CASE("it carries the values of another compressor, in the middle of its message") {
  for (const char* coding : {"fixed", "elias"}) {
    const std::size_t d = 2000;
    const auto codec = compressors::catalogue().make(
        {"rand_k",
         {{"k", 777}, {"values", Table{{"type", "qsgd"}, {"norm", "max"}, {"coding", coding}}}},
         ""},
        Shape{d, 1});
    Message message;
    message.from = sender(1);
    message.append(Part::scalars, 1, 3);
    codec->encode(Vector{std::span<const double>(std::vector<double>(d, -4))}, message);
    MessageReader reader(message);
    reader.skip(3);
    Vector out(d);
    codec->read_add(reader, 777.0 / 2000, out);
    CHECK_NOTHROW(reader.finish());
    double sum = 0;
    for (const double entry : out.to_host()) sum += entry;
    CHECK(sum == Approx(-4 * 777));
  }
}

TEST_CASE("levels that cannot be are a sentence") {
  CHECK_THROWS_AS(qsgd(10, 0), InputError);
  CHECK_THROWS_AS(qsgd(10, 32768), InputError);
  CHECK_THROWS_WITH(qsgd(10, 5, "l1"), "qsgd.norm must be one of l2, max, got \"l1\"");
}
