// Extragradient sliding (Kovalev, Beznosikov, Borodich, Gasnikov, Scutari 2022): F_1 is the server's own
// operator, G = F - F_1.  theta: step size of the sub-problem, eta: of the last step.
//   u  = about the root over Z of G(z) + F_1(u) + (u - z) / theta
//   z+ = P(z - eta F(u))
// Published with theta = 1 / (2 d1) and eta = min{ 1 / (4 mu), 1 / (4 d1) }; eta = theta is faster. For eta
// <= theta and the exact u, with l = eta / theta and c = theta d1,
//   |z+ - z*|^2 <= |z - z*|^2 - 2 eta mu |u - z*|^2 - l (1 - c^2) |u - z|^2,
// also with constraints; without them an error |theta B(u)| <= e |u - z| makes c = theta d1 + e.
#include "detail/sliding.hpp"

namespace trivium::solvers {
namespace {

class ExtragradientSliding final : public Sliding {
 public:
  struct Params : SlidingParams {
    Tunable eta;
    void describe(Fields& fields) {
      SlidingParams::describe(fields,
                              "theta, of the sub-problem: a number, \"theory\", or { theory = multiple }");
      fields.tunable(
          "eta", eta, positive,
          "eta, of the last step: a number, \"theory\" for theta, or { theory = multiple of theta }");
    }
  };
  static About about() {
    return {
        "similarity: the server solves with its own operator and then takes an extragradient step, two "
        "exchanges an iteration",
        "the server finds u with (F - F_1)(z) + F_1(u) + (u - z) / theta = 0 over Z; z+ = P(z - eta "
        "F(u))\n"
        "theory: theta = eta = min{ 1 / (2 d1), 3 / (16 mu) }; inner steps max{ 4, 4 log(1 + theta "
        "L_1) - 6 } (1 + theta L_1);\n"
        "|z - z*|^2 is multiplied by at most 1 - eta mu each iteration for eta <= theta and accurate u",
        "Kovalev, Beznosikov, Borodich, Gasnikov, Scutari 2022 (arXiv 2205.15136)"};
  }

  ExtragradientSliding(const Params& params, const Context& context) : Sliding(params, context) {
    // c^2 + 2 theta mu <= 1 suffices: c = 1/2 for the exact u, and e <= 0.29 is left for its error.
    use_step(params.step, context.constants, 3.0 / 16, "min{ 1 / (2 d1), 3 / (16 mu) }");
    eta_ = params.eta.resolve(gamma_);
    // |theta B(u)| is at most 1 + theta L_1 times |u - u*|, which an inner step multiplies by about 1 - 1 /
    // (2 (1 + theta L_1)). The factor 4 alone diverges where F_1 is nearly a rotation and theta L_1 is large.
    const double condition = 1 + gamma_ * server_.L_1();
    server_.use_theory(
        static_cast<std::int64_t>(std::ceil(std::max(4.0, 4 * std::log(condition) - 6) * condition)));
    if (within_bound() && eta_ <= gamma_ * (1 + 1e-12) && params.accurate()) theory_.rate = 1 - eta_ * mu_;
  }

 private:
  void finish() override {
    combine(z_, {{1, z_}, {-eta_, F_u_}});
    problem_.prox(eta_, z_);
  }

  double eta_ = 0;
};

}  // namespace

void register_extragradient_sliding(Catalogue& all) {
  all.add<ExtragradientSliding>("extragradient_sliding");
}

}  // namespace trivium::solvers
