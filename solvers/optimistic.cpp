// Optimistic gradient (OGDA), with constraints the forward-reflected-backward method (Malitsky, Tam 2020).
//   z_{k+1} = P(z_k - gamma (2 F(z_k) - F(z_{k-1}))),  z_{-1} = z_0
#include "detail/dense_method.hpp"

namespace trivium::solvers {
namespace {

class Optimistic final : public DenseMethod {
 public:
  using Params = DenseParams;
  static About about() {
    return {"optimistic gradient / forward-reflected-backward: one exchange and one prox an iteration",
            "z+ = prox_g(z - g (2 F(z) - F(z_previous))); z_{-1} = z_0\n"
            "theory: g = 1 / (4 L), |z_k - z*|^2 <= (4/3) (1 - g mu)^k |z_0 - z*|^2; stable below 1 / (2 L)",
            "Malitsky, Tam 2020; Mokhtari, Ozdaglar, Pattathil 2020, theorem 4"};
  }

  Optimistic(const Params& params, const Context& context)
      : DenseMethod(params, context), F_previous_(z_.like()) {
    const double mu = context.constants.mu();
    use_theory(1 / (4 * context.constants.L()), "1 / (4 L)", 1,
               [=](double g) { return 1 - g * std::max(mu, 0.0); });
  }

  void step() override {
    std::swap(F_, F_previous_);
    evaluate(z_, F_);
    if (first_) copy(F_previous_, F_);  // z_{-1} = z_0
    first_ = false;
    combine(
        z_,
        {{1, z_}, {-2 * gamma_, F_}, {gamma_, F_previous_}});  // z = P(z - gamma (2 F(z) - F(z_previous)))
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("F", F_);
    archive.common("first", first_);
  }

 private:
  Vector F_previous_;
  bool first_ = true;
};

}  // namespace

void register_optimistic(Catalogue& all) { all.add<Optimistic>("optimistic"); }

}  // namespace trivium::solvers
