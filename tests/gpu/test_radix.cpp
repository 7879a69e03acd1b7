// The host's part of a radix selection, with histograms taken by a plain loop. Needs no card.
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/stream.hpp>
#include <trivium/gpu/detail/keys.hpp>
#include <trivium/gpu/detail/radix.hpp>

using namespace trivium;
using namespace trivium::gpu::detail;

namespace {

/// The search as the card makes it; buckets of at most `small` keys are settled at once.
Kept found(const std::vector<std::uint64_t>& keys, int bits, std::size_t k, std::size_t small) {
  RadixSearch search(bits, keys.size(), k);
  while (!search.decided() && search.bucket > small) {
    std::vector<std::uint32_t> counts(digit_values);
    for (const std::uint64_t key : keys)
      if (key >> search.low_bits == search.prefix)
        ++counts[key >> (search.low_bits - search.digit()) & ((1u << search.digit()) - 1)];
    search.narrow(counts);
  }
  if (search.decided()) return search.kept();
  std::vector<std::uint64_t> bucket;
  for (const std::uint64_t key : keys)
    if (key >> search.low_bits == search.prefix) bucket.push_back(key);
  REQUIRE(bucket.size() == search.bucket);
  return search.settle(bucket);
}

/// As many as asked for are kept, and none that is left out is larger than one that is kept.
void check_search(const std::vector<std::uint64_t>& keys, int bits) {
  for (const std::size_t k : {std::size_t{1}, std::size_t{2}, keys.size() / 3 + 1, keys.size()})
    for (const std::size_t small : {0, 1, 40, 100000}) {
      if (k > keys.size()) continue;
      INFO(k << " of " << keys.size() << " keys of " << bits << " bits, small " << small);
      const Kept kept = found(keys, bits, k, small);
      std::size_t above = 0, equal = 0;
      for (const std::uint64_t key : keys) {
        above += static_cast<std::int64_t>(key) > kept.cut;
        equal += static_cast<std::int64_t>(key) == kept.cut;
      }
      CHECK(above + kept.ties == k);
      CHECK(kept.ties <= equal);
    }
}

}  // namespace

TEST_CASE("keys have the order of the magnitudes, with all NaNs above infinity") {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  CHECK(key_of(0.0) == 0);
  CHECK(key_of(-0.0) == 0);
  CHECK(key_of(-1.5) == key_of(1.5));
  CHECK(key_of(1.5) < key_of(-1.6));
  CHECK(key_of(std::numeric_limits<double>::denorm_min()) == 1);
  CHECK(key_of(-infinity) + 1 == key_of(nan));
  CHECK(key_of(nan) == key_of(-nan));
  CHECK(key_of(-1.5f) < key_of(1.6f));
  CHECK(key_of(std::numeric_limits<float>::infinity()) + 1 == key_of(std::nanf("7")));
}

TEST_CASE("the cut is that of the k-th largest, digit by digit or from a small bucket") {
  Stream stream(1, Purpose::test, 0, 0);
  for (const std::size_t count : {1, 2, 17, 3000}) {
    std::vector<std::uint64_t> wide(count), narrow(count), alike(count, 5), zeros(count), steps(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double x = stream.normal();
      wide[i] = key_of(x);
      narrow[i] = key_of(static_cast<float>(x));
      steps[i] = key_of(std::floor(10 * stream.uniform()));
    }
    check_search(wide, key_bits<double>);
    check_search(narrow, key_bits<float>);
    for (const auto& keys : {alike, zeros, steps}) check_search(keys, key_bits<double>);
  }
}
