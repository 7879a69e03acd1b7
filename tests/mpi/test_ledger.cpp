// A round carries at most one message each way per worker.
#include <string>

#include <catch2/catch.hpp>

#include <trivium/mpi/ledger.hpp>

using namespace trivium;
using mpi::Ledger;

namespace {

/// The rounds in which the messages of "ududd" (u: up, d: down) travel.
std::string rounds_of(const std::string& directions) {
  Ledger ledger({3, 0, 3});
  std::string rounds;
  for (const char direction : directions) {
    direction == 'u' ? ledger.open_uplink() : ledger.open_downlink();
    rounds += std::to_string(ledger.round);
  }
  return rounds;
}

}  // namespace

TEST_CASE("no round before the first message") { CHECK(Ledger({3, 0, 3}).round == 0); }

TEST_CASE("up and down share a round, whichever comes first") {
  CHECK(rounds_of("ud") == "11");
  CHECK(rounds_of("du") == "11");
}

TEST_CASE("a second message the same way opens the next round") {
  CHECK(rounds_of("uu") == "12");
  CHECK(rounds_of("dd") == "12");
  CHECK(rounds_of("udud") == "1122");
  CHECK(rounds_of("dudu") == "1122");
  CHECK(rounds_of("uduu") == "1123");
  CHECK(rounds_of("udd") == "112");
}

TEST_CASE("a new round is free in the other direction") {
  CHECK(rounds_of("uudd") == "1223");
  CHECK(rounds_of("ddu") == "122");
  CHECK(rounds_of("udduud") == "112233");
}

TEST_CASE("each rank accounts for its own workers") {
  Ledger ledger({10, 4, 7});
  CHECK(ledger.accounts.size() == 3);
  ledger.of(4).calls = 1;
  ledger.of(6).up = {1, 20, 300, 4000};
  CHECK(ledger.accounts[0].calls == 1);
  CHECK(ledger.accounts[2].bits_up() == 4321);
}

TEST_CASE("the ledger comes back from a checkpoint, open directions included") {
  Ledger saved({5, 1, 3});
  saved.open_uplink();
  saved.open_uplink();
  saved.of(1) = {{1, 2, 3, 4}, 5, 6, 7, 8, 9};
  saved.of(2) = {{10, 20, 30, 40}, 50, 60, 70, 80, std::uint64_t{1} << 52};
  saved.down_all = 11;
  saved.messages_down = 12;
  saved.local_steps = 13;
  saved.prox_calls = 14;
  saved.before_first_iteration = false;
  Archive out = Archive::saving(), in = Archive::loading();
  saved.state(out);
  in.common_entries = out.common_entries;
  in.worker_entries = out.worker_entries;

  Ledger loaded({5, 1, 3});
  loaded.state(in);
  CHECK(loaded.of(1).up == saved.of(1).up);
  CHECK(loaded.of(1).initial == 5);
  CHECK(loaded.of(2).down == 60);
  CHECK(loaded.of(2).messages == 70);
  CHECK(loaded.of(2).calls == 80);
  CHECK(loaded.of(2).samples == std::uint64_t{1} << 52);
  CHECK(loaded.down_all == 11);
  CHECK(loaded.messages_down == 12);
  CHECK(loaded.local_steps == 13);
  CHECK(loaded.prox_calls == 14);
  CHECK_FALSE(loaded.before_first_iteration);
  CHECK(loaded.round == 2);
  loaded.open_downlink();
  CHECK(loaded.round == 2);  // round 2 had its uplink, not its downlink
  loaded.open_uplink();
  CHECK(loaded.round == 3);
}
