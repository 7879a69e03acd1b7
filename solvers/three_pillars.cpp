// Three Pillars (Beznosikov, Takac, Gasnikov 2023): similarity, compression and local steps.  m: snapshot,
// known to all; z lives on the server, which holds F_1.  gamma: step size, p: probability of a new snapshot.
//   zbar = z + p (m - z)
//   server: u = about the root over Z of F_1(u) - F_1(m) + F(m) + (u - zbar) / gamma; broadcasts u
//   worker i sends Q_i((F_i - F_1)(m) - (F_i - F_1)(u)); S = mean of the messages
//   z+ = P(zbar - gamma (F_1(u) - F_1(m) + F(m)) + gamma S)     (hpe), or
//   z+ = P(u + gamma S)                                         (tseng, the published form)
//   with probability p: m = z (the old one, or z+); the server broadcasts m, the workers send F_i(m)
// Where Q_i is linear for a given key the workers send Q_i(F_i(m) - F_i(u)) and the server takes Q_i(F_1(m) -
// F_1(u)) out; otherwise it broadcasts F_1(u) and F_1(m) too.
#include <algorithm>
#include <cmath>

#include "detail/compression.hpp"
#include "detail/server.hpp"
#include "detail/similarity.hpp"
#include "detail/snapshot.hpp"

namespace trivium::solvers {
namespace {

class ThreePillars final : public Solver {
 public:
  struct Params {
    Tunable step;
    Plugin uplink{"perm_k", {}, ""};
    Participation participation;
    std::string form = "hpe";
    InnerParams inner;
    SnapshotParams snapshot;
    void describe(Fields& fields) {
      fields.tunable("step", step, positive,
                     "step size gamma: a number, \"theory\", or { theory = multiple }");
      fields.plugin("uplink", uplink, compressors::catalogue(), "Q_i, unbiased: workers to server");
      participation.describe(fields);
      fields.choice("form", form, {"hpe", "tseng"},
                    "last step: from zbar, which forgives an inexact u, or from u, as published");
      inner.describe(fields);
      snapshot.describe(fields, "p: probability of a new snapshot");
    }
  };
  static About about() {
    return {
        "similarity, compression and local steps: the server solves with its own operator, the workers "
        "correct",
        "zbar = z + p (m - z); the server finds u with F_1(u) - F_1(m) + F(m) + (u - zbar) / g = 0 over Z;\n"
        "S = mean of Q_i((F_i - F_1)(m) - (F_i - F_1)(u)); hpe: z+ = P(zbar - g (F_1(u) - F_1(m) + F(m)) + g "
        "S), "
        "tseng: z+ = P(u + g S)\n"
        "theory: p = min{ 1/2, (b / M) bits(Q) / bits of a dense vector } (1/M for perm_k), g = min{ sqrt(p) "
        "/ (2 "
        "C), p / (2 mu) },\n"
        "C^2 = max{ 0, 1 - B - P } d1^2 + (A + P) sig1^2: sig1 for perm_k and for one sampled worker;\n"
        "inner steps max{ 4, 2 log(3 + 2 g L_1) } (1 + g L_1) (hpe) or 2 (1 + g L_1) log(64 (1 + g L_1)^2 / "
        "(g mu)) (tseng);\n"
        "V = |z - z*|^2 + |m - z*|^2 is multiplied by at most 1 - g mu / 2 each iteration",
        "Beznosikov, Takac, Gasnikov 2023 (arXiv 2302.07615)"};
  }

  ThreePillars(const Params& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        senders_(params.participation, context),
        up_(uplink(params.uplink, context, senders_.count())),
        down_(dense(context, params.snapshot.values)),
        snapshot_(params.snapshot, context,
                  up_.guarantee.linear ? Snapshot::Hears::server : Snapshot::Hears::server_with_F_1),
        server_(params.inner, context),
        hpe_(params.form == "hpe"),
        z_(context.start),
        next_(z_.like()),
        centre_(z_.like()),
        shift_(z_.like()),
        u_(z_.like()),
        F_1_u_(z_.like()),
        correction_(z_.like()) {
    require_unbiased(up_, "three_pillars", "uplink");
    use_theory(params, context.constants);
  }

  void start() override { snapshot_.exchange(); }

  void step() override {
    const bool fresh = snapshot_.due();
    const std::span<const int> senders = senders_.next();
    if (server_.here()) find_u();
    if (up_.guarantee.linear)
      exchange_linear(senders);
    else
      exchange_with_F_1(senders);
    if (server_.here()) move();
    std::swap(z_, next_);
    network_.share_off_the_record(z_);
    snapshot_.end_iteration(fresh, next_, z_);
  }

  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    senders_.state(archive);
    snapshot_.state(archive);
    up_.codec->state(archive, "uplink");
  }

 private:
  void find_u() {
    const double p = snapshot_.probability();
    combine(centre_, {{1 - p, z_}, {p, snapshot_.point()}});
    combine(shift_, {{1, snapshot_.mean()}, {-1, snapshot_.of(0)}});  // F(m) - F_1(m)
    server_.solve(shift_, centre_, gamma_, z_, u_);
  }

  void exchange_linear(std::span<const int> senders) {
    network_.broadcast(*down_, u_);
    bool knows_F_1_u = false;
    network_.average(
        *up_.codec, senders,
        [&](int i, Vector& message) {
          problem_.evaluate(i, u_, message);
          if (i == 0) copy(F_1_u_, message);
          knows_F_1_u |= i == 0;
          combine(message, {{1, snapshot_.of(i)}, {-1, message}});  // F_i(m) - F_i(u)
        },
        correction_);
    if (!server_.here()) return;
    if (!knows_F_1_u) server_.evaluate(u_, F_1_u_);
    combine(next_, {{1, snapshot_.of(0)}, {-1, F_1_u_}});
    network_.subtract_encoded(*up_.codec, senders, next_, correction_);
  }

  void exchange_with_F_1(std::span<const int> senders) {
    if (server_.here()) server_.evaluate(u_, F_1_u_);
    network_.broadcast(*down_, u_, F_1_u_);
    network_.average(
        *up_.codec, senders,
        [&](int i, Vector& message) {
          problem_.evaluate(i, u_, message);
          combine(message, {{1, snapshot_.of(i)}, {-1, snapshot_.first()}, {-1, message}, {1, F_1_u_}});
        },
        correction_);
  }

  void move() {
    if (hpe_)  // P(zbar - g (F_1(u) + F(m) - F_1(m)) + g S)
      combine(next_, {{1, centre_}, {-gamma_, F_1_u_}, {-gamma_, shift_}, {gamma_, correction_}});
    else
      combine(next_, {{1, u_}, {gamma_, correction_}});
    problem_.prox(gamma_, next_);
  }

  /// Whether the proof holds for inexact u. hpe: |r - g S|^2 <= (1 + a) |r|^2 + (1 + 1/a) g^2 |S|^2 with |r|
  /// <= |u - z| / 2 needs (1 + a) / 4 + g mu <= 1 - p and (1 + 1/a) g^2 C^2 + g mu <= p for some a.
  bool leaves_room_for_errors(double g_mu, double g_C) const {
    const double p = snapshot_.probability(), a = 4 * (1 - p - g_mu) - 1, rounding = 1e-12;
    if (!hpe_) return p <= 0.5;
    return a >= -rounding && (a + 1) * g_C * g_C <= a * (p - g_mu) + rounding;
  }

  void use_theory(const Params& params, problems::Constants& constants) {
    const compressors::Guarantee& up = up_.guarantee;
    snapshot_.use_theory(std::min(0.5, senders_.share() * up.expected_bits / snapshot_.dense_bits()));
    const double p = snapshot_.probability(), mu = server_.above_rounding(constants.mu());
    const double C = correction_constant(up, senders_.variance(), constants, server_);
    double bound = C > 0 ? std::sqrt(p) / (2 * C) : std::numeric_limits<double>::infinity();
    if (mu > 0) bound = std::min(bound, p / (2 * mu));
    if (!std::isfinite(bound))
      bound = 1 / server_.L_1();  // nothing limits it: equal workers, no strong monotonicity
    gamma_ = params.step.resolve(bound);
    server_.use_theory(inner_steps(hpe_, gamma_, server_.L_1(), mu));
    theory_.step = bound;
    theory_.step_used = gamma_;
    const bool has_rate = gamma_ <= bound * (1 + 1e-12) && gamma_ * mu <= 1 - p && senders_.uniform() &&
                          snapshot_.by_coin() && server_.is_exact_enough(hpe_) &&
                          (params.inner.inner == "exact" || leaves_room_for_errors(gamma_ * mu, gamma_ * C));
    theory_.rate = has_rate ? 1 - gamma_ * mu / 2 : 1;
    const double dense = snapshot_.dense_bits(), vectors = up.linear ? 1 : 2;
    theory_.bits_up = senders_.share() * up.expected_bits + snapshot_.frequency() * dense;
    theory_.bits_down = vectors * dense * (1 + snapshot_.frequency());
    theory_.rule = "min{ sqrt(p) / (2 C), p / (2 mu) }, C^2 = max{ 0, 1 - B - P } d1^2 + (A + P) sig1^2";
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  Senders senders_;
  Compression up_;
  std::unique_ptr<compressors::Compressor> down_;
  Snapshot snapshot_;
  Server server_;
  bool hpe_;
  double gamma_ = 0;
  Vector z_, next_, centre_, shift_, u_, F_1_u_, correction_;
  Theory theory_;
};

}  // namespace

void register_three_pillars(Catalogue& all) { all.add<ThreePillars>("three_pillars"); }

}  // namespace trivium::solvers
