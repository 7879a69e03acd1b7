#include <trivium/compressors/value_coder.hpp>
#include <trivium/core/errors.hpp>

#include "detail/largest.hpp"

namespace trivium::compressors {
namespace {

/// Sends the k entries largest in magnitude.
class TopK final : public Compressor {
 public:
  struct Params {
    Amount k{0.1};
    ValuesParam values;
    void describe(Fields& fields) {
      fields.amount("k", k, "entries sent; below 1 a fraction of d");
      values.describe(fields);
    }
  };
  static About about() {
    return {"the k entries largest in magnitude",
            "C(x)_i = x_i for the k largest |x_i|, 0 elsewhere; of equal ones those of lowest index.\n"
            "Deterministic and biased: contractive with delta = d/k.\n"
            "With a compressor for the values, delta = (d/k) / (1 - omega of it), or (d/k) (delta of it).\n"
            "NaN counts as larger than infinity: it is sent, and the mistake shows.\n"
            "Message: k values, then their k indices in ascending order, ceil(log2 d) bits each.",
            "Stich et al. 2018; Beznosikov et al. 2023 (biased compression)"};
  }

  TopK(const Params& params, const Shape& shape)
      : dimension_(shape.dimension),
        index_bits_(bits_for(shape.dimension)),
        indices_(count(params, shape)),
        values_(indices_.size()),
        largest_(dimension_, indices_.size()),
        coder_(params.values, indices_.size(), shape, "top_k") {
    static_cast<void>(guarantee());  // refuses values that do not fit
  }

  Guarantee guarantee() const override {
    const double d = static_cast<double>(dimension_), k = static_cast<double>(indices_.size());
    Guarantee g;
    g.unbiased = false;
    // What is lost of the chosen entries and what is not chosen are orthogonal, and the chosen ones hold at
    // least k/d of |x|^2.
    g.delta = d / k / coder_.kept();
    g.proven = coder_.proven();
    g.expected_bits = coder_.expected_bits() + k * index_bits_;
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "top_k");
    largest_.select(x, indices_, values_);
    Stream rounding = message.from.stream();
    coder_.append(values_, message, rounding);
    message.append_words(Part::indices, indices_, index_bits_);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "top_k");
    coder_.read(reader, out);
    reader.read_words(indices_, index_bits_);
    std::size_t descents = 0;  // counted to the end: the loop stays in vector registers
    for (std::size_t i = 1; i < indices_.size(); ++i) descents += indices_[i] <= indices_[i - 1];
    if (descents > 0) throw MessageError("top_k: the indices of a message do not ascend");
    if (indices_.back() >= dimension_)
      throw MessageError(
          fmt::format("top_k: index {} in a message for {} entries", indices_.back(), dimension_));
    coder_.add({indices_}, weight, out);
  }

  void state(Archive& archive, const std::string& name) override { coder_.state(archive, name); }

 private:
  static std::size_t count(const Params& params, const Shape& shape) {
    if (shape.dimension > 0xFFFFFFFFu)
      reject("top_k takes vectors of up to 2^32 - 1 entries, got {}", shape.dimension);
    return params.k.of(shape.dimension, "top_k.k");
  }

  std::size_t dimension_;
  int index_bits_;
  std::vector<std::uint32_t> indices_;  // scratch, k of each
  std::vector<double> values_;
  Largest largest_;
  ValueCoder coder_;
};

}  // namespace

void register_top_k(Catalogue& all) { all.add<TopK>("top_k"); }

}  // namespace trivium::compressors
