#include <trivium/noise/estimators.hpp>

namespace trivium::noise::estimators {
namespace {

class Single final : public Estimator {
 public:
  struct Params {
    void describe(Fields&) {}
  };
  static About about() { return {"the next sample of the chain", "g = F(z, xi_1)", "definition"}; }
  Single(const Params&, const Sizes&) {}

  std::span<const Piece> draw(Stream&) override { return {&piece_, 1}; }
  double expected_samples() const override { return 1; }
  std::size_t most_samples() const override { return 1; }

 private:
  Piece piece_{1, 1};
};

}  // namespace

void register_single(Catalogue& all) { all.add<Single>("single"); }

}  // namespace trivium::noise::estimators
