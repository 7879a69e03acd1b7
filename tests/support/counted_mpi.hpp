// Stands between a test binary and MPI (through MPI's profiling names PMPI_*) and counts the bytes of the
// communicator named "trivium payload". It defines MPI's own functions: one source of a binary includes it.
#pragma once
#include <cstdint>
#include <cstring>

#include <mpi.h>

#include <trivium/mpi/network.hpp>

namespace counted_mpi {

inline std::uint64_t carried = 0;  // bytes that this rank has put on the payload communicator
inline bool unexpected = false;    // payload went by a function that is not counted here

inline bool is_payload(MPI_Comm comm) {
  char name[MPI_MAX_OBJECT_NAME] = "";
  int length = 0;
  PMPI_Comm_get_name(comm, name, &length);
  return std::strcmp(name, "trivium payload") == 0;
}

inline void count(int items, MPI_Datatype type, MPI_Comm comm, int copies = 1) {
  if (!is_payload(comm)) return;
  int size = 0;
  PMPI_Type_size(type, &size);
  carried += static_cast<std::uint64_t>(items) * static_cast<std::uint64_t>(size) *
             static_cast<std::uint64_t>(copies);
}

inline void refuse(MPI_Comm comm) { unexpected = unexpected || is_payload(comm); }

}  // namespace counted_mpi

extern "C" {

int MPI_Send(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  counted_mpi::count(n, type, comm);
  return PMPI_Send(buffer, n, type, to, tag, comm);
}
int MPI_Isend(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request* request) {
  counted_mpi::count(n, type, comm);
  return PMPI_Isend(buffer, n, type, to, tag, comm, request);
}
/// A broadcast of n bytes counts as n bytes to every rank but the root.
int MPI_Bcast(void* buffer, int n, MPI_Datatype type, int root, MPI_Comm comm) {
  int rank = 0, ranks = 1;
  PMPI_Comm_rank(comm, &rank);
  PMPI_Comm_size(comm, &ranks);
  if (rank == root) counted_mpi::count(n, type, comm, ranks - 1);
  return PMPI_Bcast(buffer, n, type, root, comm);
}
int MPI_Ssend(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm) {
  counted_mpi::refuse(comm);
  return PMPI_Ssend(buffer, n, type, to, tag, comm);
}
int MPI_Issend(const void* buffer, int n, MPI_Datatype type, int to, int tag, MPI_Comm comm,
               MPI_Request* request) {
  counted_mpi::refuse(comm);
  return PMPI_Issend(buffer, n, type, to, tag, comm, request);
}
int MPI_Reduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, int root, MPI_Comm comm) {
  counted_mpi::refuse(comm);
  return PMPI_Reduce(in, out, n, type, op, root, comm);
}
int MPI_Allreduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  counted_mpi::refuse(comm);
  return PMPI_Allreduce(in, out, n, type, op, comm);
}
int MPI_Gather(const void* in, int n, MPI_Datatype type, void* out, int m, MPI_Datatype to, int root,
               MPI_Comm comm) {
  counted_mpi::refuse(comm);
  return PMPI_Gather(in, n, type, out, m, to, root, comm);
}
int MPI_Gatherv(const void* in, int n, MPI_Datatype type, void* out, const int* counts, const int* places,
                MPI_Datatype to, int root, MPI_Comm comm) {
  counted_mpi::refuse(comm);
  return PMPI_Gatherv(in, n, type, out, counts, places, to, root, comm);
}
int MPI_Allgather(const void* in, int n, MPI_Datatype type, void* out, int m, MPI_Datatype to,
                  MPI_Comm comm) {
  counted_mpi::refuse(comm);
  return PMPI_Allgather(in, n, type, out, m, to, comm);
}

}  // extern "C"

namespace counted_mpi {

inline std::uint64_t over_ranks(std::uint64_t mine) {
  std::uint64_t all = 0;
  PMPI_Allreduce(&mine, &all, 1, MPI_UINT64_T, MPI_SUM, MPI_COMM_WORLD);
  return all;
}

/// Bytes on all ranks together.
struct Bytes {
  std::uint64_t logged = 0, counted = 0;
};

/// Runs `work` on a network with one worker per rank, and gives the ledger's bits in whole bytes, worker 0
/// left out (its data are on the server's own rank), beside the bytes at MPI. They are equal when `work`
/// sends at most one message each way whose bits are not whole bytes. Collective.
template <class Work>
Bytes bytes_of(trivium::mpi::Network& network, Work work) {
  const int rank = network.transport().rank();
  trivium::mpi::Ledger& ledger = network.ledger();
  trivium::mpi::Account& account = ledger.of(rank);
  const std::uint64_t up = account.bits_up(), before = carried;
  const auto heard_so_far = [&] { return ledger.down_all + account.down; };
  const std::uint64_t down = heard_so_far();
  work();
  const std::uint64_t sent = (account.bits_up() - up + 7) / 8, heard = (heard_so_far() - down + 7) / 8;
  return {over_ranks(rank == 0 ? 0 : sent + heard), over_ranks(carried - before)};
}

}  // namespace counted_mpi
