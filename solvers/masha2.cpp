// MASHA2 (Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022): extragradient around a snapshot w with
// contractive compression both ways and error feedback on workers and server. Z = R^d.
//   zhat = tau z + (1 - tau) w - gamma F(w)
//   worker m: x_m = gamma (F_m(zhat) - F_m(w)) + e_m; sends C(x_m); e_m = x_m - C(x_m)
//   server:   a = mean of the messages + e; broadcasts G = C_s(a) and a bit b; e = a - G
//   z+ = zhat - G
//   if b: w = z (the old one, or z+); a full exchange gives F(w). The errors stay.
#include "detail/masha2.hpp"

namespace trivium::solvers {
namespace {

class Masha2Method final : public Masha2 {
 public:
  using Params = Masha2Params;
  static About about() {
    return {
        "contractive compression both ways with error feedback, around a snapshot",
        "zhat = tau z + (1 - tau) w - g F(w); x_m = g (F_m(zhat) - F_m(w)) + e_m, e_m = x_m - C_m(x_m),\n"
        "a = mean of C_m(x_m) + e, G = C_s(a), e = a - G, z+ = zhat - G; with probability 1 - tau: w = z\n"
        "theory: 1 - tau = min{ 1/2, 1 / delta_m }; rule = stable: g = sqrt((1 - tau) / max(delta_m, "
        "delta_s)) / "
        "L;\n"
        "rule = proven: g = min{ sqrt(1 - tau) / (c delta_m delta_s L_rms), (1 - tau) / (4 mu) }, c = 10, or "
        "119 "
        "when the\nserver compresses; then |z - z*|^2 <= 4 (1 - g mu / 3)^k |z_0 - z*|^2",
        "Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313)"};
  }
  Masha2Method(const Params& params, const Context& context)
      : Masha2("masha2", params, Difference(context), context) {}
};

}  // namespace

void register_masha2(Catalogue& all) { all.add<Masha2Method>("masha2"); }

}  // namespace trivium::solvers
