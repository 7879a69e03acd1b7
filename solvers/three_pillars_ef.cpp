// Three Pillars with contractive compressors and error feedback (Voronov, Maslennikov, Beznosikov 2024): the
// method of three_pillars.cpp, the step inside the message. Z = R^d.
//   zbar = z + p (m - z)
//   server: u = about the root of F_1(u) - F_1(m) + F(m) + (u - zbar) / gamma; broadcasts u and F_1(u)
//   worker i: x_i = gamma ((F_i - F_1)(m) - (F_i - F_1)(u)) + e_i; sends C(x_i); e_i = x_i - C(x_i)
//   z+ = zbar - gamma (F_1(u) - F_1(m) + F(m)) + mean of the messages     (hpe), or
//   z+ = u + mean of the messages                                         (tseng, the published form)
//   with probability p: m = z (the old one, or z+); the server broadcasts m and F_1(m), the workers send
//   F_i(m). The errors stay.
#include <algorithm>
#include <cmath>

#include "detail/compression.hpp"
#include "detail/server.hpp"
#include "detail/similarity.hpp"
#include "detail/snapshot.hpp"

namespace trivium::solvers {
namespace {

class ThreePillarsEf final : public Solver {
 public:
  struct Params {
    Tunable step;
    std::string rule = "stable", form = "hpe";
    Plugin uplink{"top_k", {{"k", 0.1}}, ""};
    bool error_feedback = true;
    InnerParams inner;
    SnapshotParams snapshot;
    void describe(Fields& fields) {
      fields.tunable("step", step, positive,
                     "step size gamma: a number, \"theory\", or { theory = multiple }");
      fields.choice("rule", rule, {"stable", "proven"},
                    "which step \"theory\" is: a third of the best in practice, or the theorem's, which "
                    "is 10 sqrt(delta) times smaller");
      fields.plugin("uplink", uplink, compressors::catalogue(), "C, contractive: workers to server");
      fields.flag("error_feedback", error_feedback,
                  "add what was not sent to the next message; without, nothing is proven");
      fields.choice("form", form, {"hpe", "tseng"},
                    "last step: from zbar, which forgives an inexact u, or from u, as published");
      inner.describe(fields);
      snapshot.describe(fields, "p: probability of a new snapshot");
    }
  };
  static About about() {
    return {
        "similarity and local steps with contractive compression and error feedback",
        "zbar = z + p (m - z); the server finds u with F_1(u) - F_1(m) + F(m) + (u - zbar) / g = 0;\n"
        "x_i = g ((F_i - F_1)(m) - (F_i - F_1)(u)) + e_i, e_i = x_i - C(x_i), S = mean of C(x_i); hpe: z+ = "
        "zbar - g (F_1(u) - F_1(m) + F(m)) + S, tseng: z+ = u + S\n"
        "theory: p = min{ 1/2, 1 / delta }; rule = stable: g = sqrt(p / delta) / sig1;\n"
        "rule = proven: g = min{ sqrt(p) / (10 delta sig1), p / (4 mu) }, then |z - z*|^2 <= 4 (1 - g mu / "
        "3)^k |z_0 - z*|^2;\n"
        "inner steps as for three_pillars",
        "Voronov, Maslennikov, Beznosikov 2024"};
  }

  ThreePillarsEf(const Params& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        up_(uplink(params.uplink, context)),
        down_(dense(context, params.snapshot.values)),
        snapshot_(params.snapshot, context, Snapshot::Hears::server_with_F_1),
        server_(params.inner, context),
        hpe_(params.form == "hpe"),
        error_feedback_(params.error_feedback),
        z_(context.start),
        next_(z_.like()),
        centre_(z_.like()),
        shift_(z_.like()),
        u_(z_.like()),
        F_1_u_(z_.like()),
        correction_(z_.like()),
        errors_(error_feedback_ ? static_cast<std::size_t>(network_.workers().count()) : 0, z_.like()) {
    if (context.problem.traits().constrained)
      reject(
          "three_pillars_ef is for problems without constraints: error feedback and a prox do not go "
          "together; "
          "three_pillars takes this problem");
    require_contractive(up_, "three_pillars_ef", "uplink");
    use_theory(params, context.constants);
  }

  void start() override { snapshot_.exchange(); }

  void step() override {
    const bool fresh = snapshot_.due();
    if (server_.here()) find_u();
    network_.broadcast(*down_, u_, F_1_u_);
    average_with_feedback();
    if (server_.here()) move();
    std::swap(z_, next_);
    network_.share_off_the_record(z_);
    snapshot_.end_iteration(fresh, next_, z_);
  }

  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    snapshot_.state(archive);
    if (error_feedback_) archive.workers("error", errors_);
    up_.codec->state(archive, "uplink");
  }

 private:
  Vector& error(int i) { return errors_[static_cast<std::size_t>(i - network_.workers().first)]; }

  void find_u() {
    const double p = snapshot_.probability();
    combine(centre_, {{1 - p, z_}, {p, snapshot_.point()}});
    combine(shift_, {{1, snapshot_.mean()}, {-1, snapshot_.of(0)}});  // F(m) - F_1(m)
    server_.solve(shift_, centre_, gamma_, z_, u_);
    server_.evaluate(u_, F_1_u_);
  }

  /// x_i = gamma ((F_i - F_1)(m) - (F_i - F_1)(u)) + e_i; send C(x_i); e_i = x_i - C(x_i)
  void average_with_feedback() {
    const auto message = [&](int i, Vector& x) {
      problem_.evaluate(i, u_, x);
      combine(x, {{gamma_, snapshot_.of(i)}, {-gamma_, snapshot_.first()}, {-gamma_, x}, {gamma_, F_1_u_}});
      if (!error_feedback_) return;
      combine(error(i), {{1, error(i)}, {1, x}});
      copy(x, error(i));
    };
    if (error_feedback_)
      network_.average(
          *up_.codec, message, [&](int i, const mpi::Sent& sent) { sent.add_to(error(i), -1); }, correction_);
    else
      network_.average(*up_.codec, message, correction_);
  }

  void move() {
    if (hpe_)  // zbar - g (F_1(u) + F(m) - F_1(m)) + S
      combine(next_, {{1, centre_}, {-gamma_, F_1_u_}, {-gamma_, shift_}, {1, correction_}});
    else
      combine(next_, {{1, u_}, {1, correction_}});
  }

  /// Proven, with E the mean of the errors and zhat = z + E, as for MASHA2 with F - F_1 in place of F: zhat+
  /// = zhat + p (m - z) - gamma F(u), and gamma F(u) = gamma ((F - F_1)(u) - (F - F_1)(m)) + zbar - u for an
  /// exact u.
  void use_theory(const Params& params, problems::Constants& constants) {
    const double delta = up_.guarantee.contraction(), mu = server_.above_rounding(constants.mu());
    snapshot_.use_theory(std::min(0.5, 1 / delta));
    const double p = std::min(snapshot_.probability(), 0.5);
    const double sig1 = mean_distance_to_first(constants, server_);
    // Where nothing limits the step, for equal workers, the server alone makes the progress of 1 / L_1 per
    // round.
    const double free = mu > 0 ? p / (4 * mu) : 1 / server_.L_1();
    const double proven =
        sig1 > 0 ? std::min(std::sqrt(p) / (10 * delta * sig1), mu > 0 ? free : infinity) : free;
    const double stable = sig1 > 0 ? std::sqrt(p / delta) / sig1 : free;

    const bool is_proven = params.rule == "proven";
    theory_.step = is_proven ? proven : stable;
    gamma_ = params.step.resolve(theory_.step);
    server_.use_theory(inner_steps(hpe_, gamma_, server_.L_1(), mu));
    theory_.step_used = gamma_;
    const bool has_rate = error_feedback_ && up_.guarantee.proven && snapshot_.by_coin() &&
                          snapshot_.probability() <= 0.5 && gamma_ <= proven * (1 + 1e-12) &&
                          server_.is_exact_enough(hpe_);
    theory_.rate = has_rate ? 1 - gamma_ * mu / 3 : 1;
    const double dense = snapshot_.dense_bits();
    theory_.bits_up = up_.guarantee.expected_bits + snapshot_.frequency() * dense;
    theory_.bits_down = 2 * dense * (1 + snapshot_.frequency());
    theory_.rule = is_proven ? "min{ sqrt(p) / (10 delta sig1), p / (4 mu) }"
                             : "sqrt(p / delta) / sig1, a third of the best in practice";
  }

  static constexpr double infinity = std::numeric_limits<double>::infinity();

  problems::Problem& problem_;
  mpi::Network& network_;
  Compression up_;
  std::unique_ptr<compressors::Compressor> down_;
  Snapshot snapshot_;
  Server server_;
  bool hpe_, error_feedback_;
  double gamma_ = 0;
  Vector z_, next_, centre_, shift_, u_, F_1_u_, correction_;
  std::vector<Vector> errors_;  // e_i
  Theory theory_;
};

}  // namespace

void register_three_pillars_ef(Catalogue& all) { all.add<ThreePillarsEf>("three_pillars_ef"); }

}  // namespace trivium::solvers
