// ProxSkip-VIP (Zhang, Choudhury, Stich, Loizou 2024; ProxSkip: Mishchenko, Malinovsky, Stich, Richtarik
// 2022): local steps with shifts h_m that learn F_m(z*), an exchange only with probability p.
//   worker m: zhat_m = z_m - gamma (F_m(z_m) - h_m)
//   with probability p all communicate:
//     z = prox_{(gamma / p) g}(mean of zhat_m - (gamma / p) h_m),  h_m = h_m + (p / gamma) (z - zhat_m),
//     z_m = z
//   otherwise z_m = zhat_m
#include "detail/proxskip.hpp"

namespace trivium::solvers {
namespace {

class ProxSkipVip final : public ProxSkip {
 public:
  using Params = ProxSkipParams;
  static About about() {
    return {"local steps with shifts, an exchange now and then: reaches the solution",
            "zhat_m = z_m - g (F_m(z_m) - h_m); with probability p: z = prox_{g/p}(mean of zhat_m - (g / p) "
            "h_m), h_m += (p / g) (z - zhat_m), z_m = z; otherwise z_m = zhat_m\n"
            "reported: the last common z\n"
            "theory: g = 1 / ell, p = sqrt(g mu_min), mu_min the least strong monotonicity of an F_m;\n"
            "V = mean |z_m - z*|^2 + (g / p)^2 mean |h_m - F_m(z*)|^2 is multiplied by at most 1 - min{ g "
            "mu_min, p^2 } each iteration, and E|z - z*|^2 is at most 2 / (1 - p) times its bound",
            "Zhang, Choudhury, Stich, Loizou 2024 (arXiv 2306.05100)"};
  }

  /// Let a = zhat_m - z*, b = (g / p) (h_m - F_m(z*)), over all workers. prox of the constraint of consensus
  /// and of g is firmly nonexpansive, so that V+ <= |a - b|^2 with the exchange, and |a|^2 + |b|^2 without:
  ///   E V+ <= |a - p b|^2 + (1 - p^2) |b|^2,
  /// where a - p b = z_m - z* - g (F_m(z_m) - F_m(z*)) has at most 1 - g mu_min times the square of z_m - z*
  /// for g <= 1 / ell. After an exchange V+ <= 2 V: the constant of the point that is reported.
  ProxSkipVip(const Params& params, const Context& context) : ProxSkip("proxskip_vip", params, context) {
    const double ell = context.constants.get(problems::Which::ell).value;
    use_theory(mu_ > 0 && ell > 0 ? 1 / ell : 0, "1 / ell");
  }

 private:
  void estimate(int m, const Vector& z_m, Vector& out) override { problem_.evaluate(m, z_m, out); }
};

}  // namespace

void register_proxskip_vip(Catalogue& all) { all.add<ProxSkipVip>("proxskip_vip"); }

}  // namespace trivium::solvers
