// Extragradient (Korpelevich 1976).  z: iterate, w: half step.
//   w  = P(z - gamma F(z))
//   z+ = P(z - gamma F(w))
#include "detail/dense_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class Extragradient final : public DenseMethod {
 public:
  using Params = DenseParams;
  static About about() {
    return {"extragradient: two exchanges an iteration",
            "w = prox_g(z - g F(z)), z+ = prox_g(z - g F(w))\n"
            "theory: g = 1 / (2 L), or less so that g^2 L^2 + 2 g mu <= 1; |z - z*|^2 is multiplied by at "
            "most 1 - g mu each "
            "iteration",
            "Korpelevich 1976; Tseng 1995"};
  }

  Extragradient(const Params& params, const Context& context) : DenseMethod(params, context), w_(z_.like()) {
    const double mu = context.constants.mu();
    use_theory(two_step_bound(context.constants.L(), mu), two_step_rule, 2,
               [=](double g) { return 1 - g * std::max(mu, 0.0); });
  }

  void step() override {
    evaluate(z_, F_);
    combine(w_, {{1, z_}, {-gamma_, F_}});  // w = P(z - gamma F(z))
    problem_.prox(gamma_, w_);
    evaluate(w_, F_);
    combine(z_, {{1, z_}, {-gamma_, F_}});  // z = P(z - gamma F(w))
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override { archive.common("z", z_); }

 private:
  Vector w_;
};

}  // namespace

void register_extragradient(Catalogue& all) { all.add<Extragradient>("extragradient"); }

}  // namespace trivium::solvers
