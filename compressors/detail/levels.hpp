#pragma once
#include <cmath>
#include <cstdint>
#include <optional>

#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/gpu/compress.hpp>

#include "lanes.hpp"

namespace trivium::compressors {

/// max |x_i|; infinite or not a number when an entry is.
double max_norm(const Vector& x);
/// |x|_2 whatever the size of the entries; where it is above the largest number, that. The squares are added
/// up as in blocked_sum.hpp.
double l2_norm(const Vector& x);

/// How a norm travels, the field `values` of compressors whose entries are levels of it. Levels are taken of
/// the norm that arrives: E C(x) = x needs no more than that it is at least every |x_i|, so float32 is
/// rounded up. Above the largest float32 the norm is infinite.
class NormFormat {
 public:
  struct Field {
    std::string name = "float64";
    void describe(Fields& fields);
  };
  explicit NormFormat(const Field& field) : format_(format_of(field.name)) {}

  /// Appends the norm; returns it as it arrives.
  double append(Message& message, double norm) const;
  double read(MessageReader& reader) const;
  int bits() const { return bits_of(format_); }
  /// The largest c with norm' <= c norm for the norm' that arrives, of norms from 2^-126 on; smaller ones
  /// become whole multiples of 2^-149. What an entry becomes has its mean square E l^2 norm'^2 / s^2, and E
  /// l^2 as a function of s |x_i| / norm' is convex and 0 at 0: at a c-th of the argument it is at most a
  /// c-th. So rounding up multiplies E|C(x)|^2, that is 1 + omega, by c at most.
  double growth() const { return format_ == ValueFormat::float32 ? 1 + 0x1p-23 : 1; }

 private:
  ValueFormat format_;
};

/// x and its norm such that the codes can be computed from them: scaled up where they are tiny, zeros where
/// the norm is not finite.
struct Scaled {
  Scaled(const Vector& x, double norm);
  const Vector& x() const { return copy_ ? *copy_ : *x_; }
  double norm() const { return norm_; }

 private:
  const Vector* x_;
  double norm_;
  std::optional<Vector> copy_;
};

TRIVIUM_INLINE Reals fixed_point(const Reals& x, double factor, double zero) { return x * factor + zero; }

/// Whether the compiler made a fused multiply-add of that, which rounds once: the card then does so too, and
/// messages are the same. 1.5 (1 + e) (1 - e) is below 1.5, and 1.5 when it is rounded; 2^52 + 1.5 becomes
/// 2^52 + 2.
inline bool fixed_point_is_fused() {
  volatile double x = 1.5 * (1 + 0x1p-30), factor = 1 - 0x1p-30;
  return fixed_point(Reals{} + x, factor, 0x1p52)[0] == 0x1p52 + 1;
}

/// The code of x_i is floor(s + s x_i / norm + u), u uniform in [0, 1): s x_i / norm rounded to one of the
/// two neighbouring whole numbers, unbiased, plus s. Numbers are fixed to `fraction` binary digits first, so
/// the mean is off by at most 2^-(fraction + 1), as by the rounding of the product. 2 s < 2^(52 - fraction).
template <int fraction>
class LevelCodes {
 public:
  /// `norm` is at least every |x_i|, as Scaled has it.
  LevelCodes(int s, double norm)
      : zero_(0x1p52 + std::ldexp(s, fraction)), factor_(norm > 0 ? std::ldexp(s, fraction) / norm : 0) {}
  TRIVIUM_INLINE Words operator()(const Reals& x, const Words& random) const {
    // In the binade of 2^52 the mantissa is a whole number: 2^fraction times the code, before the carry.
    const Words fixed = same_bits<std::uint64_t>(fixed_point(x, factor_, zero_));
    return (fixed + (random >> (64 - fraction))) >> fraction & ((std::uint64_t{1} << (52 - fraction)) - 1);
  }

  /// The same for the card.
  gpu::Rounding rounding() const {
    return {gpu::Rounding::Rule::levels, fraction, factor_, zero_, fixed_point_is_fused()};
  }

 private:
  double zero_, factor_;
};

/// weight * norm * (code - s) / s, and the check that no code is above 2 s.
class LevelValues {
 public:
  LevelValues(int s, double weight, double norm)
      : zero_(0x1p52 + s), most_(2 * static_cast<std::uint64_t>(s)) {
    double unit = norm / s;
    if (std::isfinite(norm) && !std::isfinite(s * unit)) unit = std::nextafter(unit, 0);
    unit_ = weight * unit;
  }
  TRIVIUM_INLINE Reals operator()(const Words& codes) {
    wrong_ |= codes > most_;
    // A code in the mantissa of 2^52 is 2^52 + code: no conversion is needed.
    const auto whole = std::bit_cast<std::uint64_t>(0x1p52);
    return unit_ * (same_bits<double>(codes | whole) - zero_);
  }
  /// Throws MessageError, naming `owner`, when there was one.
  void check(const char* owner) const {
    std::int64_t any = 0;
    for (std::size_t lane = 0; lane < 8; ++lane) any |= wrong_[lane];
    check(owner, any == 0);
  }
  /// The same for the card, and the check of what it found.
  gpu::CodeValues on_card() const { return {gpu::Rounding::Rule::levels, unit_, zero_, most_}; }
  void check(const char* owner, bool all_known) const {
    if (!all_known) throw MessageError(fmt::format("{}: a code above {} in a message", owner, most_));
  }

 private:
  double zero_, unit_;
  std::uint64_t most_;
  Eight<std::int64_t> wrong_ = {};
};

}  // namespace trivium::compressors
