#include <algorithm>
#include <array>
#include <cmath>

#include <trivium/compressors/compressor.hpp>

#include "detail/codes_on_card.hpp"
#include "detail/elias.hpp"
#include "detail/entries.hpp"
#include "detail/levels.hpp"
#include "detail/rounded.hpp"

namespace trivium::compressors {
namespace {

constexpr std::int64_t most_levels = 32767;  // 16 bits

/// Rounds |x_i| / |x| to a multiple of 1 / s at random.
class Qsgd final : public Compressor {
 public:
  struct Params {
    std::int64_t levels = 7;
    std::string norm = "l2";
    std::string coding = "fixed";
    NormFormat::Field values;
    void describe(Fields& fields) {
      fields.integer("levels", levels, {1, most_levels}, "s: sizes are rounded to multiples of the norm / s");
      fields.choice("norm", norm, {"l2", "max"}, "the norm that sizes are relative to");
      fields.choice("coding", coding, {"fixed", "elias"},
                    "fixed: ceil(log2(2 s + 1)) bits for each entry; elias: fewer bits for smaller numbers");
      values.describe(fields);
    }
  };
  static About about() {
    return {
        "rounds every entry to one of s levels of the norm",
        "C(x)_i = |x| sign(x_i) l_i / s, l_i = s |x_i| / |x| rounded to a neighbour, unbiased.\n"
        "l2 norm: omega = sqrt d / s - 1 when s = 1 or s <= sqrt d / 2, which equal entries reach, else\n"
        "d / (4 s^2), and 0 for d = 1: below min(d / s^2, sqrt d / s). In units of |x|^2 / s^2 an entry\n"
        "a = s |x_i| / |x| has variance at most 1/4 and (a^2 / b + b) / 2 - a^2, where b = s / sqrt d.\n"
        "max norm: omega = (sqrt(1 + (d - 1) / s^2) - 1) / 2, reached. With t = |x_i| / |x| the variance in\n"
        "units of |x|^2, at most t / s - t^2 for t <= 1 / s and 1 / (4 s^2) beyond, is at most\n"
        "omega t^2 + 1 / (4 s^2 (1 + omega)), and the largest entry has none.\n"
        "values = float32: |x| is rounded up and levels are taken of that, so it stays unbiased; 1 + omega\n"
        "is 1 + 2^-23 times as large for |x| >= 2^-126. Smaller |x| become multiples of 2^-149 and may\n"
        "have more variance; above the largest float32 |x| travels as infinite.\n"
        "Message: |x| in 64 or 32 bits, then d ceil(log2(2 s + 1)) bits (fixed), or for each l the Elias\n"
        "gamma code of l + 1 and a sign unless l = 0 (elias): with the l2 norm and s <= sqrt d at most\n"
        "d + 3 s sqrt d bits on average.",
        "Alistarh et al. 2017 (QSGD)"};
  }

  Qsgd(const Params& params, const Shape& shape)
      : dimension_(shape.dimension),
        workers_(shape.workers),
        s_(static_cast<int>(params.levels)),
        width_(bits_for(2 * static_cast<std::uint64_t>(params.levels) + 1)),
        l2_(params.norm == "l2"),
        elias_(params.coding == "elias"),
        format_(params.values) {}

  Guarantee guarantee() const override {
    Guarantee g;
    const double plain = l2_ ? l2_omega() : (std::sqrt(1 + (d() - 1) / s_ / s_) - 1) / 2;
    g.omega = plain + (format_.growth() - 1) * (1 + plain);
    g.delta = 1 + g.omega;
    g.joint_a = g.omega / workers_;
    const double mean = l2_ ? s_ / std::sqrt(d()) : s_;  // of the levels, at most: s |x|_1 / (d |x|)
    g.expected_bits = format_.bits() + d() * (elias_ ? elias_bits_at_most(mean, s_) : width_);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "qsgd");
    const double norm = format_.append(message, l2_ ? l2_norm(x) : max_norm(x));
    const Scaled scaled(x, norm);
    if (elias_ || width_ > 8) return append<36, 0>(scaled, message);
    if (width_ > 4) return width_ == 8 ? append<44, 8>(scaled, message) : append<44, 0>(scaled, message);
    if (width_ == 4) return append<48, 4>(scaled, message);
    return width_ == 3 ? append<48, 3>(scaled, message) : append<48, 2>(scaled, message);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "qsgd");
    LevelValues value(s_, weight, format_.read(reader));
    if (!elias_ && gpu::holds(out))
      return value.check("qsgd", add_codes_on_card(reader, value.on_card(), {dimension_, width_}, out));
    add_to_entries(out, [&](auto entries) {
      if (elias_)
        add_all_elias(reader, entries, value);
      else
        add_rounded(reader, entries, width_, value);
    });
    value.check("qsgd");
  }

 private:
  template <int fraction, int fixed_width>
  void append(const Scaled& scaled, Message& message) {
    Stream stream = message.from.stream();
    const LevelCodes<fraction> code(s_, scaled.norm());
    if (!elias_ && gpu::holds(scaled.x()))
      return append_codes_on_card(message, scaled.x(), code.rounding(), {dimension_, width_});
    with_entries(scaled.x(), [&](auto entries) {
      if constexpr (fixed_width == 0)
        if (elias_) return append_all_elias(message, stream, entries, code);
      append_rounded<fixed_width>(message, stream, entries, width_, code);
    });
  }

  template <class T, class Code>
  void append_all_elias(Message& message, Stream& stream, std::span<const T> x, const Code& code) {
    std::array<std::uint32_t, group> codes;
    for (; !x.empty(); x = x.subspan(std::min(group, x.size()))) {
      const std::size_t count = std::min(group, x.size());
      round_some(x.first(count), stream, code, codes.data());
      append_elias(message, std::span(codes).first(count), s_);
    }
  }
  template <class T>
  void add_all_elias(MessageReader& reader, std::span<T> out, LevelValues& value) {
    std::array<std::uint32_t, group> codes;
    for (; !out.empty(); out = out.subspan(std::min(group, out.size()))) {
      const std::size_t count = std::min(group, out.size());
      read_elias(reader, std::span(codes).first(count), s_);
      add_some(codes.data(), out.first(count), value);
    }
  }

  double d() const { return static_cast<double>(dimension_); }

  double l2_omega() const {
    if (dimension_ == 1) return 0;
    const double root = std::sqrt(d());
    return s_ == 1 || s_ <= root / 2 ? root / s_ - 1 : d() / 4 / s_ / s_;
  }

  std::size_t dimension_;
  int workers_;
  int s_, width_;
  bool l2_, elias_;
  NormFormat format_;
};

}  // namespace

void register_qsgd(Catalogue& all) { all.add<Qsgd>("qsgd"); }

}  // namespace trivium::compressors
