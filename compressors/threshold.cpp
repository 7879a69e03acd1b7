#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>

#include "detail/chosen_values.hpp"
#include "detail/entries.hpp"

namespace trivium::compressors {
namespace {

constexpr std::size_t word_bits = 32;

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
        marks_((dimension_ + word_bits - 1) / word_bits),
        values_(format_, 0) {}

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
    mark(x);
    const std::span<const std::uint32_t> indices = list();
    const bool marked = dimension_ < count_bits_ + indices.size() * static_cast<std::size_t>(index_bits_);
    message.append(Part::scalars, marked ? 1 : 0, 1);
    if (marked) {
      append_marks(message);
    } else {
      message.append(Part::scalars, indices.size(), count_bits_);
      message.append_words(Part::indices, indices, index_bits_);
    }
    Stream rounding = message.from.stream();
    values_.append(x, {indices}, message, rounding);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "threshold");
    const std::span<const std::uint32_t> indices =
        reader.read(1) != 0 ? read_marks(reader) : read_list(reader);
    values_.read(reader, indices.size(), out);
    values_.add({indices}, weight, out);
  }

 private:
  static std::size_t checked(std::size_t dimension) {
    if (dimension > 0xFFFFFFFFu)
      reject("threshold takes vectors of up to 2^32 - 1 entries, got {}", dimension);
    return dimension;
  }

  /// The largest |x_i|. A NaN is never the larger one.
  template <class T>
  static double largest(std::span<const T> x) {
    typedef T Lanes __attribute__((vector_size(64)));
    constexpr std::size_t lanes = sizeof(Lanes) / sizeof(T);
    Lanes most[2] = {};
    const auto look = [&](const T* from, std::size_t count, Lanes& most) {
      Lanes entries = {};
      std::memcpy(&entries, from, count * sizeof(T));
      const Lanes sizes = entries < 0 ? -entries : entries;
      most = sizes > most ? sizes : most;
    };
    std::size_t i = 0;
    for (; i + 2 * lanes <= x.size(); i += 2 * lanes)
      for (std::size_t half = 0; half < 2; ++half) look(&x[i + half * lanes], lanes, most[half]);
    for (; i < x.size(); i += lanes) look(&x[i], std::min(lanes, x.size() - i), most[0]);
    most[0] = most[1] > most[0] ? most[1] : most[0];
    T found = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) found = std::max(found, most[0][lane]);
    return found;
  }

  /// Marks the entries that are sent.
  void mark(const Vector& x) {
    with_entries(x, [&](auto entries) { mark(entries); });
  }
  template <class T>
  void mark(std::span<const T> x) {
    // At least the least positive number, so that zeros stay below it.
    const double bound = std::max(level_ * largest(x), std::numeric_limits<double>::denorm_min());
    const std::size_t whole = x.size() / word_bits;
    for (std::size_t word = 0; word < whole; ++word) marks_[word] = marks_of(&x[word_bits * word], bound);
    if (whole == marks_.size()) return;
    T last[word_bits] = {};
    std::copy(x.begin() + static_cast<std::ptrdiff_t>(word_bits * whole), x.end(), last);
    marks_.back() = marks_of(last, bound);
  }
  /// Bit i of the result is set when |x[i]| is not below the bound: so it is for a NaN.
  template <class T>
  static std::uint32_t marks_of(const T* x, double bound) {
    std::uint8_t sent[word_bits];
    for (std::size_t i = 0; i < word_bits; ++i) sent[i] = !(std::abs(double{x[i]}) < bound);
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < word_bits; i += 8) {
      std::uint64_t eight;
      std::memcpy(&eight, sent + i, 8);
      word |= static_cast<std::uint32_t>(eight * 0x0102040810204080 >> 56) << i;  // byte j to bit 56 + j
    }
    return word;
  }
  /// The indices of the marked entries, ascending.
  std::span<const std::uint32_t> list() {
    std::uint32_t* to = indices_.data();
    for (std::size_t word = 0; word < marks_.size(); ++word)
      for (std::uint32_t left = marks_[word]; left != 0; left &= left - 1)
        *to++ = static_cast<std::uint32_t>(word_bits * word) + static_cast<unsigned>(std::countr_zero(left));
    return {indices_.data(), to};
  }

  void append_marks(Message& message) {
    message.append_words(Part::indices, std::span(marks_).first(dimension_ / word_bits), word_bits);
    if (const auto rest = static_cast<int>(dimension_ % word_bits))
      message.append(Part::indices, marks_.back(), rest);
  }

  std::span<const std::uint32_t> read_marks(MessageReader& reader) {
    reader.read_words(std::span(marks_).first(dimension_ / word_bits), word_bits);
    if (const auto rest = static_cast<int>(dimension_ % word_bits))
      marks_.back() = static_cast<std::uint32_t>(reader.read(rest));
    return list();
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
  ChosenValues values_;
};

}  // namespace

void register_threshold(Catalogue& all) { all.add<Threshold>("threshold"); }

}  // namespace trivium::compressors
