#include <cmath>

#include <trivium/compressors/whole_vector.hpp>

namespace trivium::compressors {
namespace {

/// A contractive compressor, and an unbiased one for what it leaves.
class Induced final : public Compressor {
 public:
  struct Params {
    Plugin first{"rand_k", {{"scaled", false}}, ""};
    Plugin rest{"rand_k", {}, ""};
    void describe(Fields& fields) {
      fields.plugin("first", first, catalogue(), "the contractive compressor C that goes first");
      fields.plugin("rest", rest, catalogue(), "the unbiased compressor Q for x - C(x)");
    }
  };
  static About about() {
    return {"a contractive compressor, made unbiased by a second one for the rest",
            "C(x) + Q(x - C(x)), C contractive with delta, Q unbiased with omega.\n"
            "Unbiased: given C(x), the mean of Q(x - C(x)) is x - C(x).\n"
            "Its omega is omega (1 - 1/delta): E|Q(r) - r|^2 <= omega |r|^2 for the rest r = x - C(x), and "
            "E|r|^2 <= (1 - 1/delta) |x|^2.\n"
            "Message: that of C, then that of Q.",
            "Horvath, Richtarik 2021 (A better alternative to error feedback)"};
  }

  Induced(const Params& params, const Shape& shape)
      : first_(make_whole_vector(params.first, shape, "induced.first")),
        rest_(make_whole_vector(params.rest, shape, "induced.rest")),
        remainder_(shape.dimension),
        workers_(shape.workers) {
    const Guarantee first = first_->guarantee();
    if (std::isinf(first.contraction()))
      reject(
          "induced.first: '{}' has omega = {:.3g} and does not contract; use a contractive compressor, or "
          "wrap "
          "it in scaled",
          params.first.type, first.omega);
    if (!rest_->guarantee().unbiased)
      reject(
          "induced.rest: '{}' is biased, and so would be the sum; use an unbiased compressor such as rand_k",
          params.rest.type);
  }

  Guarantee guarantee() const override {
    const Guarantee first = first_->guarantee(), rest = rest_->guarantee();
    Guarantee g;
    g.omega = rest.omega * (first.proven ? 1 - 1 / first.contraction() : 1);  // C may do no good, but no harm
    g.delta = 1 + g.omega;
    g.joint_a = g.omega / workers_;
    g.expected_bits = first.expected_bits + rest.expected_bits;
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), remainder_.size(), "induced");
    copy(remainder_, x);
    const std::uint64_t start = message.bits();
    {
      const Inside inside(message.from, 0);
      first_->encode(x, message);
      MessageReader sent(message, start);
      first_->read_add(sent, -1, remainder_);  // x - C(x), with the C(x) that the receiver finds
    }
    const Inside inside(message.from, 1);
    rest_->encode(remainder_, message);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    {
      const Inside inside(reader.from, 0);
      first_->read_add(reader, weight, out);
    }
    const Inside inside(reader.from, 1);
    rest_->read_add(reader, weight, out);
  }

  void state(Archive& archive, const std::string& name) override {
    first_->state(archive, name + ".first");
    rest_->state(archive, name + ".rest");
  }

 private:
  std::unique_ptr<Compressor> first_, rest_;
  Vector remainder_;  // x - C(x)
  int workers_;
};

}  // namespace

void register_induced(Catalogue& all) { all.add<Induced>("induced"); }

}  // namespace trivium::compressors
