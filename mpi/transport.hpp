#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include <trivium/core/function_ref.hpp>

namespace trivium::mpi {

/// Which traffic a transfer belongs to: `payload` is what the ledger counts, `control` everything else
/// (lengths, decisions, metrics). They never share an MPI communicator, so payload bytes can be counted from
/// outside.
enum class Channel { payload, control };

struct Send {
  int to;
  std::span<const std::byte> bytes;
};
struct Receive {
  int from;
  std::span<std::byte> bytes;
};

/// Moves bytes between ranks: the seam between the network and MPI.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual int rank() const = 0;
  virtual int ranks() const = 0;
  /// Starts all sends and receives, returns when all are complete. Transfers between two ranks keep their
  /// order.
  virtual void transfer(std::span<const Send> sends, std::span<const Receive> receives, Channel channel) = 0;
  /// Rank 0's bytes, everywhere.
  virtual void broadcast(std::span<std::byte> bytes, Channel channel) = 0;
  /// Ends all ranks with exit code `code`, after this rank has printed `sentence`.
  [[noreturn]] virtual void abort(const std::string& sentence, int code) = 0;
};

/// Runs `work`, which must not communicate, on every rank. When it throws InputError on some, all ranks throw
/// InputError with the sentence of the lowest such rank ("rank 2: ..." unless all ranks said the same):
/// nobody is left waiting.
void agree(Transport& transport, FunctionRef<void()> work);

/// One rank, no MPI.
std::unique_ptr<Transport> in_process();
/// The ranks of MPI_COMM_WORLD through Boost.MPI; starts MPI when needed and ends it at exit. Built without
/// MPI: the same as in_process().
std::unique_ptr<Transport> world();
/// True when the program runs under an MPI launcher (or MPI is already initialised).
bool launched_by_mpi();

}  // namespace trivium::mpi
