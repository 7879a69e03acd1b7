// Extragradient with compressed operators (CEG), without anything that removes the compression error.
//   w  = P(z - gamma G),  G = mean of Q_m(F_m(z))
//   z+ = P(z - gamma H),  H = mean of Q_m(F_m(w)), fresh randomness
// It stops at a distance that is proportional to gamma, and leaves where gamma is too large for the noise.
#include "detail/compressed_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class CompressedExtragradient final : public CompressedMethod {
 public:
  using Params = CompressedParams;
  static About about() {
    return {"extragradient on compressed operators; stops at a floor",
            "w = prox_g(z - g mean of Q_m(F_m(z))), z+ = prox_g(z - g mean of Q_m(F_m(w)))\n"
            "theory: g = min{ 1 / (2 L), 1 / (mu + sqrt(mu^2 + L^2)), mu / (16 A L_rms^2) }, A = omega / M "
            "(joint constant of the uplink);\n"
            "E|z - z*|^2 <= (1 - g mu / 4)^k |z0 - z*|^2 + 24 g A (mean |F_m(z*)|^2) / mu; no rate is stated "
            "unless A = 0, which is extragradient. A biased uplink needs a step given as a number",
            "the baseline of Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313); step "
            "derived here"};
  }

  /// With e, f the errors of G and H, the two prox inequalities give in the mean
  ///   |z+ - z*|^2 <= |z - z*|^2 - |w - z|^2 - 2 g mu |w - z*|^2 + g^2 |G - H|^2,
  ///   E|G - H|^2 <= 2 L^2 |w - z|^2 + 2 E|e|^2 + E|f|^2,   E|e|^2 <= 2 A (L_rms^2 |z - z*|^2 + s), f alike
  ///   at w,
  /// s = mean |F_m(z*)|^2; half of 2 g mu |w - z*|^2 is at least (g mu / 2) |z - z*|^2 - g mu |w - z|^2.
  CompressedExtragradient(const Params& params, const Context& context)
      : CompressedMethod("compressed_extragradient", params, context), w_(z_.like()), G_(z_.like()) {
    if (!up_.guarantee.unbiased) {
      use_given_step(2);
      return;
    }
    const double A = up_.guarantee.joint_a;
    double bound = two_step_bound(context.constants.L(), mu_);
    if (A > 0) {
      const double L_rms = context.constants.L_rms();
      bound = std::min(bound, mu_ / (16 * A * L_rms * L_rms));
    }
    use_theory(bound, std::string(two_step_rule) + ", mu / (16 A L_rms^2)", 2,
               [&](double g) { return A == 0 ? 1 - g * mu_ : 1; });
  }

  void step() override {
    average([&](int m, Vector& message) { problem_.evaluate(m, z_, message); }, G_);
    combine(w_, {{1, z_}, {-gamma_, G_}});  // w = P(z - gamma G)
    problem_.prox(gamma_, w_);
    average([&](int m, Vector& message) { problem_.evaluate(m, w_, message); }, G_);
    combine(z_, {{1, z_}, {-gamma_, G_}});  // z = P(z - gamma H)
    problem_.prox(gamma_, z_);
  }

 private:
  Vector w_, G_;
};

}  // namespace

void register_compressed_extragradient(Catalogue& all) {
  all.add<CompressedExtragradient>("compressed_extragradient");
}

}  // namespace trivium::solvers
