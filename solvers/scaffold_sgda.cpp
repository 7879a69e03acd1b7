// SCAFFOLD (Karimireddy et al. 2020) with operators in place of gradients, all workers in every round, server
// step 1. The controls c_m, mean c, take the workers' drift out of the local steps.
//   worker m: y_0 = z,  y_{k+1} = y_k - gamma (F_m(y_k) - c_m + c);  sends S_m = sum of the F_m(y_k)
//   z+ = mean of the y_K = z - gamma mean of the S_m
//   c_m = c_m - c + (z - y_K) / (K gamma) = S_m / K,  c = mean of the S_m / K
// The controls are implied by the vector that travels anyway: one dense vector each way in a round, not two.
#include "detail/local.hpp"

namespace trivium::solvers {
namespace {

class ScaffoldSgda final : public LocalMethod {
 public:
  using Params = LocalParams;
  static About about() {
    return {"local steps with control variates: reaches the solution",
            "y_0 = z, y_{k+1} = y_k - g (F_m(y_k) - c_m + c), z+ = mean of the y_K, c_m += (z - y_K) / (K g) "
            "- c, c = mean of the c_m; whole space only\n"
            "theory: g = 1 / (K l + 4 (K - 1) L_max sqrt(l / mu)), l = min{ ell, L^2 / mu };\n"
            "V = |z - z*|^2 + (7.5 / mu) (1 - 1 / K)^2 (g K)^3 L_max^2 mean |c_m - F_m(z)|^2 is multiplied "
            "by at most 1 - (3 / 4) g K mu each iteration",
            "Karimireddy, Kale, Mohri, Reddi, Stich, Suresh 2020 (arXiv 1910.06378); step for operators "
            "derived here"};
  }

  /// With x = g K, u^2 = mean |c_m - F_m(z)|^2, p = <F(z), z - z*> and e = the mean of S_m less K F(z):
  ///   g |e| <= a x^2 L_max (|F(z)| + u),
  ///   |z - x F(z) - z*|^2 <= |z - z*|^2 - (2 x - x^2 l) p,   |F(z)|^2 <= l p,
  ///   u+ <= x L_max ((1 + a (1 + x L_max)) |F(z)| + a (1 + x L_max) u).
  /// In V, w = 18 a^2 x^3 L_max^2 / mu before u^2, 2 |z - z*| a x^2 L_max u takes x mu / 4 of the distance
  /// and 4 a^2 x^3 L_max^2 / mu of u^2, and x p >= x mu |z - z*|^2 is left; u^2 is more than halved.
  ScaffoldSgda(const Params& params, const Context& context)
      : LocalMethod("scaffold_sgda", params, context), c_(z_.like()), c_m_(for_workers()) {
    const double l = cocoercivity(context.constants).mean, mu = context.constants.mu();
    use_local_theory(drift_bound(4, l, l, context.constants), "1 / (K l + 4 (K - 1) L_max sqrt(l / mu))", 1,
                     [&](double g) { return 1 - 0.75 * g * K_ * mu; });
  }

  void step() override {
    advance([&](int m, Vector& S) {
      Vector& c_m = c_m_[local(m)];
      problem_.evaluate(m, z_, S);
      corrected_steps(m, c_m, c_, S);
      if (format_ == ValueFormat::float32) round_to_float32(S);  // as it is sent, so that c is their mean
      combine(c_m, {{1.0 / K_, S}});                             // c_m = S_m / K
    });
    combine(c_, {{1.0 / K_, S_}});  // c = S / K
  }
  void state(Archive& archive) override {
    LocalMethod::state(archive);
    archive.common("c", c_);
    archive.workers("c_m", c_m_);
  }

 private:
  Vector c_;
  std::vector<Vector> c_m_;
};

}  // namespace

void register_scaffold_sgda(Catalogue& all) { all.add<ScaffoldSgda>("scaffold_sgda"); }

}  // namespace trivium::solvers
