#include "dense_sum.hpp"

#include <algorithm>

#include <trivium/core/workers.hpp>

#include "packing.hpp"

namespace trivium::mpi {
namespace {

/// Shorter vectors go up and down a tree of ranks: fewer messages beat even shares.
constexpr std::size_t slices_from = std::size_t{1} << 13;

/// The type in which a partial sum travels: as the ledger logs it, whatever the vector's own type.
Dtype travel_type(const Node& node, ValueFormat format, Dtype dtype) {
  if (format == ValueFormat::float64) return Dtype::float64;
  return node.level == 0 ? Dtype::float32 : dtype;
}

/// True when float32 numbers travel from ranks of one participant each, in vectors of float64: see
/// `on_server`.
bool go_straight(const Cut& cut, ValueFormat format, Dtype dtype) {
  const auto crowded = [](std::size_t a, std::size_t b) { return b - a > 1; };
  return format == ValueFormat::float32 && dtype == Dtype::float64 &&
         std::adjacent_find(cut.begin(), cut.end(), crowded) == cut.end();
}

std::size_t slice_begin(std::size_t size, int rank, int ranks) {
  return size * static_cast<std::size_t>(rank) / static_cast<std::size_t>(ranks);
}

}  // namespace

void cut_by_rank(std::span<const int> participants, int workers, int ranks, Cut& cut) {
  cut.clear();
  for (int rank = 0; rank < ranks; ++rank) {
    const int first = worker_block(workers, rank, ranks).first;
    cut.push_back(static_cast<std::size_t>(std::lower_bound(participants.begin(), participants.end(), first) -
                                           participants.begin()));
  }
  cut.push_back(participants.size());
}

void DenseSum::on_server(Transport& transport, Channel channel, const Cut& cut, ValueFormat format,
                         double weight, Vector& out) {
  const int rank = transport.rank(), ranks = transport.ranks();
  active_.clear();
  for (int r = 0; r < ranks; ++r)
    if (cut[static_cast<std::size_t>(r)] < cut[static_cast<std::size_t>(r) + 1]) active_.push_back(r);
  const std::size_t count = active_.size();
  const auto me =
      static_cast<std::size_t>(std::lower_bound(active_.begin(), active_.end(), rank) - active_.begin());
  const bool active = me < count && active_[me] == rank;
  const bool straight = go_straight(cut, format, incoming_.dtype());
  for (std::size_t step = 1; active && !straight && step < count; step *= 2) {
    if (me & step) {
      send_nodes(transport, channel, format, active_[me - step]);
      return;
    }
    if (me + step < count)
      receive_nodes(transport, channel, format, cut, active_[me + step],
                    active_[std::min(me + 2 * step, count) - 1]);
  }
  // Now the first active rank holds the sum, or every active rank its own part.
  const std::size_t holders = straight ? count : 1;
  if (rank != 0) {
    if (active && me < holders) send_nodes(transport, channel, format, 0);
    return;
  }
  for (std::size_t i = 0; i < holders; ++i)
    if (active_[i] != 0)
      receive_nodes(transport, channel, format, cut, active_[i], straight ? active_[i] : active_.back());
  tree_.finish(weight, out);
}

/// All sums of this rank.
void DenseSum::send_nodes(Transport& transport, Channel channel, ValueFormat format, int to) {
  for (std::size_t i = 0; i < tree_.nodes().size(); ++i) {
    const Dtype as = travel_type(tree_.nodes()[i], format, incoming_.dtype());
    staged_ = 0;
    std::span<const std::byte> travels = as_it_lies(tree_.sum(i), as);
    if (travels.empty()) {
      const std::span<std::byte> packed = stage(incoming_.size() * size_of(as));
      pack(tree_.sum(i), 0, incoming_.size(), as, packed.data());
      travels = packed;
    }
    const Send send[] = {{to, travels}};
    transport.transfer(send, {}, channel);
  }
}

/// The sums of the ranks `from` to `last`, sent by `from`, go on top of this rank's.
void DenseSum::receive_nodes(Transport& transport, Channel channel, ValueFormat format, const Cut& cut,
                             int from, int last) {
  covers_.resize(std::max<std::size_t>(covers_.size(), 1));
  cover(cut[static_cast<std::size_t>(from)], cut[static_cast<std::size_t>(last) + 1], cut.back(), covers_[0]);
  for (const Node& node : covers_[0]) {
    const Dtype as = travel_type(node, format, incoming_.dtype());
    staged_ = 0;
    Vector& sum = tree_.next();
    const std::span<std::byte> directly = as_it_lies(sum, as);
    const std::span<std::byte> received = directly.empty() ? stage(incoming_.size() * size_of(as)) : directly;
    const Receive receive[] = {{from, received}};
    transport.transfer({}, receive, channel);
    if (directly.empty()) unpack(received.data(), as, 0, incoming_.size(), sum);
    tree_.push(node);
  }
}

void DenseSum::spread(Transport& transport, Channel channel, ValueFormat format, Vector& x) {
  const Dtype as = format == ValueFormat::float32 ? Dtype::float32 : Dtype::float64;
  if (as == x.dtype() && x.on_host()) {
    transport.broadcast({static_cast<std::byte*>(x.data()), x.bytes()}, channel);
    return;
  }
  staged_ = 0;
  const std::span<std::byte> staged = stage(x.size() * size_of(as));
  if (transport.rank() == 0) pack(x, 0, x.size(), as, staged.data());
  transport.broadcast(staged, channel);
  unpack(staged.data(), as, 0, x.size(), x);
}

void DenseSum::spread_to(Transport& transport, Channel channel, const Cut& cut, ValueFormat format,
                         Vector& x) {
  const Dtype as = format == ValueFormat::float32 ? Dtype::float32 : Dtype::float64;
  const bool server = transport.rank() == 0;
  const auto hears = [&](int r) {
    return cut[static_cast<std::size_t>(r)] < cut[static_cast<std::size_t>(r) + 1];
  };
  if (!server && !hears(transport.rank())) return;
  staged_ = 0;
  std::span<std::byte> travels = as_it_lies(x, as);
  const bool staged = travels.empty();
  if (staged) travels = stage(x.size() * size_of(as));
  if (!server) {
    const Receive receive[] = {{0, travels}};
    transport.transfer({}, receive, channel);
    if (staged) unpack(travels.data(), as, 0, x.size(), x);
    return;
  }
  if (staged) pack(x, 0, x.size(), as, travels.data());
  sends_.clear();
  for (int r = 1; r < transport.ranks(); ++r)
    if (hears(r)) sends_.push_back({r, travels});
  transport.transfer(sends_, {}, channel);
}

void DenseSum::everywhere(Transport& transport, Channel channel, const Cut& cut, ValueFormat format,
                          double weight, Vector& out) {
  if (out.size() >= slices_from) return sum_slices(transport, channel, cut, format, weight, out);
  on_server(transport, channel, cut, format, weight, out);
  if (transport.rank() == 0 && format == ValueFormat::float32) round_to_float32(out);
  spread(transport, channel, format, out);
}

/// The next staging buffer; buffers keep their memory from call to call.
std::span<std::byte> DenseSum::stage(std::size_t bytes) {
  if (staged_ == staging_.size()) staging_.emplace_back();
  std::vector<std::byte>& buffer = staging_[staged_++];
  buffer.resize(bytes);
  return buffer;
}

void DenseSum::sum_slices(Transport& transport, Channel channel, const Cut& cut, ValueFormat format,
                          double weight, Vector& out) {
  const int rank = transport.rank(), ranks = transport.ranks();
  const Dtype dtype = incoming_.dtype();
  const std::size_t size = incoming_.size();
  const std::size_t begin = slice_begin(size, rank, ranks),
                    length = slice_begin(size, rank + 1, ranks) - begin;
  if (!slice_ || slice_result_.size() != length) {
    slice_.emplace(Vector(length, dtype));
    slice_result_ = Vector(length, dtype);
  }

  // Everybody's partial sums of slice r go to rank r.
  staged_ = 0;
  sends_.clear();
  receives_.clear();
  covers_.resize(static_cast<std::size_t>(ranks));
  for (int r = 0; r < ranks; ++r) {
    std::vector<Node>& nodes = covers_[static_cast<std::size_t>(r)];
    cover(cut[static_cast<std::size_t>(r)], cut[static_cast<std::size_t>(r) + 1], cut.back(), nodes);
    if (r == rank) continue;
    const std::size_t first = slice_begin(size, r, ranks), count = slice_begin(size, r + 1, ranks) - first;
    for (std::size_t i = 0; i < tree_.nodes().size(); ++i) {
      const Dtype as = travel_type(tree_.nodes()[i], format, dtype);
      if (as == dtype && tree_.sum(i).on_host()) {  // no copy: the slice lies in memory as it travels
        sends_.push_back(
            {r, std::span(static_cast<const std::byte*>(tree_.sum(i).data()) + first * size_of(dtype),
                          count * size_of(dtype))});
        continue;
      }
      const std::span<std::byte> packed = stage(count * size_of(as));
      pack(tree_.sum(i), first, count, as, packed.data());
      sends_.push_back({r, packed});
    }
    for (const Node& node : nodes)
      receives_.push_back({r, stage(length * size_of(travel_type(node, format, dtype)))});
  }
  transport.transfer(sends_, receives_, channel);

  // Sum the slice in the order of the positions.
  slice_->begin(0, cut.back());
  std::size_t next = 0;
  for (int r = 0; r < ranks; ++r) {
    const std::vector<Node>& nodes = covers_[static_cast<std::size_t>(r)];
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      Vector& leaf = slice_->next();
      if (r == rank)
        pack(tree_.sum(i), begin, length, dtype, static_cast<std::byte*>(leaf.data()));
      else
        unpack(receives_[next++].bytes.data(), travel_type(nodes[i], format, dtype), 0, length, leaf);
      slice_->push(nodes[i]);
    }
  }
  slice_->finish(weight, slice_result_);
  if (format == ValueFormat::float32) round_to_float32(slice_result_);

  // Everybody's slice of the result goes to all.
  const Dtype as = format == ValueFormat::float32 ? Dtype::float32 : Dtype::float64;
  staged_ = 0;
  sends_.clear();
  receives_.clear();
  const std::span<std::byte> packed = stage(length * size_of(as));
  pack(slice_result_, 0, length, as, packed.data());
  for (int r = 0; r < ranks; ++r) {
    if (r == rank) continue;
    sends_.push_back({r, packed});
    receives_.push_back(
        {r, stage((slice_begin(size, r + 1, ranks) - slice_begin(size, r, ranks)) * size_of(as))});
  }
  transport.transfer(sends_, receives_, channel);
  unpack(packed.data(), as, begin, length, out);
  for (const Receive& received : receives_)
    unpack(received.bytes.data(), as, slice_begin(size, received.from, ranks),
           received.bytes.size() / size_of(as), out);
}

}  // namespace trivium::mpi
