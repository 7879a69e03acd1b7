#include <trivium/problems/partitioners.hpp>

#include "detail/sorted.hpp"

namespace trivium::problems::partitioners {
namespace {

class ByNorm final : public Partitioner {
 public:
  using Params = detail::SortedShare;
  static About about() {
    return {.summary = "rows sorted by length: workers' operators differ in size",
            .rule = std::string("a stable sort by |a_i|^2, shortest first.\n") + detail::sorted_rule,
            .source = "definition"};
  }
  explicit ByNorm(const Params& params) : share_(params) {}

  std::vector<int> deal(const DataRows& rows, int workers) const override {
    detail::require_enough_rows(rows.count(), workers);
    const io::SparseRows& features = rows.features();
    std::vector<double> keys(rows.count(), 0.0);
    for (std::size_t i = 0; i < keys.size(); ++i)
      for (std::size_t e = features.offsets[i]; e < features.offsets[i + 1]; ++e)
        keys[i] += features.values[e] * features.values[e];
    return detail::deal_sorted(keys, share_, workers);
  }

 private:
  detail::SortedShare share_;
};

}  // namespace

void register_by_norm(Catalogue& all) { all.add<ByNorm>("by_norm"); }

}  // namespace trivium::problems::partitioners
