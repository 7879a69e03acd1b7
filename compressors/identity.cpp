#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>

#include "detail/chosen_values.hpp"

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
      : format_(params.values.format()),
        dimension_(shape.dimension),
        values_(format_, 0),
        workers_(shape.workers) {}

  Guarantee guarantee() const override {
    Guarantee g;
    g.omega = format_ == ValueFormat::bfloat16 ? bfloat16_omega : 0;
    g.delta = 1 / (1 - g.omega);
    g.linear = format_ != ValueFormat::bfloat16;
    g.joint_a = g.omega / workers_;
    g.expected_bits = static_cast<double>(dimension_) * bits_of(format_);
    return g;
  }
  std::optional<ValueFormat> dense() const override {
    return format_ == ValueFormat::bfloat16 ? std::nullopt : std::optional(format_);
  }
  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "identity");
    Stream rounding = message.from.stream();
    values_.append(x, all_entries(dimension_), message, rounding);
  }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "identity");
    values_.read(reader, dimension_, out);
    values_.add(all_entries(dimension_), weight, out);
  }

 private:
  ValueFormat format_;
  std::size_t dimension_;
  ChosenValues values_;
  int workers_;
};

}  // namespace

void register_identity(Catalogue& all) { all.add<Identity>("identity"); }

}  // namespace trivium::compressors
