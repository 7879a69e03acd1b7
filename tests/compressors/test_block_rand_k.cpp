// block_rand_k: C(x) = (B/k) x on k random ones of B contiguous blocks, 0 elsewhere. E|C(x) - x|^2 =
// (B/k - 1) |x|^2 for every x, whatever the lengths of the blocks.
#include <algorithm>
#include <map>

#include "compressors/contract.hpp"
#include "core/chi_square.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> block_rand_k(const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({"block_rand_k", parameters, ""}, Shape{d, 1});
}

/// The entries that were sent of a vector without zeros.
std::vector<std::size_t> sent(Codec& codec, std::size_t d, std::uint64_t round) {
  const std::vector<double> ones(d, 1);
  const auto y = decoded(codec, encoded(codec, Vector{std::span<const double>(ones)}, sender(round)), d);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < d; ++i)
    if (y[i] != 0) out.push_back(i);
  return out;
}

}  // namespace

TEST_CASE("the spread is B/k - 1 and unscaled 1 - k/B, for blocks of unequal length too") {
  const std::size_t d = 100;
  const std::vector<double> x = test_vectors(d).front().x;
  for (const auto& [blocks, k] : {std::pair(10, 3), {7, 2}, {30, 4}, {100, 10}, {99, 1}, {5, 5}}) {
    INFO("B = " << blocks << " k = " << k);
    const double ratio = static_cast<double>(blocks) / k;
    const auto codec = block_rand_k({{"blocks", blocks}, {"k", k}}, d),
               unscaled = block_rand_k({{"blocks", blocks}, {"k", k}, {"scaled", false}}, d);
    CHECK(codec->guarantee().omega == Approx(ratio - 1).margin(1e-15));
    CHECK(unscaled->guarantee().delta == Approx(ratio));
    const Average scaled = measure(*codec, x, 10000, 1).error, plain = measure(*unscaled, x, 10000, 1).error;
    CHECK(std::abs(scaled.mean() - (ratio - 1)) <= 5 * scaled.error() + 1e-12);
    CHECK(std::abs(plain.mean() - (1 - 1 / ratio)) <= 5 * plain.error() + 1e-12);
  }
}

TEST_CASE("ten entries in four blocks: 012 345 67 89, every pair of them equally often") {
  const auto codec = block_rand_k({{"blocks", 4}, {"k", 2}}, 10);
  std::map<std::vector<std::size_t>, double> seen;
  for (std::uint64_t round = 1; round <= 3000; ++round) seen[sent(*codec, 10, round)] += 1;
  REQUIRE(seen.size() == 6);
  for (const std::vector<std::size_t>& pair :
       {std::vector<std::size_t>{0, 1, 2, 3, 4, 5}, {0, 1, 2, 6, 7}, {3, 4, 5, 8, 9}, {6, 7, 8, 9}})
    CHECK(seen.count(pair) == 1);
  std::vector<double> counts;
  for (const auto& [entries, count] : seen) counts.push_back(count);
  CHECK(chi_square(counts) < chi_square_bound(6));
}

TEST_CASE("a message is floor(d/B) values a block, the indices, and one value of each longer block") {
  const std::size_t d = 10;
  std::vector<double> x(d);
  for (std::size_t i = 0; i < d; ++i) x[i] = static_cast<double>(i + 1);
  const auto codec = block_rand_k({{"blocks", 4}, {"k", 2}, {"values", "float32"}}, d);
  const std::vector<std::size_t> start = {0, 3, 6, 8}, length = {3, 3, 2, 2};
  Average bits;
  for (std::uint64_t round = 1; round <= 2000; ++round) {
    const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(round));
    bits.add(static_cast<double>(message.bits()));
    REQUIRE(message.bits(Part::indices) == 4);
    const std::vector<double> y = decoded(*codec, message, d);
    MessageReader reader(message);
    std::vector<double> values(4), last(1), expected(d);
    std::vector<std::uint32_t> blocks(2);
    reader.read_values(values, ValueFormat::float32);
    reader.read_words(blocks, 2);
    for (std::size_t b = 0; b < 2; ++b) {
      for (std::size_t i = 0; i < 2; ++i) expected[start[blocks[b]] + i] = 2 * values[2 * b + i];
      if (length[blocks[b]] == 2) continue;
      reader.read_values(last, ValueFormat::float32);
      expected[start[blocks[b]] + 2] = 2 * last[0];
    }
    REQUIRE_NOTHROW(reader.finish());
    REQUIRE(y == expected);
    for (std::size_t i = 0; i < d; ++i) REQUIRE((y[i] == 0 || y[i] == 2 * x[i]));
  }
  // 2 of 4 blocks: half of the ten values on average, and two indices of two bits.
  CHECK(codec->guarantee().expected_bits == 5 * 32 + 4);
  CHECK(std::abs(bits.mean() - (5 * 32 + 4)) < 5 * bits.error());
}

TEST_CASE("a seeded message chooses what the packed one does, without index bits") {
  const std::size_t d = 100;
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  for (const int blocks : {10, 7}) {
    const auto packed = block_rand_k({{"blocks", blocks}, {"k", 3}}, d),
               seeded = block_rand_k({{"blocks", blocks}, {"k", 3}, {"indices", "seed"}}, d);
    for (std::uint64_t round = 1; round <= 20; ++round) {
      const Message message = encoded(*seeded, x, sender(round));
      CHECK(message.bits() == message.bits(Part::values));
      CHECK(decoded(*seeded, message, d) == decoded(*packed, encoded(*packed, x, sender(round)), d));
    }
  }
}

TEST_CASE("a compressor for the values sees blocks of one length") {
  // 3 blocks of 4, 3, 3: two of them are 8 numbers, of which rand_k sends 4 with 3 index bits each.
  const std::size_t d = 10;
  const auto codec =
      block_rand_k({{"blocks", 3}, {"k", 2}, {"values", Table{{"type", "rand_k"}, {"k", 4}}}}, d);
  CHECK(codec->guarantee().omega == Approx(1.5 * 2 - 1));
  CHECK(codec->guarantee().expected_bits == 4 * (64 + 3) + 2 * 2);
  const std::vector<double> x = test_vectors(d).front().x;
  const Measured m = measure(*codec, x, 10000, 1);
  CHECK(m.bits.mean() == 4 * (64 + 3) + 2 * 2);
  CHECK(std::abs(m.error.mean() - 2) < 5 * m.error.error());
  CHECK(m.bias <= 25 * m.noise);
}

TEST_CASE("numbers of blocks that cannot be are a sentence") {
  CHECK_THROWS_WITH(
      block_rand_k({{"blocks", 11}}, 10),
      "block_rand_k.blocks = 11 is more than the 10 there are; give at most that, or a fraction "
      "below 1");
  CHECK_THROWS_WITH(block_rand_k({{"blocks", 5}, {"k", 6}}, 10),
                    "block_rand_k.k = 6 is more than the 5 there are; give at most that, or a fraction "
                    "below 1");
  CHECK_THROWS_AS(block_rand_k({}, std::size_t{1} << 32), InputError);
  CHECK_THROWS_AS(block_rand_k({{"values", "threshold"}}, 10), InputError);
}

TEST_CASE("a block beyond the last is refused, and one that comes twice does no harm") {
  const std::size_t d = 10;  // three blocks: 0123 456 789
  const auto codec = block_rand_k({{"blocks", 3}, {"k", 2}}, d);
  const auto message = [](std::uint32_t first, std::uint32_t second, int lasts) {
    Message out;
    for (int i = 0; i < 6; ++i) out.append(Part::values, 0, 64);
    out.append_words(Part::indices, std::vector<std::uint32_t>{first, second}, 2);
    for (int i = 0; i < lasts; ++i) out.append(Part::values, 0, 64);
    return out;
  };
  CHECK_NOTHROW(decoded(*codec, message(1, 2, 0), d));
  CHECK_NOTHROW(decoded(*codec, message(0, 2, 1), d));
  CHECK_NOTHROW(decoded(*codec, message(0, 0, 1), d));  // at most one block has four entries
  CHECK_THROWS_AS(decoded(*codec, message(0, 2, 0), d), MessageError);
  CHECK_THROWS_AS(decoded(*codec, message(1, 2, 1), d), MessageError);
  CHECK_THROWS_WITH(decoded(*codec, message(1, 3, 0), d), "block_rand_k: block 3 in a message of 3 blocks");
}
