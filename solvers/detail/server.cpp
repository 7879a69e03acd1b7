#include "server.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace trivium::solvers {
namespace {

constexpr std::int64_t most_steps = 100000;
constexpr std::int64_t patience = 10;

}  // namespace

void InnerParams::describe(Fields& fields) {
  fields.choice(
      "inner", inner, {"theory", "fixed", "relative", "exact"},
      "when the server stops solving: after the theorem's number of extragradient steps, after inner_steps "
      "of them, when |g B(u)| <= |u - z| / 2, or at rounding");
  fields.integer("inner_steps", steps, {1, 1e9}, "extragradient steps for inner = \"fixed\"");
}

std::int64_t inner_steps(bool forgiving, double g, double L_1, double mu) {
  const double k = g * L_1;
  const double factor = forgiving ? std::max(4.0, 2 * std::log(3 + 2 * k))
                                  : 2 * std::log(64 * (1 + k) * (1 + k) / (g * std::max(mu, 1e-12)));
  return static_cast<std::int64_t>(std::ceil(factor * (1 + k)));
}

Server::Server(const InnerParams& params, const Context& context)
    : problem_(context.problem),
      network_(context.network),
      rule_(params.inner == "relative" ? Rule::relative
            : params.inner == "exact"  ? Rule::exact
                                       : Rule::fixed),
      from_theory_(params.inner == "theory"),
      steps_(params.steps),
      L_1_(context.constants.get(problems::Which::L_1).value),
      half_(context.start.like()),
      B_(half_.like()) {}

double Server::above_rounding(double constant) const {
  const double rounding = problem_.traits().dtype == Dtype::float64 ? 1e-12 : 1e-6;
  return constant > rounding * L_1_ ? constant : 0;
}

bool Server::is_exact_enough(bool forgiving) const {
  if (rule_ == Rule::fixed) return from_theory_ || steps_ >= theory_steps_;
  return rule_ == Rule::exact || forgiving;
}

void Server::evaluate(const Vector& z, Vector& out) {
  network_.while_workers_wait([&] { F_1(z, out); });
}

void Server::solve(const Vector& shift, const Vector& centre, double g, const Vector& start, Vector& u) {
  network_.while_workers_wait([&] { find_root(shift, centre, g, start, u); });
}

void Server::F_1(const Vector& z, Vector& out) {
  if (network_.counting()) network_.ledger().local_steps += 1;
  const mpi::Network::OffTheRecord not_a_call(network_);
  problem_.evaluate(0, z, out);
}

void Server::residual(const Vector& u, const Vector& shift, const Vector& centre, double g, Vector& out) {
  F_1(u, out);
  combine(out, {{1, out}, {1, shift}, {1 / g, u}, {-1 / g, centre}});
}

void Server::find_root(const Vector& shift, const Vector& centre, double g, const Vector& start, Vector& u) {
  copy(u, start);
  const double s = 1 / (2 * (L_1_ + 1 / g));
  Progress progress;
  for (std::int64_t step = 0;; ++step) {
    if (rule_ == Rule::fixed && step == (from_theory_ ? theory_steps_ : steps_)) return;
    residual(u, shift, centre, g, B_);
    combine(half_, {{1, u}, {-s, B_}});
    problem_.prox(s, half_);
    if (rule_ != Rule::fixed &&
        enough(step, std::sqrt(squared_distance(u, half_)), g / s, u, start, progress))
      return;
    residual(half_, shift, centre, g, B_);
    combine(u, {{1, u}, {-s, B_}});
    problem_.prox(s, u);
  }
}

bool Server::enough(std::int64_t step, double moved, double scale, const Vector& u, const Vector& start,
                    Progress& progress) const {
  if (moved == 0 || step == most_steps || !std::isfinite(moved)) return true;
  if (rule_ == Rule::relative && scale * moved <= std::sqrt(squared_distance(u, start)) / 2) return true;
  if (moved < progress.least) progress = {moved, step};
  return step - progress.at >= patience;  // only rounding is left
}

}  // namespace trivium::solvers
