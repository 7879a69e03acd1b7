// VR-MASHA2 (Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022): MASHA2 for workers whose operator is a
// finite sum. In the workers' messages (1/s) sum_{j in S_m} (F_{m,j}(zhat) - F_{m,j}(w)) stands for
// F_m(zhat) - F_m(w);  S_m: s of its r summands, fresh in every round.
#include "detail/masha2.hpp"

namespace trivium::solvers {
namespace {

class VrMasha2 final : public Masha2 {
 public:
  struct Params {
    Masha2Params masha2;
    Amount batch{0.1};
    void describe(Fields& fields) {
      masha2.describe(fields);
      fields.amount("batch", batch, "s: summands in a batch; below 1 a fraction of r");
    }
  };
  static About about() {
    return {
        "MASHA2 with batches of each worker's summands",
        "as masha2, with (1/s) sum over a fresh batch of F_{m,j}(zhat) - F_{m,j}(w) in place of F_m(zhat) - "
        "F_m(w)\n"
        "theory: as masha2 with L^2 + v and L_rms^2 + v in place of L^2 and L_rms^2, v = L_loc^2 (r - s) / "
        "(s (r - "
        "1))",
        "Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313)"};
  }
  VrMasha2(const Params& params, const Context& context)
      : Masha2("vr_masha2", params.masha2, Difference("vr_masha2", params.batch, context), context) {}
};

}  // namespace

void register_vr_masha2(Catalogue& all) { all.add<VrMasha2>("vr_masha2"); }

}  // namespace trivium::solvers
