#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/message.hpp>
#include <trivium/core/small_copy.hpp>

namespace trivium {
namespace {

constexpr std::size_t slack = 8;  // a word may be stored across the last byte

std::uint64_t low_bits(int width) {
  return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
}

/// The upper half of a float32, rounded up with the probability that makes the mean exact.
std::uint64_t to_bfloat16(double value, std::uint32_t random16) {
  const float narrow = static_cast<float>(value);
  const auto pattern = std::bit_cast<std::uint32_t>(narrow);
  if (!std::isfinite(narrow)) return std::isnan(narrow) ? 0x7FC0 : pattern >> 16;
  return (pattern + random16) >> 16;  // magnitudes are ordered like their bit patterns
}

double from_bfloat16(std::uint64_t bits) {
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

}  // namespace

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
