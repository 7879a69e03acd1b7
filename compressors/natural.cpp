#include <bit>
#include <limits>

#include <trivium/compressors/compressor.hpp>

#include "detail/codes_on_card.hpp"
#include "detail/entries.hpp"
#include "detail/rounded.hpp"

namespace trivium::compressors {
namespace {

/// A floating-point format seen as an integer in a lane of 64 bits: sign, exponent and mantissa.
struct Wide {
  static constexpr int mantissa = 52, width = 12;
  static constexpr auto rule = gpu::Rounding::Rule::natural_float64;
  TRIVIUM_INLINE static Words pattern(const Reals& x) { return same_bits<std::uint64_t>(x); }
  TRIVIUM_INLINE static Reals number(const Words& pattern) { return same_bits<double>(pattern); }
};
struct Narrow {
  static constexpr int mantissa = 23, width = 9;
  static constexpr auto rule = gpu::Rounding::Rule::natural_float32;
  /// Rounded to nearest; what is finite stays so.
  TRIVIUM_INLINE static Words pattern(const Reals& x) {
    constexpr auto most = std::bit_cast<std::uint64_t>(double{std::numeric_limits<float>::max()});
    constexpr auto infinite = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::infinity());
    const Words bits = same_bits<std::uint64_t>(x), size = bits & ~sign;
    const Words large = same_bits<std::uint64_t>((size > most) & (size < infinite));
    const Words kept = (bits & ~large) | (((bits & sign) | most) & large);
    return lanes<std::uint64_t>(same_bits<std::uint32_t>(lanes<float>(same_bits<double>(kept))));
  }
  TRIVIUM_INLINE static Reals number(const Words& pattern) {
    return lanes<double>(same_bits<float>(lanes<std::uint32_t>(pattern)));
  }
  static constexpr std::uint64_t sign = std::uint64_t{1} << 63;
};

/// Adding a random mantissa carries into the exponent with the probability that makes the mean exact: sign
/// and exponent of the sum are the code. No carry may leave the largest exponent of a number.
template <class Format>
TRIVIUM_INLINE Words code_of(const Reals& x, const Words& random) {
  constexpr std::uint64_t sign = std::uint64_t{1} << (Format::mantissa + Format::width - 1);
  constexpr std::uint64_t last = sign - (std::uint64_t{2} << Format::mantissa);
  const Words bits = Format::pattern(x);
  const Words may_carry = same_bits<std::uint64_t>((bits & (sign - 1)) < last);
  return (bits + (random >> (64 - Format::mantissa) & may_carry)) >> Format::mantissa;
}

/// Rounds every entry to a power of two.
class Natural final : public Compressor {
 public:
  struct Params {
    std::string values = "float64";
    void describe(Fields& fields) {
      fields.choice("values", values, {"float64", "float32"},
                    "the format whose sign and exponent travel: 12 bits an entry or 9; float32 rounds to it "
                    "first and keeps at most 2^127");
    }
  };
  static About about() {
    return {
        "rounds every entry to a power of two",
        "C(x)_i = sign(x_i) 2^(e+1) with probability (|x_i| - 2^e) / 2^e, else sign(x_i) 2^e, where 2^e <= "
        "|x_i| < 2^(e+1).\n"
        "Unbiased with omega = 1/8, reached at |x_i| = (4/3) 2^e.\n"
        "Message: sign and exponent of every entry, 12 d bits (float64) or 9 d bits (float32).\n"
        "Below the smallest normal number an entry becomes that or 0, unbiased. The largest power of two "
        "is not exceeded: entries above it become it. What is not a number travels as infinite.",
        "Horvath et al. 2022 (natural compression)"};
  }

  Natural(const Params& params, const Shape& shape)
      : dimension_(shape.dimension), workers_(shape.workers), wide_(params.values == "float64") {}

  Guarantee guarantee() const override {
    Guarantee g;
    g.omega = 1.0 / 8;
    g.delta = 1 + g.omega;
    g.joint_a = g.omega / workers_;
    g.expected_bits = static_cast<double>(dimension_) * width();
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "natural");
    wide_ ? append<Wide>(x, message) : append<Narrow>(x, message);
  }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "natural");
    wide_ ? add<Wide>(reader, weight, out) : add<Narrow>(reader, weight, out);
  }

 private:
  template <class Format>
  void append(const Vector& x, Message& message) {
    if (gpu::holds(x))
      return append_codes_on_card(message, x, {.rule = Format::rule}, {dimension_, Format::width});
    Stream stream = message.from.stream();
    with_entries(x, [&](auto entries) {
      append_rounded<Format::width>(
          message, stream, entries, Format::width,
          [](const Reals& x, const Words& random) { return code_of<Format>(x, random); });
    });
  }
  template <class Format>
  void add(MessageReader& reader, double weight, Vector& out) {
    if (gpu::holds(out)) {
      add_codes_on_card(reader, {.rule = Format::rule, .unit = weight}, {dimension_, Format::width}, out);
      return;
    }
    const auto value = [weight](const Words& codes) {
      return weight * Format::number(codes << Format::mantissa);
    };
    add_to_entries(out,
                   [&](auto entries) { add_rounded<Format::width>(reader, entries, Format::width, value); });
  }
  int width() const { return wide_ ? Wide::width : Narrow::width; }

  std::size_t dimension_;
  int workers_;
  bool wide_;
};

}  // namespace

void register_natural(Catalogue& all) { all.add<Natural>("natural"); }

}  // namespace trivium::compressors
