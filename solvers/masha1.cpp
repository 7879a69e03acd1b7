// MASHA1 (Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022): extragradient around a
// snapshot w with unbiased compression both ways.  gamma: step size, 1 - tau: probability of a new snapshot.
//   zbar = tau z + (1 - tau) w
//   zhat = prox(zbar - gamma F(w))
//   worker m sends Q_m(F_m(zhat) - F_m(w)); the server broadcasts D = Q_s(mean of the messages) and a bit b
//   z+ = prox(zbar - gamma (F(w) + D))
//   if b: w = z (the old one, or z+); a full exchange gives F(w)
#include <algorithm>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {
namespace {

class Masha1 final : public Solver {
 public:
  struct Params {
    Tunable step, refresh;
    Plugin uplink{"rand_k", {{"k", 0.1}}, ""}, downlink{"identity", {}, ""};
    std::string snapshot = "old", schedule = "random", values = "float64";
    void describe(Fields& fields) {
      fields.tunable("step", step, positive,
                     "step size gamma: a number, \"theory\", or { theory = multiple }");
      fields.plugin("uplink", uplink, compressors::catalogue(), "Q_m, unbiased: workers to server");
      fields.plugin("downlink", downlink, compressors::catalogue(), "Q_s, unbiased: server to workers");
      fields.tunable("refresh", refresh, {0, 1, true}, "1 - tau: probability of a new snapshot");
      fields.choice("schedule", schedule, {"random", "periodic"},
                    "new snapshots by a coin, or every round(1 / refresh) iterations");
      fields.choice("snapshot", snapshot, {"old", "new"},
                    "what the snapshot becomes: the old iterate z or the new z+");
      fields.choice("values", values, {"float64", "float32"}, "how the entries of full exchanges travel");
    }
  };
  static About about() {
    return {"compression both ways with unbiased compressors, around a snapshot",
            "zbar = tau z + (1 - tau) w, zhat = prox_g(zbar - g F(w)),\n"
            "D = Q_s(mean of Q_m(F_m(zhat) - F_m(w))), z+ = prox_g(zbar - g (F(w) + D)); with probability 1 "
            "- tau: w = z\n"
            "theory: 1 - tau = min{ 1/2, bits(Q_m) / bits of a dense vector }, g = min{ sqrt((1 - tau) / 2) "
            "/ C, (1 - tau) / (2 mu) },\n"
            "C^2 = (1 + omega_s) (L^2 + omega L_rms^2 / M); V = |z - z*|^2 + |w - z*|^2 is multiplied by at "
            "most 1 - g mu / "
            "2 each iteration",
            "Beznosikov, Richtarik, Diskin, Ryabinin, Gasnikov 2022 (arXiv 2110.03313)"};
  }

  Masha1(const Params& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        up_(compressors::catalogue().make(params.uplink, shape(context))),
        down_(compressors::catalogue().make(params.downlink, shape(context))),
        format_(params.values == "float32" ? ValueFormat::float32 : ValueFormat::float64),
        new_snapshot_(params.snapshot == "new"),
        periodic_(params.schedule == "periodic"),
        z_(context.start),
        next_(z_.like()),
        snapshot_(context.start),
        F_snapshot_(z_.like()),
        mixed_(z_.like()),
        half_(z_.like()),
        correction_(z_.like()),
        F_m_snapshot_(static_cast<std::size_t>(network_.workers().count()), z_.like()) {
    use_theory(params, context.constants);
  }

  void start() override { exchange_snapshot(); }

  void step() override {
    combine(mixed_,
            {{1 - refresh_, z_}, {refresh_, snapshot_}, {-gamma_, F_snapshot_}});  // zbar - gamma F(w)
    copy(half_, mixed_);
    problem_.prox(gamma_, half_);  // zhat
    network_.average(
        *up_,
        [&](int m, Vector& message) {
          problem_.evaluate(m, half_, message);
          combine(message, {{1, message}, {-1, F_m_snapshot(m)}});  // F_m(zhat) - F_m(w)
        },
        correction_);
    const bool fresh = network_.broadcast(*down_, correction_, wants_snapshot());
    combine(next_, {{1, mixed_}, {-gamma_, correction_}});  // z+ = prox(zbar - gamma (F(w) + D))
    problem_.prox(gamma_, next_);
    std::swap(z_, next_);  // next_ is the old iterate now
    iteration_ += 1;
    if (fresh) {
      copy(snapshot_, new_snapshot_ ? z_ : next_);
      exchange_snapshot();
    }
  }

  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("w", snapshot_);
    archive.common("F_w", F_snapshot_);
    archive.common("iteration", iteration_);
    archive.workers("F_m_w", F_m_snapshot_);
  }

 private:
  static compressors::Shape shape(const Context& context) {
    return {context.problem.traits().dimension, context.network.workers().total};
  }
  Vector& F_m_snapshot(int m) {
    return F_m_snapshot_[static_cast<std::size_t>(m - network_.workers().first)];
  }

  /// F(w) everywhere, F_m(w) on its worker: as rounded for the wire, so that the workers' differences are
  /// taken from what was heard.
  void exchange_snapshot() {
    network_.exchange(
        format_,
        [&](int m, Vector& out) {
          problem_.evaluate(m, snapshot_, out);
          if (format_ == ValueFormat::float32) round_to_float32(out);
          copy(F_m_snapshot(m), out);
        },
        F_snapshot_);
  }

  bool wants_snapshot() const {
    if (periodic_) return (iteration_ + 1) % period_ == 0;
    return Stream(network_.seed(), Purpose::refresh, everyone, network_.round()).bernoulli(refresh_);
  }

  void use_theory(const Params& params, problems::Constants& constants) {
    const compressors::Guarantee up = up_->guarantee(), down = down_->guarantee();
    if (!up.unbiased)
      reject("masha1: uplink '{}' is biased; masha1 needs an unbiased compressor such as rand_k",
             params.uplink.type);
    if (!down.unbiased)
      reject("masha1: downlink '{}' is biased; masha1 needs an unbiased compressor such as rand_k",
             params.downlink.type);
    const double dense_bits = static_cast<double>(z_.size()) * bits_of(format_);
    refresh_ = std::min(1.0, params.refresh.resolve(std::min(0.5, up.expected_bits / dense_bits)));
    period_ = std::max<std::int64_t>(1, std::llround(1 / refresh_));

    const double L = constants.L(), mu = std::max(constants.mu(), 0.0);
    const double L_rms = up.joint_a > 0 ? constants.L_rms() : 0;
    const double C = std::sqrt((1 + down.omega) * ((1 - up.joint_b) * L * L + up.joint_a * L_rms * L_rms));
    double bound = std::sqrt(std::min(refresh_, 0.5) / 2) / C;
    if (mu > 0) bound = std::min(bound, refresh_ / (2 * mu));
    gamma_ = params.step.resolve(bound);
    theory_.step = bound;
    theory_.step_used = gamma_;
    const bool proven =
        gamma_ <= bound * (1 + 1e-12) && gamma_ * mu <= 1 - refresh_;  // the proof needs g mu <= tau
    theory_.rate = proven ? 1 - gamma_ * mu / 2 : 1;
    const double refreshes = periodic_ ? 1 / static_cast<double>(period_) : refresh_;
    theory_.bits_up = up.expected_bits + refreshes * dense_bits;
    theory_.bits_down = down.expected_bits + 1 + refreshes * dense_bits;
    theory_.rule =
        "min{ sqrt((1 - tau) / 2) / C, (1 - tau) / (2 mu) }, C^2 = (1 + omega_s) (L^2 + omega L_rms^2 / M)";
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  std::unique_ptr<compressors::Compressor> up_, down_;
  ValueFormat format_;
  bool new_snapshot_, periodic_;
  double gamma_ = 0, refresh_ = 0;
  std::int64_t period_ = 1, iteration_ = 0;
  Vector z_, next_, snapshot_, F_snapshot_, mixed_, half_, correction_;
  std::vector<Vector> F_m_snapshot_;
  Theory theory_;
};

}  // namespace

void register_masha1(Catalogue& all) { all.add<Masha1>("masha1"); }

}  // namespace trivium::solvers
