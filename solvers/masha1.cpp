// MASHA1 (Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022): extragradient around a
// snapshot w with unbiased compression both ways.  gamma: step size, 1 - tau: probability of a new snapshot.
//   zbar = tau z + (1 - tau) w
//   zhat = prox(zbar - gamma F(w))
//   worker m sends Q_m(F_m(zhat) - F_m(w)); the server broadcasts D = Q_s(mean of the messages) and a bit b
//   z+ = prox(zbar - gamma (F(w) + D))
//   if b: w = z (the old one, or z+); a full exchange gives F(w)
// With participants = b only b sampled workers send; D is the mean over them.
#include "detail/masha1.hpp"

namespace trivium::solvers {
namespace {

class Masha1Method final : public Masha1 {
 public:
  using Params = Masha1Params;
  static About about() {
    return {"compression both ways with unbiased compressors, around a snapshot",
            "zbar = tau z + (1 - tau) w, zhat = prox_g(zbar - g F(w)),\n"
            "D = Q_s(mean of Q_m(F_m(zhat) - F_m(w))), z+ = prox_g(zbar - g (F(w) + D)); with probability 1 "
            "- tau: w = z\n"
            "theory: 1 - tau = min{ 1/2, (b / M) bits(Q_m) / bits of a dense vector }, g = min{ sqrt((1 - "
            "tau) / 2) / C, (1 - tau) / (2 mu) },\n"
            "C^2 = (1 + omega_s) ((1 - B) L^2 + (A + P) L_rms^2): A, B the uplink's joint constants (omega / "
            "M and 0 for independent\n"
            "messages, 1 and 1 for perm_k), P = (M - b) / ((M - 1) b) for b participants;\n"
            "V = |z - z*|^2 + |w - z*|^2 is multiplied by at most 1 - g mu / 2 each iteration",
            "Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313)"};
  }
  Masha1Method(const Params& params, const Context& context)
      : Masha1("masha1", params, Difference(context), context) {}
};

}  // namespace

void register_masha1(Catalogue& all) { all.add<Masha1Method>("masha1"); }

}  // namespace trivium::solvers
