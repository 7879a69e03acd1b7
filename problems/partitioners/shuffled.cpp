#include <trivium/core/stream.hpp>
#include <trivium/problems/partitioners.hpp>

#include "detail/blocks.hpp"

namespace trivium::problems::partitioners {
namespace {

class Shuffled final : public Partitioner {
 public:
  struct Params {
    std::int64_t seed = 1;
    void describe(Fields& fields) {
      fields.integer("seed", seed, non_negative, "which permutation of the rows");
    }
  };
  static About about() {
    return {.summary = "random blocks: workers' data alike",
            .rule =
                "a uniformly random permutation of the rows, cut into contiguous blocks whose sizes differ\n"
                "by at most one",
            .source = "definition"};
  }
  explicit Shuffled(const Params& params) : seed_(static_cast<std::uint64_t>(params.seed)) {}

  std::vector<int> deal(const DataRows& rows, int workers) const override {
    std::vector<std::uint32_t> order(rows.count());
    Stream(seed_, Purpose::partition, everyone, 0).permutation(order);
    return detail::deal_blocks(order, workers);
  }

 private:
  std::uint64_t seed_;
};

}  // namespace

void register_shuffled(Catalogue& all) { all.add<Shuffled>("shuffled"); }

}  // namespace trivium::problems::partitioners
