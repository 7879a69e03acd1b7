#include <algorithm>
#include <limits>

#include <trivium/problems/sets.hpp>

namespace trivium::problems::sets {
namespace {

class WholeSpace final : public FeasibleSet {
 public:
  struct Params {
    void describe(Fields&) {}
  };
  static About about() {
    return {.summary = "all of R^n: no constraint",
            .rule = "project(x) = x;  support(c) = 0 for c = 0, infinity otherwise",
            .source = "definition"};
  }
  WholeSpace(const Params&, std::size_t) {}

  void project(std::span<double>) override {}
  double support(std::span<const double> c) const override {
    const bool zero = std::all_of(c.begin(), c.end(), [](double entry) { return entry == 0; });
    return zero ? 0 : std::numeric_limits<double>::infinity();
  }
  bool is_whole_space() const override { return true; }
};

}  // namespace

void register_whole_space(Catalogue& all) { all.add<WholeSpace>("whole_space"); }

}  // namespace trivium::problems::sets
