#include <numeric>

#include <trivium/problems/partitioners.hpp>

#include "detail/blocks.hpp"

namespace trivium::problems::partitioners {
namespace {

class Contiguous final : public Partitioner {
 public:
  struct Params {
    void describe(Fields&) {}
  };
  static About about() {
    return {.summary = "contiguous blocks of rows in the order of the file",
            .rule = "block sizes differ by at most one, the larger blocks first",
            .source = "definition"};
  }
  explicit Contiguous(const Params&) {}

  std::vector<int> deal(const DataRows& rows, int workers) const override {
    std::vector<std::uint32_t> order(rows.count());
    std::iota(order.begin(), order.end(), 0u);
    return detail::deal_blocks(order, workers);
  }
};

}  // namespace

void register_contiguous(Catalogue& all) { all.add<Contiguous>("contiguous"); }

}  // namespace trivium::problems::partitioners
