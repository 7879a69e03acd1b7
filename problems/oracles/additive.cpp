#include <cmath>

#include "detail/shifts.hpp"

namespace trivium::problems::oracles {
namespace {

class Additive final : public Shifts {
 public:
  using Params = ShiftParams;
  static About about() {
    return {"noise of fixed size along one direction",
            "F_m(z, xi) = F_m(z) + sigma xi v, v = (1, ..., 1) / sqrt(d), xi the value of worker m's chain",
            "definition"};
  }
  Additive(const Params& params, const Setting& setting)
      : Shifts(params.chain, setting), sigma_(params.sigma), direction_(setting.start.like()) {
    const double entry = 1 / std::sqrt(static_cast<double>(direction_.size()));
    direction_.assign(std::vector<double>(direction_.size(), entry));
  }

  void evaluate(int m, const Vector& z, Vector& out) override {
    problem_.evaluate(m, z, out);
    combine(out, {{1, out}, {sigma_ * mean(m), direction_}});
  }
  Level level() override {
    const Constant none{0, Origin::known, "the noise does not depend on the point"};
    return {{sigma_, Origin::known, "sigma"}, none, chain().times().relaxation};
  }

 private:
  double sigma_;
  Vector direction_;
};

}  // namespace

void register_additive(Catalogue& all) { all.add<Additive>("additive"); }

}  // namespace trivium::problems::oracles
