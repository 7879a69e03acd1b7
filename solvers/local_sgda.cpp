// Local gradient descent-ascent (FedAvg-S; McMahan et al. 2017): K steps of every worker on its own operator,
// then the mean of where they arrive.
//   worker m: y_0 = z,  y_{k+1} = y_k - gamma F_m(y_k);  sends S_m = sum of the F_m(y_k) = (z - y_K) / gamma
//   z+ = mean of the y_K = z - gamma mean of the S_m
// For K > 1 it stops at a squared distance that is proportional to (gamma (K - 1))^2: the workers drift
// apart.
#include "detail/local.hpp"

namespace trivium::solvers {
namespace {

class LocalSgda final : public LocalMethod {
 public:
  using Params = LocalParams;
  static About about() {
    return {"local gradient descent-ascent steps, then the mean (FedAvg); stops at a floor",
            "y_0 = z, y_{k+1} = y_k - g F_m(y_k), z+ = mean of the y_K; whole space only\n"
            "theory: g = 1 / (K l + 3 (K - 1) L_max sqrt(l_M / mu)), l = min{ ell, L^2 / mu }, l_M = min{ "
            "ell, L_rms^2 / mu };\n"
            "|z_k - z*|^2 <= (1 - g K mu / 2)^k |z_0 - z*|^2 + 4 (g (K - 1) L_max / mu)^2 mean |F_m(z*)|^2; "
            "no rate is stated unless K = 1, and then it is 1 - g mu",
            "McMahan, Moore, Ramage, Hampson, Aguera y Arcas 2017; for operators: step derived here"};
  }

  /// With x = g K, p = <F(z), z - z*>, s = mean |F_m(z*)|^2 and e = the mean of S_m less K F(z):
  ///   g |e| <= a x^2 L_max mean |F_m(z)| <= a x^2 L_max (sqrt(l_M p) + sqrt(s)),
  ///   |z - x F(z) - z*|^2 <= |z - z*|^2 - (2 x - x^2 l) p,
  /// and of p at least x p >= x mu |z - z*|^2 is left, half of which pays for 2 |z - z*| a x^2 L_max sqrt(s).
  LocalSgda(const Params& params, const Context& context) : LocalMethod("local_sgda", params, context) {
    const Cocoercivity l = cocoercivity(context.constants);
    const double mu = context.constants.mu();
    use_local_theory(drift_bound(3, l.mean, l.workers, context.constants),
                     "1 / (K l + 3 (K - 1) L_max sqrt(l_M / mu))", 1,
                     [&](double g) { return K_ == 1 ? 1 - g * mu : 1; });
  }

  void step() override {
    advance([&](int m, Vector& S) {
      problem_.evaluate(m, z_, S);
      for (int k = 1; k < K_; ++k) {
        combine(y_, {{1, z_}, {-gamma_, S}});  // y_k
        problem_.evaluate(m, y_, F_);
        combine(S, {{1, S}, {1, F_}});
      }
    });
  }
};

}  // namespace

void register_local_sgda(Catalogue& all) { all.add<LocalSgda>("local_sgda"); }

}  // namespace trivium::solvers
