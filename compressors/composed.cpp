#include <trivium/compressors/whole_vector.hpp>

namespace trivium::compressors {
namespace {

/// One unbiased compressor after another.
class Composed final : public Compressor {
 public:
  struct Params {
    Plugin first{"rand_k", {}, ""};
    Plugin then{"rand_k", {}, ""};
    void describe(Fields& fields) {
      fields.plugin("first", first, catalogue(), "the unbiased compressor that x goes through first");
      fields.plugin("then", then, catalogue(),
                    "the unbiased compressor for what comes out of it, the one that sends");
    }
  };
  static About about() {
    return {
        "one unbiased compressor after another",
        "C(x) = Q2(Q1(x)), Q1 = first, Q2 = then, with independent random choices.\n"
        "Unbiased with 1 + omega = (1 + omega_1) (1 + omega_2). Nothing of the kind is proven with a biased "
        "one: the second may drop just what the first has kept.\n"
        "Message: that of then, for all d entries.\n"
        "To round the entries that rand_k has chosen, nest instead: rand_k { values = \"natural\" } has the "
        "same 1 + omega, and sends k words where natural after rand_k sends d, most of them for zeros. The "
        "other order, rand_k after qsgd, quantises against the norm of the whole vector: with s levels omega "
        "of qsgd grows with d, nested only with k; and its rand_k sends full numbers again.",
        "Horvath et al. 2022 (Natural compression)"};
  }

  Composed(const Params& params, const Shape& shape)
      : first_(make_whole_vector(params.first, shape, "composed.first")),
        then_(make_whole_vector(params.then, shape, "composed.then")),
        between_(shape.dimension),
        workers_(shape.workers) {
    require_unbiased(*first_, params.first.type, "first");
    require_unbiased(*then_, params.then.type, "then");
  }

  Guarantee guarantee() const override {
    const Guarantee first = first_->guarantee(), then = then_->guarantee();
    Guarantee g;
    g.omega = first.omega + then.omega + first.omega * then.omega;
    g.delta = 1 + g.omega;
    g.joint_a = g.omega / workers_;
    g.expected_bits = then.expected_bits;
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), between_.size(), "composed");
    {
      draft_.clear();
      draft_.from = message.from;
      const Inside inside(draft_.from, 0);
      first_->encode(x, draft_);
      fill(between_, 0);
      first_->decode_add(draft_, 1, between_);
    }
    const Inside inside(message.from, 1);
    then_->encode(between_, message);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    const Inside inside(reader.from, 1);
    then_->read_add(reader, weight, out);
  }

  void state(Archive& archive, const std::string& name) override {
    first_->state(archive, name + ".first");
    then_->state(archive, name + ".then");
  }

 private:
  static void require_unbiased(const Compressor& compressor, const std::string& name, const char* field) {
    if (!compressor.guarantee().unbiased)
      reject(
          "composed.{}: '{}' is biased, and nothing is proven of such a composition; use unbiased "
          "compressors, "
          "or nest one as the values of the other",
          field, name);
  }

  std::unique_ptr<Compressor> first_, then_;
  Message draft_;   // of first: it never travels
  Vector between_;  // Q1(x)
  int workers_;
};

}  // namespace

void register_composed(Catalogue& all) { all.add<Composed>("composed"); }

}  // namespace trivium::compressors
