#pragma once
#include <cstdint>
#include <span>

#include <trivium/core/stream.hpp>

namespace trivium::compressors {

/// Puts up to 2^32 - 1 numbers into a uniformly random order.
void shuffle(Stream& stream, std::span<std::uint32_t> numbers);

/// A uniformly random permutation of 0..order.size()-1, at most 2^32 - 1 of them. Quick for long ones, which
/// `Stream::permutation` spends waiting for memory.
void permute(Stream& stream, std::span<std::uint32_t> order);

}  // namespace trivium::compressors
