// Extra Step Local SGD (Beznosikov, Samokhin, Gasnikov 2020) with exact operators: K extragradient steps of
// every worker on its own operator, then the mean of where they arrive.
//   worker m: y_0 = z,  w_k = y_k - gamma F_m(y_k),  y_{k+1} = y_k - gamma F_m(w_k)
//             sends S_m = sum of the F_m(w_k) = (z - y_K) / gamma
//   z+ = mean of the y_K = z - gamma mean of the S_m
// It stops at a squared distance of the order of (gamma K)^2, for K = 1 too: the half step is local.
#include "detail/local.hpp"

namespace trivium::solvers {
namespace {

class LocalExtragradient final : public LocalMethod {
 public:
  using Params = LocalParams;
  static About about() {
    return {"local extragradient steps, then the mean; stops at a floor",
            "y_0 = z, w_k = y_k - g F_m(y_k), y_{k+1} = y_k - g F_m(w_k), z+ = mean of the y_K; whole space "
            "only\n"
            "theory: g = 1 / (21 K L_max), the paper's; the squared distance ends at the order of (g K)^2 "
            "where F is strongly monotone; no rate is stated",
            "Beznosikov, Samokhin, Gasnikov 2020 (arXiv 2010.13112)"};
  }

  LocalExtragradient(const Params& params, const Context& context)
      : LocalMethod("local_extragradient", params, context), w_(z_.like()) {
    const double L_max = context.constants.get(problems::Which::L_max).value;
    use_local_theory(1 / (21 * K_ * L_max), "1 / (21 K L_max)", 1, [](double) { return 1.0; });
  }

  void step() override {
    advance([&](int m, Vector& S) {
      fill(S, 0);
      for (int k = 0; k < K_; ++k) {
        combine(y_, {{1, z_}, {-gamma_, S}});  // y_k
        problem_.evaluate(m, y_, F_);
        combine(w_, {{1, y_}, {-gamma_, F_}});  // w_k = y_k - gamma F_m(y_k)
        problem_.evaluate(m, w_, F_);
        combine(S, {{1, S}, {1, F_}});
      }
    });
  }

 private:
  Vector w_;
};

}  // namespace

void register_local_extragradient(Catalogue& all) { all.add<LocalExtragradient>("local_extragradient"); }

}  // namespace trivium::solvers
