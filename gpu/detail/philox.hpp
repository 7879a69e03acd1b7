#pragma once
#include <cstdint>

#include <trivium/core/stream.hpp>

#include "both.hpp"

namespace trivium::gpu::detail {

struct PhiloxBlock {
  std::uint64_t word[4];
};

/// Words 4 b, ..., 4 b + 3 of a stream with this key, from its beginning: Philox 4x64-10 (Salmon et al.
/// 2011), as trivium::Stream draws it.
TRIVIUM_BOTH PhiloxBlock philox(const Stream::Key& key, std::uint64_t b) {
  std::uint64_t w0 = b, w1 = key.round, w2 = key.worker, w3 = 0;
  std::uint64_t seed = key.seed, purpose = key.purpose;
  for (int round = 0; round < 10; ++round) {
    const auto x = static_cast<unsigned __int128>(w0) * 0xD2E7470EE14C6C93u;
    const auto y = static_cast<unsigned __int128>(w2) * 0xCA5A826395121157u;
    w0 = static_cast<std::uint64_t>(y >> 64) ^ w1 ^ seed;
    w2 = static_cast<std::uint64_t>(x >> 64) ^ w3 ^ purpose;
    w1 = static_cast<std::uint64_t>(y);
    w3 = static_cast<std::uint64_t>(x);
    seed += 0x9E3779B97F4A7C15u;
    purpose += 0xBB67AE8584CAA73Bu;
  }
  return {{w0, w1, w2, w3}};
}

/// What lane `lane` of eight makes of a random word: the word rotated by as many bytes.
TRIVIUM_BOTH std::uint64_t rotated(std::uint64_t word, unsigned lane) {
  return lane == 0 ? word : word >> (8 * lane) | word << (64 - 8 * lane);
}

}  // namespace trivium::gpu::detail
