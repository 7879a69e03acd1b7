#include <cmath>
#include <numeric>

#include "detail/shifts.hpp"

namespace trivium::problems::oracles {
namespace {

class Multiplicative final : public Shifts {
 public:
  struct Params {
    ShiftParams shift;
    double growth = 0.5;
    void describe(Fields& fields) {
      shift.describe(fields);
      fields.real("growth", growth, non_negative, "how much the noise grows with the distance from c");
    }
  };
  static About about() {
    return {"noise that grows with the distance from the solution",
            "F_m(z, xi) = F_m(z) + xi (sigma v + growth D (z - c)), xi the value of worker m's chain\n"
            "v = (1, ..., 1) / sqrt(d), D = diag(cos 0, ..., cos(d - 1)), c the solution where it is known, "
            "else the start",
            "definition"};
  }
  Multiplicative(const Params& params, const Setting& setting)
      : Shifts(params.shift.chain, setting),
        sigma_(params.shift.sigma),
        growth_(params.growth),
        at_solution_(setting.solution != nullptr),
        centre_((at_solution_ ? *setting.solution : setting.start).to_host()),
        indices_(centre_.size()),
        entries_(centre_.size()) {
    std::iota(indices_.begin(), indices_.end(), 0u);
    for (const std::uint32_t i : indices_) diagonal_.push_back(std::cos(static_cast<double>(i)));
  }

  void evaluate(int m, const Vector& z, Vector& out) override {
    problem_.evaluate(m, z, out);
    gather(z, indices_, entries_);
    const double constant = sigma_ / std::sqrt(static_cast<double>(entries_.size()));
    for (std::size_t i = 0; i < entries_.size(); ++i)
      entries_[i] = constant + growth_ * diagonal_[i] * (entries_[i] - centre_[i]);
    add_dense(out, mean(m), entries_);
  }
  Level level() override {
    const Origin origin = at_solution_ ? Origin::known : Origin::estimated;
    const char* where = at_solution_ ? "" : ", around the start";
    return {{sigma_, origin, std::string("sigma") + where},
            {growth_, origin, std::string("growth, as |D| <= 1") + where},
            chain().times().relaxation};
  }

 private:
  double sigma_, growth_;
  bool at_solution_;
  std::vector<double> centre_;
  std::vector<std::uint32_t> indices_;
  std::vector<double> entries_, diagonal_;
};

}  // namespace

void register_multiplicative(Catalogue& all) { all.add<Multiplicative>("multiplicative"); }

}  // namespace trivium::problems::oracles
