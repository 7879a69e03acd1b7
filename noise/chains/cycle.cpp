// The lazy walk on a ring. Its eigenvalues are lambda_j = h + (1 - h) cos(2 pi j / n), j = 0..n-1, and its
// values are the eigenfunction of lambda_1. Levin, Peres, Wilmer 2017, section 12.3.1.
#include <algorithm>
#include <cmath>

#include <trivium/noise/detail/mixing.hpp>

#include "detail/steps.hpp"
#include "detail/values.hpp"

namespace trivium::noise::chains {
namespace {

class Cycle final : public NumberedSteps<Cycle> {
 public:
  struct Params {
    double hold = 0.5;
    std::int64_t states = 0;
    void describe(Fields& fields) {
      fields.real("hold", hold, fraction, "h: probability of no move, below 1");
      fields.integer("states", states, {0, 1e6},
                     "n: length of the ring, at least 2; 0: as many as the worker has rows, or 10 where any "
                     "number will do");
    }
  };
  static About about() {
    return {"lazy walk on a ring",
            "a step stays with probability h, else moves to one of the two neighbours\n"
            "stationary: uniform; value of state i: sqrt(2) cos(2 pi i / n)\n"
            "correlation of values k steps apart lambda^k, lambda = h + (1 - h) cos(2 pi / n)\n"
            "h = 1/2: relaxation time tau for n = pi sqrt(tau)",
            "Levin, Peres, Wilmer: Markov chains and mixing times, 2017, section 12.3.1"};
  }
  Cycle(const Params& params, const Place& place)
      : count_(state_count_or("cycle", params.states, place, 10)),
        wave_(count_),
        hold_(params.hold),
        forward_((1 + params.hold) / 2) {
    if (count_ < 2) reject("cycle needs a ring of at least 2 states, and there is 1; take iid");
    if (hold_ == 1) reject("cycle.hold = 1 never moves; take a number below 1");
  }

  State start(Stream& stream) const override { return {stream.below(count_), 0}; }
  void step(State& state, Stream& stream) const {
    const double u = stream.uniform();
    if (u < hold_) return;
    if (u < forward_)
      state.index = state.index + 1 == count_ ? 0 : state.index + 1;
    else
      state.index = (state.index == 0 ? count_ : state.index) - 1;
  }
  double value(const State& state) const { return wave_.at(state.index); }

  Law law() const override {
    return {"uniform", std::vector<double>(count_, 1 / static_cast<double>(count_)),
            [lambda = eigenvalue(1)](std::size_t lag) { return std::pow(lambda, static_cast<double>(lag)); }};
  }
  Times times() const override {
    const double lambda = eigenvalue(1), last = std::abs(eigenvalue(count_ / 2));
    const double size = std::max(std::abs(lambda), last);
    return {{1 / (1 - size), Origin::known, "1 / (1 - |lambda|), lambda = h + (1 - h) cos(2 pi j / n)"},
            {size < 1 ? mixing(size) : INFINITY, Origin::computed, "least k, from all eigenvalues"},
            {(1 + lambda) / (1 - lambda), Origin::known, "(1 + lambda_1) / (1 - lambda_1)"}};
  }

 private:
  /// Exactly -1 where the walk without rest alternates between even and odd states.
  double eigenvalue(std::size_t j) const {
    const double turn = 2 * j == count_ ? -1 : std::cos(static_cast<double>(j) * wave_.angle());
    return hold_ + (1 - hold_) * turn;
  }
  /// The walk is the same from every state. An eigenfunction bounds the distance from below: it is at least
  /// size^k / 2.
  double mixing(double size) const {
    const double least = size > 0.5 ? std::floor(std::log(0.5) / std::log(size)) : 1;
    return detail::least_steps(static_cast<std::uint64_t>(std::max(least, 1.0)),
                               [this](std::uint64_t k) { return distance(k) <= 0.25; });
  }
  /// From the stationary law in total variation after k steps from state 0:
  /// sum_i |sum_{j>0} lambda_j^k cos(2 pi i j / n)| / (2 n).
  double distance(std::uint64_t k) const {
    std::vector<std::pair<std::size_t, double>> felt;  // j and lambda_j^k, those that rounding does not hide
    for (std::size_t j = 1; j < count_; ++j)
      if (const double power = std::pow(eigenvalue(j), static_cast<double>(k)); std::abs(power) > 1e-17)
        felt.emplace_back(j, power);
    double sum = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      double off = 0;
      for (const auto& [j, power] : felt)
        off += power * std::cos(static_cast<double>(i * j % count_) * wave_.angle());
      sum += std::abs(off);
    }
    return sum / static_cast<double>(2 * count_);
  }

  std::size_t count_;
  Wave wave_;
  double hold_, forward_;
};

}  // namespace

void register_cycle(Catalogue& all) { all.add<Cycle>("cycle"); }

}  // namespace trivium::noise::chains
