// DIANA-SGDA (Beznosikov, Gorbunov, Berard, Loizou 2022): worker m compresses the difference to a shift h_m
// that learns F_m(z*), so that the compression error vanishes at the solution.  h = mean of the h_m.
//   worker m sends q_m = Q_m(F_m(z) - h_m); the server broadcasts D = mean of the q_m
//   z+ = P(z - gamma (h + D))
//   h_m = h_m + alpha q_m,  h = h + alpha D
#include "detail/diana.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class DianaSgda final : public Diana {
 public:
  using Params = DianaParams;
  static About about() {
    return {"gradient descent-ascent with shifted compression: reaches the solution",
            "q_m = Q_m(F_m(z) - h_m), D = mean of the q_m, z+ = prox_g(z - g (h + D)), h_m += alpha q_m, h "
            "+= alpha D\n"
            "theory: alpha = 1 / (1 + omega), g = 1 / (l + 6 A l_M), l = min{ ell, L^2 / mu }, l_M = min{ "
            "ell, L_rms^2 / mu }, A = omega / M (joint constant of the uplink);\n"
            "V = |z - z*|^2 + (4 A / alpha) g^2 mean |h_m - F_m(z*)|^2 is multiplied by at most 1 - min{ g "
            "mu, alpha / 2 } each iteration",
            "Beznosikov, Gorbunov, Berard, Loizou 2022 (arXiv 2202.07262); DIANA: Mishchenko, Gorbunov, "
            "Takac, Richtarik 2019"};
  }

  /// With S = mean |h_m - F_m(z*)|^2 and p = <F(z) - F(z*), z - z*>:
  ///   E|h + D - F(z*)|^2 <= (l + 2 A l_M) p + 2 A S,   E S+ <= (1 - alpha) S + alpha l_M p,
  /// the second since alpha (1 + omega) <= 1. In V the terms with p are -2 g + g^2 (l + 6 A l_M) <= -g.
  DianaSgda(const Params& params, const Context& context) : Diana("diana_sgda", params, context) {
    const Cocoercivity l = cocoercivity(context.constants);
    use_theory(l.bound(6 * up_.guarantee.joint_a), "1 / (l + 6 A l_M)", 1, [&](double g) { return rate(g); });
  }

  void start() override {
    begin_shifts([&](int m, Vector& out) { problem_.evaluate(m, z_, out); });
  }

 private:
  void estimate(int m, Vector& out) override { problem_.evaluate(m, z_, out); }
};

}  // namespace

void register_diana_sgda(Catalogue& all) { all.add<DianaSgda>("diana_sgda"); }

}  // namespace trivium::solvers
