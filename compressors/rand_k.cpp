#include <algorithm>

#include <trivium/compressors/value_coder.hpp>
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
    ValuesParam values;
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
            "With a compressor for the values, 1 + omega = (d/k) (1 + omega of it).\n"
            "Message: k values, then k indices (packed) or nothing more (seed).",
            "Beznosikov et al. 2022 (MASHA); Stich et al. 2018"};
  }

  RandK(const Params& params, const Shape& shape)
      : dimension_(shape.dimension),
        index_bits_(bits_for(shape.dimension)),
        workers_(shape.workers),
        packed_(params.indices == "packed"),
        scaled_(params.scaled),
        indices_(count(params, shape)),
        coder_(params.values, indices_.size(), shape, "rand_k") {
    static_cast<void>(guarantee());  // refuses values that do not fit
  }

  Guarantee guarantee() const override {
    const double d = static_cast<double>(dimension_), k = static_cast<double>(indices_.size());
    Guarantee g;
    g.unbiased = scaled_;
    g.omega = scaled_ ? d / k * (1 + coder_.omega()) - 1 : 0;
    g.delta = scaled_ ? 1 + g.omega : d / k / coder_.kept();
    g.linear = coder_.linear();
    g.proven = coder_.proven();
    g.joint_a = g.omega / workers_;
    g.expected_bits = coder_.expected_bits() + k * (packed_ ? index_bits_ : 0);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "rand_k");
    Stream stream = message.from.stream();
    stream.sample(static_cast<std::uint32_t>(dimension_), indices_);
    coder_.append(x, {indices_}, message, stream);
    if (packed_) message.append_words(Part::indices, indices_, index_bits_);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "rand_k");
    coder_.read(reader, out);
    if (packed_) {
      reader.read_words(indices_, index_bits_);
      std::uint32_t largest = 0;  // one comparison at the end: the loop stays in vector registers
      for (const std::uint32_t index : indices_) largest = std::max(largest, index);
      if (largest >= dimension_)
        throw MessageError(fmt::format("rand_k: index {} in a message for {} entries", largest, dimension_));
    } else {
      reader.from.stream().sample(static_cast<std::uint32_t>(dimension_), indices_);
    }
    const double scale = scaled_ ? static_cast<double>(dimension_) / static_cast<double>(indices_.size()) : 1;
    coder_.add({indices_}, weight * scale, out);
  }

  void state(Archive& archive, const std::string& name) override { coder_.state(archive, name); }

 private:
  static std::size_t count(const Params& params, const Shape& shape) {
    if (shape.dimension > 0xFFFFFFFFu)
      reject("rand_k takes vectors of up to 2^32 - 1 entries, got {}", shape.dimension);
    return params.k.of(shape.dimension, "rand_k.k");
  }

  std::size_t dimension_;
  int index_bits_;
  int workers_;
  bool packed_, scaled_;
  std::vector<std::uint32_t> indices_;  // scratch
  ValueCoder coder_;
};

}  // namespace

void register_rand_k(Catalogue& all) { all.add<RandK>("rand_k"); }

}  // namespace trivium::compressors
