// Past extragradient (Popov 1980): the half step uses the operator's value at the last half step.
//   w_k     = P(z_k - gamma F(w_{k-1}))
//   z_{k+1} = P(z_k - gamma F(w_k))
#include "detail/dense_method.hpp"

namespace trivium::solvers {
namespace {

class PastExtragradient final : public DenseMethod {
 public:
  using Params = DenseParams;
  static About about() {
    return {"past extragradient (Popov): one exchange an iteration",
            "w = prox_g(z - g F(w_previous)), z+ = prox_g(z - g F(w)); w_{-1} = z_0\n"
            "theory: g = 1 / (4 L), |z - z*|^2 is multiplied by at most 1 - g mu each iteration; stable "
            "below 1 / (2 L)",
            "Popov 1980; Gidel et al. 2019, theorem 1"};
  }

  PastExtragradient(const Params& params, const Context& context)
      : DenseMethod(params, context), w_(z_.like()) {
    const double mu = context.constants.mu();
    use_theory(1 / (4 * context.constants.L()), "1 / (4 L)", 1,
               [=](double g) { return 1 - g * std::max(mu, 0.0); });
  }

  void start() override { evaluate(z_, F_); }  // F(w_{-1}) = F(z_0)
  void step() override {
    combine(w_, {{1, z_}, {-gamma_, F_}});  // w = P(z - gamma F(w_previous))
    problem_.prox(gamma_, w_);
    evaluate(w_, F_);
    combine(z_, {{1, z_}, {-gamma_, F_}});  // z = P(z - gamma F(w))
    problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("F_w", F_);
  }

 private:
  Vector w_;
};

}  // namespace

void register_past_extragradient(Catalogue& all) { all.add<PastExtragradient>("past_extragradient"); }

}  // namespace trivium::solvers
