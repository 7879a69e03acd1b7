#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <trivium/compressors/compressor.hpp>

#include "detail/blocked_sum.hpp"
#include "detail/entries.hpp"

namespace trivium::compressors {
namespace {

constexpr std::size_t word_bits = 64;

/// Bit i of the result is set when x[i] < 0.
template <class T>
std::uint64_t signs_of(const T* x) {
  std::uint8_t negative[word_bits];
  for (std::size_t i = 0; i < word_bits; ++i) negative[i] = x[i] < 0;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < word_bits; i += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, negative + i, 8);
    word |= eight * 0x0102040810204080 >> 56 << i;  // byte j moves to bit 56 + j
  }
  return word;
}

/// Sends signs and the mean size.
class SignNorm final : public Compressor {
 public:
  struct Params {
    std::string norm = "float64";
    void describe(Fields& fields) {
      fields.choice("norm", norm, {"float64", "float32"},
                    "how |x|_1 / d travels; float32 rounds to nearest and keeps at most the largest float32");
    }
  };
  static About about() {
    return {"signs and one norm",
            "C(x)_i = (|x|_1 / d) sign(x_i), sign(0) = +1.\n"
            "Contractive with delta = d: |C(x) - x|^2 = |x|^2 - |x|_1^2 / d, and |x|_1 >= |x|_2. Of a vector "
            "whose entries are alike much less is lost.\n"
            "Message: |x|_1 / d, then d bits.",
            "Karimireddy et al. 2019; Bernstein et al. 2018 (signSGD)"};
  }

  SignNorm(const Params& params, const Shape& shape)
      : dimension_(shape.dimension),
        format_(params.norm == "float64" ? ValueFormat::float64 : ValueFormat::float32),
        signs_((shape.dimension + word_bits - 1) / word_bits) {}

  Guarantee guarantee() const override {
    Guarantee g;
    g.unbiased = false;
    g.delta = static_cast<double>(dimension_);
    g.expected_bits = static_cast<double>(dimension_) + bits_of(format_);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "sign_norm");
    const double sum = gpu::holds(x) ? read_signs_on_card(x)
                                     : with_entries(x, [&](auto entries) { return read_signs(entries); });
    double mean = sum / static_cast<double>(dimension_);
    if (!std::isfinite(mean)) mean = mean_of_large(x);
    if (format_ == ValueFormat::float32 && std::isfinite(mean))
      mean = std::min(mean, double{std::numeric_limits<float>::max()});
    Stream none = message.from.stream();
    message.append_values(Part::scalars, std::span(&mean, 1), format_, none);
    message.append_bits(Part::values, signs_, dimension_);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "sign_norm");
    double mean = 0;
    reader.read_values(std::span(&mean, 1), format_);
    reader.read_bits(signs_, dimension_);
    if (gpu::holds(out)) return gpu::add_signs(signs_, weight * mean, out);
    const auto plus = std::bit_cast<std::uint64_t>(weight * mean);
    add_to_entries(out, [&](auto to) {
      using T = typename decltype(to)::value_type;
      for (std::size_t begin = 0; begin < dimension_; begin += word_bits) {
        const std::uint64_t word = signs_[begin / word_bits];
        const std::size_t count = std::min(word_bits, dimension_ - begin);
        for (std::size_t i = 0; i < count; ++i)
          to[begin + i] += static_cast<T>(std::bit_cast<double>(plus ^ (word >> i & 1) << 63));
      }
    });
  }

 private:
  /// Fills signs_; returns |x|_1, summed as in blocked_sum.hpp.
  template <class T>
  double read_signs(std::span<const T> x) {
    double sum = 0, lanes[sum_lanes] = {};
    const auto add_sizes = [&](const T* from) {
      for (std::size_t i = 0; i < word_bits; i += sum_lanes)
        for (std::size_t lane = 0; lane < sum_lanes; ++lane) lanes[lane] += std::abs(double{from[i + lane]});
    };
    const std::size_t whole = x.size() / word_bits * word_bits;
    for (std::size_t begin = 0; begin < whole; begin += word_bits) {
      if (begin % gpu::summed_block == 0) sum += fold(lanes);
      signs_[begin / word_bits] = signs_of(&x[begin]);
      add_sizes(&x[begin]);
    }
    if (whole < x.size()) {
      if (whole % gpu::summed_block == 0) sum += fold(lanes);
      T last[word_bits] = {};
      std::copy(x.begin() + static_cast<std::ptrdiff_t>(whole), x.end(), last);
      signs_.back() = signs_of(last);
      add_sizes(last);
    }
    return sum + fold(lanes);
  }
  double read_signs_on_card(const Vector& x) {
    std::vector<double> blocks(gpu::summed_blocks(x.size()));
    gpu::signs_and_sizes(x, signs_, blocks);
    return sum_of_blocks(blocks);
  }

  /// |x|_1 / d where the sum is beyond the largest number, or an entry is not finite.
  static double mean_of_large(const Vector& x) {
    return with_entries(x, [](auto entries) {
      double sum = 0;
      for (const double entry : entries) sum += std::abs(entry) * 0x1p-100;
      return sum / static_cast<double>(entries.size()) * 0x1p100;
    });
  }

  std::size_t dimension_;
  ValueFormat format_;
  std::vector<std::uint64_t> signs_;  // scratch
};

}  // namespace

void register_sign_norm(Catalogue& all) { all.add<SignNorm>("sign_norm"); }

}  // namespace trivium::compressors
