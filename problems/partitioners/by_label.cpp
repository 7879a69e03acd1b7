#include <trivium/problems/partitioners.hpp>

#include "detail/sorted.hpp"

namespace trivium::problems::partitioners {
namespace {

class ByLabel final : public Partitioner {
 public:
  using Params = detail::SortedShare;
  static About about() {
    return {.summary = "rows sorted by label: workers' data as different as can be",
            .rule = std::string("a stable sort by label.\n") + detail::sorted_rule,
            .source = "definition"};
  }
  explicit ByLabel(const Params& params) : share_(params) {}

  std::vector<int> deal(const DataRows& rows, int workers) const override {
    return detail::deal_sorted(rows.labels(), share_, workers);
  }

 private:
  detail::SortedShare share_;
};

}  // namespace

void register_by_label(Catalogue& all) { all.add<ByLabel>("by_label"); }

}  // namespace trivium::problems::partitioners
