#include "permute.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace trivium::compressors {
namespace {

constexpr std::size_t buckets = 256;
/// Up to this many numbers a plain shuffle stays in the cache.
constexpr std::size_t cached = std::size_t{1} << 18;

/// Calls f(i, bucket) for i below n, every i in a uniformly random one of the 256 buckets.
template <class F>
void for_each_bucket(Stream& stream, std::uint32_t n, F f) {
  std::uint64_t word = 0;
  std::uint32_t i = 0;
  for (; i + 8 <= n; i += 8) {
    word = stream();
    for (std::uint32_t byte = 0; byte < 8; ++byte) f(i + byte, word >> (8 * byte) & 0xFF);
  }
  if (i < n) word = stream();
  for (; i < n; ++i, word >>= 8) f(i, word & 0xFF);
}

/// Two independent numbers, below n and below n - 1, from one word (Brackett-Rozinsky, Lemire 2024). 2 <= n <
/// 2^32.
std::pair<std::size_t, std::size_t> two_below(Stream& stream, std::uint64_t n) {
  const std::uint64_t both = n * (n - 1);
  while (true) {
    const auto first = static_cast<unsigned __int128>(stream()) * n;
    const auto second = static_cast<unsigned __int128>(static_cast<std::uint64_t>(first)) * (n - 1);
    const auto left = static_cast<std::uint64_t>(second);
    if (left >= both || left >= (0 - both) % both) [[likely]]
      return {static_cast<std::size_t>(first >> 64), static_cast<std::size_t>(second >> 64)};
  }
}

}  // namespace

// Fisher-Yates, two swaps at a time.
void shuffle(Stream& stream, std::span<std::uint32_t> numbers) {
  for (std::size_t i = numbers.size(); i > 1; i -= 2) {
    const auto [first, second] = two_below(stream, i);
    std::swap(numbers[i - 1], numbers[first]);
    std::swap(numbers[i - 2], numbers[second]);
  }
}

// A long one is thrown into buckets first and shuffled within each (Rao 1961, Sandelius 1962): all orders
// stay equally likely, and no swap leaves the cache.
void permute(Stream& stream, std::span<std::uint32_t> order) {
  if (order.size() <= cached) return stream.permutation(order);
  const auto n = static_cast<std::uint32_t>(order.size());
  std::array<std::size_t, buckets + 1> begin{};
  Stream again = stream;
  for_each_bucket(stream, n, [&](std::uint32_t, std::size_t bucket) { ++begin[bucket + 1]; });
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) begin[bucket + 1] += begin[bucket];
  std::array<std::size_t, buckets + 1> to = begin;
  for_each_bucket(again, n, [&](std::uint32_t i, std::size_t bucket) { order[to[bucket]++] = i; });
  for (std::size_t bucket = 0; bucket < buckets; ++bucket)
    shuffle(stream, order.subspan(begin[bucket], begin[bucket + 1] - begin[bucket]));
}

}  // namespace trivium::compressors
