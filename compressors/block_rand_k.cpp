#include <algorithm>

#include <trivium/compressors/value_coder.hpp>
#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>

#include "detail/chosen_values.hpp"
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
        padded_(longer_ > 0 && !is_format(params.values.plugin.type)),
        chosen_(params.k.of(blocks_, "block_rand_k.k")),
        begins_(chosen_.size()),
        values_(padded_ ? chosen_.size() * (shortest_ + 1) : 0),
        coder_(params.values, chosen_.size() * (shortest_ + (padded_ ? 1 : 0)), shape, "block_rand_k"),
        lasts_(format_of(params.values.plugin.type), std::min(chosen_.size(), padded_ ? 0 : longer_)) {
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
    if (longer_ > 0 && !padded_) {
      const double each = coder_.expected_bits() / (k * static_cast<double>(shortest_));
      g.expected_bits += each * (k * static_cast<double>(longer_) / blocks_);
    }
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "block_rand_k");
    Stream stream = message.from.stream();
    stream.sample(blocks_, chosen_);
    if (padded_) {
      with_entries(x, [&](auto entries) { read_blocks(entries); });
      coder_.append(values_, message, stream);
    } else {
      coder_.append(x, blocks(), message, stream);
    }
    if (packed_) message.append_words(Part::indices, chosen_, index_bits_);
    lasts_.append(x, lasts(), message, stream);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "block_rand_k");
    if (padded_)
      coder_.read(reader, values_);
    else
      coder_.read(reader, out);
    if (packed_) {
      reader.read_words(chosen_, index_bits_);
      const std::uint32_t largest = *std::max_element(chosen_.begin(), chosen_.end());
      if (largest >= blocks_)
        throw MessageError(fmt::format("block_rand_k: block {} in a message of {} blocks", largest, blocks_));
    } else {
      reader.from.stream().sample(blocks_, chosen_);
    }
    lasts_.read(reader, lasts().count(), out);
    const double scaled = scaled_ ? weight * blocks_ / static_cast<double>(chosen_.size()) : weight;
    if (padded_)
      add_to_entries(out, [&](auto to) { add_blocks(scaled, to); });
    else
      coder_.add(blocks(), scaled, out);
    lasts_.add(lasts(), scaled, out);
  }

  void state(Archive& archive, const std::string& name) override { coder_.state(archive, name); }

 private:
  static std::size_t checked(std::size_t dimension) {
    if (dimension > 0xFFFFFFFFu)
      reject("block_rand_k takes vectors of up to 2^32 - 1 entries, got {}", dimension);
    return dimension;
  }

  std::size_t start(std::size_t block) const { return block * shortest_ + std::min(block, longer_); }
  std::size_t length(std::size_t block) const { return shortest_ + (block < longer_ ? 1 : 0); }

  /// The entries of the chosen blocks that all blocks have; valid until `lasts` is called.
  Stretches blocks() {
    std::transform(chosen_.begin(), chosen_.end(), begins_.begin(),
                   [this](auto block) { return static_cast<std::uint32_t>(start(block)); });
    return {begins_, shortest_};
  }
  /// The last entries of those that have one more, where these travel by themselves; valid until `blocks` is
  /// called.
  Stretches lasts() {
    if (padded_) return {};
    std::size_t count = 0;
    for (const std::uint32_t block : chosen_)
      if (block < longer_) begins_[count++] = static_cast<std::uint32_t>(start(block) + shortest_);
    return {std::span(begins_).first(std::min(count, longer_))};  // damaged: a block may come twice
  }

  /// The chosen blocks of x, equally long, to `values_`.
  template <class T>
  void read_blocks(std::span<const T> x) {
    double* to = values_.data();
    for (const std::uint32_t block : chosen_) {
      std::copy_n(x.data() + start(block), length(block), to);
      if (length(block) == shortest_) to[shortest_] = 0;
      to += shortest_ + 1;
    }
  }
  template <class T>
  void add_blocks(double weight, std::span<T> out) {
    const double* from = values_.data();
    for (const std::uint32_t block : chosen_) {
      T* const to = out.data() + start(block);
      for (std::size_t i = 0; i < length(block); ++i) to[i] += static_cast<T>(weight * from[i]);
      from += shortest_ + 1;
    }
  }

  std::size_t dimension_;
  std::uint32_t blocks_;
  int index_bits_;
  int workers_;
  bool packed_, scaled_;
  std::size_t shortest_;               // length of the later blocks
  std::size_t longer_;                 // the first blocks, with one entry more
  bool padded_;                        // numbers of the shorter blocks end with a zero
  std::vector<std::uint32_t> chosen_;  // scratch, as are the next two
  std::vector<std::uint32_t> begins_;
  std::vector<double> values_;  // where they are padded
  ValueCoder coder_;
  ChosenValues lasts_;  // where they are not
};

}  // namespace

void register_block_rand_k(Catalogue& all) { all.add<BlockRandK>("block_rand_k"); }

}  // namespace trivium::compressors
