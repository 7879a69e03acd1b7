// FedGDA-GT (Sun, Wei 2022): local steps with gradient tracking. Two rounds an iteration.
//   a full exchange gives F(z)
//   worker m: y_0 = z,  y_{k+1} = y_k - gamma (F_m(y_k) - F_m(z) + F(z));  sends S_m = sum of the F_m(y_k)
//   z+ = mean of the y_K = z - gamma mean of the S_m
// F_m(z) is evaluated once for both rounds: K calls an iteration.
#include "detail/local.hpp"

namespace trivium::solvers {
namespace {

class FedgdaGt final : public LocalMethod {
 public:
  using Params = LocalParams;
  static About about() {
    return {"local steps corrected by the full operator (gradient tracking): reaches the solution",
            "y_0 = z, y_{k+1} = y_k - g (F_m(y_k) - F_m(z) + F(z)), z+ = mean of the y_K; whole space only\n"
            "theory: g = 1 / (K l + 3 (K - 1) L_max sqrt(l / mu)), l = min{ ell, L^2 / mu }; |z - z*|^2 is "
            "multiplied by at most 1 - g K mu each iteration",
            "Sun, Wei 2022 (arXiv 2206.01132); step derived here"};
  }

  /// With x = g K, p = <F(z), z - z*> and e = the mean of S_m less K F(z):
  ///   g |e| <= a x^2 L_max |F(z)|,  |z - x F(z) - z*|^2 <= |z - z*|^2 - (2 x - x^2 l) p,  |F(z)|^2 <= l p,
  ///   |z+ - z*|^2 <= |z - z*|^2 - (2 x - x^2 l - 2 a x^2 L_max sqrt(l / mu) - a^2 x^4 L_max^2 l) p
  /// and at least x p >= x mu |z - z*|^2 is left.
  FedgdaGt(const Params& params, const Context& context)
      : LocalMethod("fedgda_gt", params, context), F_z_(z_.like()), F_m_z_(for_workers()) {
    const double l = cocoercivity(context.constants).mean, mu = context.constants.mu();
    use_local_theory(drift_bound(3, l, l, context.constants), "1 / (K l + 3 (K - 1) L_max sqrt(l / mu))", 2,
                     [&](double g) { return 1 - g * K_ * mu; });
  }

  void step() override {
    network_.exchange(
        format_,
        [&](int m, Vector& out) {
          problem_.evaluate(m, z_, out);
          if (format_ == ValueFormat::float32) round_to_float32(out);  // as it is sent
          copy(F_m_z_[local(m)], out);
        },
        F_z_);
    advance([&](int m, Vector& S) {
      const Vector& F_m_z = F_m_z_[local(m)];
      copy(S, F_m_z);
      corrected_steps(m, F_m_z, F_z_, S);
    });
  }

 private:
  Vector F_z_;  // scratch, as are the workers' F_m(z)
  std::vector<Vector> F_m_z_;
};

}  // namespace

void register_fedgda_gt(Catalogue& all) { all.add<FedgdaGt>("fedgda_gt"); }

}  // namespace trivium::solvers
