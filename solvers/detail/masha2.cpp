#include "masha2.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::solvers {
void Masha2Params::describe(Fields& fields) {
  fields.tunable("step", step, positive, "step size gamma: a number, \"theory\", or { theory = multiple }");
  fields.choice(
      "rule", rule, {"stable", "proven"},
      "which step \"theory\" is: half of the largest that is stable in practice, or the theorem's, which is "
      "about 100 times smaller");
  fields.plugin("uplink", uplink, compressors::catalogue(), "C_m, contractive: workers to server");
  fields.plugin("downlink", downlink, compressors::catalogue(), "C_s, contractive: server to workers");
  fields.flag("error_feedback", error_feedback,
              "add what was not sent to the next message; without, the method may diverge");
  snapshot.describe(fields, "1 - tau: probability of a new snapshot");
}

Masha2::Masha2(const char* name, const Masha2Params& params, Difference difference, const Context& context)
    : network_(context.network),
      up_(uplink(params.uplink, context)),
      down_(downlink(params.downlink, context)),
      snapshot_(params.snapshot, context),
      difference_(std::move(difference)),
      error_feedback_(params.error_feedback),
      z_(context.start),
      next_(z_.like()),
      half_(z_.like()),
      correction_(z_.like()),
      server_error_(z_.like()),
      errors_(error_feedback_ ? static_cast<std::size_t>(network_.workers().count()) : 0, z_.like()) {
  if (context.problem.traits().constrained)
    reject(
        "{} is for problems without constraints: error feedback and a prox do not go together; masha1 takes "
        "this problem",
        name);
  require_contractive(up_, name, "uplink");
  require_contractive(down_, name, "downlink");
  use_theory(params, context.constants);
}

void Masha2::step() {
  const double tau = 1 - snapshot_.probability();
  combine(half_, {{tau, z_}, {1 - tau, snapshot_.point()}, {-gamma_, snapshot_.mean()}});
  average_with_feedback();
  bool fresh = snapshot_.due();
  broadcast_with_feedback(fresh);
  combine(next_, {{1, half_}, {-1, correction_}});  // z+ = zhat - G
  std::swap(z_, next_);
  snapshot_.end_iteration(fresh, next_, z_);
}

/// x_m = gamma (F_m(zhat) - F_m(w)) + e_m; send C(x_m); e_m = x_m - C(x_m)
void Masha2::average_with_feedback() {
  const auto message = [&](int m, Vector& x) {
    difference_(m, half_, snapshot_, x);
    if (!error_feedback_) {
      combine(x, {{gamma_, x}});
      return;
    }
    combine(x, {{gamma_, x}, {1, error(m)}});
    copy(error(m), x);
  };
  if (error_feedback_)
    network_.average(
        *up_.codec, message, [&](int m, const mpi::Sent& sent) { sent.add_to(error(m), -1); }, correction_);
  else
    network_.average(*up_.codec, message, correction_);
}

/// a = mean of the messages + e; G = C_s(a); e = a - G
void Masha2::broadcast_with_feedback(bool& fresh) {
  const bool feeds_back = error_feedback_ && network_.is_server();
  if (feeds_back) {
    combine(correction_, {{1, correction_}, {1, server_error_}});
    copy(server_error_, correction_);
  }
  fresh = network_.broadcast(*down_.codec, correction_, fresh);
  if (feeds_back) combine(server_error_, {{1, server_error_}, {-1, correction_}});
}

void Masha2::state(Archive& archive) {
  archive.common("z", z_);
  snapshot_.state(archive);
  if (error_feedback_) {
    archive.common("server_error", server_error_);
    archive.workers("error", errors_);
  }
  up_.codec->state(archive, "uplink");
  down_.codec->state(archive, "downlink");
}

/// Proven, with E the sum of all errors, zhat = z - E and V = |zhat - z*|^2 + |w - z*|^2 + weights of |e_m|^2
/// and |e|^2: gamma <= sqrt(1 - tau) / (c delta_m delta_s L_rms), c = 119, or 10 when the server sends
/// everything.
void Masha2::use_theory(const Masha2Params& params, problems::Constants& constants) {
  const double delta_m = up_.guarantee.contraction(), delta_s = down_.guarantee.contraction();
  snapshot_.use_theory(std::min(0.5, 1 / delta_m));
  const double refresh = std::min(snapshot_.probability(), 0.5), mu = std::max(constants.mu(), 0.0);
  const double L_rms = constants.L_rms(), v = difference_.variance(constants);

  const double c = delta_s == 1 ? 10 : 119;
  double proven = std::sqrt(refresh) / (c * delta_m * delta_s * std::sqrt(L_rms * L_rms + v));
  if (mu > 0) proven = std::min(proven, refresh / (4 * mu));
  const double L = constants.L();
  const double stable = std::sqrt(refresh / std::max(delta_m, delta_s) / (L * L + v));

  const bool is_proven = params.rule == "proven";
  theory_.step = is_proven ? proven : stable;
  gamma_ = params.step.resolve(theory_.step);
  theory_.step_used = gamma_;
  const bool holds = error_feedback_ && snapshot_.by_coin() && snapshot_.probability() <= 0.5 &&
                     up_.guarantee.proven && down_.guarantee.proven && gamma_ <= proven * (1 + 1e-12);
  theory_.rate = holds ? 1 - gamma_ * mu / 3 : 1;
  const double refreshes = snapshot_.frequency() * snapshot_.dense_bits();
  theory_.bits_up = up_.guarantee.expected_bits + refreshes;
  theory_.bits_down = down_.guarantee.expected_bits + 1 + refreshes;
  theory_.rule = is_proven
                     ? "min{ sqrt(1 - tau) / (c delta_m delta_s L_rms), (1 - tau) / (4 mu) }, c = 10, with a "
                       "compressing server 119"
                     : "sqrt((1 - tau) / max(delta_m, delta_s)) / L, half of what is stable in practice";
}

}  // namespace trivium::solvers
