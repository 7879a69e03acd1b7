// The workers' vectors on their way to the server, and means that everybody hears.
#include <algorithm>
#include <stdexcept>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/network.hpp>

#include "detail/network_scratch.hpp"

namespace trivium::mpi {
namespace {

/// A mean trades places with scratch memory, so that one of another shape would do harm a round later.
void require_alike(const Vector& out, const Vector& prototype) {
  if (out.size() != prototype.size() || out.dtype() != prototype.dtype() ||
      &out.device() != &prototype.device())
    throw std::logic_error(fmt::format("network: asked for a mean of {} {}, vectors that travel have {} {}",
                                       out.size(), name_of(out.dtype()), prototype.size(),
                                       name_of(prototype.dtype())));
}

}  // namespace

void Network::average(Codec& up, WorkerFunction worker, Vector& out) {
  average(up, everybody(), worker, nullptr, out);
}

void Network::average(Codec& up, WorkerFunction worker, SentFunction sent, Vector& out) {
  average(up, everybody(), worker, &sent, out);
}

void Network::average(Codec& up, std::span<const int> participants, WorkerFunction worker, Vector& out) {
  average(up, participants, worker, nullptr, out);
}

void Network::average(Codec& up, std::span<const int> participants, WorkerFunction worker, SentFunction sent,
                      Vector& out) {
  average(up, participants, worker, &sent, out);
}

void Network::average(Codec& up, std::span<const int> participants, WorkerFunction worker,
                      const SentFunction* sent, Vector& out) {
  if (participants.empty()) throw std::logic_error("an average over no workers");
  require_size(out);
  require_alike(out, scratch_->accumulator);
  if (counting()) ledger_.open_uplink();
  if (const auto format = up.dense())
    average_dense(*format, participants, worker, sent, out, false);
  else
    average_messages(up, participants, worker, sent, out);
}

void Network::exchange(ValueFormat format, WorkerFunction worker, Vector& out) {
  if (format == ValueFormat::bfloat16)
    throw std::logic_error("a full exchange travels as float64 or float32");
  require_size(out);
  require_alike(out, scratch_->accumulator);
  if (counting()) {
    ledger_.open_uplink();
    ledger_.open_downlink();
    ledger_.down_all += out.size() * static_cast<std::uint64_t>(bits_of(format));
    ledger_.messages_down += static_cast<std::uint64_t>(workers().total);
  }
  average_dense(format, scratch_->all, worker, nullptr, out, true);
}

void Network::mean_off_the_record(WorkerFunction worker, Vector& out) {
  require_size(out);
  require_alike(out, scratch_->accumulator);
  const OffTheRecord quiet(*this);
  const ValueFormat exact = out.dtype() == Dtype::float32 ? ValueFormat::float32 : ValueFormat::float64;
  average_dense(exact, scratch_->all, worker, nullptr, out, true);
}

void Network::average_dense(ValueFormat format, std::span<const int> participants, WorkerFunction worker,
                            const SentFunction* sent, Vector& out, bool everywhere) {
  Stopwatch watch;
  const auto first = std::lower_bound(participants.begin(), participants.end(), workers().first);
  const auto last = std::lower_bound(first, participants.end(), workers().last);
  DenseSum& sum = scratch_->sum;
  sum.begin(static_cast<std::size_t>(first - participants.begin()), participants.size());
  for (auto m = first; m != last; ++m) {
    Vector& leaf = sum.next();
    worker(*m, leaf);
    if (format == ValueFormat::float32) round_to_float32(leaf);
    if (sent != nullptr) (*sent)(*m, Sent(leaf));
    sum.push();
  }
  if (counting()) {
    const std::uint64_t length = out.size() * static_cast<std::uint64_t>(bits_of(format));
    for (auto m = first; m != last; ++m) {
      Account& account = ledger_.of(*m);
      account.up[static_cast<std::size_t>(Part::values)] += length;
      account.messages += 1;
      if (ledger_.before_first_iteration) account.initial += length;
    }
    seconds_.compute += watch.lap();
  }
  const double weight = 1 / static_cast<double>(participants.size());
  if (transport_.ranks() == 1) {
    sum.tree().finish(weight, out);
    if (everywhere && format == ValueFormat::float32) round_to_float32(out);
  } else {
    Cut& cut = scratch_->cut;
    cut_by_rank(participants, workers().total, transport_.ranks(), cut);
    if (everywhere)
      sum.everywhere(transport_, channel(), cut, format, weight, out);
    else
      sum.on_server(transport_, channel(), cut, format, weight, out);
  }
  if (counting()) seconds_.network += watch.lap();
}

void Network::average_messages(Codec& up, std::span<const int> participants, WorkerFunction worker,
                               const SentFunction* sent, Vector& out) {
  Scratch& s = *scratch_;
  const double weight = 1 / static_cast<double>(participants.size());
  const auto first = std::lower_bound(participants.begin(), participants.end(), workers().first);
  const auto last = std::lower_bound(first, participants.end(), workers().last);
  const bool keep = !is_server();  // this rank's messages travel
  s.payload.clear();
  s.headers.clear();
  if (is_server()) fill(s.accumulator, 0);

  Seconds spent;
  Stopwatch watch;
  for (auto m = first; m != last;) {
    const auto count = std::min<std::ptrdiff_t>(last - m, static_cast<std::ptrdiff_t>(s.batch.size()));
    for (std::ptrdiff_t i = 0; i < count; ++i) worker(m[i], s.batch[static_cast<std::size_t>(i)]);
    spent.compute += watch.lap();
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      s.message.clear();
      s.message.from = sender(m[i]);
      up.encode(s.batch[static_cast<std::size_t>(i)], s.message);
      if (counting()) {
        Account& account = ledger_.of(m[i]);
        for (std::size_t part = 0; part < parts; ++part) account.up[part] += s.message.split()[part];
        account.messages += 1;
        if (ledger_.before_first_iteration) account.initial += s.message.bits();
      }
      if (sent != nullptr) (*sent)(m[i], Sent(up, s.message));
      if (keep) {
        const auto bytes = s.message.bytes();
        s.payload.insert(s.payload.end(), bytes.begin(), bytes.end());
        s.headers.push_back(s.message.split());
      } else {
        up.decode_add(s.message, weight, s.accumulator);
      }
    }
    spent.encode += watch.lap();
    m += count;
  }
  if (transport_.ranks() > 1) {
    gather_messages(participants);
    spent.network += watch.lap();
    for (int rank = 1; is_server() && rank < transport_.ranks(); ++rank) {
      const auto r = static_cast<std::size_t>(rank);
      std::size_t at = 0;
      const auto begin = std::lower_bound(participants.begin(), participants.end(),
                                          worker_block(workers().total, rank, transport_.ranks()).first);
      for (std::size_t i = 0; i < s.header_lists[r].size(); ++i) {
        const Split& split = s.header_lists[r][i];
        const std::size_t length = (split[0] + split[1] + split[2] + split[3] + 7) / 8;
        s.message.receive(std::span(s.payloads[r]).subspan(at, length), split);
        s.message.from = sender(begin[static_cast<std::ptrdiff_t>(i)]);
        up.decode_add(s.message, weight, s.accumulator);
        at += length;
      }
    }
    spent.encode += watch.lap();
  }
  std::swap(out, s.accumulator);
  if (counting()) {
    seconds_.compute += spent.compute;
    seconds_.encode += spent.encode;
    seconds_.network += spent.network;
  }
}

Sender Network::sender(int worker) const {
  return {seed_, Purpose::uplink, static_cast<std::uint64_t>(worker),
          static_cast<std::uint64_t>(workers().total), round()};
}

void Network::subtract_encoded(Codec& up, std::span<const int> participants, const Vector& x, Vector& out) {
  if (!is_server()) return;
  Stopwatch watch;
  if (up.dense()) {
    combine(out, {{1, out}, {-1, x}});
  } else {
    Message& message = scratch_->message;
    for (const int m : participants) {
      message.clear();
      message.from = sender(m);
      up.encode(x, message);
      up.decode_add(message, -1 / static_cast<double>(participants.size()), out);
    }
  }
  if (counting()) seconds_.encode += watch.lap();
}

/// Every rank's lengths, then every rank's messages, to the server.
void Network::gather_messages(std::span<const int> participants) {
  Scratch& s = *scratch_;
  const int ranks = transport_.ranks();
  if (!is_server()) {
    const Send header[] = {{0, std::as_bytes(std::span(s.headers))}};
    transport_.transfer(header, {}, Channel::control);
    const Send payload[] = {{0, s.payload}};
    transport_.transfer(payload, {}, channel());
    return;
  }
  s.header_lists.resize(static_cast<std::size_t>(ranks));
  s.payloads.resize(static_cast<std::size_t>(ranks));
  Cut& cut = s.cut;
  cut_by_rank(participants, workers().total, ranks, cut);
  s.receives.clear();
  for (int rank = 1; rank < ranks; ++rank) {
    const auto r = static_cast<std::size_t>(rank);
    s.header_lists[r].resize(cut[r + 1] - cut[r]);
    s.receives.push_back({rank, std::as_writable_bytes(std::span(s.header_lists[r]))});
  }
  transport_.transfer({}, s.receives, Channel::control);
  s.receives.clear();
  for (int rank = 1; rank < ranks; ++rank) {
    const auto r = static_cast<std::size_t>(rank);
    std::size_t length = 0;
    for (const Split& split : s.header_lists[r])
      length += (split[0] + split[1] + split[2] + split[3] + 7) / 8;
    s.payloads[r].resize(length);
    s.receives.push_back({rank, s.payloads[r]});
  }
  transport_.transfer({}, s.receives, channel());
}

}  // namespace trivium::mpi
