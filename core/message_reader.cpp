#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/message.hpp>
#include <trivium/core/small_copy.hpp>

#include "detail/bit_patterns.hpp"

namespace trivium {

using detail::from_bfloat16;
using detail::load_shifted;
using detail::low_bits;

MessageReader::MessageReader(const Message& message, std::uint64_t start)
    : from(message.from), message_(message), position_(start) {
  if (start > message.bits_)
    throw MessageError(fmt::format("a message of {} bits has no bit {} to start at", message.bits_, start));
}

std::uint64_t MessageReader::read(int width) {
  if (position_ + static_cast<std::uint64_t>(width) > message_.bits_)
    throw MessageError(fmt::format("a message of {} bits ended inside a word of {} bits at bit {}",
                                   message_.bits_, width, position_));
  if (width == 0) return 0;
  const std::size_t byte = position_ / 8;
  const int shift = static_cast<int>(position_ % 8);
  std::uint64_t word;
  std::memcpy(&word, &message_.buffer_[byte], 8);
  word >>= shift;
  if (shift + width > 64) word |= std::to_integer<std::uint64_t>(message_.buffer_[byte + 8]) << (64 - shift);
  position_ += static_cast<std::uint64_t>(width);
  return word & low_bits(width);
}

void MessageReader::read_words(std::span<std::uint32_t> words, int width) {
  const std::uint64_t length = words.size() * static_cast<std::uint64_t>(width);
  if (length > remaining())
    throw MessageError(fmt::format("a message of {} bits ended before its {} words of {} bits",
                                   message_.bits_, words.size(), width));
  if (length == 0) {
    std::fill(words.begin(), words.end(), 0u);
    return;
  }
  const std::byte* const buffer = message_.buffer_.data();
  const std::uint64_t mask = low_bits(width);
  for (std::uint32_t& word : words) {
    std::uint64_t stored;
    std::memcpy(&stored, buffer + position_ / 8, 8);
    word = static_cast<std::uint32_t>((stored >> (position_ % 8)) & mask);
    position_ += static_cast<std::uint64_t>(width);
  }
}

void MessageReader::read_bits(std::span<std::uint64_t> words, std::uint64_t count) {
  if (count > remaining())
    throw MessageError(
        fmt::format("a message of {} bits ended before a part of {} bits", message_.bits_, count));
  const std::size_t whole = count / 64;
  const std::byte* const from = message_.buffer_.data() + position_ / 8;
  const int shift = static_cast<int>(position_ % 8);
  if (shift == 0) {
    if (whole > 0) std::memcpy(words.data(), from, 8 * whole);
  } else {
    for (std::size_t i = 0; i < whole; ++i) {
      std::uint64_t word;
      std::memcpy(&word, from + 8 * i, 8);
      words[i] = word >> shift | std::to_integer<std::uint64_t>(from[8 * i + 8]) << (64 - shift);
    }
  }
  position_ += 64 * whole;
  if (count % 64 != 0) words[whole] = read(static_cast<int>(count % 64));
}

void MessageReader::read_values(std::span<double> values, ValueFormat format) {
  const std::uint64_t length = values.size() * static_cast<std::uint64_t>(bits_of(format));
  if (length > remaining())
    throw MessageError(fmt::format("a message of {} bits ended before its {} values of {} bits",
                                   message_.bits_, values.size(), bits_of(format)));
  if (format == ValueFormat::bfloat16) {
    for (double& value : values) value = from_bfloat16(read(16));
    return;
  }
  const std::byte* const from = message_.buffer_.data() + position_ / 8;
  if (const int shift = static_cast<int>(position_ % 8); shift != 0 && length > 0) {
    if (format == ValueFormat::float64)
      load_shifted<std::uint64_t>(from, shift, values.size(), [&](std::size_t i, std::uint64_t pattern) {
        values[i] = std::bit_cast<double>(pattern);
      });
    else
      load_shifted<std::uint32_t>(from, shift, values.size(), [&](std::size_t i, std::uint32_t pattern) {
        values[i] = std::bit_cast<float>(pattern);
      });
  } else if (format == ValueFormat::float64) {
    small_copy<8>(values.data(), from, values.size());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      float narrow;
      std::memcpy(&narrow, from + 4 * i, 4);
      values[i] = narrow;
    }
  }
  position_ += length;
}

std::uint64_t MessageReader::peek() const {
  if (remaining() == 0) return 0;
  std::uint64_t word;
  std::memcpy(&word, &message_.buffer_[position_ / 8], 8);
  word >>= position_ % 8;
  return remaining() < 64 ? word & low_bits(static_cast<int>(remaining())) : word;
}

void MessageReader::skip(std::uint64_t count) {
  if (count > remaining())
    throw MessageError(
        fmt::format("a message of {} bits ended before a part of {} bits", message_.bits_, count));
  position_ += count;
}

void MessageReader::finish() const {
  if (remaining() != 0)
    throw MessageError(
        fmt::format("{} bits left over after a message of {} bits was read", remaining(), message_.bits_));
}

}  // namespace trivium
