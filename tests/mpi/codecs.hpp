#pragma once
#include <cmath>
#include <vector>

#include <trivium/core/codec.hpp>
#include <trivium/core/stream.hpp>

// Small codecs for the network's tests: this room does not know the compressors.
namespace codecs {

using namespace trivium;

/// Every entry, in order: dense.
class Whole final : public Codec {
 public:
  explicit Whole(std::size_t d, ValueFormat format = ValueFormat::float64) : format_(format), values_(d) {}
  std::optional<ValueFormat> dense() const override { return format_; }
  void encode(const Vector& x, Message& message) override {
    Stream rounding = message.from.stream();
    message.append_values(Part::values, x.to_host(), format_, rounding);
  }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    reader.read_values(values_, format_);
    add_dense(out, weight, values_);
  }

 private:
  ValueFormat format_;
  std::vector<double> values_;
};

/// Every entry with probability p, divided by p: messages of all lengths. `shown`: a bit for each entry says
/// which were taken; otherwise both ends draw it, and with p = 0 messages are empty.
class Thinned final : public Codec {
 public:
  Thinned(double p, bool shown) : p_(p), shown_(shown) {}
  void encode(const Vector& x, Message& message) override {
    Stream stream = message.from.stream();
    x_ = x.to_host();
    for (const double value : x_) {
      const bool taken = stream.bernoulli(p_);
      if (shown_) message.append(Part::indices, taken, 1);
      if (taken) message.append_values(Part::values, std::span(&value, 1), ValueFormat::float64, stream);
    }
  }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    Stream stream = reader.from.stream();
    x_.assign(out.size(), 0);
    for (double& value : x_) {
      const bool drawn = stream.bernoulli(p_);
      if (shown_ ? reader.read(1) == 1 : drawn)
        reader.read_values(std::span(&value, 1), ValueFormat::float64);
      value = value == 0 ? 0 : value / p_;
    }
    add_dense(out, weight, x_);
  }

 private:
  double p_;
  bool shown_;
  std::vector<double> x_;
};

/// Entries whose sizes differ by many orders of magnitude, so that every order of summation gives other bits.
inline void mixed(int worker, std::uint64_t number, Vector& out) {
  Stream stream(77, Purpose::test, static_cast<std::uint64_t>(worker), number);
  std::vector<double> values(out.size());
  for (double& x : values)
    x = (stream.uniform() - 0.5) * std::exp2(static_cast<double>(stream.below(40)) - 20);
  out.assign(values);
}

}  // namespace codecs
