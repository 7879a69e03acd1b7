#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include <trivium/core/archive.hpp>
#include <trivium/core/message.hpp>
#include <trivium/core/record.hpp>
#include <trivium/core/workers.hpp>

namespace trivium::mpi {

/// What one worker has sent and computed so far.
struct Account {
  std::array<std::uint64_t, parts> up{};  ///< bits sent, by part
  std::uint64_t initial = 0;              ///< bits sent before the first iteration
  std::uint64_t down = 0;  ///< bits received by this worker alone (what everybody hears is counted once)
  std::uint64_t messages = 0;
  std::uint64_t calls = 0;        ///< oracle calls: full passes over the worker's data
  std::uint64_t samples = 0;      ///< sample calls
  std::uint64_t batch_calls = 0;  ///< what the samples are of full passes, in units of 2^-32
  /// Oracle calls with those on batches: s of r samples are s / r of a call.
  double all_calls() const { return static_cast<double>(calls) + static_cast<double>(batch_calls) * 0x1p-32; }
  std::uint64_t bits_up() const { return up[0] + up[1] + up[2] + up[3]; }
};
inline constexpr std::size_t account_numbers = sizeof(Account) / sizeof(std::uint64_t);

/// The account of messages, bits, rounds and oracle calls. Each rank keeps its own workers';
/// `Network::totals` adds them up. A round carries at most one message each way per worker: a second uplink
/// (or downlink) opens the next round.
struct Ledger {
  explicit Ledger(WorkerRange range) : range(range), accounts(static_cast<std::size_t>(range.count())) {}

  Account& of(int worker) { return accounts[static_cast<std::size_t>(worker - range.first)]; }
  void open_uplink();
  void open_downlink();
  void state(Archive& archive);

  WorkerRange range;
  std::vector<Account> accounts;
  std::uint64_t round = 0;
  bool up_used = false, down_used = false;  ///< directions of the current round already taken
  std::uint64_t down_all = 0;               ///< bits that every worker has received
  std::uint64_t messages_down = 0;
  std::uint64_t local_steps = 0;
  std::uint64_t prox_calls = 0;
  bool before_first_iteration = true;
};

}  // namespace trivium::mpi
