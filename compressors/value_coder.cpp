#include "value_coder.hpp"

#include <algorithm>

#include <trivium/core/errors.hpp>

#include "value_format.hpp"

namespace trivium::compressors {

void ValuesParam::describe(Fields& fields) {
  fields.plugin("values", plugin, catalogue(),
                "how the chosen numbers travel: a format (bfloat16 is rounded stochastically, so it stays "
                "unbiased) or a compressor for them",
                format_names());
}

ValueCoder::ValueCoder(const ValuesParam& param, std::size_t count, const Shape& shape, const char* owner)
    : owner_(owner),
      name_(param.plugin.type),
      count_(count),
      format_(format_of(name_)),
      chosen_(format_, is_format(name_) ? count : 0) {
  if (is_format(name_)) {
    guarantee_.omega = format_ == ValueFormat::bfloat16 ? bfloat16_omega : 0;
    guarantee_.expected_bits = static_cast<double>(count_) * bits_of(format_);
    return;
  }
  nested_ = catalogue().make(param.plugin, shape.inside(count, owner_ + ".values", name_));
  guarantee_ = nested_->guarantee();
  if (guarantee_.needs_all_workers)
    reject(
        "{}.values: '{}' splits coordinates among the workers, who have not chosen the same ones; use a "
        "compressor of single vectors",
        owner_, name_);
  scratch_ = Vector(count);
}

void ValueCoder::append(std::span<const double> values, Message& message, Stream& rounding) {
  if (nested_ == nullptr) {
    message.append_values(Part::values, values, format_, rounding);
    return;
  }
  std::copy(values.begin(), values.end(), scratch_.span<double>().begin());
  encode_nested(message);
}

void ValueCoder::read(MessageReader& reader, std::span<double> values) {
  if (nested_ == nullptr) {
    reader.read_values(values, format_);
    return;
  }
  read_nested(reader);
  const auto read = scratch_.span<double>();
  std::copy(read.begin(), read.end(), values.begin());
}

void ValueCoder::append(const Vector& x, const Stretches& chosen, Message& message, Stream& rounding) {
  if (nested_ == nullptr) return chosen_.append(x, chosen, message, rounding);
  gather(x, chosen, scratch_.span<double>());
  encode_nested(message);
}

void ValueCoder::read(MessageReader& reader, const Vector& out) {
  if (nested_ == nullptr)
    chosen_.read(reader, count_, out);
  else
    read_nested(reader);
}

void ValueCoder::add(const Stretches& chosen, double weight, Vector& out) {
  if (nested_ == nullptr)
    chosen_.add(chosen, weight, out);
  else
    scatter_add(out, chosen, weight, scratch_.span<double>());
}

void ValueCoder::encode_nested(Message& message) {
  const Inside inside(message.from, 0);
  nested_->encode(scratch_, message);
}

void ValueCoder::read_nested(MessageReader& reader) {
  fill(scratch_, 0);
  const Inside inside(reader.from, 0);
  nested_->read_add(reader, 1, scratch_);
}

void ValueCoder::state(Archive& archive, const std::string& name) {
  if (nested_ != nullptr) nested_->state(archive, name + ".values");
}

double ValueCoder::omega() const {
  if (!guarantee_.unbiased)
    reject("{}.values: '{}' is biased, and {} must stay unbiased; use an unbiased compressor such as natural",
           owner_, name_, owner_);
  return guarantee_.omega;
}

double ValueCoder::kept() const {
  const double kept = guarantee_.unbiased ? 1 - guarantee_.omega : 1 / guarantee_.delta;
  if (!(kept > 0))
    reject(
        "{}.values: '{}' has omega = {:.3g} for {} numbers, and {} contracts only with omega < 1; use a "
        "finer one, or wrap it in scaled",
        owner_, name_, guarantee_.omega, count_, owner_);
  return kept;
}

double ValueCoder::expected_bits() const { return guarantee_.expected_bits; }

}  // namespace trivium::compressors
