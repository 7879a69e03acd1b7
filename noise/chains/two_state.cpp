// Two states, -1 and 1; a step moves to the other one with probability s. The eigenvalues are 1 and 1 - 2s,
// so that values k steps apart have correlation (1 - 2s)^k, and from either state the distance to the
// stationary law is |1 - 2s|^k / 2.
#include <cmath>

#include "detail/steps.hpp"

namespace trivium::noise::chains {
namespace {

class TwoState final : public NumberedSteps<TwoState> {
 public:
  struct Params {
    double switching = 0.25, relaxation = 0;
    void describe(Fields& fields) {
      fields.real("switching", switching, {0, 1, true}, "s: probability of a move to the other state");
      describe_relaxation(fields, relaxation, "s = 1 / (2 tau)");
    }
  };
  static About about() {
    return {"two states that switch with a fixed probability",
            "states -1 and 1, each kept with probability 1 - s, left with probability s\n"
            "stationary: uniform; correlation of values k steps apart (1 - 2s)^k\n"
            "relaxation time 1 / (1 - |1 - 2s|): tau for s = 1 / (2 tau)",
            "definition"};
  }
  TwoState(const Params& params, const Place& place)
      : switching_(given_relaxation("two_state", params.relaxation) ? 1 / (2 * params.relaxation)
                                                                    : params.switching) {
    if (place.states != 0 && place.states != 2)
      reject("two_state has 2 states, and {} are needed; take cycle, lazy or iid", place.states);
  }

  State start(Stream& stream) const override { return {stream() >> 63, 0}; }
  void step(State& state, Stream& stream) const { state.index ^= stream.bernoulli(switching_) ? 1 : 0; }
  double value(const State& state) const { return state.index == 0 ? -1 : 1; }

  Law law() const override {
    return {"uniform on -1 and 1", {0.5, 0.5}, [lambda = eigenvalue()](std::size_t lag) {
              return std::pow(lambda, static_cast<double>(lag));
            }};
  }
  Times times() const override {
    const double lambda = eigenvalue(), size = std::abs(lambda);
    const double mixing = size <= 0.5 ? 1 : std::ceil(std::log(0.5) / std::log(size));
    const Origin known = Origin::known;
    return {{1 / (1 - size), known, "1 / (1 - |1 - 2s|)"},
            {size < 1 ? mixing : INFINITY, known, "least k with |1 - 2s|^k <= 1/2"},
            {(1 + lambda) / (1 - lambda), known, "1/s - 1"}};
  }

 private:
  double eigenvalue() const { return 1 - 2 * switching_; }
  double switching_;
};

}  // namespace

void register_two_state(Catalogue& all) { all.add<TwoState>("two_state"); }

}  // namespace trivium::noise::chains
