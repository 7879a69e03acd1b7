#include "dense_sum.hpp"

#include <algorithm>
#include <cstring>

#include <trivium/core/workers.hpp>

namespace trivium::mpi {
namespace {

/// Shorter vectors go up and down a tree of ranks: fewer messages beat even shares.
constexpr std::size_t slices_from = std::size_t{1} << 13;

/// The type in which a partial sum travels.
Dtype travel_type(const Node& node, ValueFormat format, Dtype dtype) {
  return node.level == 0 && format == ValueFormat::float32 ? Dtype::float32 : dtype;
}

/// Entries [first, first + count) of x as bytes of type `as`.
void pack(const Vector& x, std::size_t first, std::size_t count, Dtype as, std::byte* to) {
  if (x.dtype() == Dtype::float32) {
    std::memcpy(to, x.span<float>().data() + first, count * 4);
  } else if (as == Dtype::float64) {
    std::memcpy(to, x.span<double>().data() + first, count * 8);
  } else {
    const double* from = x.span<double>().data() + first;
    for (std::size_t i = 0; i < count; ++i) {
      const auto narrow = static_cast<float>(from[i]);
      std::memcpy(to + 4 * i, &narrow, 4);
    }
  }
}

void unpack(const std::byte* from, Dtype as, std::size_t first, std::size_t count, Vector& x) {
  if (x.dtype() == Dtype::float32) {
    std::memcpy(x.span<float>().data() + first, from, count * 4);
  } else if (as == Dtype::float64) {
    std::memcpy(x.span<double>().data() + first, from, count * 8);
  } else {
    double* to = x.span<double>().data() + first;
    for (std::size_t i = 0; i < count; ++i) {
      float narrow;
      std::memcpy(&narrow, from + 4 * i, 4);
      to[i] = narrow;
    }
  }
}

std::size_t slice_begin(std::size_t size, int rank, int ranks) {
  return size * static_cast<std::size_t>(rank) / static_cast<std::size_t>(ranks);
}

}  // namespace

void cut_by_rank(std::span<const int> participants, int workers, int ranks, Cut& cut) {
  cut.clear();
  for (int rank = 0; rank < ranks; ++rank) {
    const int first = worker_block(workers, rank, ranks).first;
    cut.push_back(static_cast<std::size_t>(std::lower_bound(participants.begin(), participants.end(), first) - participants.begin()));
  }
  cut.push_back(participants.size());
}

void DenseSum::on_server(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, double weight, Vector& out) {
  const int rank = transport.rank(), ranks = transport.ranks();
  const Dtype dtype = incoming_.dtype();
  const std::size_t size = incoming_.size();
  for (int step = 1; step < ranks; step *= 2) {
    if (rank & step) {
      const std::span<const Node> nodes = tree_.nodes();
      for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Dtype as = travel_type(nodes[i], format, dtype);
        staged_ = 0;
        const std::span<std::byte> packed = stage(size * size_of(as));
        pack(tree_.sum(i), 0, size, as, packed.data());
        const Send send[] = {{rank - step, packed}};
        transport.transfer(send, {}, channel);
      }
      return;
    }
    if (rank + step >= ranks) continue;
    const auto from = static_cast<std::size_t>(rank + step), to = static_cast<std::size_t>(std::min(rank + 2 * step, ranks));
    covers_.resize(std::max<std::size_t>(covers_.size(), 1));
    cover(cut[from], cut[to], covers_[0]);
    for (const Node& node : covers_[0]) {
      const Dtype as = travel_type(node, format, dtype);
      staged_ = 0;
      const std::span<std::byte> received = stage(size * size_of(as));
      const Receive receive[] = {{rank + step, received}};
      transport.transfer({}, receive, channel);
      unpack(received.data(), as, 0, size, tree_.next());
      tree_.push(node);
    }
  }
  tree_.finish(weight, out);
}

void DenseSum::spread(Transport& transport, Channel channel, ValueFormat format, Vector& x) {
  const Dtype as = format == ValueFormat::float32 ? Dtype::float32 : x.dtype();
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

void DenseSum::everywhere(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, double weight, Vector& out) {
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

void DenseSum::sum_slices(Transport& transport, Channel channel, const Cut& cut, ValueFormat format, double weight, Vector& out) {
  const int rank = transport.rank(), ranks = transport.ranks();
  const Dtype dtype = incoming_.dtype();
  const std::size_t size = incoming_.size();
  const std::size_t begin = slice_begin(size, rank, ranks), length = slice_begin(size, rank + 1, ranks) - begin;
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
    cover(cut[static_cast<std::size_t>(r)], cut[static_cast<std::size_t>(r) + 1], nodes);
    if (r == rank) continue;
    const std::size_t first = slice_begin(size, r, ranks), count = slice_begin(size, r + 1, ranks) - first;
    for (std::size_t i = 0; i < tree_.nodes().size(); ++i) {
      const Dtype as = travel_type(tree_.nodes()[i], format, dtype);
      if (as == dtype) {  // no copy: the slice lies in memory as it travels
        sends_.push_back({r, std::span(static_cast<const std::byte*>(tree_.sum(i).data()) + first * size_of(dtype), count * size_of(dtype))});
        continue;
      }
      const std::span<std::byte> packed = stage(count * size_of(as));
      pack(tree_.sum(i), first, count, as, packed.data());
      sends_.push_back({r, packed});
    }
    for (const Node& node : nodes) receives_.push_back({r, stage(length * size_of(travel_type(node, format, dtype)))});
  }
  transport.transfer(sends_, receives_, channel);

  // Sum the slice in the order of the positions.
  slice_->begin(0);
  std::size_t next = 0;
  for (int r = 0; r < ranks; ++r) {
    const std::vector<Node>& nodes = covers_[static_cast<std::size_t>(r)];
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      Vector& leaf = slice_->next();
      if (r == rank)
        std::memcpy(leaf.data(), static_cast<const std::byte*>(tree_.sum(i).data()) + begin * size_of(dtype), leaf.bytes());
      else
        unpack(receives_[next++].bytes.data(), travel_type(nodes[i], format, dtype), 0, length, leaf);
      slice_->push(nodes[i]);
    }
  }
  slice_->finish(weight, slice_result_);
  if (format == ValueFormat::float32) round_to_float32(slice_result_);

  // Everybody's slice of the result goes to all.
  const Dtype as = format == ValueFormat::float32 ? Dtype::float32 : dtype;
  staged_ = 0;
  sends_.clear();
  receives_.clear();
  const std::span<std::byte> packed = stage(length * size_of(as));
  pack(slice_result_, 0, length, as, packed.data());
  for (int r = 0; r < ranks; ++r) {
    if (r == rank) continue;
    sends_.push_back({r, packed});
    receives_.push_back({r, stage((slice_begin(size, r + 1, ranks) - slice_begin(size, r, ranks)) * size_of(as))});
  }
  transport.transfer(sends_, receives_, channel);
  unpack(packed.data(), as, begin, length, out);
  for (const Receive& received : receives_)
    unpack(received.bytes.data(), as, slice_begin(size, received.from, ranks), received.bytes.size() / size_of(as), out);
}

}  // namespace trivium::mpi
