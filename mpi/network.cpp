// What belongs to neither way: see network_up.cpp and network_down.cpp.
#include <algorithm>
#include <array>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/network.hpp>

#include "detail/gather_blocks.hpp"
#include "detail/network_scratch.hpp"

namespace trivium::mpi {

Network::Network(Transport& transport, WorkerRange range, const Vector& prototype, std::uint64_t seed)
    : transport_(transport),
      ledger_(range),
      seed_(seed),
      scratch_(std::make_unique<Scratch>(prototype, range.total)) {}

Network::~Network() = default;

void Network::require_size(const Vector& x) const {
  const std::size_t expected = scratch_->accumulator.size();
  if (x.size() != expected)
    throw std::logic_error(fmt::format("a vector of {} on a network for vectors of {}", x.size(), expected));
}

std::span<const int> Network::everybody() const { return scratch_->all; }

void Network::each_worker(FunctionRef<void(int worker)> work) {
  Stopwatch watch;
  for (int m = workers().first; m < workers().last; ++m) work(m);
  if (counting()) seconds_.compute += watch.lap();
}

void Network::while_workers_wait(FunctionRef<void()> work) {
  Stopwatch watch;
  work();
  if (counting()) seconds_.server += watch.lap();
}

void Network::mean_off_the_record(NumbersFunction worker, std::span<double> out) {
  const OffTheRecord quiet(*this);
  const std::size_t count = out.size();
  Archive::Rows mine{count, std::vector<double>(static_cast<std::size_t>(workers().count()) * count)};
  for (int m = workers().first; m < workers().last; ++m)
    worker(m, std::span(mine.values).subspan(static_cast<std::size_t>(m - workers().first) * count, count));
  const std::vector<double> all = collect_rows(mine);
  std::fill(out.begin(), out.end(), 0);
  for (std::size_t i = 0; i < all.size(); ++i) out[i % count] += all[i];
  for (double& sum : out) sum /= workers().total;
  transport_.broadcast(std::as_writable_bytes(out), Channel::control);
}

std::span<const int> Network::sample_workers(int count) {
  std::vector<std::uint32_t>& chosen = scratch_->chosen;
  chosen.resize(static_cast<std::size_t>(count));
  Stream(seed_, Purpose::participants, everyone, round())
      .sample(static_cast<std::uint32_t>(workers().total), chosen);
  scratch_->sampled.assign(chosen.begin(), chosen.end());
  std::sort(scratch_->sampled.begin(), scratch_->sampled.end());
  return scratch_->sampled;
}

void Network::share(Record& record) {
  std::array<double, record_columns.size()> row;
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = record.*record_columns[i].member;
  transport_.broadcast(std::as_writable_bytes(std::span(row)), Channel::control);
  for (std::size_t i = 0; i < row.size(); ++i) record.*record_columns[i].member = row[i];
}

std::int64_t Network::decide(std::int64_t on_server) {
  transport_.broadcast(bytes_of(on_server), Channel::control);
  return on_server;
}

double Network::max_off_the_record(double mine) {
  std::vector<double> all(static_cast<std::size_t>(transport_.ranks()), mine);
  gather_blocks(transport_, std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
  double largest = all[0];
  for (const double number : all)
    if (std::isnan(number) || number > largest) largest = number;  // a NaN stays: nothing compares above it
  transport_.broadcast(bytes_of(largest), Channel::control);
  return largest;
}

void Network::agree(FunctionRef<void()> work) { mpi::agree(transport_, work); }

void Network::state(Archive& archive) {
  ledger_.state(archive);
  archive.common("seconds.compute", seconds_.compute);
  archive.common("seconds.server", seconds_.server);
  archive.common("seconds.encode", seconds_.encode);
  archive.common("seconds.network", seconds_.network);
}

std::vector<double> Network::collect_rows(const Archive::Rows& mine) {
  if (transport_.ranks() == 1) return mine.values;
  if (!is_server()) {
    const Send send[] = {{0, std::as_bytes(std::span(mine.values))}};
    transport_.transfer(send, {}, Channel::control);
    return {};
  }
  std::vector<double> all(static_cast<std::size_t>(workers().total) * mine.row_length);
  std::copy(mine.values.begin(), mine.values.end(), all.begin());
  std::vector<Receive> receives;
  for (int rank = 1; rank < transport_.ranks(); ++rank) {
    const WorkerRange block = worker_block(workers().total, rank, transport_.ranks());
    const auto rows = std::span(all).subspan(static_cast<std::size_t>(block.first) * mine.row_length,
                                             static_cast<std::size_t>(block.count()) * mine.row_length);
    receives.push_back({rank, std::as_writable_bytes(rows)});
  }
  transport_.transfer({}, receives, Channel::control);
  return all;
}

}  // namespace trivium::mpi
