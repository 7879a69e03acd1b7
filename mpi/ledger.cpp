#include <trivium/mpi/ledger.hpp>

namespace trivium::mpi {

void Ledger::open_uplink() {
  if (up_used || round == 0) {
    round += 1;
    down_used = false;
  }
  up_used = true;
}

void Ledger::open_downlink() {
  if (down_used || round == 0) {
    round += 1;
    up_used = false;
  }
  down_used = true;
}

void Ledger::state(Archive& archive) {
  static_assert(sizeof(Account) == account_numbers * sizeof(std::uint64_t));
  archive.workers("ledger.accounts",
                  {reinterpret_cast<std::uint64_t*>(accounts.data()), accounts.size() * account_numbers},
                  account_numbers);
  archive.common("ledger.round", round);
  archive.common("ledger.up_used", up_used);
  archive.common("ledger.down_used", down_used);
  archive.common("ledger.down_all", down_all);
  archive.common("ledger.messages_down", messages_down);
  archive.common("ledger.local_steps", local_steps);
  archive.common("ledger.prox_calls", prox_calls);
  archive.common("ledger.before_first_iteration", before_first_iteration);
}

}  // namespace trivium::mpi
