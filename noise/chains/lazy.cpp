// Holds with probability h, else draws its state anew. P = h I + (1 - h) Pi, Pi the matrix of independent
// states: every eigenvalue but 1 is h, values k steps apart have correlation h^k whatever they are, and from
// any state the distance to the stationary law is h^k (1 - 1/n).
#include <cmath>

#include <trivium/noise/detail/mixing.hpp>

#include "detail/steps.hpp"
#include "detail/values.hpp"

namespace trivium::noise::chains {
namespace {

class Lazy final : public NumberedSteps<Lazy> {
 public:
  struct Params {
    double hold = 0.75, relaxation = 0;
    std::int64_t states = 0;
    void describe(Fields& fields) {
      fields.real("hold", hold, fraction, "h: probability of no new draw, below 1");
      describe_relaxation(fields, relaxation, "h = 1 - 1 / tau");
      fields.integer("states", states, {0, 1e9},
                     "n: number of states; 0: as many as the worker has rows, or 2 where any number will do");
    }
  };
  static About about() {
    return {"independent uniform states, each held for a random time",
            "a step keeps the state with probability h, else moves to one of n, each with probability 1 / n\n"
            "value of state i: (2i - n + 1) / sqrt((n^2 - 1) / 3); correlation of values k steps apart h^k\n"
            "relaxation time 1 / (1 - h): tau for h = 1 - 1 / tau",
            "definition"};
  }
  Lazy(const Params& params, const Place& place)
      : count_(state_count_or("lazy", params.states, place, 2)),
        ladder_(count_),
        hold_(given_relaxation("lazy", params.relaxation) ? 1 - 1 / params.relaxation : params.hold) {
    if (hold_ == 1) reject("lazy.hold = 1 never moves; take a number below 1, 1 - 1 / tau for memory tau");
  }

  State start(Stream& stream) const override { return {stream.below(count_), 0}; }
  void step(State& state, Stream& stream) const {
    if (!stream.bernoulli(hold_)) state.index = stream.below(count_);
  }
  double value(const State& state) const { return ladder_.at(state.index); }

  Law law() const override {
    return {"uniform", std::vector<double>(count_, 1 / static_cast<double>(count_)),
            [hold = hold_](std::size_t lag) { return std::pow(hold, static_cast<double>(lag)); }};
  }
  Times times() const override {
    const double away = 1 - 1 / static_cast<double>(count_);
    const Origin known = Origin::known;
    return {{1 / (1 - hold_), known, "1 / (1 - h)"},
            {detail::steps_to_quarter(away, hold_), known, "least k with h^k (1 - 1/n) <= 1/4"},
            {(1 + hold_) / (1 - hold_), known, "(1 + h) / (1 - h)"}};
  }

 private:
  std::size_t count_;
  Ladder ladder_;
  double hold_;
};

}  // namespace

void register_lazy(Catalogue& all) { all.add<Lazy>("lazy"); }

}  // namespace trivium::noise::chains
