#include "detail/size.hpp"

namespace trivium::noise::estimators {
namespace {

class Minibatch final : public Estimator {
 public:
  struct Params {
    Tunable batch;
    void describe(Fields& fields) {
      fields.tunable("batch", batch, {1}, "B: samples in a batch: a number, or \"theory\"");
    }
  };
  static About about() {
    return {"the mean over the next samples of the chain", "g = (1/B) sum_{i=1..B} F(z, xi_i)", "definition"};
  }
  Minibatch(const Params& params, const Sizes& theory)
      : piece_{size_of("minibatch.batch", params.batch, theory.batch), 1} {
    require_drawable("minibatch", 1, piece_.samples);
  }

  std::span<const Piece> draw(Stream&) override { return {&piece_, 1}; }
  double expected_samples() const override { return static_cast<double>(piece_.samples); }
  std::size_t most_samples() const override { return piece_.samples; }

 private:
  Piece piece_;
};

}  // namespace

void register_minibatch(Catalogue& all) { all.add<Minibatch>("minibatch"); }

}  // namespace trivium::noise::estimators
