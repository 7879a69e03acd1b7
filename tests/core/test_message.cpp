// Words of any width at any offset, and messages that travelled. Values in the three formats are in
// test_message_values.cpp.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <set>
#include <tuple>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/message.hpp>

using namespace trivium;

namespace {

const int seeded = setenv("RC_PARAMS", "seed=20240301", 0);

using Split = std::array<std::uint64_t, parts>;

std::uint64_t low(std::uint64_t word, int width) {
  return width == 64 ? word : word & ((std::uint64_t{1} << width) - 1);
}

std::vector<std::byte> copy_of(std::span<const std::byte> bytes) { return {bytes.begin(), bytes.end()}; }

/// The message laid out bit by bit: bit i of the stream is bit i % 8 of byte i / 8.
void put_plainly(std::vector<bool>& bits, std::uint64_t word, int width) {
  for (int i = 0; i < width; ++i) bits.push_back((word >> i & 1) != 0);
}

std::vector<std::byte> packed(const std::vector<bool>& bits) {
  std::vector<std::byte> out((bits.size() + 7) / 8);
  for (std::size_t i = 0; i < bits.size(); ++i)
    if (bits[i]) out[i / 8] |= static_cast<std::byte>(1u << (i % 8));
  return out;
}

Message received(const Message& sent) {
  Message out;
  out.receive(sent.bytes(), sent.split());
  return out;
}

}  // namespace

TEST_CASE("bits_for is the ceiling of log2") {
  const std::pair<std::uint64_t, int> expected[] = {{0, 0},
                                                    {1, 0},
                                                    {2, 1},
                                                    {3, 2},
                                                    {4, 2},
                                                    {5, 3},
                                                    {8, 3},
                                                    {9, 4},
                                                    {100, 7},
                                                    {128, 7},
                                                    {129, 8},
                                                    {1ull << 32, 32},
                                                    {(1ull << 32) + 1, 33},
                                                    {~0ull, 64}};
  for (const auto& [count, bits] : expected) CHECK(bits_for(count) == bits);
}

TEST_CASE("messages inside messages have keys of their own, eight deep, and a ninth is refused") {
  Sender from{7, Purpose::uplink, 3, 4, 5};
  std::set<std::uint64_t> first_words{from.stream()()};
  std::vector<std::unique_ptr<Inside>> around;
  for (int depth = 1; depth <= deepest_nest; ++depth) {
    for (const unsigned child : {0u, 1u, 13u}) {
      const Inside inside(from, child);
      CHECK(first_words.insert(from.stream()()).second);
    }
    around.push_back(std::make_unique<Inside>(from, 14));
    CHECK(first_words.insert(from.stream()()).second);
  }
  CHECK(first_words.size() == 1 + 4 * 8);
  const std::uint64_t nest = from.nest;
  CHECK_THROWS_AS(Inside(from, 0), std::logic_error);
  CHECK(from.nest == nest);
  while (!around.empty()) around.pop_back();
  CHECK(from.nest == 0);
}

TEST_CASE("a word of every width comes back from every bit offset") {
  const std::uint64_t word = 0xA5C3F00D12345687;
  for (int offset = 0; offset < 72; ++offset)
    for (int width = 0; width <= 64; ++width) {
      Message message;
      for (int i = 0; i < offset; ++i) message.append(Part::scalars, 1, 1);
      message.append(Part::values, word, width);  // the bits above the width must not leak
      message.append(Part::indices, 0, 3);
      message.append(Part::indices, ~std::uint64_t{0}, 5);
      MessageReader reader(message);
      for (int i = 0; i < offset; ++i) REQUIRE(reader.read(1) == 1);
      REQUIRE(reader.read(width) == low(word, width));
      REQUIRE(reader.read(3) == 0);
      REQUIRE(reader.read(5) == 31);
      REQUIRE_NOTHROW(reader.finish());
      REQUIRE(message.split() ==
              Split{static_cast<std::uint64_t>(width), 8, static_cast<std::uint64_t>(offset), 0});
    }
}

TEST_CASE("any sequence of words gives the bytes of the plain bit string and reads back") {
  CHECK(rc::check([] {
    const auto words = *rc::gen::container<std::vector<std::tuple<std::uint64_t, int, int>>>(
        rc::gen::tuple(rc::gen::arbitrary<std::uint64_t>(), rc::gen::inRange(0, 65), rc::gen::inRange(0, 4)));
    Message message;
    std::vector<bool> bits;
    Split split{};
    for (const auto& [word, width, part] : words) {
      message.append(static_cast<Part>(part), word, width);
      put_plainly(bits, word, width);
      split[static_cast<std::size_t>(part)] += static_cast<std::uint64_t>(width);
    }
    RC_ASSERT(message.bits() == bits.size());
    RC_ASSERT(message.split() == split);
    RC_ASSERT(copy_of(message.bytes()) == packed(bits));
    const Message there = received(message);
    MessageReader reader(there);
    for (const auto& [word, width, part] : words) RC_ASSERT(reader.read(width) == low(word, width));
    reader.finish();
  }));
}

TEST_CASE("many words at once are the same bytes as one by one") {
  const std::vector<std::uint32_t> words{0, 1, 0xFFFFFFFF, 0x12345678, 7, 0x80000001, 0xDEADBEEF};
  for (int offset = 0; offset < 8; ++offset)
    for (int width = 0; width <= 32; ++width) {
      Message together, apart;
      together.append(Part::seeds, 0x55, offset);
      apart.append(Part::seeds, 0x55, offset);
      together.append_words(Part::indices, words, width);
      for (const std::uint32_t word : words) apart.append(Part::indices, word, width);
      REQUIRE(together.split() == apart.split());
      REQUIRE(copy_of(together.bytes()) == copy_of(apart.bytes()));
      std::vector<std::uint32_t> back(words.size(), 99);
      MessageReader reader(together);
      reader.read(offset);
      reader.read_words(back, width);
      for (std::size_t i = 0; i < words.size(); ++i) REQUIRE(back[i] == low(words[i], width));
      REQUIRE(reader.remaining() == 0);
    }
}

TEST_CASE("bits of words at once are the same bytes as one by one, from every bit offset") {
  const std::uint64_t ones = ~std::uint64_t{0};
  const std::vector<std::uint64_t> words{0xA5C3F00D12345687, ones, 0, 0x0123456789ABCDEF, ones};
  for (int offset = 0; offset < 9; ++offset)
    for (std::uint64_t count = 0; count <= 320; ++count) {
      Message once, plain;
      for (Message* message : {&once, &plain}) {
        message->append(Part::scalars, ones, 64);  // what an earlier message leaves behind must not show
        message->append(Part::scalars, ones, 64);
        message->clear();
        message->append(Part::indices, 0x155, offset);
      }
      once.append_bits(Part::values, words, count);
      for (std::uint64_t i = 0; i < count; ++i) plain.append(Part::values, words[i / 64] >> i % 64, 1);
      for (Message* message : {&once, &plain}) message->append(Part::seeds, 0x2A, 7);
      REQUIRE(copy_of(once.bytes()) == copy_of(plain.bytes()));
      REQUIRE(once.split() == plain.split());

      MessageReader reader(once);
      reader.read(offset);
      std::vector<std::uint64_t> read(words.size(), ones);
      reader.read_bits(read, count);
      for (std::uint64_t i = 0; i < (count + 63) / 64; ++i)
        REQUIRE(read[i] == low(words[i], static_cast<int>(std::min<std::uint64_t>(64, count - 64 * i))));
      REQUIRE(reader.read(7) == 0x2A);
      REQUIRE_NOTHROW(reader.finish());
      MessageReader again(once);
      REQUIRE_THROWS_AS(again.read_bits(read, once.bits() + 1), MessageError);
    }
}

TEST_CASE("peeking shows what comes, zeros beyond the end, and reads nothing") {
  const std::uint64_t word = 0xA5C3F00D12345687;
  Message message;
  message.append(Part::values, word, 64);
  message.append(Part::values, 5, 3);
  MessageReader reader(message);
  for (std::uint64_t at = 0; at <= 67; ++at) {
    const std::uint64_t left = 67 - at;
    std::uint64_t expected = at == 0   ? word
                             : at < 64 ? word >> at | std::uint64_t{5} << (64 - at)
                                       : 5 >> (at - 64);
    if (left == 0) expected = 0;
    const int sure = static_cast<int>(std::min<std::uint64_t>(left, 57));
    REQUIRE(low(reader.peek(), sure) == low(expected, sure));
    if (left < 57) REQUIRE(reader.peek() == expected);
    REQUIRE(reader.remaining() == left);
    if (left > 0) reader.skip(1);
  }
  CHECK_THROWS_AS(reader.skip(1), MessageError);
  CHECK_NOTHROW(reader.skip(0));
}

TEST_CASE("a cleared message keeps nothing of what it held") {
  Message message;
  for (int i = 0; i < 50; ++i) message.append(Part::values, ~std::uint64_t{0}, 61);
  message.clear();
  CHECK(message.bits() == 0);
  CHECK(message.bytes().empty());
  for (int i = 0; i < 100; ++i) message.append(Part::indices, 0, 37);
  for (const std::byte byte : message.bytes()) REQUIRE(byte == std::byte{0});
  CHECK(message.split() == Split{0, 3700, 0, 0});
}

TEST_CASE("the last bit comes off again") {
  for (const int length : {0, 1, 7, 8, 63}) {
    for (const bool bit : {false, true}) {
      Message message, without;
      message.append(Part::values, 0x5A5A5A5A5A5A5A5A, length);
      without.append(Part::values, 0x5A5A5A5A5A5A5A5A, length);
      message.append(Part::scalars, bit, 1);
      CHECK(message.take_last_bit(Part::scalars) == bit);
      CHECK(message.split() == without.split());
      CHECK(copy_of(message.bytes()) == copy_of(without.bytes()));
      message.append(Part::indices, 0, 1);  // no trace of the bit taken
      CHECK_NOTHROW(received(message));
      CHECK_THROWS_AS(message.take_last_bit(Part::scalars), MessageError);
    }
  }
}

TEST_CASE("bytes that disagree with their lengths are refused") {
  Message sent;
  sent.append(Part::values, 0x1FF, 13);
  const std::vector<std::byte> bytes = copy_of(sent.bytes());
  REQUIRE(bytes.size() == 2);
  Message message;
  CHECK_NOTHROW(message.receive(bytes, {13, 0, 0, 0}));
  CHECK_NOTHROW(message.receive(bytes, {9, 0, 0, 0}));  // the four bits left out are zero
  CHECK_THROWS_AS(message.receive(bytes, {8, 0, 0, 0}), MessageError);
  CHECK_THROWS_AS(message.receive(bytes, {17, 0, 0, 0}), MessageError);
  CHECK_THROWS_AS(message.receive(std::span(bytes).first(1), {13, 0, 0, 0}), MessageError);
  CHECK_THROWS_AS(message.receive({}, {1, 0, 0, 0}), MessageError);
  CHECK(message.bits() == 0);
  const std::vector<std::byte> dirty{std::byte{0xFF}, std::byte{0x3F}};
  CHECK_NOTHROW(message.receive(dirty, {7, 7, 0, 0}));
  CHECK_THROWS_WITH(message.receive(dirty, {13, 0, 0, 0}),
                    "a message of 13 bits has bits set beyond its end");
}

TEST_CASE("lengths whose sum overflows are refused") {
  Message message;
  const std::uint64_t half = std::uint64_t{1} << 63;
  CHECK_THROWS_AS(message.receive({}, {half, half, 0, 0}), MessageError);
  CHECK_THROWS_AS(message.receive({}, {~std::uint64_t{0}, 0, 0, 0}), MessageError);
}

TEST_CASE("a received message may be shorter than the one before") {
  Message message, longer, shorter;
  for (int i = 0; i < 20; ++i) longer.append(Part::values, ~std::uint64_t{0}, 64);
  shorter.append(Part::values, 1, 3);
  message.receive(longer.bytes(), longer.split());
  message.receive(shorter.bytes(), shorter.split());
  message.append(Part::values, 0, 64);
  CHECK(copy_of(message.bytes())[0] == std::byte{1});
  CHECK(message.bits() == 67);
}

TEST_CASE("reading past the end throws, leaving something over throws at finish") {
  Message message;
  message.append(Part::values, 5, 10);
  MessageReader reader(message);
  CHECK_THROWS_WITH(reader.read(11), "a message of 10 bits ended inside a word of 11 bits at bit 0");
  CHECK(reader.read(4) == 5);
  CHECK_THROWS_WITH(reader.finish(), "6 bits left over after a message of 10 bits was read");
  std::vector<std::uint32_t> two(2);
  CHECK_THROWS_AS(reader.read_words(two, 4), MessageError);
  CHECK_NOTHROW(reader.read_words(two, 3));
  CHECK_NOTHROW(reader.finish());
  CHECK_THROWS_AS(reader.read(1), MessageError);
  CHECK_NOTHROW(reader.read(0));
  CHECK_THROWS_AS(MessageReader(Message()).read(1), MessageError);
  CHECK_NOTHROW(MessageReader(Message()).finish());
}

TEST_CASE("a reader may start at any bit up to the end") {
  Message message;
  message.from.round = 7;
  message.append(Part::values, 5, 10);
  message.append(Part::indices, 9, 4);
  MessageReader reader(message, 10);
  CHECK(reader.from.round == 7);
  CHECK(reader.remaining() == 4);
  CHECK(reader.read(4) == 9);
  CHECK_NOTHROW(reader.finish());
  CHECK_NOTHROW(MessageReader(message, 14).finish());
  CHECK_THROWS_WITH(MessageReader(message, 15), "a message of 14 bits has no bit 15 to start at");
}
