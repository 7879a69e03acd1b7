#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>

namespace trivium::compressors {
namespace {

/// C(x) = x, up to the rounding of the value format.
class Identity final : public Compressor {
 public:
  struct Params {
    ValueField values;
    void describe(Fields& fields) { values.describe(fields); }
  };
  static About about() {
    return {"sends every entry",
            "C(x) = x; d values. float32 rounds to nearest (relative error 2^-24), bfloat16 stochastically.",
            "the uncompressed baseline"};
  }

  Identity(const Params& params, const Shape& shape)
      : format_(params.values.format()), entries_(shape.dimension), workers_(shape.workers) {}

  Guarantee guarantee() const override {
    Guarantee g;
    g.omega = format_ == ValueFormat::bfloat16 ? bfloat16_omega : 0;
    g.delta = 1 / (1 - g.omega);
    g.linear = format_ != ValueFormat::bfloat16;
    g.joint_a = g.omega / workers_;
    g.expected_bits = static_cast<double>(entries_.size()) * bits_of(format_);
    return g;
  }
  std::optional<ValueFormat> dense() const override {
    return format_ == ValueFormat::bfloat16 ? std::nullopt : std::optional(format_);
  }
  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), entries_.size(), "identity");
    Stream rounding = message.from.stream();
    if (x.on_host() && x.dtype() == Dtype::float64)
      message.append_values(Part::values, x.span<double>(), format_, rounding);
    else
      message.append_values(Part::values, x.to_host(), format_, rounding);
  }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    reader.read_values(entries_, format_);
    add_dense(out, weight, entries_);
  }

 private:
  ValueFormat format_;
  std::vector<double> entries_;
  int workers_;
};

}  // namespace

void register_identity(Catalogue& all) { all.add<Identity>("identity"); }

}  // namespace trivium::compressors
