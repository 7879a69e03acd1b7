// Star Min-Max Data Similarity (Beznosikov, Scutari, Rogozin, Gasnikov 2021): Tseng's splitting of F = G +
// F_1, G = F - F_1, with the server's own operator F_1 in the backward step.  J: the resolvent of g F_1 over
// Z.
//   v  = z - g G(z)
//   u  = about J(v): the root over Z of F_1(u) + (u - v) / g
//   z+ = P(u + g (G(z) - G(u)))
#include "detail/sliding.hpp"

namespace trivium::solvers {
namespace {

class Smmds final : public Sliding {
 public:
  struct Params : SlidingParams {
    void describe(Fields& fields) {
      SlidingParams::describe(fields, "step size g: a number, \"theory\", or { theory = multiple }");
    }
  };
  static About about() {
    return {
        "similarity: the server solves with its own operator, all workers correct, two exchanges an "
        "iteration",
        "v = z - g (F - F_1)(z); the server finds u with F_1(u) + (u - v) / g = 0 over Z;\n"
        "z+ = P(u + g ((F - F_1)(z) - (F - F_1)(u)))\n"
        "theory: g = min{ 1 / (2 d1), 3 / (8 mu) }; inner steps 2 (1 + g L_1) log(64 (1 + g L_1)^2 / "
        "(g mu));\n"
        "|z - z*|^2 is multiplied by at most 1 - g mu / 2 each iteration, 1 - g mu for inner = \"exact\"",
        "Beznosikov, Scutari, Rogozin, Gasnikov 2021 (arXiv 2107.10706)"};
  }

  Smmds(const Params& params, const Context& context) : Sliding(params, context) {
    // g^2 d1^2 + 2 g mu <= 1 suffices when u is exact.
    use_step(params.step, context.constants, 3.0 / 8, "min{ 1 / (2 d1), 3 / (8 mu) }");
    const double condition = 1 + gamma_ * server_.L_1(), g_mu = gamma_ * std::max(mu_, 1e-12);
    server_.use_theory(
        static_cast<std::int64_t>(std::ceil(2 * condition * std::log(64 * condition * condition / g_mu))));
    // The error r = g B(u) costs 2 <r, u - z*> <= g mu |u - z*|^2 + |r|^2 / (g mu): half of the rate.
    if (within_bound() && params.accurate())
      theory_.rate = 1 - gamma_ * mu_ / (params.inner.inner == "exact" ? 1 : 2);
  }

 private:
  void finish() override {
    combine(z_, {{1, u_}, {gamma_, shift_}, {-gamma_, F_u_}, {gamma_, F_1_u_}});
    problem_.prox(gamma_, z_);
  }
};

}  // namespace

void register_smmds(Catalogue& all) { all.add<Smmds>("smmds"); }

}  // namespace trivium::solvers
