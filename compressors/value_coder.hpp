#pragma once
#include <memory>
#include <span>

#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/detail/chosen_values.hpp>

namespace trivium::compressors {

/// The field `values` of compressors that choose entries: a format, or a compressor for what was chosen.
struct ValuesParam {
  Plugin plugin{"float64", {}, ""};
  void describe(Fields& fields);
};

/// Carries the numbers that a compressor has chosen, always the same count of them, in a format or through a
/// compressor of their own: `values = "natural"` in `rand_k` is natural rounding of the k entries.
class ValueCoder {
 public:
  /// `owner` is the compressor that chooses, for messages. Throws InputError for what cannot be nested.
  ValueCoder(const ValuesParam& param, std::size_t count, const Shape& shape, const char* owner);

  /// `rounding` is the chooser's own stream; only bfloat16 draws from it.
  void append(std::span<const double> values, Message& message, Stream& rounding);
  void read(MessageReader& reader, std::span<double> values);
  /// The same for chosen entries of x, wherever it lives.
  void append(const Vector& x, const Stretches& chosen, Message& message, Stream& rounding);
  /// Takes them from a message for `out`, to which `add` adds them when it is known where.
  void read(MessageReader& reader, const Vector& out);
  void add(const Stretches& chosen, double weight, Vector& out);
  void state(Archive& archive, const std::string& name);

  /// E|C(v) - v|^2 <= omega |v|^2 and E C(v) = v; throws InputError when the values' compressor is biased.
  double omega() const;
  /// E|C(v) - v|^2 <= (1 - kept) |v|^2, 0 < kept <= 1; throws InputError when nothing is sure to be kept.
  double kept() const;
  double expected_bits() const;
  bool proven() const { return guarantee_.proven; }
  /// Numbers travel one by one, and sums of them as sums, up to rounding to nearest.
  bool linear() const { return nested_ == nullptr && format_ != ValueFormat::bfloat16; }

 private:
  void encode_nested(Message& message);
  void read_nested(MessageReader& reader);

  std::string owner_, name_;
  std::size_t count_;
  ValueFormat format_;                  // where none is nested
  std::unique_ptr<Compressor> nested_;  // null for a format
  Guarantee guarantee_;                 // of the nested one
  Vector scratch_;                      // for the nested one
  ChosenValues chosen_;                 // for a format
};

}  // namespace trivium::compressors
