// Numbers in the three formats.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/message.hpp>

using namespace trivium;

namespace {

const ValueFormat formats[] = {ValueFormat::float64, ValueFormat::float32, ValueFormat::bfloat16};
constexpr double infinity = std::numeric_limits<double>::infinity();

/// `values` as they come out after `offset` leading bits.
std::vector<double> travelled(const std::vector<double>& values, ValueFormat format, int offset = 0,
                              std::uint64_t round = 0) {
  Message message;
  Stream rounding(3, Purpose::test, 0, round);
  message.append(Part::seeds, 0x2B, offset);
  message.append_values(Part::values, values, format, rounding);
  REQUIRE(message.bits(Part::values) == values.size() * static_cast<std::size_t>(bits_of(format)));
  REQUIRE(message.bits() == message.bits(Part::values) + static_cast<std::uint64_t>(offset));
  std::vector<double> out(values.size());
  MessageReader reader(message);
  reader.read(offset);
  reader.read_values(out, format);
  reader.finish();
  return out;
}

/// Mean over n roundings of one number to bfloat16.
double mean_rounding(double value, int n) {
  const std::vector<double> out =
      travelled(std::vector<double>(static_cast<std::size_t>(n), value), ValueFormat::bfloat16);
  double sum = 0;
  for (const double x : out) sum += (x - value) / n;
  return value + sum;
}

}  // namespace

TEST_CASE("formats have 64, 32 and 16 bits and a name") {
  CHECK(bits_of(ValueFormat::float64) == 64);
  CHECK(bits_of(ValueFormat::float32) == 32);
  CHECK(bits_of(ValueFormat::bfloat16) == 16);
  CHECK(name_of(ValueFormat::bfloat16) == "bfloat16");
}

TEST_CASE("numbers with few digits are exact in every format, at every bit offset") {
  const std::vector<double> values{0, -0.0, 1, -2.5, 96, 0x1p-100, -0x1.8p100, infinity, -infinity, 0x1p-133};
  for (const ValueFormat format : formats)
    for (int offset = 0; offset < 8; ++offset) {
      const std::vector<double> out = travelled(values, format, offset);
      for (std::size_t i = 0; i < values.size(); ++i)
        REQUIRE(std::bit_cast<std::uint64_t>(out[i]) == std::bit_cast<std::uint64_t>(values[i]));
    }
}

TEST_CASE("numbers are the bytes of their patterns one by one, from every bit offset") {
  Stream random(5, Purpose::test, 0, 0);
  std::vector<double> values;
  for (int count = 0; count < 40; ++count, values.push_back(random.normal()))
    for (int offset = 0; offset < 8; ++offset)
      for (const ValueFormat format : {ValueFormat::float64, ValueFormat::float32}) {
        Message together, apart;
        for (Message* message : {&together, &apart}) {
          for (int i = 0; i < 60; ++i) message->append(Part::scalars, ~std::uint64_t{0}, 64);
          message->clear();  // what an earlier message leaves behind must not show
          message->append(Part::seeds, 0x55, offset);
        }
        together.append_values(Part::values, values, format, random);
        for (const double value : values)
          if (format == ValueFormat::float64)
            apart.append(Part::values, std::bit_cast<std::uint64_t>(value), 64);
          else
            apart.append(Part::values, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 32);
        for (Message* message : {&together, &apart}) message->append(Part::indices, 5, 7);
        REQUIRE(together.bits() == apart.bits());
        REQUIRE(std::equal(together.bytes().begin(), together.bytes().end(), apart.bytes().begin()));
        std::vector<double> out(values.size());
        MessageReader reader(together);
        reader.read(offset);
        reader.read_values(out, format);
        CHECK(reader.read(7) == 5);
        reader.finish();
        for (std::size_t i = 0; i < values.size(); ++i)
          REQUIRE(out[i] ==
                  (format == ValueFormat::float64 ? values[i] : double{static_cast<float>(values[i])}));
      }
}

TEST_CASE("float64 keeps every bit, float32 rounds to nearest") {
  Stream stream(4, Purpose::test, 0, 0);
  std::vector<double> values(100);
  for (double& x : values) x = stream.normal() * std::exp(20 * stream.normal());
  for (const int offset : {0, 3}) {
    CHECK(travelled(values, ValueFormat::float64, offset) == values);
    const std::vector<double> out = travelled(values, ValueFormat::float32, offset);
    for (std::size_t i = 0; i < values.size(); ++i) REQUIRE(out[i] == static_cast<float>(values[i]));
  }
}

TEST_CASE("what is not a number stays so") {
  for (const ValueFormat format : formats)
    for (const double nan :
         {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::quiet_NaN(),
          static_cast<double>(std::bit_cast<float>(0x7F800001u))})
      CHECK(std::isnan(travelled({nan}, format)[0]));
  CHECK(travelled({1e300, -1e300}, ValueFormat::float32) == std::vector<double>{infinity, -infinity});
  CHECK(travelled({1e300, -1e300}, ValueFormat::bfloat16) == std::vector<double>{infinity, -infinity});
}

TEST_CASE("bfloat16 rounds to one of the two neighbours, with the mean exact") {
  // A quarter of the way from one number of 8 significant bits to the next: nearest rounding is off by a
  // quarter of the gap. The standard error of the mean is gap * sqrt(3/16 / n).
  const int n = 40000;
  for (const double gap : {0x1p-7, 0x1p-133}) {  // above 1; between the smallest subnormal numbers
    for (const double sign : {1.0, -1.0}) {
      const double low = gap == 0x1p-7 ? 1 : 3 * gap, value = sign * (low + gap / 4);
      for (const double x : travelled(std::vector<double>(100, value), ValueFormat::bfloat16))
        REQUIRE((x == sign * low || x == sign * (low + gap)));
      CHECK(std::abs(mean_rounding(value, n) - value) < 5 * gap * std::sqrt(3.0 / 16 / n));
    }
  }
}

TEST_CASE("bfloat16 rounds each number by bits of its own") {
  // Half way: two numbers rounded with the same bits would always agree.
  const double half = 1 + 0x1p-8;
  int agree[4] = {};
  const int n = 2000;
  for (int round = 0; round < n; ++round) {
    const std::vector<double> out =
        travelled(std::vector<double>(5, half), ValueFormat::bfloat16, 0, static_cast<std::uint64_t>(round));
    for (std::size_t lag = 1; lag <= 4; ++lag) agree[lag - 1] += out[0] == out[lag];
  }
  for (const int count : agree) CHECK(std::abs(count - n / 2) < 5 * std::sqrt(n / 4.0));
}

TEST_CASE("the same stream rounds the same way") {
  Stream stream(5, Purpose::test, 0, 0);
  std::vector<double> values(50);
  for (double& x : values) x = stream.normal();
  CHECK(travelled(values, ValueFormat::bfloat16) == travelled(values, ValueFormat::bfloat16));
  CHECK(travelled(values, ValueFormat::bfloat16) == travelled(values, ValueFormat::bfloat16, 5));
  CHECK(travelled(values, ValueFormat::bfloat16) != travelled(values, ValueFormat::bfloat16, 0, 1));
}

TEST_CASE("values that are missing are an error, none at all are not") {
  for (const ValueFormat format : formats)
    for (const int offset : {0, 1}) {
      Message message;
      Stream rounding(3, Purpose::test, 0, 0);
      message.append(Part::scalars, 0, offset);
      message.append_values(Part::values, std::vector<double>{1, 2}, format, rounding);
      std::vector<double> three(3), none;
      MessageReader reader(message);
      reader.read(offset);
      CHECK_THROWS_AS(reader.read_values(three, format), MessageError);
      CHECK_NOTHROW(reader.read_values(none, format));
      CHECK(travelled({}, format, offset).empty());
    }
}
