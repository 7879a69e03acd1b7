#include <algorithm>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/message.hpp>
#include <trivium/core/small_copy.hpp>

#include "detail/bit_patterns.hpp"

namespace trivium {

using detail::low_bits;
using detail::store_shifted;
using detail::to_bfloat16;

constexpr std::size_t slack = 8;  // a word may be stored across the last byte

int bits_of(ValueFormat format) {
  return format == ValueFormat::float64 ? 64 : format == ValueFormat::float32 ? 32 : 16;
}

std::string name_of(ValueFormat format) {
  return format == ValueFormat::float64 ? "float64" : format == ValueFormat::float32 ? "float32" : "bfloat16";
}

int bits_for(std::uint64_t count) { return count <= 1 ? 0 : 64 - std::countl_zero(count - 1); }

void Message::clear() {
  bits_ = 0;
  split_ = {};
}

void Message::append(Part part, std::uint64_t word, int width) {
  const std::size_t byte = bits_ / 8;
  const int shift = static_cast<int>(bits_ % 8);
  if (byte + 2 * slack > buffer_.size()) buffer_.resize(2 * buffer_.size() + 8 * slack);
  word &= low_bits(width);
  // Only the begun byte is kept: what lies behind it may be left from an earlier message.
  const std::uint64_t begun = shift > 0 ? std::to_integer<std::uint64_t>(buffer_[byte]) : 0;
  const std::uint64_t stored = begun | word << shift;
  std::memcpy(&buffer_[byte], &stored, 8);
  if (shift + width > 64) buffer_[byte + 8] = static_cast<std::byte>(word >> (64 - shift));
  bits_ += static_cast<std::uint64_t>(width);
  split_[static_cast<std::size_t>(part)] += static_cast<std::uint64_t>(width);
}

void Message::append_words(Part part, std::span<const std::uint32_t> words, int width) {
  const std::uint64_t length = words.size() * static_cast<std::uint64_t>(width);
  const std::size_t needed = (bits_ + length + 7) / 8 + 2 * slack;
  if (needed > buffer_.size()) buffer_.resize(std::max(needed, 2 * buffer_.size()));
  // Bits gather in a register and leave it four bytes at a time: stores that do not overlap do not wait for
  // one another.
  std::byte* to = buffer_.data() + bits_ / 8;
  int held = static_cast<int>(bits_ % 8);
  std::uint64_t pending = held > 0 ? std::to_integer<std::uint64_t>(*to) : 0;
  const std::uint64_t mask = low_bits(width);
  for (const std::uint32_t word : words) {
    pending |= (word & mask) << held;
    held += width;
    if (held >= 32) {
      const auto full = static_cast<std::uint32_t>(pending);
      std::memcpy(to, &full, 4);
      to += 4;
      pending >>= 32;
      held -= 32;
    }
  }
  std::memcpy(to, &pending, 8);
  bits_ += length;
  split_[static_cast<std::size_t>(part)] += length;
}

void Message::append_bits(Part part, std::span<const std::uint64_t> words, std::uint64_t count) {
  const std::size_t whole = count / 64;
  const std::size_t needed = (bits_ + count + 7) / 8 + 2 * slack;
  if (needed > buffer_.size()) buffer_.resize(std::max(needed, 2 * buffer_.size()));
  std::byte* const to = buffer_.data() + bits_ / 8;
  const int shift = static_cast<int>(bits_ % 8);
  if (shift == 0) {
    if (whole > 0) std::memcpy(to, words.data(), 8 * whole);
  } else if (whole > 0) {  // the begun byte is completed from the first word, the last one begins a byte
    const std::uint64_t first = words[0] << shift | std::to_integer<std::uint64_t>(*to);
    std::memcpy(to, &first, 8);
    for (std::size_t i = 1; i < whole; ++i) {
      const std::uint64_t word = words[i] << shift | words[i - 1] >> (64 - shift);
      std::memcpy(to + 8 * i, &word, 8);
    }
    to[8 * whole] = static_cast<std::byte>(words[whole - 1] >> (64 - shift));
  }
  bits_ += 64 * whole;
  split_[static_cast<std::size_t>(part)] += 64 * whole;
  if (count % 64 != 0) append(part, words[whole], static_cast<int>(count % 64));
}

void Message::append_values(Part part, std::span<const double> values, ValueFormat format, Stream& rounding) {
  const std::uint64_t length = values.size() * static_cast<std::uint64_t>(bits_of(format));
  const std::size_t needed = (bits_ + length + 7) / 8 + 2 * slack;
  if (needed > buffer_.size()) buffer_.resize(std::max(needed, 2 * buffer_.size()));
  std::byte* const to = &buffer_[bits_ / 8];
  if (format == ValueFormat::bfloat16) {
    std::uint64_t random = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      random = i % 4 == 0 ? rounding() : random >> 16;
      append(part, to_bfloat16(values[i], random & 0xFFFF), 16);
    }
    return;
  }
  if (const int shift = static_cast<int>(bits_ % 8); shift != 0) {
    if (format == ValueFormat::float64)
      store_shifted<std::uint64_t>(to, shift, values.size(),
                                   [&](std::size_t i) { return std::bit_cast<std::uint64_t>(values[i]); });
    else
      store_shifted<std::uint32_t>(to, shift, values.size(), [&](std::size_t i) {
        return std::bit_cast<std::uint32_t>(static_cast<float>(values[i]));
      });
  } else if (format == ValueFormat::float64) {
    small_copy<8>(to, values.data(), values.size());
  } else {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float narrow = static_cast<float>(values[i]);
      std::memcpy(to + 4 * i, &narrow, 4);
    }
  }
  bits_ += length;
  split_[static_cast<std::size_t>(part)] += length;
}

bool Message::take_last_bit(Part part) {
  std::uint64_t& share = split_[static_cast<std::size_t>(part)];
  if (share == 0)
    throw MessageError(fmt::format("a message of {} bits lacks the bit expected at its end", bits_));
  bits_ -= 1;
  share -= 1;
  const auto mask = static_cast<std::byte>(1u << (bits_ % 8));
  const bool bit = (buffer_[bits_ / 8] & mask) != std::byte{0};
  buffer_[bits_ / 8] &= ~mask;
  return bit;
}

void Message::receive(std::span<const std::byte> bytes, const std::array<std::uint64_t, parts>& split) {
  clear();
  const std::uint64_t most = 8 * bytes.size();  // keeps the sum of damaged lengths from overflowing
  for (const std::uint64_t share : split)
    if (share > most)
      throw MessageError(fmt::format("a message part of {} bits came in {} bytes", share, bytes.size()));
  const std::uint64_t bits = split[0] + split[1] + split[2] + split[3];
  if (bytes.size() != (bits + 7) / 8)
    throw MessageError(fmt::format("a message of {} bits came as {} bytes", bits, bytes.size()));
  if (bits % 8 != 0 && (std::to_integer<unsigned>(bytes.back()) >> (bits % 8)) != 0)
    throw MessageError(fmt::format("a message of {} bits has bits set beyond its end", bits));
  if (bytes.size() + 2 * slack > buffer_.size()) buffer_.resize(bytes.size() + 2 * slack);
  if (!bytes.empty()) std::memcpy(buffer_.data(), bytes.data(), bytes.size());
  bits_ = bits;
  split_ = split;
}

}  // namespace trivium
