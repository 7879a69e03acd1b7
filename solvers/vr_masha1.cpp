// VR-MASHA1 (Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022): MASHA1 for workers whose operator is a
// finite sum. Where MASHA1 sends Q_m(F_m(zhat) - F_m(w)), a worker sends
//   Q_m((1/s) sum_{j in S_m} (F_{m,j}(zhat) - F_{m,j}(w))),  S_m: s of its r summands, fresh in every round.
#include "detail/masha1.hpp"

namespace trivium::solvers {
namespace {

class VrMasha1 final : public Masha1 {
 public:
  struct Params {
    Masha1Params masha1;
    Amount batch{0.1};
    void describe(Fields& fields) {
      masha1.describe(fields);
      fields.amount("batch", batch, "s: summands in a batch; below 1 a fraction of r");
    }
  };
  static About about() {
    return {
        "MASHA1 with batches of each worker's summands",
        "as masha1, with (1/s) sum over a fresh batch of F_{m,j}(zhat) - F_{m,j}(w) in place of F_m(zhat) "
        "- F_m(w)\n"
        "theory: as masha1 with 1 - tau at most s / r, and\n"
        "C^2 = (1 + omega_s) ((1 - B) (L^2 + v / M) + (A + P) (L_rms^2 + v)), v = L_loc^2 (r - s) / (s (r "
        "- 1))",
        "Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313)"};
  }
  VrMasha1(const Params& params, const Context& context)
      : Masha1("vr_masha1", params.masha1, Difference("vr_masha1", params.batch, context), context) {}
};

}  // namespace

void register_vr_masha1(Catalogue& all) { all.add<VrMasha1>("vr_masha1"); }

}  // namespace trivium::solvers
