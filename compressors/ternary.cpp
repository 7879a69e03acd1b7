#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>

#include "detail/codes_on_card.hpp"
#include "detail/entries.hpp"
#include "detail/levels.hpp"
#include "detail/rounded.hpp"

namespace trivium::compressors {
namespace {

// Five entries, three codes each, are a number below 3^5 = 243. Groups of 320 entries are packed lane by
// lane: byte b of word j holds entries 8 k + j for k = 5 b, ..., 5 b + 4, the first as the lowest digit. The
// entries after the last whole group follow in their own order, and the last d mod 5 in a word of their own.
constexpr std::size_t trits = 5, trit_group = 8 * 8 * trits;
constexpr int trit_fraction = 50;
constexpr std::uint64_t powers[] = {1, 3, 9, 27, 81, 243};

/// Each of eight numbers below 256 over 3, rounded down.
TRIVIUM_INLINE Words third_of(const Words& x) {
  typedef std::uint16_t Shorts __attribute__((vector_size(sizeof(Words))));
  return std::bit_cast<Words>(std::bit_cast<Shorts>(x) * 171 >> 9);  // 16 bits are multiplied faster
}

/// Sends the sign of entries chosen with probability |x_i| / max |x_i|.
class Ternary final : public Compressor {
 public:
  struct Params {
    std::string packing = "base3";
    NormFormat::Field values;
    void describe(Fields& fields) {
      fields.choice("packing", packing, {"base3", "two_bits"},
                    "base3: five entries in a byte; two_bits: two bits for each");
      values.describe(fields);
    }
  };
  static About about() {
    return {"the largest size, and a sign or nothing for every entry",
            "C(x)_i = m sign(x_i) with probability |x_i| / m, else 0, where m = max |x_i|.\n"
            "Unbiased with omega = (1 + sqrt d) / 2 - 1, which some vectors reach.\n"
            "values = float32: m is rounded up, so it stays unbiased; 1 + omega is 1 + 2^-23 times as large\n"
            "for m >= 2^-126. Smaller m become multiples of 2^-149 and may have more variance; above the\n"
            "largest float32 m travels as infinite.\n"
            "Message: m in 64 or 32 bits, then ceil(8 d / 5) bits (base3; d log2 3 is 0.95% less) or 2 d "
            "(two_bits).",
            "Wen et al. 2017 (TernGrad)"};
  }

  Ternary(const Params& params, const Shape& shape)
      : dimension_(shape.dimension),
        workers_(shape.workers),
        base3_(params.packing == "base3"),
        format_(params.values) {}

  Guarantee guarantee() const override {
    Guarantee g;
    const double plain = (1 + std::sqrt(static_cast<double>(dimension_))) / 2 - 1;
    g.omega = plain + (format_.growth() - 1) * (1 + plain);
    g.delta = 1 + g.omega;
    g.joint_a = g.omega / workers_;
    g.expected_bits =
        format_.bits() + static_cast<double>(base3_ ? (8 * dimension_ + trits - 1) / trits : 2 * dimension_);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "ternary");
    const double norm = format_.append(message, max_norm(x));
    const Scaled scaled(x, norm);
    const LevelCodes<trit_fraction> code(1, scaled.norm());
    if (gpu::holds(scaled.x())) return append_on_card(message, scaled.x(), code.rounding());
    Stream stream = message.from.stream();
    with_entries(scaled.x(), [&](auto entries) {
      if (base3_)
        append_base3(message, stream, entries, code);
      else
        append_rounded<2>(message, stream, entries, 2, code);
    });
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "ternary");
    LevelValues value(1, weight, format_.read(reader));
    if (gpu::holds(out)) return value.check("ternary", add_on_card(reader, value.on_card(), out));
    add_to_entries(out, [&](auto entries) {
      if (base3_)
        add_base3(reader, entries, value);
      else
        add_rounded<2>(reader, entries, 2, value);
    });
    value.check("ternary");
  }

 private:
  template <class T>
  static void append_base3(Message& message, Stream& stream, std::span<const T> x,
                           const LevelCodes<trit_fraction>& code) {
    std::array<std::uint64_t, trit_group / 8> random;
    std::size_t begin = 0;
    for (; begin + trit_group <= x.size(); begin += trit_group) {
      stream.fill(random);
      Words words = {};
      for (std::size_t b = 0; b < 8; ++b) {
        Words digits[trits];
        for (std::size_t k = 0; k < trits; ++k) {
          const T* from = &x[begin + 8 * (trits * b + k)];
          __builtin_prefetch(from + trit_group);
          digits[k] = code(lanes<double>(load(from)), rotations(random[trits * b + k]));
        }
        Words byte = digits[trits - 1];
        for (std::size_t k = trits - 1; k-- > 0;) byte = byte + (byte << 1) + digits[k];
        words |= byte << (8 * b);
      }
      std::uint64_t stored[8];
      store(stored, words);
      message.append_bits(Part::values, stored, 512);
    }
    const std::size_t left = x.size() - begin;
    std::array<std::uint32_t, trit_group> codes;
    round_some(x.subspan(begin), stream, code, codes.data());
    append_rest(message, std::span(codes).first(left));
  }
  static void append_rest(Message& message, std::span<const std::uint32_t> codes) {
    for (std::size_t i = 0; i < codes.size(); i += trits) {
      const std::size_t count = std::min(trits, codes.size() - i);
      std::uint64_t word = 0;
      for (std::size_t k = 0; k < count; ++k) word += codes[i + k] * powers[k];
      message.append(Part::values, word, bits_for(powers[count]));
    }
  }

  template <class T>
  static void add_base3(MessageReader& reader, std::span<T> out, LevelValues& value) {
    std::size_t begin = 0;
    for (; begin + trit_group <= out.size(); begin += trit_group) {
      std::uint64_t stored[8];
      reader.read_bits(stored, 512);
      const Words words = load(stored);
      for (std::size_t b = 0; b < 8; ++b) {
        Words left = words >> (8 * b) & 0xFF;
        for (std::size_t k = trits * b; k < trits * b + trits; ++k) {
          // in the fifth digit what is too large remains, for `value` to see
          const Words third = k % trits == trits - 1 ? Words{} : third_of(left);
          T* to = &out[begin + 8 * k];
          store(to, load(to) + lanes<T>(value(left - 3 * third)));
          left = third;
        }
      }
    }
    const std::span<T> left = out.subspan(begin);
    std::array<std::uint32_t, trit_group> codes;
    read_rest(reader, std::span(codes).first(left.size()));
    add_some(codes.data(), left, value);
  }
  static void read_rest(MessageReader& reader, std::span<std::uint32_t> codes) {
    for (std::size_t i = 0; i < codes.size(); i += trits) {
      const std::size_t count = std::min(trits, codes.size() - i);
      auto word = static_cast<std::uint32_t>(reader.read(bits_for(powers[count])));
      for (std::size_t k = 0; k + 1 < count; ++k, word /= 3) codes[i + k] = word % 3;
      codes[i + count - 1] = word;
    }
  }

  gpu::CodeLayout layout() const { return {dimension_, base3_ ? 0 : 2}; }
  void append_on_card(Message& message, const Vector& x, const gpu::Rounding& rounding) const {
    if (!base3_) return append_codes_on_card(message, x, rounding, layout());
    append_codes_on_card(message, x, rounding, layout(), [&](auto rest) { append_rest(message, rest); });
  }
  bool add_on_card(MessageReader& reader, const gpu::CodeValues& values, Vector& out) const {
    if (!base3_) return add_codes_on_card(reader, values, layout(), out);
    return add_codes_on_card(reader, values, layout(), out, [&](auto rest) { read_rest(reader, rest); });
  }

  std::size_t dimension_;
  int workers_;
  bool base3_;
  NormFormat format_;
};

}  // namespace

void register_ternary(Catalogue& all) { all.add<Ternary>("ternary"); }

}  // namespace trivium::compressors
