#include "random_pairs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>

namespace trivium::analysis::detail {
namespace {

using problems::Which;

constexpr int follow = 16;
constexpr int pairs_of(bool quick) { return quick ? follow : 4 * follow; }
constexpr std::size_t quick_samples = 128;
constexpr double rounding_of_inner = 1e-9;  // far above that of float64 at the distance below
constexpr double distance = 1e-3;           // |a - b|, relative to the point: near it, and far above rounding

/// The mean over all workers of one number each.
double mean_of(mpi::Network& network, const std::vector<double>& mine, Vector scratch) {
  const std::uint32_t at[] = {0};
  network.mean_off_the_record(
      [&](int m, Vector& out) {
        fill(out, 0);
        const double value[] = {mine[static_cast<std::size_t>(m - network.workers().first)]};
        scatter_add(out, at, 1, value);
      },
      scratch);
  double mean = 0;
  gather(scratch, at, {&mean, 1});
  return mean;
}
/// |D|^2 / <D, a - b>, where rounding of the inner product leaves a digit of it; infinite otherwise.
double cocoercivity(const Vector& D, const Vector& a, const Vector& b) {
  const double square = dot(D, D), inner = dot(D, a) - dot(D, b);
  if (square == 0) return 0;
  const bool seen = inner > rounding_of_inner * std::sqrt(square * squared_distance(a, b));
  return seen ? square / inner : std::numeric_limits<double>::infinity();
}
double max_of(mpi::Network& network, const std::vector<double>& mine) {
  return network.max_off_the_record(*std::max_element(mine.begin(), mine.end()));
}

}  // namespace

problems::Constant RandomPairs::measure(Which which) {
  if (which == Which::L_loc && !quick_)
    reject("L_loc of this problem cannot be measured: the problem has no Jacobians");
  if (found_.empty()) estimate();
  if (which == Which::L_loc && found_.count(which) == 0) found_[which] = sample_spread();
  return {found_.at(which), problems::Origin::estimated,
          fmt::format("{} bound from {} random pairs near the {}{}",
                      which == Which::mu || which == Which::mu_min ? "upper" : "lower", pairs_of(quick_),
                      quick_ ? "start" : "solution", quick_ ? ", of at most 128 summands a worker" : "")};
}

std::span<const std::uint32_t> RandomPairs::some_samples(int m) {
  samples_.resize(std::min(problem_.samples(m), quick_samples));
  std::iota(samples_.begin(), samples_.end(), 0u);
  return samples_;
}

void RandomPairs::evaluate(int m, const Vector& z, Vector& out) {
  if (quick_ && problem_.samples(m) > quick_samples)
    problem_.evaluate_samples(m, z, some_samples(m), out);
  else
    problem_.evaluate(m, z, out);
}

void RandomPairs::estimate() {
  Stream stream(0, Purpose::start, everyone, 3);
  std::vector<double> entries(at_.size());
  const double length = norm(at_), reach = distance * (length > 0 ? length : 1) / 2;
  Vector direction = at_.like();
  a_ = b_ = at_.like();
  for (int pair = 0; pair < pairs_of(quick_); ++pair) {
    if (pair % follow == 0 || !(norm(direction) > 0)) {
      for (double& entry : entries) entry = stream.normal();
      direction.assign(entries);
    }
    const double step = reach / norm(direction);
    combine(a_, {{1, at_}, {step, direction}});
    combine(b_, {{1, at_}, {-step, direction}});
    problem_.prox(0, a_);
    problem_.prox(0, b_);
    const double squared_length = squared_distance(a_, b_);
    if (squared_length == 0) continue;
    keep(quotients(a_, b_, direction), squared_length);
    // direction is F(a) - F(b): towards the steep. a - b less a multiple of it turns towards the flat, where
    // mu is.
    const double L = found_.at(Which::L);
    if (pair / follow % 2 == 1 && L > 0) combine(direction, {{1, a_}, {-1, b_}, {-1 / L, direction}});
  }
  if (found_.empty())
    reject(
        "the constants of this problem cannot be estimated: its feasible set is a point near the solution");
}

RandomPairs::Quotients RandomPairs::quotients(const Vector& a, const Vector& b, Vector& D) {
  auto difference = [&, at_b = at_.like()](int m, Vector& out) mutable {
    evaluate(m, a, out);
    evaluate(m, b, at_b);
    combine(out, {{1, out}, {-1, at_b}});
  };
  const WorkerRange& here = network_.workers();
  std::vector<double> own(static_cast<std::size_t>(here.count())), deviation(own.size()),
      curvature(own.size()), flatness(own.size());
  network_.mean_off_the_record(
      [&](int m, Vector& out) {
        difference(m, out);
        own[static_cast<std::size_t>(m - here.first)] = dot(out, out);
        curvature[static_cast<std::size_t>(m - here.first)] = cocoercivity(out, a, b);
        flatness[static_cast<std::size_t>(m - here.first)] = dot(out, b) - dot(out, a);
      },
      D);
  Vector less_first = at_.like();  // D - D_1: worker 0 enters the mean with weight 1 - M
  network_.mean_off_the_record(
      [&](int m, Vector& out) {
        difference(m, out);
        deviation[static_cast<std::size_t>(m - here.first)] = squared_distance(out, D);
        if (m == 0) combine(out, {{1.0 - here.total, out}});
      },
      less_first);
  return {.inner = dot(D, a) - dot(D, b),
          .whole = dot(D, D),
          .first = dot(less_first, less_first),
          .server = network_.max_off_the_record(here.hosts(0) ? own[0] : 0),
          .worker_mean = mean_of(network_, own, at_),
          .worker_max = max_of(network_, own),
          .cocoercivity_max = max_of(network_, curvature),
          .inner_min = -max_of(network_, flatness),
          .deviation_mean = mean_of(network_, deviation, at_),
          .deviation_max = max_of(network_, deviation)};
}

double RandomPairs::sample_spread() {
  const WorkerRange& here = network_.workers();
  std::vector<double> spread(static_cast<std::size_t>(here.count()));
  Vector mean = at_.like(), single = at_.like(), at_b = at_.like();
  const auto difference = [&](int m, std::span<const std::uint32_t> samples, Vector& out) {
    problem_.evaluate_samples(m, a_, samples, out);
    problem_.evaluate_samples(m, b_, samples, at_b);
    combine(out, {{1, out}, {-1, at_b}});
  };
  for (int m = here.first; m < here.last; ++m) {
    const std::span<const std::uint32_t> samples = some_samples(m);
    difference(m, samples, mean);
    for (const std::uint32_t& sample : samples) {
      difference(m, {&sample, 1}, single);
      spread[static_cast<std::size_t>(m - here.first)] +=
          squared_distance(single, mean) / static_cast<double>(samples.size());
    }
  }
  return std::sqrt(mean_of(network_, spread, at_) / squared_distance(a_, b_));
}

void RandomPairs::keep(const Quotients& found, double squared_length) {
  const auto raise = [&](Which which, double square) {
    double& value = found_.emplace(which, 0).first->second;
    value = std::max(value, std::sqrt(square / squared_length));
  };
  raise(Which::L, found.whole);
  raise(Which::L_max, found.worker_max);
  raise(Which::L_rms, found.worker_mean);
  raise(Which::delta, found.deviation_max);
  raise(Which::d1, found.first);
  raise(Which::L_1, found.server);
  raise(Which::sig, found.deviation_mean);
  raise(Which::sig1,
        found.deviation_mean + found.first);  // about F_1: the variance plus the square of the bias
  double& ell = found_.emplace(Which::ell, 0).first->second;
  ell = std::max(ell, found.cocoercivity_max);
  const auto lower = [&](Which which, double inner) {
    double& value = found_.emplace(which, std::numeric_limits<double>::infinity()).first->second;
    value = std::min(value, inner / squared_length);
  };
  lower(Which::mu, found.inner);
  lower(Which::mu_min, found.inner_min);
}

}  // namespace trivium::analysis::detail
