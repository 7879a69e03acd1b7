#include <algorithm>
#include <numeric>
#include <vector>

#include <trivium/compressors/value_coder.hpp>
#include <trivium/core/errors.hpp>

#include "detail/permute.hpp"

namespace trivium::compressors {
namespace {

/// Splits the coordinates among the workers by one random permutation that all of them share.
///
/// With d >= M the mean of the messages takes each entry from one worker, so with own = omega of the values'
/// compressor E|mean|^2 = (1 + own) (1/M) sum |x_m|^2 at most, whatever the workers' roundings have in
/// common. With d < M, M = q d + r, two given workers hold a given coordinate together with probability
/// p2 = ((M/d)^2 + v - M/d) / (M (M - 1)), v = (r/d) (1 - r/d) the variance of its number of holders. Then
/// E|mean|^2 = (d^2/M) (1/d - p2) (1/M) sum |x_m|^2 + d^2 p2 |xbar|^2, and roundings that are independent
/// given the permutations add own (d/M) (1/M) sum |x_m|^2.
class PermK final : public Compressor {
 public:
  struct Params {
    ValuesParam values;
    void describe(Fields& fields) { values.describe(fields); }
  };
  static About about() {
    return {
        "each worker sends its share of the coordinates, dealt out by a permutation shared by all",
        "d >= M: a random permutation of the coordinates is cut into M blocks of floor(d/M) or ceil(d/M), "
        "dealt to the workers at random; C_m(x)_i = M x_i in its block, 0 elsewhere. Unbiased with omega = "
        "M - 1; E|mean C_m(x_m) - xbar|^2 = (1/M) sum |x_m - xbar|^2 (joint_a = joint_b = 1), so equal "
        "vectors are averaged exactly.\n"
        "d < M: worker m sends coordinate pi(sigma(m) mod d), pi and sigma random permutations of "
        "coordinates and workers, times d; omega = d - 1. For d dividing M joint_a = joint_b = "
        "(d - 1)/(M - 1), else joint_a is larger by r (d - r) / M^2, r = M mod d.\n"
        "With a compressor for the values, 1 + omega is multiplied by 1 + omega of it, and joint_a grows by "
        "min(1, d/M) times omega of it.\n"
        "All M workers take part in every round; no use on the way down. Message: the values; both ends "
        "draw the permutations.",
        "Szlendak, Tyurin, Richtarik 2022"};
  }

  PermK(const Params& params, const Shape& shape)
      : order_(checked(shape.dimension)),
        block_of_(static_cast<std::size_t>(shape.workers)),
        size_(std::max<std::size_t>(1, order_.size() / block_of_.size())),
        longer_(few_coordinates() ? 0 : order_.size() % block_of_.size()) {
    coders_.emplace_back(params.values, size_, shape, "perm_k");
    if (longer_ > 0) coders_.emplace_back(params.values, size_ + 1, shape, "perm_k");
    std::iota(order_.begin(), order_.end(), 0u);
    static_cast<void>(guarantee());  // refuses values that do not fit
  }

  Guarantee guarantee() const override {
    const double d = static_cast<double>(order_.size()), M = static_cast<double>(block_of_.size());
    const double longer = static_cast<double>(longer_);
    Guarantee g;
    double own = coders_.front().omega();
    g.expected_bits = coders_.front().expected_bits();
    if (longer_ > 0) {
      const double share = longer * static_cast<double>(size_ + 1) / d;  // of the coordinates
      own += share * (coders_.back().omega() - own);
      g.expected_bits = (longer * coders_.back().expected_bits() + (M - longer) * g.expected_bits) / M;
    }
    if (few_coordinates()) {
      const double left = static_cast<double>(block_of_.size() % order_.size()) / d;  // r / d
      const double holders = M / d, together = holders * (holders - 1) + left * (1 - left);
      const double p2 = together / (M * (M - 1));
      g.omega = d * (1 + own) - 1;
      g.joint_a = d * d / M * (1 / d - p2) + own * d / M;
      g.joint_b = 1 - d * d * p2;
    } else {
      g.omega = M * (1 + own) - 1;
      g.joint_a = 1 + own;
      g.joint_b = 1;
    }
    g.delta = 1 + g.omega;
    g.needs_all_workers = true;
    g.linear = coders_.front().linear();
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), order_.size(), "perm_k");
    const Stretches chosen = share(message.from);
    Stream rounding = message.from.stream();
    coder(chosen).append(x, chosen, message, rounding);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), order_.size(), "perm_k");
    const Stretches chosen = share(reader.from);
    coder(chosen).read(reader, out);
    coder(chosen).add(chosen, weight * static_cast<double>(std::min(order_.size(), block_of_.size())), out);
  }

  void state(Archive& archive, const std::string& name) override {
    coders_.front().state(archive, name);
    if (longer_ > 0) coders_.back().state(archive, name + ".longer");
  }

 private:
  static std::size_t checked(std::size_t dimension) {
    if (dimension > 0xFFFFFFFFu) reject("perm_k takes vectors of up to 2^32 - 1 entries, got {}", dimension);
    return dimension;
  }
  bool few_coordinates() const { return order_.size() < block_of_.size(); }
  ValueCoder& coder(const Stretches& chosen) {
    return chosen.count() > size_ ? coders_.back() : coders_.front();
  }

  /// The coordinates of a worker.
  Stretches share(const Sender& from) {
    const std::size_t workers = block_of_.size();
    if (from.workers != workers || from.worker >= workers)
      throw std::logic_error(fmt::format("perm_k was made for {} workers, got a message of worker {} of {}",
                                         workers, from.worker, from.workers));
    if (workers == 1) return {std::span(order_).first(1), order_.size()};  // all, in order
    draw(from);
    const std::size_t block = block_of_[from.worker];
    if (few_coordinates()) return {std::span(order_).subspan(block % order_.size(), 1)};
    return {std::span(order_).subspan(block * size_ + std::min(block, longer_),
                                      size_ + (block < longer_ ? 1 : 0))};
  }

  /// The permutations of a round, drawn once for all workers of a rank.
  void draw(const Sender& from) {
    if (drawn_ && drawn_->seed == from.seed && drawn_->purpose == from.purpose &&
        drawn_->round == from.round && drawn_->nest == from.nest)
      return;
    Stream stream = from.shared_stream();
    permute(stream, order_);
    permute(stream, block_of_);
    drawn_ = from;
  }

  std::vector<std::uint32_t> order_;     // the coordinates, permuted
  std::vector<std::uint32_t> block_of_;  // of every worker
  std::size_t size_;                     // of a block of `order_`
  std::size_t longer_;                   // the first blocks, with one coordinate more
  std::vector<ValueCoder> coders_;       // for blocks of size_, and of one more
  std::optional<Sender> drawn_;          // whom the permutations were last drawn for
};

}  // namespace

void register_perm_k(Catalogue& all) { all.add<PermK>("perm_k"); }

}  // namespace trivium::compressors
