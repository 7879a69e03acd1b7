// Logged = carried. This binary stands between the program and MPI (through MPI's profiling names PMPI_*) and
// counts the bytes of the communicator named "trivium payload". With one worker per rank they are the
// ledger's, worker 0 left out: its data are on the server's own rank.
#include <cstring>

#include <catch2/catch.hpp>

#if __has_include(<mpi.h>)  // a build without MPI carries nothing
#include <mpi.h>

#include <trivium/mpi/network.hpp>

#include "mpi/codecs.hpp"

using namespace trivium;
using codecs::Thinned;
using codecs::Whole;
using mpi::Network;

namespace {

std::uint64_t carried = 0;  // bytes that this rank has put on the payload communicator
bool unexpected = false;    // payload went by a function that is not counted here

bool is_payload(MPI_Comm comm) {
  char name[MPI_MAX_OBJECT_NAME] = "";
  int length = 0;
  PMPI_Comm_get_name(comm, name, &length);
  return std::strcmp(name, "trivium payload") == 0;
}

void count(int items, MPI_Datatype type, MPI_Comm comm, int copies = 1) {
  if (!is_payload(comm)) return;
  int size = 0;
  PMPI_Type_size(type, &size);
  carried += static_cast<std::uint64_t>(items) * static_cast<std::uint64_t>(size) *
             static_cast<std::uint64_t>(copies);
}

void refuse(MPI_Comm comm) { unexpected = unexpected || is_payload(comm); }

}  // namespace

extern "C" {

int MPI_Send(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  count(n, type, comm);
  return PMPI_Send(buffer, n, type, to, tag, comm);
}
int MPI_Isend(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request* request) {
  count(n, type, comm);
  return PMPI_Isend(buffer, n, type, to, tag, comm, request);
}
/// A broadcast of n bytes counts as n bytes to every rank but the root.
int MPI_Bcast(void* buffer, int n, MPI_Datatype type, int root, MPI_Comm comm) {
  int rank = 0, ranks = 1;
  PMPI_Comm_rank(comm, &rank);
  PMPI_Comm_size(comm, &ranks);
  if (rank == root) count(n, type, comm, ranks - 1);
  return PMPI_Bcast(buffer, n, type, root, comm);
}
int MPI_Ssend(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  refuse(comm);
  return PMPI_Ssend(buffer, n, type, to, tag, comm);
}
int MPI_Issend(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
               MPI_Request* request) {
  refuse(comm);
  return PMPI_Issend(buffer, n, type, to, tag, comm, request);
}
int MPI_Reduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, int root, MPI_Comm comm) {
  refuse(comm);
  return PMPI_Reduce(in, out, n, type, op, root, comm);
}
int MPI_Allreduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  refuse(comm);
  return PMPI_Allreduce(in, out, n, type, op, comm);
}
int MPI_Gather(const void* in, int n, MPI_Datatype type, void* out, int m, MPI_Datatype to, int root,
               MPI_Comm comm) {
  refuse(comm);
  return PMPI_Gather(in, n, type, out, m, to, root, comm);
}
int MPI_Gatherv(const void* in, int n, MPI_Datatype type, void* out, const int* counts, const int* places,
                MPI_Datatype to, int root, MPI_Comm comm) {
  refuse(comm);
  return PMPI_Gatherv(in, n, type, out, counts, places, to, root, comm);
}
int MPI_Allgather(const void* in, int n, MPI_Datatype type, void* out, int m, MPI_Datatype to,
                  MPI_Comm comm) {
  refuse(comm);
  return PMPI_Allgather(in, n, type, out, m, to, comm);
}

}  // extern "C"

namespace {

mpi::Transport& world() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::world();
  return *transport;
}

std::uint64_t over_ranks(std::uint64_t mine) {
  std::uint64_t all = 0;
  PMPI_Allreduce(&mine, &all, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

std::uint64_t whole_bytes(std::uint64_t bits) { return (bits + 7) / 8; }

/// One worker per rank, and vectors of d entries.
struct Star {
  explicit Star(std::size_t d, Dtype dtype = Dtype::float64)
      : network(world(), worker_block(world().ranks(), world().rank(), world().ranks()), Vector(d, dtype), 3),
        x(d, dtype) {}
  Network network;
  Vector x;

  /// Runs `work`, at most one message each way, and checks its bytes at MPI against the ledger's bits.
  template <class Work>
  void carries_what_it_logs(Work work) {
    mpi::Ledger& ledger = network.ledger();
    mpi::Account& account = ledger.of(world().rank());
    const std::uint64_t up = account.bits_up(), down = ledger.down_all, before = carried;
    work();
    const std::uint64_t sent = world().rank() == 0 ? 0 : whole_bytes(account.bits_up() - up);
    const std::uint64_t heard = world().rank() == 0 ? 0 : whole_bytes(ledger.down_all - down);
    const std::uint64_t logged = over_ranks(sent + heard), counted = over_ranks(carried - before);
    CHECK(counted == logged);
    CHECK_FALSE(unexpected);
    if (network.counting() && world().ranks() > 1 && !may_be_empty) CHECK(logged > 0);
  }
  bool may_be_empty = false;
};

std::uint64_t number = 0;
const auto worker = [](int m, Vector& out) { codecs::mixed(m, number, out); };

/// Short and long vectors in both types; above 2^13 entries the ranks sum slices.
template <class Check>
void for_each_star(Check check) {
  for (const std::size_t d : {std::size_t{7}, std::size_t{1000}, std::size_t{8193}})
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
      INFO("d = " << d << " " << name_of(dtype) << " on " << world().ranks() << " ranks");
      Star star(d, dtype);
      check(star, d);
    }
}

}  // namespace

TEST_CASE("the counter counts: one byte each way") {
  const std::uint64_t before = carried;
  std::byte byte{1};
  const int right = (world().rank() + 1) % world().ranks(),
            left = (world().rank() + world().ranks() - 1) % world().ranks();
  const mpi::Send send[] = {{right, std::span(&byte, 1)}};
  std::byte other{0};
  const mpi::Receive receive[] = {{left, std::span(&other, 1)}};
  world().transfer(send, receive, mpi::Channel::control);
  CHECK(carried == before);
  if (world().ranks() > 1) {
    world().transfer(send, receive, mpi::Channel::payload);
    CHECK(carried == before + 1);
    CHECK(other == std::byte{1});
  }
  world().broadcast(std::span(&byte, 1), mpi::Channel::payload);
  CHECK(over_ranks(carried - before) ==
        static_cast<std::uint64_t>(world().ranks() > 1 ? 2 * world().ranks() - 1 : 0));
}

TEST_CASE("averages carry what they log") {
  for_each_star([](Star& star, std::size_t d) {
    Whole wide(d), narrow(d, ValueFormat::float32);
    Thinned shown(0.3, true), drawn(0.3, false), nothing(0, false);
    for (Codec* codec :
         {static_cast<Codec*>(&wide), static_cast<Codec*>(&narrow), static_cast<Codec*>(&shown),
          static_cast<Codec*>(&drawn), static_cast<Codec*>(&nothing)}) {
      ++number;
      star.may_be_empty = codec == &nothing || codec == &drawn;
      star.carries_what_it_logs([&] { star.network.average(*codec, worker, star.x); });
      const std::vector<int> last{world().ranks() - 1};
      star.carries_what_it_logs([&] { star.network.average(*codec, last, worker, star.x); });
    }
  });
}

TEST_CASE("broadcasts carry what they log, flag included") {
  for_each_star([](Star& star, std::size_t d) {
    Whole wide(d), narrow(d, ValueFormat::float32);
    Thinned shown(0.3, true), drawn(0.3, false);
    for (Codec* codec : {static_cast<Codec*>(&wide), static_cast<Codec*>(&narrow),
                         static_cast<Codec*>(&shown), static_cast<Codec*>(&drawn)}) {
      codecs::mixed(0, ++number, star.x);
      star.may_be_empty = codec == &drawn;
      star.carries_what_it_logs([&] { star.network.broadcast(*codec, star.x); });
      star.carries_what_it_logs([&] { star.network.broadcast(*codec, star.x, true); });
    }
  });
}

TEST_CASE("exchanges carry what they log") {
  for_each_star([](Star& star, std::size_t) {
    for (const ValueFormat format : {ValueFormat::float64, ValueFormat::float32}) {
      ++number;
      star.carries_what_it_logs([&] { star.network.exchange(format, worker, star.x); });
    }
  });
}

TEST_CASE("metrics, totals and decisions carry no payload") {
  for_each_star([](Star& star, std::size_t d) {
    Whole wide(d);
    Thinned shown(0.3, true);
    Record record;
    const std::uint64_t before = carried;
    star.network.mean_off_the_record(worker, star.x);
    star.network.totals(record);
    star.network.share(record);
    star.network.decide(1);
    star.network.max_off_the_record(1);
    star.network.agree([] {});
    star.network.collect_rows({1, {1.0}});
    const Network::OffTheRecord quiet(star.network);
    star.network.average(wide, worker, star.x);
    star.network.average(shown, worker, star.x);
    star.network.broadcast(shown, star.x, true);
    star.network.exchange(ValueFormat::float32, worker, star.x);
    CHECK(carried == before);
    CHECK(star.network.round() == 0);
  });
}

#endif
