#include <trivium/compressors/value_coder.hpp>
#include <trivium/core/errors.hpp>

namespace trivium::compressors {
namespace {

/// Sends the whole vector with probability p, else nothing. The bit that says which comes last, where it
/// leaves the values whole bytes; the receiver, who draws the same coin, knows before it reads them.
class Bernoulli final : public Compressor {
 public:
  struct Params {
    double p = 0.1;
    bool scaled = true;
    ValuesParam values;
    void describe(Fields& fields) {
      fields.real("p", p, {0, 1, true}, "probability of sending");
      fields.flag("scaled", scaled, "multiply by 1/p, which makes it unbiased; without, it is contractive");
      values.describe(fields);
    }
  };
  static About about() {
    return {"the whole vector with probability p, else nothing (lazy sending)",
            "C(x) = x / p with probability p, else 0, drawn independently by every worker.\n"
            "Unbiased with omega = 1/p - 1. Unscaled: contractive with delta = 1/p.\n"
            "With a compressor for the values, 1 + omega = (1/p) (1 + omega of it).\n"
            "For lazy communication: a worker sends or skips, and a skipped round costs one bit.\n"
            "Message: the d values or nothing, then one bit that says which.",
            "Islamov, Qian, Hanzely, Safaryan, Richtarik 2022 (Bernoulli aggregation)"};
  }

  Bernoulli(const Params& params, const Shape& shape)
      : probability_(params.p),
        scaled_(params.scaled),
        workers_(shape.workers),
        dimension_(shape.dimension),
        coder_(params.values, shape.dimension, shape, "bernoulli") {
    static_cast<void>(guarantee());  // refuses values that do not fit
  }

  Guarantee guarantee() const override {
    Guarantee g;
    g.unbiased = scaled_;
    g.omega = scaled_ ? (1 + coder_.omega()) / probability_ - 1 : 0;
    g.delta = scaled_ ? 1 + g.omega : 1 / (probability_ * coder_.kept());
    g.linear = coder_.linear();
    g.proven = coder_.proven();
    g.joint_a = g.omega / workers_;
    g.expected_bits = 1 + probability_ * coder_.expected_bits();
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "bernoulli");
    Stream stream = message.from.stream();
    const bool send = stream.bernoulli(probability_);
    if (send) coder_.append(x, all_entries(dimension_), message, stream);
    message.append(Part::scalars, send ? 1 : 0, 1);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "bernoulli");
    const bool sent = reader.from.stream().bernoulli(probability_);
    if (sent) coder_.read(reader, out);
    if ((reader.read(1) != 0) != sent)
      throw MessageError("bernoulli: the bit of a message contradicts the key of its sender");
    if (sent) coder_.add(all_entries(dimension_), scaled_ ? weight / probability_ : weight, out);
  }

  void state(Archive& archive, const std::string& name) override { coder_.state(archive, name); }

 private:
  double probability_;
  bool scaled_;
  int workers_;
  std::size_t dimension_;
  ValueCoder coder_;
};

}  // namespace

void register_bernoulli(Catalogue& all) { all.add<Bernoulli>("bernoulli"); }

}  // namespace trivium::compressors
