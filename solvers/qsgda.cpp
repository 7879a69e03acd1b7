// QSGDA (Beznosikov, Gorbunov, Berard, Loizou 2022): gradient descent-ascent with unbiased compression of the
// operators.
//   worker m sends Q_m(F_m(z)); the server broadcasts G = mean of the messages
//   z+ = P(z - gamma G)
// It stops at a distance that is proportional to gamma: Q_m(F_m(z*)) keeps its variance.
#include "detail/compressed_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class Qsgda final : public CompressedMethod {
 public:
  using Params = CompressedParams;
  static About about() {
    return {"gradient descent-ascent on compressed operators; stops at a floor",
            "G = mean of Q_m(F_m(z)), z+ = prox_g(z - g G)\n"
            "theory: g = 1 / (l + 2 A l_M), l = min{ ell, L^2 / mu }, l_M = min{ ell, L_rms^2 / mu }, A = "
            "omega / M (joint constant of the uplink);\n"
            "E|z - z*|^2 <= (1 - g mu)^k |z0 - z*|^2 + 2 g A (mean |F_m(z*)|^2) / mu; no rate is stated "
            "unless A = 0. A biased uplink needs a step given as a number",
            "Beznosikov, Gorbunov, Berard, Loizou 2022 (arXiv 2202.07262)"};
  }

  /// E|G - F(z*)|^2 = |F(z) - F(z*)|^2 + A mean |F_m(z)|^2 <= (l + 2 A l_M) <F(z) - F(z*), z - z*> + 2 A s,
  /// s = mean |F_m(z*)|^2, and prox does not expand: E|z+ - z*|^2 <= |z - z*|^2 - (2 g - g^2 (l + 2 A l_M))
  /// <F(z) - F(z*), z - z*> + 2 g^2 A s.
  Qsgda(const Params& params, const Context& context)
      : CompressedMethod("qsgda", params, context), G_(z_.like()) {
    if (!up_.guarantee.unbiased) {
      use_given_step(1);
      return;
    }
    const Cocoercivity l = cocoercivity(context.constants);
    const double A = up_.guarantee.joint_a;
    use_theory(l.bound(2 * A), "1 / (l + 2 A l_M)", 1, [&](double g) { return A == 0 ? 1 - g * mu_ : 1; });
  }

  void step() override {
    average([&](int m, Vector& message) { problem_.evaluate(m, z_, message); }, G_);
    combine(z_, {{1, z_}, {-gamma_, G_}});  // z = P(z - gamma G)
    problem_.prox(gamma_, z_);
  }

 private:
  Vector G_;
};

}  // namespace

void register_qsgda(Catalogue& all) { all.add<Qsgda>("qsgda"); }

}  // namespace trivium::solvers
