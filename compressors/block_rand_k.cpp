#include <algorithm>

#include <trivium/compressors/value_coder.hpp>
#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>

#include "detail/entries.hpp"

namespace trivium::compressors {
namespace {

/// Sends k contiguous blocks chosen uniformly without replacement.
///
/// The first blocks may have one entry more than the others. Plain numbers of these travel after the indices,
/// which tell how many there are; a compressor for the values, made for one fixed count, sees blocks of equal
/// length instead, the shorter ones with a zero at the end.
class BlockRandK final : public Compressor {
 public:
  struct Params {
    Amount blocks{0.1}, k{0.1};
    std::string indices = "packed";
    bool scaled = true;
    ValuesParam values;
    void describe(Fields& fields) {
      fields.amount("blocks", blocks,
                    "blocks of the vector, equally long up to one; below 1 a fraction of d");
      fields.amount("k", k, "blocks sent; below 1 a fraction of the blocks");
      fields.choice("indices", indices, {"packed", "seed"},
                    "packed: ceil(log2 blocks) bits for each block; seed: no bits, both ends draw them from "
                    "the shared key");
      fields.flag("scaled", scaled,
                  "multiply by blocks/k, which makes it unbiased; without, it is contractive");
      values.describe(fields);
    }
  };
  static About about() {
    return {
        "k contiguous blocks chosen at random: memory is copied, indices cost little",
        "The vector is cut into B contiguous blocks of floor(d/B) or ceil(d/B) entries. C(x)_i = (B/k) x_i "
        "in the blocks of S, 0 elsewhere; S a uniformly random k-subset, drawn independently by every "
        "worker.\n"
        "Unbiased with omega = B/k - 1. Unscaled: contractive with delta = B/k.\n"
        "With a compressor for the values, 1 + omega = (B/k) (1 + omega of it).\n"
        "Message: floor(d/B) values of each block, then k indices of blocks (packed) or nothing (seed), "
        "then the last values of the longer blocks.",
        "block sampling: Nesterov 2012; Beznosikov et al. 2022 (MASHA)"};
  }

  BlockRandK(const Params& params, const Shape& shape)
      : dimension_(checked(shape.dimension)),
        blocks_(params.blocks.of(dimension_, "block_rand_k.blocks")),
        index_bits_(bits_for(blocks_)),
        workers_(shape.workers),
        packed_(params.indices == "packed"),
        scaled_(params.scaled),
        shortest_(dimension_ / blocks_),
        longer_(dimension_ % blocks_),
        width_(shortest_ + (longer_ > 0 && !plain(params) ? 1 : 0)),
        chosen_(params.k.of(blocks_, "block_rand_k.k")),
        values_(chosen_.size() * width_),
        lasts_(std::min(chosen_.size(), width_ > shortest_ ? 0 : longer_)),
        coder_(params.values, values_.size(), shape, "block_rand_k") {
    static_cast<void>(guarantee());  // refuses values that do not fit
  }

  Guarantee guarantee() const override {
    const double k = static_cast<double>(chosen_.size()), scale = blocks_ / k;
    Guarantee g;
    g.unbiased = scaled_;
    g.omega = scaled_ ? scale * (1 + coder_.omega()) - 1 : 0;
    g.delta = scaled_ ? 1 + g.omega : scale / coder_.kept();
    g.linear = coder_.linear();
    g.proven = coder_.proven();
    g.joint_a = g.omega / workers_;
    g.expected_bits = coder_.expected_bits() + k * (packed_ ? index_bits_ : 0);
    if (!lasts_.empty()) {
      const double each = coder_.expected_bits() / static_cast<double>(values_.size());
      g.expected_bits += each * (k * static_cast<double>(longer_) / blocks_);
    }
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "block_rand_k");
    Stream stream = message.from.stream();
    stream.sample(blocks_, chosen_);
    const std::span<double> lasts = read_blocks(x);
    coder_.append(values_, message, stream);
    if (packed_) message.append_words(Part::indices, chosen_, index_bits_);
    if (!lasts.empty()) coder_.append(lasts, message, stream);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "block_rand_k");
    coder_.read(reader, values_);
    if (packed_) {
      reader.read_words(chosen_, index_bits_);
      const std::uint32_t largest = *std::max_element(chosen_.begin(), chosen_.end());
      if (largest >= blocks_)
        throw MessageError(fmt::format("block_rand_k: block {} in a message of {} blocks", largest, blocks_));
    } else {
      reader.from.stream().sample(blocks_, chosen_);
    }
    const std::span<double> lasts = std::span(lasts_).first(longer_chosen());
    if (!lasts.empty()) coder_.read(reader, lasts);
    add_blocks(scaled_ ? weight * blocks_ / static_cast<double>(chosen_.size()) : weight, out);
  }

  void state(Archive& archive, const std::string& name) override { coder_.state(archive, name); }

 private:
  static std::size_t checked(std::size_t dimension) {
    if (dimension > 0xFFFFFFFFu)
      reject("block_rand_k takes vectors of up to 2^32 - 1 entries, got {}", dimension);
    return dimension;
  }
  static bool plain(const Params& params) {
    const std::vector<std::string> formats = format_names();
    return std::find(formats.begin(), formats.end(), params.values.plugin.type) != formats.end();
  }

  std::size_t start(std::size_t block) const { return block * shortest_ + std::min(block, longer_); }
  std::size_t length(std::size_t block) const { return shortest_ + (block < longer_ ? 1 : 0); }
  /// How many of the chosen blocks have a last value that travels by itself.
  std::size_t longer_chosen() const {
    if (lasts_.empty()) return 0;
    const auto longer = std::count_if(chosen_.begin(), chosen_.end(), [&](auto b) { return b < longer_; });
    return std::min(static_cast<std::size_t>(longer), lasts_.size());  // damaged: a block may come twice
  }

  /// The chosen blocks of x to `values_`; what is returned are their last values that travel by themselves.
  std::span<double> read_blocks(const Vector& x) {
    return with_entries(x, [&](auto entries) { return read_blocks(entries); });
  }
  template <class T>
  std::span<double> read_blocks(std::span<const T> x) {
    double* to = values_.data();
    std::size_t lasts = 0;
    for (const std::uint32_t block : chosen_) {
      const T* const from = x.data() + start(block);
      std::copy_n(from, std::min(length(block), width_), to);
      if (length(block) < width_) to[length(block)] = 0;
      if (length(block) > width_) lasts_[lasts++] = from[width_];
      to += width_;
    }
    return std::span(lasts_).first(lasts);
  }

  void add_blocks(double weight, Vector& out) {
    if (!out.on_host()) {
      std::vector<double> sum(dimension_);
      add_blocks(1, std::span(sum));
      add_dense(out, weight, sum);
    } else if (out.dtype() == Dtype::float64) {
      add_blocks(weight, out.span<double>());
    } else {
      add_blocks(weight, out.span<float>());
    }
  }
  template <class T>
  void add_blocks(double weight, std::span<T> out) {
    const double* from = values_.data();
    std::size_t lasts = 0;
    for (const std::uint32_t block : chosen_) {
      T* const to = out.data() + start(block);
      const std::size_t count = std::min(length(block), width_);
      for (std::size_t i = 0; i < count; ++i) to[i] += static_cast<T>(weight * from[i]);
      if (length(block) > width_ && lasts < lasts_.size())
        to[width_] += static_cast<T>(weight * lasts_[lasts++]);
      from += width_;
    }
  }

  std::size_t dimension_;
  std::uint32_t blocks_;
  int index_bits_;
  int workers_;
  bool packed_, scaled_;
  std::size_t shortest_;               // length of the later blocks
  std::size_t longer_;                 // the first blocks, with one entry more
  std::size_t width_;                  // numbers of each block in `values_`
  std::vector<std::uint32_t> chosen_;  // scratch, as are the next two
  std::vector<double> values_, lasts_;
  ValueCoder coder_;
};

}  // namespace

void register_block_rand_k(Catalogue& all) { all.add<BlockRandK>("block_rand_k"); }

}  // namespace trivium::compressors
