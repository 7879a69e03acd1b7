#include <algorithm>
#include <vector>

#include <trivium/mpi/network.hpp>

#include "detail/gather_blocks.hpp"

namespace trivium::mpi {

void Network::totals(Record& record) {
  struct Sums {
    std::uint64_t up[parts] = {}, initial = 0, down = 0, messages = 0, calls = 0, batch_calls = 0,
                  samples = 0, most_up = 0;
    double most_calls = 0, compute = 0, server = 0, encode = 0, network = 0;
  };
  Sums mine;
  for (const Account& a : ledger_.accounts) {
    for (std::size_t part = 0; part < parts; ++part) mine.up[part] += a.up[part];
    mine.initial += a.initial;
    mine.down += a.down;
    mine.messages += a.messages;
    mine.calls += a.calls;
    mine.batch_calls += a.batch_calls;
    mine.samples += a.samples;
    mine.most_up = std::max(mine.most_up, a.bits_up());
    mine.most_calls = std::max(mine.most_calls, a.all_calls());
  }
  mine.compute = seconds_.compute;
  mine.server = seconds_.server;
  mine.encode = seconds_.encode;
  mine.network = seconds_.network;
  Sums all = mine;
  if (transport_.ranks() > 1) {
    std::vector<Sums> list(static_cast<std::size_t>(transport_.ranks()));
    gather_blocks(transport_, bytes_of(mine), std::as_writable_bytes(std::span(list)));
    for (std::size_t r = 1; is_server() && r < list.size(); ++r) {
      for (std::size_t part = 0; part < parts; ++part) all.up[part] += list[r].up[part];
      all.initial += list[r].initial;
      all.down += list[r].down;
      all.messages += list[r].messages;
      all.calls += list[r].calls;
      all.batch_calls += list[r].batch_calls;
      all.samples += list[r].samples;
      all.most_up = std::max(all.most_up, list[r].most_up);
      all.most_calls = std::max(all.most_calls, list[r].most_calls);
    }
    transport_.broadcast(bytes_of(all), Channel::control);
  }
  const double workers_count = workers().total;
  const auto mean = [&](std::uint64_t sum) { return static_cast<double>(sum) / workers_count; };
  const auto part = [&](Part p) { return all.up[static_cast<std::size_t>(p)]; };
  record.round = static_cast<double>(round());
  record.bits_up = mean(all.up[0] + all.up[1] + all.up[2] + all.up[3]);
  record.bits_up_values = mean(part(Part::values) + part(Part::scalars));
  record.bits_up_indices = mean(part(Part::indices) + part(Part::seeds));
  record.bits_up_max = static_cast<double>(all.most_up);
  record.bits_initial = mean(all.initial);
  record.bits_down = static_cast<double>(ledger_.down_all) + mean(all.down);
  record.messages = static_cast<double>(all.messages + ledger_.messages_down);
  record.calls = mean(all.calls) + mean(all.batch_calls) * 0x1p-32;
  record.calls_max = all.most_calls;
  record.samples = mean(all.samples);
  record.local_steps = static_cast<double>(ledger_.local_steps);
  record.prox_calls = static_cast<double>(ledger_.prox_calls);
  record.seconds_compute = all.compute;
  record.seconds_server = all.server;
  record.seconds_encode = all.encode;
  record.seconds_network = all.network;
}

}  // namespace trivium::mpi
