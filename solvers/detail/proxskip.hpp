#pragma once
#include <algorithm>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// Parameters of ProxSkip-VIP and of its form with batches.
struct ProxSkipParams {
  Tunable step, communication;
  std::string values = "float64";
  void describe(Fields& fields) {
    fields.tunable("step", step, positive, "step size gamma: a number, \"theory\", or { theory = multiple }");
    fields.tunable("communication", communication, {0, 1, true},
                   "p: probability that an iteration ends with an exchange; theory: sqrt(gamma mu_min)");
    fields.choice("values", values, {"float64", "float32"}, "how the entries of vectors travel, both ways");
  }
  ValueFormat format() const { return values == "float32" ? ValueFormat::float32 : ValueFormat::float64; }
};

/// ProxSkip around whatever estimate v_m of F_m(z_m) the workers make; the listing is in proxskip_vip.cpp.
///
/// Everybody throws the same coin, from the shared seed and the number of the iteration: nothing is sent to
/// agree on it. Between exchanges the workers' iterates differ; `point` is the last one they had in common.
class ProxSkip : public Solver {
 public:
  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }

  void step() override {
    network_.each_worker([&](int m) {
      Vector& z_m = z_m_[local(m)];
      estimate(m, z_m, v_);
      combine(z_m, {{1, z_m}, {-gamma_, v_}, {gamma_, h_m_[local(m)]}});  // zhat_m = z_m - gamma (v_m - h_m)
    });
    const bool meet = Stream(network_.seed(), Purpose::refresh, everyone, iteration_).bernoulli(p_);
    iteration_ += 1;
    if (meet) exchange();
  }
  void state(Archive& archive) override {
    archive.common("z", z_);
    archive.common("iteration", iteration_);
    archive.workers("z_m", z_m_);
    archive.workers("h_m", h_m_);
  }

 protected:
  ProxSkip(const char* name, const ProxSkipParams& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        mu_(std::max(context.constants.get(problems::Which::mu_min).value, 0.0)),
        z_(context.start),
        name_(name),
        step_(params.step),
        communication_(params.communication),
        format_(params.format()),
        v_(z_.like()),
        z_m_(for_workers(z_)),
        h_m_(for_workers(z_.like())) {}

  /// out = v_m, worker m's estimate of F_m(z_m). Called once for every worker and iteration.
  virtual void estimate(int m, const Vector& z_m, Vector& out) = 0;

  /// Fixes gamma_ and p. `bound`: the theorem's step, 0 for none; its rate is 1 - min{ g mu_min, p^2, third
  /// }. Throws InputError when theory is asked for and says nothing.
  void use_theory(double bound, const std::string& rule, double third = 1) {
    if ((step_.theory || communication_.theory) && !(bound > 0))
      reject(
          "{}: theory needs every worker's operator to be strongly monotone and cocoercive, and one is not; "
          "give step and communication as numbers or use masha1",
          name_);
    gamma_ = step_.resolve(bound);
    p_ = std::min(1.0, communication_.resolve(std::sqrt(gamma_ * mu_)));
    const double rate = gamma_ <= bound * (1 + 1e-12) ? 1 - std::min({gamma_ * mu_, p_ * p_, third}) : 1;
    const double bits = p_ * static_cast<double>(z_.size()) * bits_of(format_);
    theory_ = {bound, gamma_, rate, bits, bits, rule};
  }

  std::uint64_t iteration() const { return iteration_; }
  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }
  /// A copy of `x` for each local worker.
  std::vector<Vector> for_workers(const Vector& x) const {
    return std::vector<Vector>(static_cast<std::size_t>(network_.workers().count()), x);
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  double mu_;  // mu_min; 0 when an F_m is not strongly monotone
  Vector z_;

 private:
  void exchange() {
    network_.exchange(
        format_,
        [&](int m, Vector& out) {
          combine(out, {{1, z_m_[local(m)]}, {-gamma_ / p_, h_m_[local(m)]}});
        },
        z_);
    problem_.prox(gamma_ / p_, z_);  // z = prox of mean of zhat_m - (gamma / p) h_m
    for (std::size_t i = 0; i < z_m_.size(); ++i) {
      combine(h_m_[i], {{1, h_m_[i]}, {p_ / gamma_, z_}, {-p_ / gamma_, z_m_[i]}});
      copy(z_m_[i], z_);
    }
  }

  const char* name_;
  Tunable step_, communication_;
  ValueFormat format_;
  double gamma_ = 0, p_ = 1;
  std::uint64_t iteration_ = 0;  // keys the coins: the network's round stands still while nothing is sent
  Vector v_;
  std::vector<Vector> z_m_, h_m_;
  Theory theory_;
};

}  // namespace trivium::solvers
