#pragma once
// Numbers as the bits in which they travel, and back.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace trivium::detail {

inline std::uint64_t low_bits(int width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

/// The upper half of a float32, rounded up with the probability that makes the mean exact.
inline std::uint64_t to_bfloat16(double value, std::uint32_t random16) {
  const float narrow = static_cast<float>(value);
  const auto pattern = std::bit_cast<std::uint32_t>(narrow);
  if (!std::isfinite(narrow)) return std::isnan(narrow) ? 0x7FC0 : pattern >> 16;
  return (pattern + random16) >> 16;  // magnitudes are ordered like their bit patterns
}

inline double from_bfloat16(std::uint64_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16));
}

/// Patterns pattern(0), ..., pattern(count - 1) from bit `shift` of `to` on, 1 <= shift <= 7: each completes
/// the byte that the one before has begun.
template <class Pattern, class At>
void store_shifted(std::byte* to, int shift, std::size_t count, At pattern) {
  constexpr int width = 8 * sizeof(Pattern);
  auto begun = std::to_integer<Pattern>(*to);
  for (std::size_t i = 0; i < count; ++i, to += sizeof(Pattern)) {
    const Pattern whole = pattern(i), stored = begun | whole << shift;
    std::memcpy(to, &stored, sizeof stored);
    begun = whole >> (width - shift);
  }
  *to = static_cast<std::byte>(begun);
}
/// Calls use(i, pattern) with them again.
template <class Pattern, class Use>
void load_shifted(const std::byte* from, int shift, std::size_t count, Use use) {
  constexpr int width = 8 * sizeof(Pattern);
  for (std::size_t i = 0; i < count; ++i, from += sizeof(Pattern)) {
    Pattern stored;
    std::memcpy(&stored, from, sizeof stored);
    const auto end = std::to_integer<Pattern>(from[sizeof stored]);
    use(i, static_cast<Pattern>(stored >> shift | end << (width - shift)));
  }
}

}  // namespace trivium::detail
