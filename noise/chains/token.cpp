// A token passed around a ring that now and then jumps. P = (1 - p) S + p Pi, S the shift and Pi the matrix
// of independent states: not reversible. The eigenvalues but 1 are (1 - p) e^(2 pi i j / n), and from any
// state the distance to the stationary law is (1 - p)^k (1 - 1/n).
#include <cmath>

#include <trivium/noise/detail/mixing.hpp>

#include "detail/steps.hpp"
#include "detail/values.hpp"

namespace trivium::noise::chains {
namespace {

class Token final : public NumberedSteps<Token> {
 public:
  struct Params {
    double jump = 0.1, relaxation = 0;
    std::int64_t states = 0;
    void describe(Fields& fields) {
      fields.real("jump", jump, {0, 1, true}, "p: probability of a jump to a uniformly random state");
      describe_relaxation(fields, relaxation, "p = 1 / tau");
      fields.integer("states", states, {0, 1e9},
                     "n: length of the ring, at least 2; 0: as many as the worker has rows, or 10 where any "
                     "number will do");
    }
  };
  static About about() {
    return {"a token passed around a ring that sometimes jumps; not reversible",
            "a step moves from state i to i + 1 modulo n, or with probability p to any state\n"
            "stationary: uniform; value of state i: sqrt(2) cos(2 pi i / n)\n"
            "correlation of values k steps apart (1 - p)^k cos(2 pi k / n)\n"
            "relaxation time 1 / p: tau for p = 1 / tau",
            "definition"};
  }
  Token(const Params& params, const Place& place)
      : count_(state_count_or("token", params.states, place, 10)),
        wave_(count_),
        jump_(given_relaxation("token", params.relaxation) ? 1 / params.relaxation : params.jump) {
    if (count_ < 2) reject("token needs a ring of at least 2 states, and there is 1; take iid");
  }

  State start(Stream& stream) const override { return {stream.below(count_), 0}; }
  void step(State& state, Stream& stream) const {
    if (stream.bernoulli(jump_))
      state.index = stream.below(count_);
    else
      state.index = state.index + 1 == count_ ? 0 : state.index + 1;
  }
  double value(const State& state) const { return wave_.at(state.index); }

  Law law() const override {
    return {"uniform", std::vector<double>(count_, 1 / static_cast<double>(count_)),
            [size = 1 - jump_, angle = wave_.angle()](std::size_t lag) {
              const auto k = static_cast<double>(lag);
              return std::pow(size, k) * std::cos(k * angle);
            }};
  }
  Times times() const override {
    const double size = 1 - jump_, away = 1 - 1 / static_cast<double>(count_);
    // 1 + 2 sum Re mu^k = Re (1 + mu) / (1 - mu), mu = (1 - p) e^(2 pi i / n).
    const double apart = 1 - 2 * size * std::cos(wave_.angle()) + size * size;
    const Origin known = Origin::known;
    return {{1 / jump_, known, "1 / p"},
            {detail::steps_to_quarter(away, size), known, "least k with (1 - p)^k (1 - 1/n) <= 1/4"},
            {(1 - size * size) / apart, known, "Re (1 + mu) / (1 - mu), mu = (1 - p) e^(2 pi i / n)"}};
  }

 private:
  std::size_t count_;
  Wave wave_;
  double jump_;
};

}  // namespace

void register_token(Catalogue& all) { all.add<Token>("token"); }

}  // namespace trivium::noise::chains
