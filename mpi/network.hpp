#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/archive.hpp>
#include <trivium/core/codec.hpp>
#include <trivium/core/function_ref.hpp>
#include <trivium/core/record.hpp>
#include <trivium/core/workers.hpp>
#include <trivium/mpi/ledger.hpp>
#include <trivium/mpi/sent.hpp>
#include <trivium/mpi/transport.hpp>

namespace trivium::mpi {

/// The star of M workers and a server, spread over ranks: workers act, the server averages, everybody hears.
///
/// Every function is called by all ranks together. A worker function runs on the rank that hosts the worker.
/// Results do not depend on the number of ranks: dense sums follow one fixed tree over worker numbers,
/// messages are decoded in the order of the workers.
class Network {
 public:
  using WorkerFunction = FunctionRef<void(int worker, Vector& out)>;
  using NumbersFunction = FunctionRef<void(int worker, std::span<double> out)>;
  using SentFunction = FunctionRef<void(int worker, const Sent& sent)>;

  /// Vectors that travel look like `prototype` (size, type, device). `transport` must outlive the network.
  Network(Transport& transport, WorkerRange range, const Vector& prototype, std::uint64_t seed);
  ~Network();

  const WorkerRange& workers() const { return ledger_.range; }
  bool is_server() const { return transport_.rank() == 0; }
  std::uint64_t seed() const { return seed_; }
  std::uint64_t round() const { return ledger_.round; }
  Ledger& ledger() { return ledger_; }
  Transport& transport() { return transport_; }

  /// Every worker fills a vector; it is encoded by `up`, sent and decoded; `out` on the server becomes the
  /// mean. On other ranks `out` holds nothing of meaning until it is broadcast.
  void average(Codec& up, WorkerFunction worker, Vector& out);
  /// The same; every worker then learns through `sent` what is decoded of its message.
  void average(Codec& up, WorkerFunction worker, SentFunction sent, Vector& out);
  /// The same for some workers only (ascending, distinct, at least one): the mean over them.
  void average(Codec& up, std::span<const int> participants, WorkerFunction worker, Vector& out);
  void average(Codec& up, std::span<const int> participants, WorkerFunction worker, SentFunction sent,
               Vector& out);
  /// out -= the mean over the participants of C_m(x), C_m what worker m's message of this round was encoded
  /// with: for a codec that is linear given the envelope, the server takes out of the messages what it knows
  /// itself. Nothing travels. On the server; elsewhere nothing happens.
  void subtract_encoded(Codec& up, std::span<const int> participants, const Vector& x, Vector& out);
  /// Every worker.
  std::span<const int> everybody() const;

  /// The server's x, encoded by `down`, sent to every worker and decoded: on return x is what the workers
  /// heard, on the server too.
  void broadcast(Codec& down, Vector& x);
  /// Two vectors in one message each way of the same round.
  void broadcast(Codec& down, Vector& x, Vector& y);
  /// The server's x and y to some workers only (ascending, distinct), uncompressed, in one message. On return
  /// the ranks that host one of them, and the server's, hold what was heard; on the others x and y stay.
  void send_to(std::span<const int> participants, ValueFormat format, Vector& x, Vector& y);
  /// x of the server on every rank, uncompressed and uncounted: for the point that is reported.
  void share_off_the_record(Vector& x);
  /// The same with one more bit, the server's `flag`; returns it on every rank.
  bool broadcast(Codec& down, Vector& x, bool flag);

  /// Full exchange: every worker sends its vector uncompressed, everybody hears the mean; one round, d values
  /// each way.
  void exchange(ValueFormat format, WorkerFunction worker, Vector& out);

  /// Every worker of this rank computes and sends nothing: local steps between rounds.
  void each_worker(FunctionRef<void(int worker)> work);
  /// The server computes on its own; on its rank only.
  void while_workers_wait(FunctionRef<void()> work);

  /// `count` of the M workers, every subset equally likely, ascending; the same on all ranks for the current
  /// round. Valid until the next call.
  std::span<const int> sample_workers(int count);

  /// While it lives, nothing is counted and the clock stands still: for metrics.
  class OffTheRecord {
   public:
    explicit OffTheRecord(Network& network) : network_(network) { network_.quiet_ += 1; }
    ~OffTheRecord() { network_.quiet_ -= 1; }
    OffTheRecord(const OffTheRecord&) = delete;

   private:
    Network& network_;
  };
  bool counting() const { return quiet_ == 0; }

  /// Mean of `worker`'s vectors on every rank, uncompressed and uncounted: for metrics and constants.
  void mean_off_the_record(WorkerFunction worker, Vector& out);
  /// The same of a few numbers of every worker, added up in the order of the workers.
  void mean_off_the_record(NumbersFunction worker, std::span<double> out);
  /// The largest of the ranks' numbers, on every rank; uncounted.
  double max_off_the_record(double mine);

  /// Fills the ledger's columns and the seconds of a record; collective, uncounted.
  void totals(Record& record);

  /// The columns of rank 0's record, on every rank; uncounted. Measures are equal on all of them already.
  void share(Record& record);

  /// Rank 0's decision (a number), on every rank.
  std::int64_t decide(std::int64_t on_server);

  /// mpi::agree on this network's ranks.
  void agree(FunctionRef<void()> work);

  void state(Archive& archive);
  /// The rows of all workers, in order, on rank 0 (empty elsewhere).
  std::vector<double> collect_rows(const Archive::Rows& mine);

  /// Wall seconds spent so far by this rank's workers in operators, by the server on its own, in encoding and
  /// moving, ledger on.
  struct Seconds {
    double compute = 0, server = 0, encode = 0, network = 0;
  };
  const Seconds& seconds() const { return seconds_; }

 private:
  struct Scratch;
  void require_size(const Vector& x) const;
  void average(Codec& up, std::span<const int> participants, WorkerFunction worker, const SentFunction* sent,
               Vector& out);
  void average_dense(ValueFormat format, std::span<const int> participants, WorkerFunction worker,
                     const SentFunction* sent, Vector& out, bool everywhere);
  void average_messages(Codec& up, std::span<const int> participants, WorkerFunction worker,
                        const SentFunction* sent, Vector& out);
  void gather_messages(std::span<const int> participants);
  Sender sender(int worker) const;
  void send_down(Codec& down, Vector& x, bool* flag, bool opens = true);
  Channel channel() const { return counting() ? Channel::payload : Channel::control; }

  Transport& transport_;
  Ledger ledger_;
  std::uint64_t seed_;
  int quiet_ = 0;
  Seconds seconds_;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace trivium::mpi
