// Stochastic variance-reduced optimistic gradient sliding (Zhou, Ye, Luo 2024): similarity with few workers a
// round.  F_1: the server's own operator, G_j = F_j - F_1, G = F - F_1.
//   zbar = (1 - gamma) z_k + gamma w_k;  S: b draws among all workers, with replacement
//   the server sends z_k and z_{k-1} to S; worker j answers
//     F_j(z_k) - F_j(w_{k-1}) + alpha (F_j(z_k) - F_j(z_{k-1}))
//   delta = G(w_{k-1}) + (1/b) sum over S of G_j(z_k) - G_j(w_{k-1}) + alpha (G_j(z_k) - G_j(z_{k-1}))
//   z_{k+1} = about the root over Z of F_1(u) + delta + (u - zbar) / eta
//   with probability p: w_{k+1} = z_{k+1}, the server broadcasts it, the workers send F_j(w_{k+1})
//   w_{-1} = z_{-1} = w_0 = z_0
// The server takes the parts with F_1 out itself; F_1(w_{k-1}) cancels.
#include <algorithm>
#include <cmath>
#include <limits>

#include "detail/draws.hpp"
#include "detail/lag.hpp"
#include "detail/server.hpp"
#include "detail/similarity.hpp"

namespace trivium::solvers {
namespace {

class Svogs final : public Solver {
 public:
  struct Params {
    Tunable step, alpha, weight;
    std::int64_t participants = 0;
    std::string sampling = "random";
    InnerParams inner;
    SnapshotParams snapshot{.snapshot = "new"};
    void describe(Fields& fields) {
      fields.tunable("step", step, positive, "step size eta: a number, \"theory\", or { theory = multiple }");
      fields.tunable("alpha", alpha, non_negative, "weight of the optimistic term");
      fields.tunable("weight", weight, {0, 1, true}, "gamma: weight of the snapshot in zbar; \"theory\": p");
      fields.integer("participants", participants, {0, 2147483647},
                     "b: workers drawn for an ordinary round; 0 for the theorem's number");
      fields.choice("sampling", sampling, {"random", "cyclic"},
                    "which ones: drawn with replacement, or taking turns");
      inner.describe(fields);
      snapshot.describe(fields, "p: probability of a new snapshot");
    }
  };
  static About about() {
    return {
        "similarity with few workers a round: the server solves with its own operator, b drawn workers "
        "correct",
        "zbar = (1 - gamma) z_k + gamma w_k; D = (F - F_1)(w_{k-1}) + mean over b draws of G_j(z_k) - "
        "G_j(w_{k-1}) + alpha (G_j(z_k) - G_j(z_{k-1})), G_j = F_j - F_1;\n"
        "the server finds z_{k+1} with F_1(u) + D + (u - zbar) / eta = 0 over Z; with probability p: w_{k+1} "
        "= z_{k+1}\n"
        "theory: m = min{ sqrt(M), delta / mu }, b = m rounded up, gamma = p = 1 / (m + 8), eta = min{ "
        "sqrt(alpha gamma b) / (4 delta), 1 / (32 delta) };\n"
        "alpha = max{ 1 - eta mu / (6 (1 - gamma)), 1 - p eta mu / (2 gamma + eta mu) }, the factor per "
        "iteration; inner steps 2 (1 + eta L_1) log(64 (1 + eta L_1)^2 / (eta mu))",
        "Zhou, Ye, Luo 2024 (NeurIPS)"};
  }

  Svogs(const Params& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        format_(params.snapshot.values == "float32" ? ValueFormat::float32 : ValueFormat::float64),
        dense_(dense(context, params.snapshot.values)),
        snapshot_(params.snapshot, context, Snapshot::Hears::server),
        lag_(snapshot_, context),
        server_(params.inner, context),
        mu_(server_.above_rounding(context.constants.mu())),
        delta_(server_.above_rounding(context.constants.get(problems::Which::delta).value)),
        draws_(participants(params.participants), params.sampling == "cyclic", context),
        z_(context.start),
        previous_(context.start),
        next_(z_.like()),
        heard_(z_.like()),
        heard_previous_(z_.like()),
        F_previous_(z_.like()),
        mean_(z_.like()),
        centre_(z_.like()),
        shift_(z_.like()),
        F_1_(z_.like()),
        F_1_previous_(z_.like()) {
    use_theory(params);
  }

  void start() override {
    snapshot_.exchange();
    if (server_.here()) copy(F_1_previous_, snapshot_.of(0));
  }

  void step() override {
    const bool fresh = snapshot_.due();
    gather(draws_.next());
    if (server_.here()) move();
    std::swap(previous_, z_);
    std::swap(z_, next_);
    network_.share_off_the_record(z_);
    lag_.end_iteration(fresh);
    snapshot_.end_iteration(fresh, previous_, z_);
  }

  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("previous", previous_);
    archive.common("F_1_previous", F_1_previous_);
    lag_.state(archive);
    draws_.state(archive);
    snapshot_.state(archive);
  }

 private:
  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }

  /// mean_ = (1/b) sum over the draws of F_j(z_k) - F_j(w_{k-1}) + alpha (F_j(z_k) - F_j(z_{k-1})).
  void gather(std::span<const int> drawn) {
    if (server_.here()) {
      copy(heard_, z_);
      copy(heard_previous_, previous_);
    }
    network_.send_to(drawn, format_, heard_, heard_previous_);
    network_.average(
        *dense_, drawn,
        [&](int j, Vector& message) {
          const double c = draws_.weight(j);
          problem_.evaluate(j, heard_, message);
          problem_.evaluate(j, heard_previous_, F_previous_);
          combine(message, {{c * (1 + alpha_), message}, {-c, lag_.of(j)}, {-c * alpha_, F_previous_}});
        },
        mean_);
  }

  /// next_ = z_{k+1}.
  void move() {
    server_.evaluate(heard_, F_1_);
    combine(shift_, {{1, lag_.mean()}, {1, mean_}, {-(1 + alpha_), F_1_}, {alpha_, F_1_previous_}});
    std::swap(F_1_previous_, F_1_);
    combine(centre_, {{1 - weight_, z_}, {weight_, snapshot_.point()}});
    server_.solve(shift_, centre_, eta_, z_, next_);
  }

  /// min{ sqrt(M), delta / mu }.
  double few() const {
    const double root = std::sqrt(static_cast<double>(network_.workers().total));
    return mu_ > 0 ? std::min(root, delta_ / mu_) : root;
  }
  std::int64_t participants(std::int64_t given) const {
    return given > 0 ? given : std::max<std::int64_t>(1, std::llround(std::ceil(few())));
  }
  /// What V is multiplied by in an iteration, at the step eta.
  double factor(double eta) const {
    if (mu_ == 0) return 1;
    const double p = snapshot_.probability();
    const double pull = 1 - p * eta * mu_ / (2 * weight_ + eta * mu_);
    return weight_ < 1 ? std::max({0.0, 1 - eta * mu_ / (6 * (1 - weight_)), pull}) : pull;
  }

  void use_theory(const Params& params) {
    snapshot_.use_theory(1 / (few() + 8));
    weight_ = params.weight.resolve(snapshot_.probability());
    double bound = 1 / server_.L_1();  // nothing limits it: equal workers
    if (delta_ > 0) {
      const double most = 1 / (32 * delta_);  // alpha is least there
      bound = std::min(std::sqrt(factor(most) * weight_ * draws_.count()) / (4 * delta_), most);
    }
    eta_ = params.step.resolve(bound);
    alpha_ = params.alpha.resolve(factor(eta_));
    const double condition = 1 + eta_ * server_.L_1(), eta_mu = eta_ * std::max(mu_, 1e-12);
    server_.use_theory(
        static_cast<std::int64_t>(std::ceil(2 * condition * std::log(64 * condition * condition / eta_mu))));
    const bool proven = params.alpha.theory && params.alpha.value == 1 && params.weight.theory &&
                        params.weight.value == 1 && snapshot_.probability() <= 0.5 &&
                        params.snapshot.snapshot == "new" && params.snapshot.schedule == "random" &&
                        params.sampling == "random" &&
                        (params.inner.inner == "theory" || params.inner.inner == "exact");
    const double refreshes = snapshot_.frequency() * snapshot_.dense_bits();
    theory_ = {bound,
               eta_,
               proven && eta_ <= bound * (1 + 1e-12) ? factor(eta_) : 1,
               draws_.share() * snapshot_.dense_bits() + refreshes,
               2 * draws_.share() * snapshot_.dense_bits() + refreshes,
               "min{ sqrt(alpha gamma b) / (4 delta), 1 / (32 delta) }"};
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  ValueFormat format_;
  std::unique_ptr<compressors::Compressor> dense_;
  Snapshot snapshot_;
  Lag lag_;
  Server server_;
  double mu_, delta_;  // mu_: 0 for operators that are not strongly monotone
  Draws draws_;
  double eta_ = 0, alpha_ = 1, weight_ = 0;
  Vector z_, previous_, next_;                  // z_k, z_{k-1}, z_{k+1}
  Vector heard_, heard_previous_, F_previous_;  // at the drawn workers
  Vector mean_, centre_, shift_, F_1_, F_1_previous_;
  Theory theory_;
};

}  // namespace

void register_svogs(Catalogue& all) { all.add<Svogs>("svogs"); }

}  // namespace trivium::solvers
