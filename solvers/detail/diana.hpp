#pragma once
#include "compressed_method.hpp"

namespace trivium::solvers {

/// Parameters of DIANA-SGDA and of its form with batches.
struct DianaParams {
  CompressedParams compressed;
  Tunable alpha;
  std::string shifts = "zero";
  void describe(Fields& fields) {
    compressed.describe(fields);
    fields.tunable("alpha", alpha, {0, 1, true}, "step of the shifts");
    fields.choice("shifts", shifts, {"zero", "operator"},
                  "the shifts h_m at the start: 0, or F_m(z0) by a full exchange");
  }
};

/// DIANA around whatever estimate v_m of F_m(z) the workers make; the listing is in diana_sgda.cpp.
class Diana : public CompressedMethod {
 public:
  void step() override {
    average(
        [&](int m, Vector& message) {  // Q_m(v_m - h_m)
          estimate(m, message);
          combine(message, {{1, message}, {-1, h_m_[local(m)]}});
        },
        [&](int m, const mpi::Sent& sent) { sent.add_to(h_m_[local(m)], alpha_); }, D_);
    combine(z_, {{1, z_}, {-gamma_, h_}, {-gamma_, D_}});  // z = P(z - gamma (h + D))
    problem_.prox(gamma_, z_);
    combine(h_, {{1, h_}, {alpha_, D_}});  // h = h + alpha D
  }
  void state(Archive& archive) override {
    CompressedMethod::state(archive);
    archive.common("h", h_);
    archive.workers("h_m", h_m_);
  }

 protected:
  Diana(const char* name, const DianaParams& params, const Context& context)
      : CompressedMethod(name, params.compressed, context),
        largest_alpha_(1 / (1 + up_.guarantee.omega)),
        alpha_(std::min(1.0, params.alpha.resolve(largest_alpha_))),
        starts_at_operator_(params.shifts == "operator"),
        h_(z_.like()),
        D_(z_.like()),
        h_m_(for_workers()) {
    require_unbiased(up_, name, "uplink");
  }

  /// out = v_m, the worker's estimate of F_m(z).
  virtual void estimate(int m, Vector& out) = 0;

  /// h_m = F_m(z0), which `worker` fills in, when the shifts are to start there.
  void begin_shifts(WorkerFunction worker) {
    if (!starts_at_operator_) return;
    average_dense(
        worker, [&](int m, const mpi::Sent& sent) { sent.add_to(h_m_[local(m)]); }, h_);
  }
  /// The factor of a Lyapunov function that loses g mu of the distance, alpha / 2 of the shifts' error and at
  /// least `third` of what else it holds; 1 when alpha is too large.
  double rate(double g, double third = 1) const {
    if (alpha_ > largest_alpha_ * (1 + 1e-12)) return 1;
    const double of_shifts = up_.guarantee.joint_a > 0 ? alpha_ / 2 : 1;
    return 1 - std::min({g * mu_, of_shifts, third});
  }

 private:
  double largest_alpha_, alpha_;
  bool starts_at_operator_;
  Vector h_, D_;
  std::vector<Vector> h_m_;
};

}  // namespace trivium::solvers
