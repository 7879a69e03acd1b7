// Known answers, keys and subsets. The statistical laws are in test_stream_laws.cpp.
#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include <Random123/philox.h>
#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>

using namespace trivium;

namespace {

using Words = std::array<std::uint64_t, 4>;

Words philox(Words counter, std::array<std::uint64_t, 2> key) {
  const philox4x64_ctr_t block{{counter[0], counter[1], counter[2], counter[3]}};
  const philox4x64_key_t pair{{key[0], key[1]}};
  const philox4x64_ctr_t out = philox4x64(block, pair);
  return {out.v[0], out.v[1], out.v[2], out.v[3]};
}

Words first_four(Stream stream) { return {stream(), stream(), stream(), stream()}; }

}  // namespace

TEST_CASE("Philox 4x64-10 gives its published answers") {
  // The known-answer vectors that come with Random123: zeros, ones, digits of pi.
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
  CHECK(philox({ones, ones, ones, ones}, {ones, ones}) ==
        Words{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0});
  CHECK(philox({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
               {0x452821e638d01377, 0xbe5466cf34e90c6c}) ==
        Words{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6});
}

TEST_CASE("a stream is Philox with counter (block, round, worker, 0) and key (seed, purpose)") {
  CHECK(first_four(Stream(0, Purpose{0}, 0, 0)) ==
        Words{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
  const std::uint64_t seed = 0xdeadbeef01234567, worker = everyone, round = 1ull << 40;
  Stream stream(seed, Purpose::downlink, worker, round);
  for (std::uint64_t block = 0; block < 5; ++block) {
    const Words expected =
        philox({block, round, worker, 0}, {seed, static_cast<std::uint64_t>(Purpose::downlink)});
    for (const std::uint64_t word : expected) CHECK(stream() == word);
  }
}

TEST_CASE("the same key gives the same numbers; another seed, purpose, worker or round gives others") {
  const Stream key(1, Purpose::uplink, 2, 3);
  CHECK(first_four(key) == first_four(Stream(1, Purpose::uplink, 2, 3)));
  const std::set<Words> all{first_four(key),
                            first_four(Stream(2, Purpose::uplink, 2, 3)),
                            first_four(Stream(1, Purpose::downlink, 2, 3)),
                            first_four(Stream(1, Purpose::uplink, 3, 3)),
                            first_four(Stream(1, Purpose::uplink, 2, 4)),
                            first_four(Stream(1, Purpose::uplink, 3, 2))};
  CHECK(all.size() == 6);
}

TEST_CASE("a copy of a stream goes on as the original does") {
  Stream stream(1, Purpose::test, 0, 0);
  stream();
  stream.normal();  // keeps a spare
  Stream copy = stream;
  for (int i = 0; i < 10; ++i) {
    CHECK(copy.normal() == stream.normal());
    CHECK(copy() == stream());
  }
}

TEST_CASE(
    "filling gives the numbers that one by one come, wherever a block was begun, and goes on after them") {
  for (std::size_t before = 0; before < 6; ++before)
    for (const std::size_t count : {0, 1, 2, 3, 4, 5, 8, 11, 100}) {
      Stream filled(7, Purpose::downlink, everyone, 1ull << 40), plain = filled;
      std::vector<std::uint64_t> words(count);
      for (std::size_t i = 0; i < before; ++i) REQUIRE(filled() == plain());
      filled.fill(words);
      for (const std::uint64_t word : words) REQUIRE(word == plain());
      for (int i = 0; i < 6; ++i) REQUIRE(filled() == plain());
    }
}

TEST_CASE("skipping passes over numbers, wherever a block was begun") {
  for (std::size_t before = 0; before < 6; ++before)
    for (const std::uint64_t count : {0, 1, 2, 3, 4, 5, 8, 11, 100}) {
      Stream skipped(7, Purpose::uplink, 2, 5), plain = skipped;
      for (std::size_t i = 0; i < before; ++i) REQUIRE(skipped() == plain());
      skipped.skip(count);
      CHECK(skipped.drawn() == before + count);
      for (std::uint64_t i = 0; i < count; ++i) plain();
      CHECK(plain.drawn() == before + count);
      for (int i = 0; i < 6; ++i) REQUIRE(skipped() == plain());
    }
}

TEST_CASE("a sample is distinct and in range, on both sides of the switch to hashing") {
  for (const std::uint32_t k : {0u, 1u, 24u, 25u, 1000u})
    for (const std::uint32_t n : {k, k + 1, 2 * k + 1, 1000000u, 0xFFFFFFFFu}) {
      std::vector<std::uint32_t> chosen(k);
      Stream(5, Purpose::test, k, n).sample(n, chosen);
      const std::set<std::uint32_t> distinct(chosen.begin(), chosen.end());
      CHECK(distinct.size() == k);
      CHECK((k == 0 || *distinct.rbegin() < n));
    }
}

TEST_CASE("k = n takes everything, k > n is refused") {
  for (const std::uint32_t n : {1u, 24u, 25u, 300u}) {
    std::vector<std::uint32_t> chosen(n), more(n + 1);
    Stream stream(5, Purpose::test, n, 0);
    stream.sample(n, chosen);
    std::sort(chosen.begin(), chosen.end());
    for (std::uint32_t i = 0; i < n; ++i) CHECK(chosen[i] == i);
    CHECK_THROWS_AS(stream.sample(n, more), std::invalid_argument);
  }
  std::vector<std::uint32_t> two(2);
  CHECK_THROWS_WITH(Stream(0, Purpose::test, 0, 0).sample(1, two),
                    "cannot sample 2 distinct numbers below 1");
}

TEST_CASE("a small sample after a large one is not disturbed by it") {
  std::vector<std::uint32_t> large(5000), before(30), after(30);
  Stream(6, Purpose::test, 0, 0).sample(1000, before);
  Stream(6, Purpose::test, 1, 0).sample(100000, large);
  Stream(6, Purpose::test, 0, 0).sample(1000, after);
  CHECK(before == after);
}

TEST_CASE("geometric refuses what is no probability") {
  Stream stream(0, Purpose::test, 0, 0);
  for (const double p : {0.0, -0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(stream.geometric(p), std::invalid_argument);
  for (int i = 0; i < 100; ++i) CHECK(stream.geometric(1) == 1);
  for (int i = 0; i < 100; ++i) CHECK(stream.geometric(1e-300) > 1'000'000'000'000'000'000u);
}
