#include <algorithm>

#include <trivium/problems/sets.hpp>

namespace trivium::problems::sets {
namespace {

class Box final : public FeasibleSet {
 public:
  struct Params {
    double low = -1;
    double high = 1;
    void describe(Fields& fields) {
      fields.real("low", low, {}, "lower bound of every coordinate");
      fields.real("high", high, {}, "upper bound of every coordinate");
    }
  };
  static About about() {
    return {.summary = "a box: low <= x_i <= high",
            .rule = "project(x)_i = min(max(x_i, low), high);  support(c) = sum_i max(c_i low, c_i high)",
            .source = "definition"};
  }
  Box(const Params& params, std::size_t) : low_(params.low), high_(params.high) {
    if (!(low_ <= high_)) reject("box: low = {} lies above high = {}; swap them", low_, high_);
  }

  void project(std::span<double> x) override {
    for (double& entry : x) entry = std::clamp(entry, low_, high_);
  }
  double support(std::span<const double> c) const override {
    double total = 0;
    for (const double entry : c) total += entry * (entry > 0 ? high_ : low_);
    return total;
  }

 private:
  double low_, high_;
};

}  // namespace

void register_box(Catalogue& all) { all.add<Box>("box"); }

}  // namespace trivium::problems::sets
