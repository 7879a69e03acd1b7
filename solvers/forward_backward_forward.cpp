// Forward-backward-forward (Tseng 2000).
//   w  = P(z - gamma F(z))
//   z+ = w - gamma (F(w) - F(z))          (optionally projected)
#include "detail/dense_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class ForwardBackwardForward final : public DenseMethod {
 public:
  struct Params : DenseParams {
    bool project_last = false;
    void describe(Fields& fields) {
      DenseParams::describe(fields);
      fields.flag("project_last", project_last, "apply the prox to z+ too, so that every point is feasible");
    }
  };
  static About about() {
    return {
        "Tseng's forward-backward-forward: extragradient with one prox",
        "w = prox_g(z - g F(z)), z+ = w - g (F(w) - F(z)); the same as extragradient without constraints\n"
        "theory: g = 1 / (2 L), or less so that g^2 L^2 + 2 g mu <= 1; |z - z*|^2 is multiplied by at most 1 "
        "- g mu each "
        "iteration",
        "Tseng 2000"};
  }

  ForwardBackwardForward(const Params& params, const Context& context)
      : DenseMethod(params, context), project_last_(params.project_last), w_(z_.like()), F_w_(z_.like()) {
    const double mu = context.constants.mu();
    use_theory(two_step_bound(context.constants.L(), mu), two_step_rule, 2,
               [=](double g) { return 1 - g * std::max(mu, 0.0); });
  }

  void step() override {
    evaluate(z_, F_);
    combine(w_, {{1, z_}, {-gamma_, F_}});  // w = P(z - gamma F(z))
    problem_.prox(gamma_, w_);
    evaluate(w_, F_w_);
    combine(z_, {{1, w_}, {-gamma_, F_w_}, {gamma_, F_}});  // z = w - gamma (F(w) - F(z))
    if (project_last_) problem_.prox(gamma_, z_);
  }
  void state(Archive& archive) override { archive.common("z", z_); }

 private:
  bool project_last_;
  Vector w_, F_w_;
};

}  // namespace

void register_forward_backward_forward(Catalogue& all) {
  all.add<ForwardBackwardForward>("forward_backward_forward");
}

}  // namespace trivium::solvers
