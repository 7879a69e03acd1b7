#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// The host's part of a radix selection: which digit is counted next, and when the k-th largest is known.
namespace trivium::gpu::detail {

inline constexpr int digit_bits = 12;
inline constexpr std::size_t digit_values = std::size_t{1} << digit_bits;
/// A bucket of at most this many keys goes to the host.
inline constexpr std::size_t small_bucket = 32768;

/// The entries that are kept: all with keys above `cut`, and the first `ties` of those equal to it.
struct Kept {
  std::int64_t cut;
  std::size_t ties;
};

/// The search for the k-th largest of `count` keys of `bits` < 64 bits. Invariant: the keys that begin with
/// `prefix`, that is key >> low_bits == prefix, are `bucket`; `needed` of them, 1 <= needed <= bucket, are
/// kept, and all larger keys.
struct RadixSearch {
  std::uint64_t prefix = 0;
  int low_bits;
  std::size_t bucket, needed;

  RadixSearch(int bits, std::size_t count, std::size_t k) : low_bits(bits), bucket(count), needed(k) {}

  bool decided() const { return needed == bucket || low_bits == 0; }
  Kept kept() const {  // when decided
    const auto lowest = static_cast<std::int64_t>(prefix << low_bits);
    return needed == bucket ? Kept{lowest - 1, 0} : Kept{lowest, needed};
  }

  int digit() const { return std::min(digit_bits, low_bits); }
  /// counts[v]: how many keys of the bucket have the value v in their next digit() bits.
  void narrow(std::span<const std::uint32_t> counts) {
    std::size_t value = (std::size_t{1} << digit()) - 1;
    while (counts[value] < needed) needed -= counts[value--];
    bucket = counts[value];
    prefix = prefix << digit() | value;
    low_bits -= digit();
  }

  /// The end of the search, when all keys of the bucket are at hand, in any order.
  Kept settle(std::vector<std::uint64_t>& keys) const {
    const auto at = keys.begin() + static_cast<std::ptrdiff_t>(needed - 1);
    std::nth_element(keys.begin(), at, keys.end(), std::greater<>());
    const std::uint64_t cut = *at;
    const auto above = std::count_if(keys.begin(), keys.end(), [cut](auto key) { return key > cut; });
    return {static_cast<std::int64_t>(cut), needed - static_cast<std::size_t>(above)};
  }
};

}  // namespace trivium::gpu::detail
