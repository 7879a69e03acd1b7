#include <trivium/problems/partitioners.hpp>

#include "detail/sorted.hpp"

namespace trivium::problems::partitioners {
namespace {

class ByFeature final : public Partitioner {
 public:
  struct Params {
    std::int64_t feature = 1;
    detail::SortedShare share;
    void describe(Fields& fields) {
      fields.integer("feature", feature, {1, 4294967295.0}, "index of the column, from 1 as in the file");
      share.describe(fields);
    }
  };
  static About about() {
    return {.summary = "rows sorted by one feature: workers see different ranges of it",
            .rule = std::string("a stable sort by the value in a column, 0 where a row has none.\n") +
                    detail::sorted_rule,
            .source = "definition"};
  }
  explicit ByFeature(const Params& params) : params_(params) {}

  std::vector<int> deal(const DataRows& rows, int workers) const override {
    detail::require_enough_rows(rows.count(), workers);
    const auto column = static_cast<std::size_t>(params_.feature) - 1;
    if (column >= rows.columns())
      reject("by_feature: there is no feature {}; the data has {}", params_.feature, rows.columns());
    const io::SparseRows& features = rows.features();
    std::vector<double> keys(rows.count(), 0.0);
    for (std::size_t i = 0; i < keys.size(); ++i)
      for (std::size_t e = features.offsets[i]; e < features.offsets[i + 1]; ++e)
        if (features.columns[e] == column) keys[i] = features.values[e];
    return detail::deal_sorted(keys, params_.share, workers);
  }

 private:
  Params params_;
};

}  // namespace

void register_by_feature(Catalogue& all) { all.add<ByFeature>("by_feature"); }

}  // namespace trivium::problems::partitioners
