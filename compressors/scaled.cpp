#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>

namespace trivium::compressors {
namespace {

/// An unbiased compressor, shrunk until it contracts.
class Scaled final : public Compressor {
 public:
  struct Params {
    Plugin of{"rand_k", {}, ""};
    void describe(Fields& fields) {
      fields.plugin("of", of, catalogue(), "the unbiased compressor Q that is divided by 1 + omega");
    }
  };
  static About about() {
    return {"an unbiased compressor divided by 1 + omega, which makes it contractive",
            "C(x) = Q(x) / (1 + omega), Q unbiased with that omega.\n"
            "E|C(x) - x|^2 = E|Q(x)|^2 / (1 + omega)^2 - 2 |x|^2 / (1 + omega) + |x|^2\n"
            "             <= (1 - 1/(1 + omega)) |x|^2: contractive with delta = 1 + omega.\n"
            "Message: that of Q; the receiver divides.",
            "Beznosikov et al. 2023 (On biased compression); Richtarik et al. 2021 (EF21)"};
  }

  Scaled(const Params& params, const Shape& shape)
      : of_(catalogue().make(params.of, shape)), divisor_(1 + of_->guarantee().omega) {
    if (!of_->guarantee().unbiased)
      reject("scaled.of: '{}' is biased, and contracts as it is; use it without scaled", params.of.type);
  }

  Guarantee guarantee() const override {
    Guarantee g = of_->guarantee();
    g.delta = divisor_;
    g.unbiased = false;
    g.omega = g.joint_a = g.joint_b = 0;
    return g;
  }
  void encode(const Vector& x, Message& message) override { of_->encode(x, message); }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    of_->read_add(reader, weight / divisor_, out);
  }
  void state(Archive& archive, const std::string& name) override { of_->state(archive, name + ".of"); }

 private:
  std::unique_ptr<Compressor> of_;
  double divisor_;  // 1 + omega
};

}  // namespace

void register_scaled(Catalogue& all) { all.add<Scaled>("scaled"); }

}  // namespace trivium::compressors
