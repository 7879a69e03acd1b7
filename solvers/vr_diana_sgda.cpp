// VR-DIANA-SGDA (Beznosikov, Gorbunov, Berard, Loizou 2022): DIANA-SGDA for workers whose operator is a
// finite sum. Each keeps a reference point w_m with F_m(w_m) (loopless SVRG) and compresses, in place of
// F_m(z) - h_m, the difference v_m - h_m,
//   v_m = (1/s) sum_{j in S_m} (F_{m,j}(z) - F_{m,j}(w_m)) + F_m(w_m),  S_m: s of its r summands, fresh
// and then, with a coin of its own of probability s / r, sets w_m = z. Renewing w_m costs one call and no
// communication.
#include "detail/diana.hpp"
#include "detail/reference_points.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class VrDianaSgda final : public Diana {
 public:
  struct Params {
    DianaParams diana;
    Amount batch{0.1};
    void describe(Fields& fields) {
      diana.describe(fields);
      fields.amount("batch", batch, "s: summands in a batch; below 1 a fraction of r");
    }
  };
  static About about() {
    return {
        "DIANA-SGDA with variance-reduced batches of each worker's summands",
        "as diana_sgda with v_m = mean over a batch of F_{m,j}(z) - F_{m,j}(w_m), plus F_m(w_m), in place "
        "of F_m(z); with probability s / r: w_m = z\n"
        "theory: alpha = 1 / (1 + omega), g = 1 / (l + 6 A l_M + 6 (1 / M + 5 A) v / mu), v = L_loc^2 (r "
        "- s) / (s (r - 1)), the rest as for diana_sgda;\n"
        "V, with a third term for the w_m, is multiplied by at most 1 - min{ g mu, alpha / 2, s / (2 r) "
        "} each iteration",
        "Beznosikov, Gorbunov, Berard, Loizou 2022 (arXiv 2202.07262)"};
  }

  /// Let T = mean over m, j of |(F_{m,j} - F_m)(w_m) - (F_{m,j} - F_m)(z*)|^2, x = (r - s) / (s (r - 1)), p
  /// as in diana_sgda.cpp, W = mean E|v_m - F_m(z)|^2 and B = 1 / M + 5 A. Then
  ///   W <= 2 x (T + (L_loc^2 / mu) p),   E T+ <= (1 - s / r) T + (s / r) (L_loc^2 / mu) p,
  ///   E|h + D - F(z*)|^2 <= (l + 2 A l_M) p + 2 A S + (1 / M + A) W,   E S+ <= (1 - alpha) S + alpha (l_M p
  ///   + W),
  /// and V = |z - z*|^2 + (4 A / alpha) g^2 S + 4 x B (r / s) g^2 T loses p (2 g - g^2 (l + 6 A l_M + 6 B x
  /// L_loc^2 / mu)).
  VrDianaSgda(const Params& params, const Context& context)
      : Diana("vr_diana_sgda", params.diana, context), references_("vr_diana_sgda", params.batch, context) {
    const Cocoercivity l = cocoercivity(context.constants);
    const double M = network_.workers().total, A = up_.guarantee.joint_a;
    const Batches& batches = references_.batches();
    double of_batches = 0;
    if (batches.spread() > 0) {
      const double L_loc = context.constants.get(problems::Which::L_loc).value;
      const double v = L_loc * L_loc * batches.spread();
      of_batches = mu_ > 0 ? 6 * (1 / M + 5 * A) * v / mu_ : std::numeric_limits<double>::infinity();
    }
    use_theory(l.bound(6 * A, of_batches), "1 / (l + 6 A l_M + 6 (1 / M + 5 A) v / mu)", 1,
               [&](double g) { return rate(g, batches.spread() > 0 ? batches.least_share() / 2 : 1); });
  }

  void start() override {
    references_.begin();
    begin_shifts([&](int m, Vector& out) { copy(out, references_.value(m)); });
  }
  void state(Archive& archive) override {
    Diana::state(archive);
    references_.state(archive);
  }

 private:
  void estimate(int m, Vector& out) override { references_.estimate(m, z_, network_.round(), out); }

  ReferencePoints references_;
};

}  // namespace

void register_vr_diana_sgda(Catalogue& all) { all.add<VrDianaSgda>("vr_diana_sgda"); }

}  // namespace trivium::solvers
