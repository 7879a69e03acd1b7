// The network's dense sums over MPI against the raw calls, one worker a rank: mpirun -n 4 average. Every rank
// fills its vector in all of them. Seconds are those of the slowest rank from a common start.
#include <boost/mpi.hpp>

#include <trivium/compressors/compressor.hpp>
#include <trivium/mpi/network.hpp>

#include "measure.hpp"

namespace {

using namespace trivium;

constexpr std::size_t d = 1'000'000;
constexpr int turns = 41;

/// `work`, begun by all ranks together; it is over when the slowest rank is through. On rank 0 only.
template <class Work>
double seconds_of_all(Work&& work) {
  MPI_Barrier(MPI_COMM_WORLD);
  double mine = bench::seconds_of(bench::Clock::wall, work), slowest = 0;
  MPI_Reduce(&mine, &slowest, 1, MPI_DOUBLE, MPI_MAX, 0, MPI_COMM_WORLD);
  return slowest;
}

template <class... Work>
std::array<double, sizeof...(Work)> medians_of_all(Work&&... work) {
  std::array<std::vector<double>, sizeof...(Work)> samples;
  for (int turn = 0; turn <= turns; ++turn) {
    std::size_t i = 0;
    const auto take = [&](auto& piece) {
      const double seconds = seconds_of_all(piece);
      if (turn > 0) samples[i].push_back(seconds);
      ++i;
    };
    (take(work), ...);
  }
  std::array<double, sizeof...(Work)> medians;
  std::transform(samples.begin(), samples.end(), medians.begin(), bench::median);
  return medians;
}

}  // namespace

int main() {
  const auto transport = mpi::world();
  const int ranks = transport->ranks();
  Vector values(d), out(d), mine(d);
  fill(values, 1 + transport->rank());
  mpi::Network network(*transport, worker_block(ranks, transport->rank(), ranks), values, 1);
  const auto identity = compressors::catalogue().make({"identity", {}, ""}, {d, ranks});
  const auto worker = [&](int, Vector& message) { copy(message, values); };
  const auto raw = [&](auto call) {
    copy(mine, values);
    call(mine.data(), out.data());
    bench::keep(out);
  };

  const auto [average_s, exchange_s, reduce_s, allreduce_s] = medians_of_all(
      [&] { network.average(*identity, worker, out); },
      [&] { network.exchange(ValueFormat::float64, worker, out); },
      [&] {
        raw([](void* from, void* to) { MPI_Reduce(from, to, d, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD); });
      },
      [&] {
        raw([](void* from, void* to) { MPI_Allreduce(from, to, d, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD); });
      });
  if (transport->rank() != 0) return 0;
  const std::string what = fmt::format("{} ranks, d = {:.0e} float64: ", ranks, static_cast<double>(d));
  bench::row_at_most(what + "Network::average over MPI_Allreduce", average_s / allreduce_s, 1.5);
  bench::row_at_most(what + "Network::exchange over MPI_Allreduce", exchange_s / allreduce_s, 1.5);
  bench::note("average {:.1f} ms, exchange {:.1f} ms, MPI_Reduce {:.1f} ms, MPI_Allreduce {:.1f} ms",
              average_s * 1e3, exchange_s * 1e3, reduce_s * 1e3, allreduce_s * 1e3);
}
