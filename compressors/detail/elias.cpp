#include "elias.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <trivium/core/errors.hpp>

namespace trivium::compressors {

int elias_bits(int number) { return number == 0 ? 1 : 2 * std::bit_width(static_cast<unsigned>(number) + 1); }

double elias_bits_at_most(double mean, int levels) {
  // Through (0, 1) and (2^j - 1, 2 j + 2), flat once the longest code is reached.
  if (mean <= 1) return 1 + 3 * mean;
  const double j = std::floor(std::log2(mean + 1)), power = std::exp2(j);
  return std::min(2 * j + 2 + 2 * (mean - (power - 1)) / power, static_cast<double>(elias_bits(levels)));
}

namespace {

constexpr std::size_t most_codes = 512, at_once = 8;

bool all_zero(const std::uint32_t* codes, std::uint32_t zero) {
  std::uint32_t different = 0;
  for (std::size_t i = 0; i < at_once; ++i) different |= codes[i] ^ zero;
  return different == 0;
}

/// Gathers bits; whole bytes leave at once, without asking how many there are.
struct Writer {
  std::byte* to;
  std::uint64_t pending = 0, bits = 0;
  int held = 0;
  void put(std::uint64_t word, int length) {  // at most 56 bits
    pending |= word << held;
    held += length;
    bits += static_cast<std::uint64_t>(length);
    std::memcpy(to, &pending, 8);
    to += held / 8;
    pending >>= held & ~7;
    held &= 7;
  }
  void put_number(int number) {
    if (number == 0) return put(1, 1);
    const auto plus_one = static_cast<std::uint64_t>(std::abs(number)) + 1;
    const int zeros = std::bit_width(plus_one) - 1;
    const std::uint64_t one = std::uint64_t{1} << zeros;
    const std::uint64_t rest = (plus_one - one) | (number < 0 ? one : 0);
    put(one | rest << (zeros + 1), 2 * zeros + 2);
  }
};

}  // namespace

void append_elias(Message& message, std::span<const std::uint32_t> codes, int levels) {
  std::uint64_t words[most_codes / 2 + 1];  // 32 bits at most for each code
  Writer writer{reinterpret_cast<std::byte*>(words)};
  const auto zero = static_cast<std::uint32_t>(levels);
  for (std::size_t i = 0; i < codes.size();) {
    if (codes.size() - i >= at_once && all_zero(&codes[i], zero)) {
      writer.put(0xFF, at_once);
      i += at_once;
    } else {
      const std::size_t end = std::min(i + at_once, codes.size());
      for (; i < end; ++i) writer.put_number(static_cast<int>(codes[i]) - levels);
    }
  }
  message.append_bits(Part::values, words, writer.bits);
}

void read_elias(MessageReader& reader, std::span<std::uint32_t> codes, int levels) {
  constexpr int sure = 57, longest = 32;
  std::uint64_t window = reader.peek();
  int used = 0;
  const auto pass = [&](int length) {
    window >>= length;
    used += length;
  };
  for (std::size_t i = 0; i < codes.size();) {
    if (used > sure - longest) {
      reader.skip(static_cast<std::uint64_t>(used));
      window = reader.peek();
      used = 0;
    }
    if ((window & 0xFF) == 0xFF && codes.size() - i >= at_once) {  // eight zeros
      std::fill_n(&codes[i], at_once, static_cast<std::uint32_t>(levels));
      i += at_once;
      pass(at_once);
      continue;
    }
    const int zeros = std::countr_zero(window | std::uint64_t{1} << 20);
    const std::uint64_t one = std::uint64_t{1} << zeros, rest = window >> (zeros + 1);
    const int size = static_cast<int>((one | (rest & (one - 1))) - 1);
    if (size > levels) throw MessageError(fmt::format("qsgd: a number above {} in an Elias message", levels));
    codes[i++] = static_cast<std::uint32_t>(size != 0 && (rest & one) != 0 ? levels - size : levels + size);
    pass(size == 0 ? 1 : 2 * zeros + 2);
  }
  reader.skip(static_cast<std::uint64_t>(used));
}

}  // namespace trivium::compressors
