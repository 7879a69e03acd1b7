#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Bytes before and behind an array that nobody may write. Read as float32 or float64 they are not numbers.
namespace trivium::emulated {

inline constexpr std::size_t zone_bytes = 256;
inline constexpr auto zone = [] {
  std::array<std::uint32_t, zone_bytes / 4> words{};
  words.fill(0xFFFEFFFE);
  return words;
}();

inline void mark_zone(std::byte* at) { std::memcpy(at, zone.data(), zone_bytes); }
inline bool zone_is_whole(const std::byte* at) { return std::memcmp(at, zone.data(), zone_bytes) == 0; }

}  // namespace trivium::emulated
