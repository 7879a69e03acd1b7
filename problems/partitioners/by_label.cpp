#include <algorithm>
#include <numeric>

#include <trivium/problems/partitioners.hpp>

#include "detail/blocks.hpp"

namespace trivium::problems::partitioners {
namespace {

class ByLabel final : public Partitioner {
 public:
  struct Params {
    void describe(Fields&) {}
  };
  static About about() {
    return {.summary = "rows sorted by label: workers' data as different as can be",
            .rule = "a stable sort by label, cut into contiguous blocks whose sizes differ by at most one",
            .source = "definition"};
  }
  explicit ByLabel(const Params&) {}

  std::vector<int> deal(std::span<const double> labels, int workers) const override {
    std::vector<std::uint32_t> order(labels.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return labels[a] < labels[b]; });
    return detail::deal_blocks(order, workers);
  }
};

}  // namespace

void register_by_label(Catalogue& all) { all.add<ByLabel>("by_label"); }

}  // namespace trivium::problems::partitioners
