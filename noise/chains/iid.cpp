#include "detail/steps.hpp"
#include "detail/values.hpp"

namespace trivium::noise::chains {
namespace {

class Iid final : public NumberedSteps<Iid> {
 public:
  struct Params {
    std::int64_t states = 0;
    void describe(Fields& fields) {
      fields.integer("states", states, {0, 1e9},
                     "n: number of states; 0: as many as the worker has rows, or 2 where any number will do");
    }
  };
  static About about() {
    return {"independent uniform states: no memory",
            "every step moves to one of n states, each with probability 1 / n\n"
            "value of state i: (2i - n + 1) / sqrt((n^2 - 1) / 3), of mean 0 and variance 1",
            "definition"};
  }
  Iid(const Params& params, const Place& place)
      : count_(state_count_or("iid", params.states, place, 2)), ladder_(count_) {}

  State start(Stream& stream) const override { return {stream.below(count_), 0}; }
  void step(State& state, Stream& stream) const { state.index = stream.below(count_); }
  double value(const State& state) const { return ladder_.at(state.index); }

  Law law() const override {
    return {"uniform", std::vector<double>(count_, 1 / static_cast<double>(count_)),
            [](std::size_t lag) { return lag == 0 ? 1.0 : 0.0; }};
  }
  Times times() const override {
    const Constant one{1, Origin::known, "independent states"};
    return {one, one, one};
  }

 private:
  std::size_t count_;
  Ladder ladder_;
};

}  // namespace

void register_iid(Catalogue& all) { all.add<Iid>("iid"); }

}  // namespace trivium::noise::chains
