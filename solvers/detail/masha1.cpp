#include "masha1.hpp"

#include <algorithm>
#include <cmath>

namespace trivium::solvers {
namespace {

int count_of(std::int64_t participants, int workers) {
  if (participants > workers) reject("participants = {} is more than the {} workers", participants, workers);
  return participants == 0 ? workers : static_cast<int>(participants);
}

}  // namespace

void Masha1Params::describe(Fields& fields) {
  fields.tunable("step", step, positive, "step size gamma: a number, \"theory\", or { theory = multiple }");
  fields.plugin("uplink", uplink, compressors::catalogue(), "Q_m, unbiased: workers to server");
  fields.plugin("downlink", downlink, compressors::catalogue(), "Q_s, unbiased: server to workers");
  fields.integer("participants", participants, {0, 2147483647},
                 "workers that send in an ordinary round, sampled anew for each; 0 for all");
  snapshot.describe(fields, "1 - tau: probability of a new snapshot");
}

Masha1::Masha1(const char* name, const Masha1Params& params, Difference difference, const Context& context)
    : problem_(context.problem),
      network_(context.network),
      workers_(network_.workers().total),
      participants_(count_of(params.participants, workers_)),
      up_(uplink(params.uplink, context, participants_)),
      down_(downlink(params.downlink, context)),
      snapshot_(params.snapshot, context),
      difference_(std::move(difference)),
      z_(context.start),
      next_(z_.like()),
      mixed_(z_.like()),
      half_(z_.like()),
      correction_(z_.like()) {
  require_unbiased(up_, name, "uplink");
  require_unbiased(down_, name, "downlink");
  use_theory(params.step, context.constants);
}

void Masha1::step() {
  const double tau = 1 - snapshot_.probability();
  combine(mixed_, {{tau, z_}, {1 - tau, snapshot_.point()}, {-gamma_, snapshot_.mean()}});
  copy(half_, mixed_);
  problem_.prox(gamma_, half_);  // zhat = prox(zbar - gamma F(w))
  network_.average(
      *up_.codec, participants_ == workers_ ? network_.everybody() : network_.sample_workers(participants_),
      [&](int m, Vector& message) { difference_(m, half_, snapshot_, message); }, correction_);
  const bool fresh = network_.broadcast(*down_.codec, correction_, snapshot_.due());
  combine(next_, {{1, mixed_}, {-gamma_, correction_}});  // z+ = prox(zbar - gamma (F(w) + D))
  problem_.prox(gamma_, next_);
  std::swap(z_, next_);
  snapshot_.end_iteration(fresh, next_, z_);
}

void Masha1::state(Archive& archive) {
  archive.common("z", z_);
  snapshot_.state(archive);
  up_.codec->state(archive, "uplink");
  down_.codec->state(archive, "downlink");
}

/// E|D|^2 <= C^2 |zhat - w|^2. With E|mean Q_m(x_m)|^2 <= A (1/M) sum |x_m|^2 + (1 - B) |xbar|^2, a sampled
/// mean of variance P (1/M) sum |x_m|^2 and batches of variance v:
/// C^2 = (1 + omega_s) ((1 - B) (L^2 + v / M) + (A + P) (L_rms^2 + v)).
void Masha1::use_theory(const Tunable& step, problems::Constants& constants) {
  const double M = workers_, b = participants_;
  const compressors::Guarantee &up = up_.guarantee, &down = down_.guarantee;
  snapshot_.use_theory(
      std::min({0.5, b / M * up.expected_bits / snapshot_.dense_bits(), difference_.share()}));
  const double refresh = snapshot_.probability();

  const double L = constants.L(), mu = std::max(constants.mu(), 0.0), v = difference_.variance(constants);
  const double sampling = participants_ < workers_ ? (M - b) / ((M - 1) * b) : 0;
  const double apart = up.joint_a + sampling;
  const double L_rms = apart > 0 ? constants.L_rms() : 0;
  const double C =
      std::sqrt((1 + down.omega) * ((1 - up.joint_b) * (L * L + v / M) + apart * (L_rms * L_rms + v)));
  double bound = std::sqrt(std::min(refresh, 0.5) / 2) / C;
  if (mu > 0) bound = std::min(bound, refresh / (2 * mu));
  gamma_ = step.resolve(bound);
  theory_.step = bound;
  theory_.step_used = gamma_;
  const bool proven = gamma_ <= bound * (1 + 1e-12) && gamma_ * mu <= 1 - refresh &&
                      snapshot_.by_coin();  // the proof needs g mu <= tau, and the coin
  theory_.rate = proven ? 1 - gamma_ * mu / 2 : 1;
  const double refreshes = snapshot_.frequency() * snapshot_.dense_bits();
  theory_.bits_up = b / M * up.expected_bits + refreshes;
  theory_.bits_down = down.expected_bits + 1 + refreshes;
  theory_.rule =
      "min{ sqrt((1 - tau) / 2) / C, (1 - tau) / (2 mu) }, C^2 = (1 + omega_s) ((1 - B) (L^2 + v / M) + (A + "
      "P) (L_rms^2 + v))";
}

}  // namespace trivium::solvers
