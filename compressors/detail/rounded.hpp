#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <trivium/core/message.hpp>

#include "lanes.hpp"

namespace trivium::compressors {

// Vectors of which every entry becomes a code of some bits by random rounding. Groups of 512 entries are
// packed lane by lane: of a group, entries j, 8 + j, 16 + j, ... are side by side in the bits of words j, 8 +
// j, ... The entries after the last whole group are side by side in their own order. So nothing ever crosses
// a lane.

inline constexpr std::size_t group = 512;

namespace detail {

typedef std::uint8_t Bytes __attribute__((vector_size(64)));

/// Byte i of lane l is byte i + l, cyclically, of lane l of x.
template <std::size_t... I>
TRIVIUM_INLINE Words rotate(const Words& x, std::index_sequence<I...>) {
  const auto bytes = std::bit_cast<Bytes>(x);
  return std::bit_cast<Words>(__builtin_shufflevector(bytes, bytes, ((I & ~7ul) | ((I + I / 8) & 7))...));
}

}  // namespace detail

/// Eight uniform 64-bit numbers from one: each lane sees it rotated by another eight bits. Every lane is
/// exactly uniform; two of them agree in what they are compared with only where the first eight bits left it
/// open, so that entries of one word are independent up to a correlation of 2^-8.
TRIVIUM_INLINE Words rotations(std::uint64_t random) {
  return detail::rotate(Words{} + random, std::make_index_sequence<64>());
}

/// The bits of code(k) for k = 0..63, eight codes of `width` bits at a time, as 8 * width words.
/// `fixed_width` is the same, or 0 where it is not known when compiling.
template <int fixed_width, class Code>
TRIVIUM_INLINE void pack_group(int width, std::uint64_t* to, Code code) {
  if constexpr (fixed_width > 0) width = fixed_width;
  Words word = {};
  int held = 0;
#pragma GCC unroll 64
  for (std::size_t k = 0; k < group / 8; ++k) {
    const Words codes = code(k);
    word |= codes << held;
    held += width;
    if (held >= 64) {
      store(to, word);
      to += 8;
      held -= 64;
      word = codes >> (width - held);
    }
  }
}

/// Calls use(k, codes) with them again. Words are read up to 8 beyond the group's.
template <int fixed_width, class Use>
TRIVIUM_INLINE void unpack_group(int width, const std::uint64_t* from, Use use) {
  if constexpr (fixed_width > 0) width = fixed_width;
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  Words word = load(from);
  int at = 0;
  for (std::size_t k = 0; k < group / 8; ++k) {
    Words codes = word >> at;
    at += width;
    if (at >= 64) {
      at -= 64;
      from += 8;
      word = load(from);
      if (at > 0) codes |= word << (width - at);
    }
    use(k, codes & mask);
  }
}

/// The codes of at most 512 entries: code(entries, random) of every eight. The arguments of `code` are Reals
/// and Words, random being uniform; it returns Words.
template <class T, class Code>
void round_some(std::span<const T> x, Stream& stream, Code code, std::uint32_t* codes) {
  std::array<std::uint64_t, group / 8> random;
  stream.fill(std::span(random).first((x.size() + 7) / 8));
  for (std::size_t i = 0; i < x.size(); i += 8) {
    const Eight<T> entries = x.size() - i >= 8 ? load(&x[i]) : load_some(&x[i], x.size() - i);
    store(codes + i, lanes<std::uint32_t>(code(lanes<double>(entries), rotations(random[i / 8]))));
  }
}

/// out += value(codes) for every eight entries; `value` takes Words and returns Reals. The codes are read up
/// to the next multiple of 8, where they are set to zero first.
template <class T, class Value>
void add_some(std::uint32_t* codes, std::span<T> out, Value& value) {
  const auto values = [&](std::size_t i) { return lanes<T>(value(lanes<std::uint64_t>(load(codes + i)))); };
  std::size_t i = 0;
  for (; i + 8 <= out.size(); i += 8) store(&out[i], load(&out[i]) + values(i));
  if (i == out.size()) return;
  std::fill(codes + out.size(), codes + i + 8, 0u);
  const Eight<T> last = values(i);
  for (std::size_t lane = 0; i + lane < out.size(); ++lane) out[i + lane] += last[lane];
}

/// Appends the codes of all entries, `width` <= 16 bits for each.
template <int fixed_width = 0, class T, class Code>
void append_rounded(Message& message, Stream& stream, std::span<const T> x, int width, Code code) {
  constexpr std::size_t at_once = 16;  // words, drawn while the entries ahead are on their way
  std::array<std::uint64_t, group / 8> random;
  std::array<std::uint64_t, 8 * 16> words;
  for (; x.size() >= group; x = x.subspan(group)) {
    pack_group<fixed_width>(width, words.data(), [&](std::size_t k) {
      if (k % at_once == 0) stream.fill(std::span(random).subspan(k, at_once));
      __builtin_prefetch(x.data() + 8 * k + group);
      return code(lanes<double>(load(&x[8 * k])), rotations(random[k]));
    });
    message.append_bits(Part::values, words, group * static_cast<std::size_t>(width));
  }
  std::array<std::uint32_t, group> codes;
  round_some(x, stream, code, codes.data());
  message.append_words(Part::values, std::span(codes).first(x.size()), width);
}

/// Reads them again: out += value(codes).
template <int fixed_width = 0, class T, class Value>
void add_rounded(MessageReader& reader, std::span<T> out, int width, Value& value) {
  std::array<std::uint64_t, 8 * 16 + 8> words;
  std::fill_n(&words[8 * static_cast<std::size_t>(width)], 8, 0);  // is read and not used
  for (; out.size() >= group; out = out.subspan(group)) {
    reader.read_bits(words, group * static_cast<std::size_t>(width));
    unpack_group<fixed_width>(width, words.data(), [&](std::size_t k, const Words& codes) {
      store(&out[8 * k], load(&out[8 * k]) + lanes<T>(value(codes)));
    });
  }
  std::array<std::uint32_t, group> codes;
  reader.read_words(std::span(codes).first(out.size()), width);
  add_some(codes.data(), out, value);
}

}  // namespace trivium::compressors
