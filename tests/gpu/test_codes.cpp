// What one thread of a packing kernel does, run on the host. Needs no card; that the codes are those of the
// compressors is in tests/compressors/test_card_codes.cpp.
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/gpu/compress.hpp>
#include <trivium/gpu/detail/codes.hpp>
#include <trivium/gpu/detail/formats.hpp>
#include <trivium/gpu/detail/philox.hpp>

using namespace trivium;
using namespace trivium::gpu::detail;

TEST_CASE("Philox by blocks gives the words of a stream") {
  for (const std::uint64_t worker : {std::uint64_t{0}, std::uint64_t{3}, everyone}) {
    Stream stream(~std::uint64_t{7}, Purpose::uplink, worker, 1ull << 40);
    const Stream::Key key = stream.key();
    std::vector<std::uint64_t> words(1001);
    stream.fill(words);
    for (std::size_t i = 0; i < words.size(); ++i) REQUIRE(philox(key, i / 4).word[i % 4] == words[i]);
  }
}

TEST_CASE("a word is rotated by one byte a lane") {
  CHECK(rotated(0x0706050403020100, 0) == 0x0706050403020100);
  CHECK(rotated(0x0706050403020100, 1) == 0x0007060504030201);  // byte i is byte i + 1, cyclically
  CHECK(rotated(0x0706050403020100, 7) == 0x0605040302010007);
}

TEST_CASE("codes of every width come back, and bit i width + b of a lane is bit b of code i") {
  Stream stream(1, Purpose::test, 0, 0);
  for (int width = 1; width <= 16; ++width) {
    std::array<std::uint64_t, BitPacker::entries> codes;
    for (std::uint64_t& code : codes) code = stream.below(std::uint64_t{1} << width);
    std::vector<std::uint64_t> words;
    BitPacker packer(width), reader(width);
    for (const std::uint64_t code : codes) packer.add(code, [&](auto word) { words.push_back(word); });
    REQUIRE(words.size() == packer.words());
    const auto bits = static_cast<std::size_t>(width);
    for (std::size_t i = 0; i < codes.size(); ++i)
      for (std::size_t b = 0; b < bits; ++b)
        REQUIRE((words[(i * bits + b) / 64] >> ((i * bits + b) % 64) & 1) == (codes[i] >> b & 1));
    std::size_t taken = 0;
    for (const std::uint64_t code : codes) REQUIRE(reader.next([&] { return words.at(taken++); }) == code);
    CHECK(taken == words.size());
  }
}

TEST_CASE("five digits of base 3 are a byte, and a byte above 242 shows in its last digit") {
  std::array<std::uint64_t, TritPacker::entries> codes{};
  codes = {2, 1, 0, 2, 1};  // 2 + 3 + 54 + 81 = 140
  codes[39] = 2;            // 2 * 81 = 162 in the last byte
  std::uint64_t word = 0;
  TritPacker packer, reader;
  for (const std::uint64_t code : codes) packer.add(code, [&](auto full) { word = full; });
  CHECK(word == (std::uint64_t{162} << 56 | 140));
  for (const std::uint64_t code : codes) REQUIRE(reader.next([&] { return word; }) == code);

  TritPacker damaged;
  std::uint64_t last = 0;
  for (int i = 0; i < 5; ++i) last = damaged.next([] { return std::uint64_t{243}; });
  CHECK(last == 3);
}

TEST_CASE("products and sums are rounded once or twice, as asked for") {
  // 1.5 (1 + e) (1 - e) is just below 1.5: with 2^52 that is 2^52 + 1, or, rounded to 1.5 first, 2^52 + 2.
  CHECK(multiply_add(1.5 * (1 + 0x1p-30), 1 - 0x1p-30, 0x1p52, true) == 0x1p52 + 1);
  CHECK(multiply_add(1.5 * (1 + 0x1p-30), 1 - 0x1p-30, 0x1p52, false) == 0x1p52 + 2);
}

TEST_CASE("what is not a number keeps its sign as float64") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(std::signbit(widened(std::copysign(nan, 1.0f))));
  CHECK(std::signbit(widened(std::copysign(nan, -1.0f))));
  CHECK(std::isnan(widened(nan)));
  CHECK(widened(-0x1p-149f) == -0x1p-149);
}

TEST_CASE("conversions have the bits of the host's, whatever is no number") {
  Stream stream(6, Purpose::test, 0, 0);
  std::vector<std::uint64_t> patterns{0x7FF0000000000000,
                                      0x7FF0000000000001,
                                      0x7FF8000000000000,
                                      0x7FF7FFFFFFFFFFFF,
                                      0x7FF8000020000000,
                                      0x7FF4000000000000,
                                      0x36A0000000000000,
                                      0x47EFFFFFF0000000,
                                      1,
                                      0};
  for (int i = 0; i < 1000; ++i) patterns.push_back(stream());                            // any
  for (int i = 0; i < 1000; ++i) patterns.push_back(stream() >> 1 | 0x7FF0000000000000);  // no numbers
  for (const std::uint64_t pattern : patterns)
    for (const std::uint64_t sign : {0, 1}) {
      const auto wide = std::bit_cast<double>(pattern | sign << 63);
      const auto narrow = std::bit_cast<float>(static_cast<std::uint32_t>(pattern >> 32 | sign << 31));
      // Through memory: a compiler that converts at compile time has rules of its own.
      const volatile double stored_wide = wide;
      const volatile float stored_narrow = narrow;
      REQUIRE(float64_bits(wide) == std::bit_cast<std::uint64_t>(wide));
      REQUIRE(float32_bits(wide) == std::bit_cast<std::uint32_t>(static_cast<float>(stored_wide)));
      REQUIRE(float64_bits(narrow) == std::bit_cast<std::uint64_t>(static_cast<double>(stored_narrow)));
      const volatile double through = stored_narrow;
      REQUIRE(float32_bits(narrow) == std::bit_cast<std::uint32_t>(static_cast<float>(through)));
    }
}

TEST_CASE("a number in a format has the bits of a message's") {
  Stream stream(8, Purpose::test, 0, 0);
  std::vector<double> values(101);
  for (double& value : values) value = stream.normal() * std::exp2(30 * stream.normal());
  values[3] = 0x1p-149, values[4] = -0x1p-130, values[5] = std::numeric_limits<double>::infinity();
  values[6] = -values[5], values[7] = std::nan(""), values[8] = -values[7], values[9] = -0.0;
  values[10] = 0x1.fffffep127, values[11] = -0x1p-1070, values[12] = 1e300;
  for (const std::uint64_t before : {0, 1, 2, 3, 7}) {
    Stream rounding(9, Purpose::uplink, 1, 4);
    rounding.skip(before);
    const auto check = [&](ValueFormat name, auto format) {
      Message message;
      Stream own = rounding;
      message.append_values(Part::values, values, name, own);
      MessageReader reader(message);
      std::vector<double> read(values.size());
      reader.read_values(read, name);
      MessageReader again(message);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto bits = format(values[i], i);
        REQUIRE(bits == again.read(bits_of(name)));
        REQUIRE(std::bit_cast<std::uint64_t>(format.value(bits)) == std::bit_cast<std::uint64_t>(read[i]));
      }
    };
    check(ValueFormat::float64, Float64{});
    check(ValueFormat::float32, Float32{});
    check(ValueFormat::bfloat16, Bfloat16{rounding.key(), rounding.drawn()});
  }
}

TEST_CASE("whole groups are packed on the card, the rest of the codes on the host") {
  constexpr gpu::CodeLayout bits{1100, 3}, trits{1000, 0};
  CHECK(bits.groups() == 2);
  CHECK(bits.words() == 2 * 8 * 3);
  CHECK(bits.rest() == 1100 - 1024);
  CHECK(bits.room() == 48 + 38);
  CHECK(trits.groups() == 3);  // of 320
  CHECK(trits.words() == 24);
  CHECK(trits.rest() == 40);
  CHECK(gpu::CodeLayout{5, 12}.room() == 3);
}
