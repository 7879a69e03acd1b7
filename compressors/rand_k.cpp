#include <algorithm>

#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>

namespace trivium::compressors {
namespace {

/// Sends k entries chosen uniformly without replacement.
class RandK final : public Compressor {
 public:
  struct Params {
    Amount k{0.1};
    std::string indices = "packed";
    bool scaled = true;
    ValueField values;
    void describe(Fields& fields) {
      fields.amount("k", k, "entries sent; below 1 a fraction of d");
      fields.choice(
          "indices", indices, {"packed", "seed"},
          "packed: ceil(log2 d) bits for each index; seed: no bits, both ends draw them from the shared key");
      fields.flag("scaled", scaled, "multiply by d/k, which makes it unbiased; without, it is contractive");
      values.describe(fields);
    }
  };
  static About about() {
    return {"k entries chosen at random",
            "C(x)_i = (d/k) x_i for i in S, 0 elsewhere; S a uniformly random k-subset, drawn independently "
            "by every worker.\n"
            "Unbiased with omega = d/k - 1. Unscaled: contractive with delta = d/k.\n"
            "Message: k values, then k indices (packed) or nothing more (seed).",
            "Beznosikov et al. 2022 (MASHA); Stich et al. 2018"};
  }

  RandK(const Params& params, const Shape& shape)
      : format_(params.values.format()),
        dimension_(shape.dimension),
        index_bits_(bits_for(shape.dimension)),
        workers_(shape.workers),
        packed_(params.indices == "packed"),
        scaled_(params.scaled) {
    if (dimension_ > 0xFFFFFFFFu)
      reject("rand_k takes vectors of up to 2^32 - 1 entries, got {}", dimension_);
    const std::uint32_t k = params.k.of(dimension_, "rand_k.k");
    indices_.resize(k);
    values_.resize(k);
  }

  Guarantee guarantee() const override {
    const double d = static_cast<double>(dimension_), k = static_cast<double>(indices_.size());
    // Stochastic rounding to bfloat16 multiplies the second moment by at most 1 + 2^-16.
    const double second_moment = d / k * (format_ == ValueFormat::bfloat16 ? 1 + 0x1p-16 : 1);
    Guarantee g;
    g.unbiased = scaled_;
    g.omega = scaled_ ? second_moment - 1 : 0;
    g.delta = scaled_ ? 1 + g.omega
                      : 1 / (1 - (1 - k / d) - (format_ == ValueFormat::bfloat16 ? k / d * 0x1p-16 : 0));
    g.joint_a = g.omega / workers_;
    g.expected_bits = k * (bits_of(format_) + (packed_ ? index_bits_ : 0));
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "rand_k");
    Stream stream = message.from.stream();
    stream.sample(static_cast<std::uint32_t>(dimension_), indices_);
    gather(x, indices_, values_);
    message.append_values(Part::values, values_, format_, stream);
    if (packed_) message.append_words(Part::indices, indices_, index_bits_);
  }

  void decode_add(const Message& message, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "rand_k");
    MessageReader reader(message);
    reader.read_values(values_, format_);
    if (packed_) {
      reader.read_words(indices_, index_bits_);
      std::uint32_t largest = 0;  // one comparison at the end: the loop stays in vector registers
      for (const std::uint32_t index : indices_) largest = std::max(largest, index);
      if (largest >= dimension_)
        throw MessageError(fmt::format("rand_k: index {} in a message for {} entries", largest, dimension_));
    } else {
      message.from.stream().sample(static_cast<std::uint32_t>(dimension_), indices_);
    }
    reader.finish();
    const double scale = scaled_ ? static_cast<double>(dimension_) / static_cast<double>(indices_.size()) : 1;
    scatter_add(out, indices_, weight * scale, values_);
  }

 private:
  ValueFormat format_;
  std::size_t dimension_;
  int index_bits_;
  int workers_;
  bool packed_, scaled_;
  std::vector<std::uint32_t> indices_;  // scratch, k of each
  std::vector<double> values_;
};

}  // namespace

void register_rand_k(Catalogue& all) { all.add<RandK>("rand_k"); }

}  // namespace trivium::compressors
