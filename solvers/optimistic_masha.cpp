// Optimistic MASHA (Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022, on the method of Kovalev,
// Beznosikov, Sadiev, Persiianov, Richtarik, Gasnikov 2022): similarity through permutation compressors, one
// call a round.
//   worker m sends Q_m(F_m(z_k) - F_m(w_{k-1}) + alpha (F_m(z_k) - F_m(z_{k-1})))
//   the server broadcasts D = F(w_{k-1}) + mean of the messages and a bit b
//   z_{k+1} = prox(z_k + p (w_k - z_k) - eta D)
//   if b: w_{k+1} = z_{k+1}; a full exchange gives F(w_{k+1}).  w_{-1} = z_{-1} = w_0 = z_0
#include <algorithm>
#include <cmath>

#include "detail/compression.hpp"
#include "detail/lag.hpp"

namespace trivium::solvers {
namespace {

class OptimisticMasha final : public Solver {
 public:
  struct Params {
    Tunable step, alpha;
    Plugin uplink{"perm_k", {}, ""}, downlink{"identity", {}, ""};
    SnapshotParams snapshot{.snapshot = "new"};
    void describe(Fields& fields) {
      fields.tunable("step", step, positive, "step size eta: a number, \"theory\", or { theory = multiple }");
      fields.tunable("alpha", alpha, non_negative, "weight of the optimistic term");
      fields.plugin("uplink", uplink, compressors::catalogue(),
                    "Q_m, unbiased; perm_k makes use of similar workers");
      fields.plugin("downlink", downlink, compressors::catalogue(), "Q_s, unbiased: server to workers");
      snapshot.describe(fields, "p: probability of a new snapshot");
    }
  };
  static About about() {
    return {
        "one compressed call a round for similar workers, around a snapshot",
        "D = F(w_{k-1}) + mean of Q_m(F_m(z_k) - F_m(w_{k-1}) + alpha (F_m(z_k) - F_m(z_{k-1}))),\n"
        "z_{k+1} = prox_eta(z_k + p (w_k - z_k) - eta D); with probability p: w_{k+1} = z_{k+1}\n"
        "theory: p = min{ 1/2, bits(Q_m) / bits of a dense vector } (1/M for perm_k),\n"
        "eta = min{ 1 / (8 L), sqrt(p) / (4 S), p / (2 mu) }, S^2 = (1 + omega_s) (A sig^2 + (A - B) L^2) + "
        "omega_s "
        "L^2: sig for perm_k\n"
        "and a dense downlink; alpha = max{ 1 - eta mu / 6, 1 - p eta mu / (2 p + eta mu) }, the factor per "
        "iteration",
        "Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313); Kovalev et al. 2022"};
  }

  OptimisticMasha(const Params& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        up_(uplink(params.uplink, context)),
        down_(downlink(params.downlink, context)),
        snapshot_(params.snapshot, context),
        lag_(snapshot_, context),
        z_(context.start),
        next_(z_.like()),
        correction_(z_.like()),
        F_m_previous_(local_workers(), z_.like()) {
    require_unbiased(up_, "optimistic_masha", "uplink");
    require_unbiased(down_, "optimistic_masha", "downlink");
    use_theory(params, context.constants);
  }

  void start() override {
    snapshot_.exchange();
    for (int m = network_.workers().first; m < network_.workers().last; ++m)
      copy(F_m_previous_[local(m)], snapshot_.of(m));
  }

  void step() override {
    network_.average(
        *up_.codec,
        [&](int m, Vector& message) {
          Vector& F_previous = F_m_previous_[local(m)];
          const Vector& F_w = lag_.of(m);
          problem_.evaluate(m, z_, message);  // F_m(z_k), kept for the next round
          std::swap(message, F_previous);
          combine(message, {{1 + alpha_, F_previous}, {-1, F_w}, {-alpha_, message}});
        },
        correction_);
    const bool fresh = network_.broadcast(*down_.codec, correction_, snapshot_.due());
    combine(next_, {{1 - p(), z_}, {p(), snapshot_.point()}, {-eta_, lag_.mean()}, {-eta_, correction_}});
    problem_.prox(eta_, next_);
    std::swap(z_, next_);
    lag_.end_iteration(fresh);
    snapshot_.end_iteration(fresh, next_, z_);
  }

  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    lag_.state(archive);
    archive.workers("F_m_previous", F_m_previous_);
    snapshot_.state(archive);
    up_.codec->state(archive, "uplink");
    down_.codec->state(archive, "downlink");
  }

 private:
  double p() const { return snapshot_.probability(); }
  std::size_t local_workers() const { return static_cast<std::size_t>(network_.workers().count()); }
  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }

  /// With x_m what the workers compress, E|mean Q_m(x_m) - xbar|^2 <= A (1/M) sum |x_m - xbar|^2 + (A - B)
  /// |xbar|^2.
  void use_theory(const Params& params, problems::Constants& constants) {
    const compressors::Guarantee &up = up_.guarantee, &down = down_.guarantee;
    snapshot_.use_theory(std::min(0.5, up.expected_bits / snapshot_.dense_bits()));
    const double L = constants.L(), mu = std::max(constants.mu(), 0.0);
    const double sig = up.joint_a > 0 ? constants.get(problems::Which::sig).value : 0;
    const double S = std::sqrt(
        (1 + down.omega) * (up.joint_a * sig * sig + (up.joint_a - up.joint_b) * L * L) + down.omega * L * L);
    double bound = 1 / (8 * L);
    if (S > 0) bound = std::min(bound, std::sqrt(p()) / (4 * S));
    if (mu > 0) bound = std::min(bound, p() / (2 * mu));
    eta_ = params.step.resolve(bound);
    const double factor = std::max(1 - eta_ * mu / 6, 1 - p() * eta_ * mu / (2 * p() + eta_ * mu));
    alpha_ = params.alpha.resolve(factor);
    theory_.step = bound;
    theory_.step_used = eta_;
    const bool holds = params.alpha.theory && params.alpha.value == 1 && snapshot_.by_coin() &&
                       snapshot_.takes_new() && p() <= 0.5 && eta_ <= bound * (1 + 1e-12);
    theory_.rate = holds ? factor : 1;
    const double refreshes = snapshot_.frequency() * snapshot_.dense_bits();
    theory_.bits_up = up.expected_bits + refreshes;
    theory_.bits_down = down.expected_bits + 1 + refreshes;
    theory_.rule = "min{ 1 / (8 L), sqrt(p) / (4 S), p / (2 mu) }, S = sig for perm_k";
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  Compression up_, down_;
  Snapshot snapshot_;
  Lag lag_;
  double eta_ = 0, alpha_ = 1;
  Vector z_, next_, correction_;
  std::vector<Vector> F_m_previous_;
  Theory theory_;
};

}  // namespace

void register_optimistic_masha(Catalogue& all) { all.add<OptimisticMasha>("optimistic_masha"); }

}  // namespace trivium::solvers
