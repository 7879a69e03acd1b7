// ProxSkip-L-SVRG-VIP (Zhang, Choudhury, Stich, Loizou 2024): ProxSkip-VIP for workers whose operator is a
// finite sum. Each keeps a reference point w_m with F_m(w_m) and takes its local step along, in place of
// F_m(z_m),
//   v_m = (1/s) sum_{j in S_m} (F_{m,j}(z_m) - F_{m,j}(w_m)) + F_m(w_m),  S_m: s of its r summands, fresh
// and then, with a coin of its own of probability s / r, sets w_m = z_m, for one call.
#include "detail/batches.hpp"
#include "detail/proxskip.hpp"

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
        batches_("lsvrg_proxskip_vip", params.batch, context),
        at_w_(z_.like()),
        w_(for_workers(z_)),
        F_w_(for_workers(z_.like())) {
    const double ell = context.constants.get(problems::Which::ell).value;
    double of_batches = 0;
    if (batches_.spread() > 0 && mu_ > 0) {
      const double L_loc = context.constants.get(problems::Which::L_loc).value;
      of_batches = 6 * network_.workers().total * L_loc * L_loc * batches_.spread() / mu_;
    }
    use_theory(mu_ > 0 && ell > 0 ? 1 / (ell + of_batches) : 0, "1 / (ell + 6 v / mu_min)",
               batches_.spread() > 0 ? batches_.least_share() / 2 : 1);
  }

  void start() override {
    for (int m = network_.workers().first; m < network_.workers().last; ++m)
      problem_.evaluate(m, z_, F_w_[local(m)]);
  }
  void state(Archive& archive) override {
    ProxSkip::state(archive);
    archive.workers("w_m", w_);
    archive.workers("F_m_w", F_w_);
  }

 private:
  void estimate(int m, const Vector& z_m, Vector& out) override {
    Vector &w = w_[local(m)], &F_w = F_w_[local(m)];
    const auto batch = batches_.draw(m, iteration());
    problem_.evaluate_samples(m, w, batch, at_w_);
    problem_.evaluate_samples(m, z_m, batch, out);
    combine(out, {{1, out}, {-1, at_w_}, {1, F_w}});  // v = F_S(z) - F_S(w) + F(w), all of worker m
    if (!renews(m)) return;
    copy(w, z_m);
    problem_.evaluate(m, w, F_w);
  }
  bool renews(int m) const {
    return Stream(network_.seed(), Purpose::refresh, static_cast<std::uint64_t>(m), iteration())
        .bernoulli(batches_.share(m));
  }

  Batches batches_;
  Vector at_w_;
  std::vector<Vector> w_, F_w_;
};

}  // namespace

void register_lsvrg_proxskip_vip(Catalogue& all) { all.add<LsvrgProxSkipVip>("lsvrg_proxskip_vip"); }

}  // namespace trivium::solvers
