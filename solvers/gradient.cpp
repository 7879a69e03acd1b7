// Gradient descent-ascent (GDA).
//   z+ = P(z - gamma F(z))
#include "detail/dense_method.hpp"

namespace trivium::solvers {
namespace {

class Gradient final : public DenseMethod {
 public:
  using Params = DenseParams;
  static About about() {
    return {"gradient descent-ascent; needs strong monotonicity, spirals out on a rotation",
            "z+ = prox_g(z - g F(z))\n"
            "theory: g = mu / L^2, |z - z*|^2 is multiplied by at most 1 - 2 g mu + g^2 L^2 each iteration",
            "Arrow, Hurwicz, Uzawa 1958; Facchinei, Pang 2003, theorem 12.1.2"};
  }

  Gradient(const Params& params, const Context& context) : DenseMethod(params, context) {
    const double L = context.constants.L(), mu = context.constants.mu();
    if (!step_is_given() && !(mu > 0))
      reject(
          "gradient: the theory step mu / L^2 needs a strongly monotone operator, found mu = {:g}; give step "
          "a number or use extragradient",
          mu);
    use_theory(mu / (L * L), "mu / L^2", 1, [=](double g) { return 1 - 2 * g * mu + g * g * L * L; });
  }

  void step() override {
    evaluate(z_, F_);
    combine(z_, {{1, z_}, {-gamma_, F_}});  // z = P(z - gamma F(z))
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override { archive.common("z", z_); }
};

}  // namespace

void register_gradient(Catalogue& all) { all.add<Gradient>("gradient"); }

}  // namespace trivium::solvers
