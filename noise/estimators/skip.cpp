#include <vector>

#include "detail/size.hpp"

namespace trivium::noise::estimators {
namespace {

class Skip final : public Estimator {
 public:
  struct Params {
    std::int64_t every = 10;
    Tunable batch{false, 1};
    void describe(Fields& fields) {
      fields.integer("every", every, {1, 1e9}, "n: one sample in n is evaluated, the others are passed over");
      fields.tunable("batch", batch, {1}, "B: samples evaluated for an estimate: a number, or \"theory\"");
    }
  };
  static About about() {
    return {"the mean over every n-th sample of the chain",
            "g = (1/B) sum_{i=1..B} F(z, xi_{n i}); n B samples are drawn and counted, B are evaluated",
            "Duchi, Agarwal, Johansson, Jordan 2012; Nagaraj et al. 2020"};
  }
  Skip(const Params& params, const Sizes& theory) {
    const std::size_t batch = size_of("skip.batch", params.batch, theory.batch);
    const auto every = static_cast<std::size_t>(params.every);
    require_drawable("skip", every, batch);
    samples_ = every * batch;
    for (std::size_t i = 0; i < batch; ++i) {
      if (every > 1) pieces_.push_back({every - 1, 0});
      pieces_.push_back({1, 1 / static_cast<double>(batch)});
    }
  }

  std::span<const Piece> draw(Stream&) override { return pieces_; }
  double expected_samples() const override { return static_cast<double>(samples_); }
  std::size_t most_samples() const override { return samples_; }

 private:
  std::size_t samples_;
  std::vector<Piece> pieces_;
};

}  // namespace

void register_skip(Catalogue& all) { all.add<Skip>("skip"); }

}  // namespace trivium::noise::estimators
