#pragma once
#include <cstdint>

#include "both.hpp"

/// Random rounding of one entry to a code, and the packing of the codes of one lane: what the kernels do in
/// one thread. The formulas are those of compressors/natural.cpp, compressors/detail/levels.hpp and
/// compressors/detail/rounded.hpp, bit for bit.
namespace trivium::gpu::detail {

inline constexpr unsigned lanes = 8;  ///< words and entries of a group go round in eights

/// Sign and exponent of x plus a random mantissa.
template <int mantissa, int code_width>
struct NaturalCode {
  static constexpr int width = code_width;
  TRIVIUM_BOTH std::uint64_t operator()(double x, std::uint64_t random) const {
    constexpr std::uint64_t sign = std::uint64_t{1} << (mantissa + width - 1);
    constexpr std::uint64_t last = sign - (std::uint64_t{2} << mantissa);
    const std::uint64_t bits = pattern(x);
    const bool may_carry = (bits & (sign - 1)) < last;
    return (bits + (may_carry ? random >> (64 - mantissa) : 0)) >> mantissa;
  }

 private:
  TRIVIUM_BOTH static std::uint64_t pattern(double x) {
    if constexpr (mantissa == 52) return bits_of(x);
    constexpr std::uint64_t most_finite = 0x47EFFFFFE0000000, infinite = 0x7FF0000000000000;  // of a float32
    const std::uint64_t bits = bits_of(x), negative = bits >> 63, size = bits << 1 >> 1;
    if (size > infinite) return negative << 31 | 0x7FC00000;
    const bool large = size > most_finite && size < infinite;
    return bits_of(static_cast<float>(large ? real_of(negative << 63 | most_finite) : x));
  }
};
using NaturalWide = NaturalCode<52, 12>;
using NaturalNarrow = NaturalCode<23, 9>;

/// floor(2^-fraction (2^fraction s x / norm, rounded) + s + u), the numbers as in compressors' LevelCodes.
struct LevelCode {
  int fraction;
  double factor, zero;
  bool fused;
  TRIVIUM_BOTH std::uint64_t operator()(double x, std::uint64_t random) const {
    const std::uint64_t fixed = bits_of(multiply_add(x, factor, zero, fused));
    const std::uint64_t mask = (std::uint64_t{1} << (52 - fraction)) - 1;
    return (fixed + (random >> (64 - fraction))) >> fraction & mask;
  }
};

/// weight times the power of two that a code stands for.
template <int mantissa>
struct NaturalValue {
  double weight;
  TRIVIUM_BOTH double operator()(std::uint64_t code) const {
    if constexpr (mantissa == 52) return weight * real_of(code << mantissa);
    return weight * double{real_of(static_cast<std::uint32_t>(code << mantissa))};
  }
  TRIVIUM_BOTH bool knows(std::uint64_t) const { return true; }
};

/// unit (code - s), for codes up to 2 s.
struct LevelValue {
  double unit, zero;  // zero: 2^52 + s
  std::uint64_t most;
  TRIVIUM_BOTH double operator()(std::uint64_t code) const {
    return unit * (static_cast<double>(code) + 0x1p52 - zero);
  }
  TRIVIUM_BOTH bool knows(std::uint64_t code) const { return code <= most; }
};

/// The 64 codes of a lane, `width` bits each, side by side in every eighth of the group's words.
class BitPacker {
 public:
  static constexpr unsigned entries = 64;
  explicit BitPacker(int width) : width_(width) {}
  TRIVIUM_BOTH unsigned words() const { return static_cast<unsigned>(width_); }
  /// The next code; calls put(word) when one is full, which the last one fills.
  template <class Put>
  TRIVIUM_BOTH void add(std::uint64_t code, Put put) {
    word_ |= code << held_;
    held_ += width_;
    if (held_ < 64) return;
    put(word_);
    held_ -= 64;
    word_ = code >> (width_ - held_);
  }
  /// The next code; calls get() for a word when there is need of one.
  template <class Get>
  TRIVIUM_BOTH std::uint64_t next(Get get) {
    if (held_ == 0) word_ = get(), held_ = 64;
    std::uint64_t code = word_ >> (64 - held_);
    if (held_ < width_) {
      const std::uint64_t more = get();
      code |= more << held_;
      word_ = more;
      held_ += 64;
    }
    held_ -= width_;
    return code & ((std::uint64_t{1} << width_) - 1);
  }

 private:
  std::uint64_t word_ = 0;
  int width_;
  int held_ = 0;  // bits of the word that are filled, or not yet taken
};

/// The 40 codes of a lane, five digits of base 3 in a byte of its one word, the first as the lowest digit.
class TritPacker {
 public:
  static constexpr unsigned entries = 40;
  TRIVIUM_BOTH unsigned words() const { return 1; }
  template <class Put>
  TRIVIUM_BOTH void add(std::uint64_t code, Put put) {
    byte_ += code * power_;
    power_ *= 3;
    if (power_ < 243) return;
    word_ |= byte_ << at_;
    at_ += 8;
    byte_ = 0;
    power_ = 1;
    if (at_ == 64) put(word_);
  }
  template <class Get>
  TRIVIUM_BOTH std::uint64_t next(Get get) {
    if (at_ == 0 && power_ == 1) word_ = get();
    if (power_ == 1) byte_ = word_ >> at_ & 0xFF;
    const std::uint64_t code = power_ == 81 ? byte_ : byte_ % 3;  // what is too large shows in the last digit
    byte_ /= 3;
    power_ *= 3;
    if (power_ == 243) power_ = 1, at_ += 8;
    return code;
  }

 private:
  std::uint64_t word_ = 0, byte_ = 0, power_ = 1;
  int at_ = 0;
};

}  // namespace trivium::gpu::detail
