#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>

namespace trivium::compressors {
namespace {

/// Sends the entries that are not small beside the largest.
class Threshold final : public Compressor {
 public:
  struct Params {
    double level = 0.5;
    ValueField values;
    void describe(Fields& fields) {
      fields.real("level", level, {0, 1, true},
                  "what is sent: entries of at least this share of the largest");
      values.describe(fields);
    }
  };
  static About about() {
    return {
        "the entries of at least a given share of the largest",
        "C(x)_i = x_i where |x_i| >= level max |x_j|, 0 elsewhere. Contractive with delta = 1 + (d - 1) "
        "level^2: at most d - 1 entries are lost, each below level max |x_j|, and the largest is kept. "
        "No smaller constant holds: the others may all lie just below the level.\n"
        "Zeros are not sent, so a zero vector is an empty list; entries that are NaN or infinite always "
        "are.\n"
        "Message: one bit, then the number of entries and their indices or, where that is shorter, d bits "
        "that mark them, then the values. Its length depends on the vector; the stated one is that of a "
        "vector sent whole.",
        "derived here; with a constant instead of the largest entry: Sahu et al. 2021 (hard threshold)"};
  }

  Threshold(const Params& params, const Shape& shape)
      : level_(params.level),
        format_(params.values.format()),
        dimension_(checked(shape.dimension)),
        index_bits_(bits_for(dimension_)),
        count_bits_(bits_for(dimension_ + 1)),
        indices_(dimension_),
        marks_((dimension_ + 31) / 32) {}

  Guarantee guarantee() const override {
    const double d = static_cast<double>(dimension_);
    Guarantee g;
    g.unbiased = false;
    g.delta = 1 + (d - 1) * level_ * level_;
    if (format_ == ValueFormat::bfloat16) g.delta /= 1 - bfloat16_omega;
    g.expected_bits = 1 + std::min(d, count_bits_ + d * index_bits_) + d * bits_of(format_);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "threshold");
    const std::span<const std::uint32_t> indices = choose(x);
    const bool marked = dimension_ < count_bits_ + indices.size() * static_cast<std::size_t>(index_bits_);
    message.append(Part::scalars, marked ? 1 : 0, 1);
    if (marked) {
      mark(indices);
      append_marks(message);
    } else {
      message.append(Part::scalars, indices.size(), count_bits_);
      message.append_words(Part::indices, indices, index_bits_);
    }
    values_.resize(indices.size());
    gather(x, indices, values_);
    Stream rounding = message.from.stream();
    message.append_values(Part::values, values_, format_, rounding);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "threshold");
    const std::span<const std::uint32_t> indices =
        reader.read(1) != 0 ? read_marks(reader) : read_list(reader);
    values_.resize(indices.size());
    reader.read_values(values_, format_);
    scatter_add(out, indices, weight, values_);
  }

 private:
  static std::size_t checked(std::size_t dimension) {
    if (dimension > 0xFFFFFFFFu)
      reject("threshold takes vectors of up to 2^32 - 1 entries, got {}", dimension);
    return dimension;
  }

  /// The largest |x_i|, in lanes that the compiler keeps in vector registers. A NaN is never the larger one.
  template <class T>
  static double largest(std::span<const T> x) {
    constexpr std::size_t lanes = 16;
    T most[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= x.size(); i += lanes)
      for (std::size_t lane = 0; lane < lanes; ++lane)
        most[lane] = std::max(most[lane], std::abs(x[i + lane]));
    for (; i < x.size(); ++i) most[0] = std::max(most[0], std::abs(x[i]));
    return *std::max_element(most, most + lanes);
  }

  /// The indices of what is sent, ascending.
  std::span<const std::uint32_t> choose(const Vector& x) {
    if (!x.on_host()) return choose(std::span<const double>(x.to_host()));
    return x.dtype() == Dtype::float64 ? choose(x.span<double>()) : choose(x.span<float>());
  }
  template <class T>
  std::span<const std::uint32_t> choose(std::span<const T> x) {
    // At least the least positive number, so that zeros stay below it.
    const double bound = std::max(level_ * largest(x), std::numeric_limits<double>::denorm_min());
    const auto sent = [&](std::size_t i) { return !(std::abs(double{x[i]}) < bound); };  // so is a NaN
    std::size_t count = 0;
    const auto take = [&](std::size_t i) {
      indices_[count] = static_cast<std::uint32_t>(i);
      count += sent(i) ? 1 : 0;
    };
    constexpr std::size_t stride = 16;  // most strides hold nothing to send and are passed over
    std::size_t i = 0;
    for (; i + stride <= x.size(); i += stride) {
      bool any = false;
      for (std::size_t lane = 0; lane < stride; ++lane) any |= sent(i + lane);
      for (std::size_t lane = 0; any && lane < stride; ++lane) take(i + lane);
    }
    for (; i < x.size(); ++i) take(i);
    return std::span(indices_).first(count);
  }

  void mark(std::span<const std::uint32_t> indices) {
    std::fill(marks_.begin(), marks_.end(), 0u);
    for (const std::uint32_t index : indices) marks_[index / 32] |= 1u << (index % 32);
  }
  void append_marks(Message& message) {
    message.append_words(Part::indices, std::span(marks_).first(dimension_ / 32), 32);
    if (const auto rest = static_cast<int>(dimension_ % 32))
      message.append(Part::indices, marks_.back(), rest);
  }

  std::span<const std::uint32_t> read_marks(MessageReader& reader) {
    reader.read_words(std::span(marks_).first(dimension_ / 32), 32);
    if (const auto rest = static_cast<int>(dimension_ % 32))
      marks_.back() = static_cast<std::uint32_t>(reader.read(rest));
    std::size_t count = 0;
    for (std::size_t word = 0; word < marks_.size(); ++word)
      for (std::uint32_t left = marks_[word]; left != 0; left &= left - 1)
        indices_[count++] =
            static_cast<std::uint32_t>(32 * word) + static_cast<unsigned>(std::countr_zero(left));
    return std::span(indices_).first(count);
  }
  std::span<const std::uint32_t> read_list(MessageReader& reader) {
    const std::uint64_t count = reader.read(count_bits_);
    if (count > dimension_)
      throw MessageError(fmt::format("threshold: {} entries in a message for {}", count, dimension_));
    const std::span<std::uint32_t> indices = std::span(indices_).first(count);
    reader.read_words(indices, index_bits_);
    bool ascending = indices.empty() || indices.back() < dimension_;
    for (std::size_t i = 1; i < indices.size(); ++i) ascending &= indices[i - 1] < indices[i];
    if (!ascending)
      throw MessageError(
          fmt::format("threshold: the indices of a message are not ascending below {}", dimension_));
    return indices;
  }

  double level_;
  ValueFormat format_;
  std::size_t dimension_;
  int index_bits_, count_bits_;
  std::vector<std::uint32_t> indices_, marks_;  // scratch; marks_: a bit for every entry
  std::vector<double> values_;
};

}  // namespace

void register_threshold(Catalogue& all) { all.add<Threshold>("threshold"); }

}  // namespace trivium::compressors
