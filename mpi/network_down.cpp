// The server's vectors on their way to everybody, or to some workers only.
#include <trivium/mpi/network.hpp>

#include "detail/gather_blocks.hpp"
#include "detail/network_scratch.hpp"

namespace trivium::mpi {

void Network::broadcast(Codec& down, Vector& x) { send_down(down, x, nullptr); }

bool Network::broadcast(Codec& down, Vector& x, bool flag) {
  send_down(down, x, &flag);
  return flag;
}

void Network::broadcast(Codec& down, Vector& x, Vector& y) {
  send_down(down, x, nullptr);
  send_down(down, y, nullptr, false);
}

void Network::send_to(std::span<const int> participants, ValueFormat format, Vector& x, Vector& y) {
  if (format == ValueFormat::bfloat16)
    throw std::logic_error("vectors for some workers travel as float64 or float32");
  Stopwatch watch;
  if (counting()) {
    ledger_.open_downlink();
    ledger_.messages_down += participants.size();
    for (const int m : participants)
      if (workers().hosts(m))
        ledger_.of(m).down += (x.size() + y.size()) * static_cast<std::uint64_t>(bits_of(format));
  }
  if (transport_.ranks() > 1) cut_by_rank(participants, workers().total, transport_.ranks(), scratch_->cut);
  for (Vector* vector : {&x, &y}) {
    require_size(*vector);
    if (is_server() && format == ValueFormat::float32) round_to_float32(*vector);
    if (transport_.ranks() > 1)
      scratch_->sum.spread_to(transport_, channel(), scratch_->cut, format, *vector);
  }
  if (counting()) seconds_.network += watch.lap();
}

void Network::share_off_the_record(Vector& x) {
  if (transport_.ranks() == 1) return;
  const ValueFormat exact = x.dtype() == Dtype::float32 ? ValueFormat::float32 : ValueFormat::float64;
  scratch_->sum.spread(transport_, Channel::control, exact, x);
}

/// `opens`: not for the second vector of a round, whose random choices are its own.
void Network::send_down(Codec& down, Vector& x, bool* flag, bool opens) {
  require_size(x);
  Stopwatch watch;
  if (counting() && opens) ledger_.open_downlink();
  Message& message = scratch_->message;
  message.clear();
  message.from = {seed_,    Purpose::downlink,
                  everyone, static_cast<std::uint64_t>(workers().total),
                  round(),  opens ? std::uint64_t{0} : std::uint64_t{16}};
  std::uint64_t bits = flag != nullptr ? 1 : 0;
  if (const auto format = down.dense()) {
    bits += x.size() * static_cast<std::uint64_t>(bits_of(*format));
    if (*format == ValueFormat::float32) round_to_float32(x);
    if (transport_.ranks() > 1) {
      scratch_->sum.spread(transport_, channel(), *format, x);
      if (flag != nullptr) transport_.broadcast(std::as_writable_bytes(std::span(flag, 1)), channel());
    }
  } else {
    if (is_server()) {
      down.encode(x, message);
      if (flag != nullptr) message.append(Part::scalars, *flag ? 1 : 0, 1);
    }
    if (transport_.ranks() > 1) {
      Split split = message.split();
      transport_.broadcast(bytes_of(split), Channel::control);
      std::vector<std::byte>& payload = scratch_->payload;
      payload.assign(message.bytes().begin(), message.bytes().end());
      payload.resize((split[0] + split[1] + split[2] + split[3] + 7) / 8);
      transport_.broadcast(payload, channel());
      if (!is_server()) message.receive(payload, split);
    }
    bits = message.bits();
    if (flag != nullptr) *flag = message.take_last_bit(Part::scalars);
    fill(x, 0);
    down.decode_add(message, 1, x);
  }
  if (!counting()) return;
  ledger_.down_all += bits;
  if (opens) ledger_.messages_down += static_cast<std::uint64_t>(workers().total);
  seconds_.network += watch.lap();
}

}  // namespace trivium::mpi
