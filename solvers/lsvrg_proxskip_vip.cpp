// ProxSkip-L-SVRG-VIP (Zhang, Choudhury, Stich, Loizou 2024): ProxSkip-VIP for workers whose operator is a
// finite sum. Each keeps a reference point w_m with F_m(w_m) and takes its local step along, in place of
// F_m(z_m),
//   v_m = (1/s) sum_{j in S_m} (F_{m,j}(z_m) - F_{m,j}(w_m)) + F_m(w_m),  S_m: s of its r summands, fresh
// and then, with a coin of its own of probability s / r, sets w_m = z_m, for one call.
#include "detail/proxskip.hpp"
#include "detail/reference_points.hpp"

namespace trivium::solvers {
namespace {

class LsvrgProxSkipVip final : public ProxSkip {
 public:
  struct Params {
    ProxSkipParams proxskip;
    Amount batch{0.1};
    void describe(Fields& fields) {
      proxskip.describe(fields);
      fields.amount("batch", batch, "s: summands in a batch; below 1 a fraction of r");
    }
  };
  static About about() {
    return {"ProxSkip-VIP with variance-reduced batches of each worker's summands",
            "as proxskip_vip with v_m = mean over a batch of F_{m,j}(z_m) - F_{m,j}(w_m), plus F_m(w_m), in "
            "place of F_m(z_m); with probability s / r: w_m = z_m\n"
            "theory: g = 1 / (ell + 6 v / mu_min), v = M L_loc^2 (r - s) / (s (r - 1)), p = sqrt(g mu_min);\n"
            "V, with a third term for the w_m, is multiplied by at most 1 - min{ g mu_min, p^2, s / (2 r) } "
            "each iteration",
            "Zhang, Choudhury, Stich, Loizou 2024 (arXiv 2306.05100); constants derived here"};
  }

  /// As for proxskip_vip, with P = mean <F_m(z_m) - F_m(z*), z_m - z*>, c = (r - s) / (s (r - 1)) and T =
  /// mean over m, j of |D_{m,j}(w_m) - D_{m,j}(z*)|^2, D_{m,j} = F_{m,j} - F_m of Lipschitz constant sqrt(M)
  /// L_loc in the mean over j, since the z_m differ:
  ///   mean E|v_m - F_m(z_m)|^2 <= 2 c T + 2 (v / mu_min) P,  c E T+ <= (1 - s / r) c T + (s / r) (v /
  ///   mu_min) P.
  /// V = .. + 4 c g^2 (r / s) T has 2 g - g^2 (ell + 6 v / mu_min) >= g of P left.
  LsvrgProxSkipVip(const Params& params, const Context& context)
      : ProxSkip("lsvrg_proxskip_vip", params.proxskip, context),
        references_("lsvrg_proxskip_vip", params.batch, context) {
    const double ell = context.constants.get(problems::Which::ell).value;
    const Batches& batches = references_.batches();
    double of_batches = 0;
    if (batches.spread() > 0 && mu_ > 0) {
      const double L_loc = context.constants.get(problems::Which::L_loc).value;
      of_batches = 6 * network_.workers().total * L_loc * L_loc * batches.spread() / mu_;
    }
    use_theory(mu_ > 0 && ell > 0 ? 1 / (ell + of_batches) : 0, "1 / (ell + 6 v / mu_min)",
               batches.spread() > 0 ? batches.least_share() / 2 : 1);
  }

  void start() override { references_.begin(); }
  void state(Archive& archive) override {
    ProxSkip::state(archive);
    references_.state(archive);
  }

 private:
  void estimate(int m, const Vector& z_m, Vector& out) override {
    references_.estimate(m, z_m, iteration(), out);
  }

  ReferencePoints references_;
};

}  // namespace

void register_lsvrg_proxskip_vip(Catalogue& all) { all.add<LsvrgProxSkipVip>("lsvrg_proxskip_vip"); }

}  // namespace trivium::solvers
