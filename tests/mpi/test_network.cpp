// The network of one rank, against sums and counts done by hand. Several ranks are in mpi_network.cpp.
#include <chrono>
#include <stdexcept>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/network.hpp>

#include "core/allocations.hpp"
#include "core/chi_square.hpp"
#include "mpi/codecs.hpp"

using namespace trivium;
using codecs::Thinned;
using codecs::Whole;
using mpi::Network;

namespace {

std::vector<int> list_of(std::span<const int> workers) { return {workers.begin(), workers.end()}; }

/// M workers in this process; vectors of d entries.
struct Star {
  Star(int workers, std::size_t d, std::uint64_t seed = 5, Dtype dtype = Dtype::float64)
      : transport(mpi::in_process()), network(*transport, {workers, 0, workers}, Vector(d, dtype), seed) {}
  std::unique_ptr<mpi::Transport> transport;
  Network network;
};

/// Worker m's vector is (m, 2m, 3m, ...).
const auto multiples = [](int m, Vector& out) {
  for (std::size_t i = 0; i < out.size(); ++i)
    out.span<double>()[i] = static_cast<double>(m) * static_cast<double>(i + 1);
};

Record totals(Network& network) {
  Record record;
  network.totals(record);
  return record;
}

}  // namespace

TEST_CASE("an uncompressed average is the mean") {
  Star star(5, 3);
  Whole codec(3);
  Vector out(3);
  star.network.average(codec, multiples, out);
  CHECK(out.to_host() == std::vector<double>{2, 4, 6});  // mean of 0..4 is 2
  CHECK(star.network.is_server());
  CHECK(star.network.round() == 1);
}

TEST_CASE("an average over participants is their mean") {
  Star star(5, 2);
  Whole codec(2);
  Vector out(2);
  const std::vector<int> participants{1, 4};
  star.network.average(codec, participants, multiples, out);
  CHECK(out.to_host() == std::vector<double>{2.5, 5});
  CHECK(star.network.ledger().of(1).bits_up() == 128);
  CHECK(star.network.ledger().of(2).bits_up() == 0);
  CHECK_THROWS_AS(star.network.average(codec, std::span<const int>(), multiples, out), std::logic_error);
}

TEST_CASE("a compressed average is every message decoded by hand, in the order of the workers") {
  const std::size_t d = 50;
  Star star(7, d, 9);
  Thinned codec(0.3, true);
  const std::vector<int> participants{0, 2, 3, 6};
  for (std::uint64_t round = 1; round <= 3; ++round) {
    Vector out(d), expected(d), x(d);
    star.network.average(
        codec, participants, [&](int m, Vector& leaf) { codecs::mixed(m, round, leaf); }, out);
    for (const int m : participants) {
      Message message;
      message.from = {9, Purpose::uplink, static_cast<std::uint64_t>(m), 7, round};
      codecs::mixed(m, round, x);
      codec.encode(x, message);
      codec.decode_add(message, 0.25, expected);
    }
    CHECK(out.to_host() == expected.to_host());
  }
}

TEST_CASE("workers may read the old mean while the new one is being made") {
  Star star(70, 2);  // more workers than are filled at once
  Whole whole(2);
  Thinned thinned(1, true);
  for (Codec* codec : {static_cast<Codec*>(&whole), static_cast<Codec*>(&thinned)}) {
    Vector out{3, 4};
    star.network.average(
        *codec,
        [&](int, Vector& leaf) {
          combine(leaf, {{2, out}});
        },
        out);
    CHECK(out.to_host()[0] == Approx(6));
    CHECK(out.to_host()[1] == Approx(8));
  }
}

TEST_CASE("float32 rounds every worker's vector, the mean not; an exchange rounds both") {
  Star star(2, 1);
  Whole narrow(1, ValueFormat::float32);
  Vector out(1);
  const auto worker = [](int m, Vector& leaf) {
    leaf.span<double>()[0] = m == 0 ? 1 + 0x1p-23 + 0x1p-40 : 1;
  };
  star.network.average(narrow, worker, out);
  CHECK(out.span<double>()[0] == 1 + 0x1p-24);  // 2^-40 is lost, the half is not
  star.network.exchange(ValueFormat::float32, worker, out);
  CHECK(out.span<double>()[0] == 1);  // 1 + 2^-24 lies half way between two float32 numbers: to even
  star.network.exchange(ValueFormat::float64, worker, out);
  CHECK(out.span<double>()[0] == 1 + 0x1p-24 + 0x1p-41);
  Vector x{0.1};
  star.network.broadcast(narrow, x);
  CHECK(x.span<double>()[0] == static_cast<double>(0.1f));
  CHECK_THROWS_AS(star.network.exchange(ValueFormat::bfloat16, worker, out), std::logic_error);
}

TEST_CASE("a broadcast leaves the server with what the workers heard") {
  const std::size_t d = 40;
  Star star(3, d, 4);
  Thinned codec(0.5, true);
  Vector x(d), expected(d);
  codecs::mixed(0, 0, x);
  Message message;
  message.from = {4, Purpose::downlink, everyone, 3, 1};
  codec.encode(x, message);
  codec.decode_add(message, 1, expected);
  CHECK(star.network.broadcast(codec, x, true));
  CHECK(x.to_host() == expected.to_host());
  CHECK(star.network.ledger().down_all == message.bits() + 1);  // and the flag
  CHECK_FALSE(star.network.broadcast(codec, x, false));
  Whole whole(d);
  CHECK(star.network.broadcast(whole, x, true));
  CHECK_FALSE(star.network.broadcast(whole, x, false));
}

TEST_CASE("the totals are the numbers counted by hand") {
  // d = 10, M = 4. Before the first iteration an exchange (640 up, 640 down); then workers 0, 1 and 2 send
  // 320 bits each, everybody hears 10 float64 and a flag (641), and worker 3 alone sends 640.
  const std::size_t d = 10;
  Star star(4, d);
  Network& network = star.network;
  Whole wide(d), narrow(d, ValueFormat::float32);
  Thinned shown(1, true);
  Vector out(d);
  network.exchange(ValueFormat::float64, multiples, out);
  CHECK(network.round() == 1);
  network.ledger().before_first_iteration = false;
  const std::vector<int> three{0, 1, 2}, last{3};
  network.average(narrow, three, multiples, out);
  network.broadcast(wide, out, true);
  CHECK(network.round() == 2);
  network.average(wide, last, multiples, out);
  CHECK(network.round() == 3);
  network.average(shown, last, multiples, out);  // 640 bits of values, 10 of indices
  network.ledger().of(1).calls = 6;
  network.ledger().of(2).calls = 2;
  network.ledger().of(2).samples = 8;
  network.ledger().local_steps = 3;
  network.ledger().prox_calls = 5;

  const Record record = totals(network);
  CHECK(record.round == 4);
  CHECK(record.bits_up == (4 * 640 + 3 * 320 + 640 + 650) / 4.0);
  CHECK(record.bits_up_values == (4 * 640 + 3 * 320 + 640 + 640) / 4.0);
  CHECK(record.bits_up_indices == 2.5);
  CHECK(record.bits_up_max == 640 + 640 + 650);  // worker 3
  CHECK(record.bits_initial == 640);
  CHECK(record.bits_down == 640 + 641);
  CHECK(record.messages == 4 + 4 + 3 + 4 + 1 + 1);
  CHECK(record.calls == 2);
  CHECK(record.calls_max == 6);
  CHECK(record.samples == 2);
  CHECK(record.local_steps == 3);
  CHECK(record.prox_calls == 5);
}

TEST_CASE("the clock sees what workers and the server compute while nothing is sent") {
  Star star(3, 2);
  const auto wait = [](double seconds) {
    const auto now = [] { return std::chrono::steady_clock::now().time_since_epoch(); };
    const auto end = now() + std::chrono::duration<double>(seconds);
    while (now() < end) {
    }
  };
  std::vector<int> worked;
  const auto local_steps = [&](int m) {
    worked.push_back(m);
    wait(0.002);
  };
  star.network.each_worker(local_steps);
  star.network.while_workers_wait([&] { wait(0.01); });
  CHECK(worked == std::vector<int>{0, 1, 2});
  const Record record = totals(star.network);
  CHECK(record.seconds_compute >= 0.006);
  CHECK(record.seconds_server >= 0.01);
  CHECK(record.round == 0);
  {
    const Network::OffTheRecord quiet(star.network);
    star.network.each_worker(local_steps);
    star.network.while_workers_wait([&] { wait(0.002); });
  }
  CHECK(worked.size() == 6);
  CHECK(totals(star.network).seconds_compute == record.seconds_compute);
  CHECK(totals(star.network).seconds_server == record.seconds_server);
}

TEST_CASE("off the record nothing is counted and the clock stands still") {
  Star star(3, 2);
  Whole whole(2);
  Thinned thinned(0.5, false);
  Vector out(2), mean(2);
  star.network.average(whole, multiples, out);
  const Record before = totals(star.network);
  {
    const Network::OffTheRecord quiet(star.network);
    const Network::OffTheRecord nested(star.network);
    CHECK_FALSE(star.network.counting());
    star.network.average(whole, multiples, out);
    star.network.average(thinned, multiples, out);
    star.network.broadcast(whole, out, true);
    star.network.broadcast(thinned, out);
    star.network.exchange(ValueFormat::float32, multiples, out);
  }
  CHECK(star.network.counting());
  star.network.mean_off_the_record(multiples, mean);
  CHECK(mean.to_host() == std::vector<double>{1, 2});
  std::vector<double> numbers(3);  // more than a vector has
  star.network.mean_off_the_record(
      [](int m, std::span<double> own) {
        for (std::size_t i = 0; i < own.size(); ++i) own[i] = m * m + static_cast<double>(i);
      },
      std::span(numbers));
  CHECK(numbers == std::vector<double>{5.0 / 3, 8.0 / 3, 11.0 / 3});  // of 0, 1, 4 and 1, 2 more
  CHECK(star.network.max_off_the_record(2.5) == 2.5);
  CHECK(star.network.decide(-7) == -7);
  const Record after = totals(star.network);
  for (const Column& column : record_columns)
    if (!std::isnan(before.*column.member))  // merits are not the network's
      CHECK(after.*column.member == before.*column.member);
}

TEST_CASE("rounds choose anew, and a network with the same seed chooses the same") {
  const std::size_t d = 64;
  Star star(2, d, 3), same(2, d, 3), other(2, d, 4);
  Thinned codec(0.5, false);
  const auto ones = [](int, Vector& leaf) { fill(leaf, 1); };
  Vector first(d), second(d), again(d), different(d);
  star.network.average(codec, ones, first);
  star.network.average(codec, ones, second);
  same.network.average(codec, ones, again);
  other.network.average(codec, ones, different);
  CHECK(first.to_host() != second.to_host());
  CHECK(first.to_host() == again.to_host());
  CHECK(first.to_host() != different.to_host());
}

TEST_CASE("sampled workers are ascending, distinct, evenly spread and new in every round") {
  Star star(6, 1);
  Whole codec(1);
  Vector out(1);
  std::vector<double> counts(20);
  for (int round = 0; round < 8000; ++round) {
    star.network.broadcast(codec, out);
    const std::vector<int> chosen = list_of(star.network.sample_workers(3));
    REQUIRE(chosen == list_of(star.network.sample_workers(3)));
    REQUIRE((0 <= chosen[0] && chosen[0] < chosen[1] && chosen[1] < chosen[2] && chosen[2] < 6));
    std::size_t number = 0;  // of the subset, in lexicographic order
    for (int a = 0; a < 6; ++a)
      for (int b = a + 1; b < 6; ++b)
        for (int c = b + 1; c < 6; ++c, ++number)
          if (chosen == std::vector<int>{a, b, c}) counts[number] += 1;
  }
  CHECK(chi_square(counts) < chi_square_bound(20));
  CHECK(list_of(star.network.sample_workers(6)) == std::vector<int>{0, 1, 2, 3, 4, 5});
  CHECK_THROWS_AS(star.network.sample_workers(7), std::invalid_argument);
}

TEST_CASE("a vector of another shape is a mistake of the program") {
  Star star(2, 3);
  Whole whole(3);
  Thinned thinned(0.5, true);
  Vector shorter(2), narrow(3, Dtype::float32);
  for (Vector* out : {&shorter, &narrow}) {
    CHECK_THROWS_AS(star.network.average(whole, multiples, *out), std::logic_error);
    CHECK_THROWS_AS(star.network.average(thinned, multiples, *out), std::logic_error);
    CHECK_THROWS_AS(star.network.exchange(ValueFormat::float64, multiples, *out), std::logic_error);
    CHECK_THROWS_AS(star.network.mean_off_the_record(multiples, *out), std::logic_error);
  }
  CHECK(star.network.round() == 0);  // nothing was counted
}

TEST_CASE("agree passes on a mistake of the only rank") {
  Star star(1, 1);
  int runs = 0;
  star.network.agree([&] { ++runs; });
  CHECK(runs == 1);
  CHECK_THROWS_AS(star.network.agree([] { reject("no file '{}'", "x"); }), InputError);
  CHECK_THROWS_WITH(star.network.agree([] { reject("no file '{}'", "x"); }), "no file 'x'");
}

TEST_CASE("a round allocates nothing after the first") {
  const std::size_t d = 100;
  Star star(100, d);
  Whole wide(d), narrow(d, ValueFormat::float32);
  Thinned thinned(0.1, true);
  Vector out(d);
  const auto worker = [](int m, Vector& leaf) { fill(leaf, m); };
  const auto rounds = [&] {
    for (int i = 0; i < 3; ++i) {
      star.network.average(wide, worker, out);
      star.network.average(narrow, worker, out);
      star.network.broadcast(wide, out, true);
      star.network.exchange(ValueFormat::float32, worker, out);
      star.network.mean_off_the_record(worker, out);
    }
  };
  rounds();
  CHECK(allocations_of(rounds) == 0);
  const auto compressed = [&] {
    for (int i = 0; i < 3; ++i) star.network.average(thinned, worker, out);
  };
  compressed();
  // The test's codec copies each vector once; the network adds nothing.
  CHECK(allocations_of(compressed) == (counts_allocations ? 3 * 100 : 0));
}

TEST_CASE("the network's state comes back and goes on with the same numbers") {
  const std::size_t d = 30;
  Star star(3, d), copy(3, d);
  Thinned codec(0.5, true);
  const auto worker = [](int m, Vector& leaf) { codecs::mixed(m, 0, leaf); };
  Vector x(d), y(d);
  for (int i = 0; i < 4; ++i) star.network.average(codec, worker, x);
  Archive out = Archive::saving(), in = Archive::loading();
  star.network.state(out);
  in.common_entries = out.common_entries;
  in.worker_entries = out.worker_entries;
  copy.network.state(in);
  CHECK(copy.network.round() == 4);
  CHECK(totals(copy.network).bits_up == totals(star.network).bits_up);
  CHECK(copy.network.seconds().compute == star.network.seconds().compute);
  star.network.average(codec, worker, x);
  copy.network.average(codec, worker, y);
  CHECK(x.to_host() == y.to_host());
  CHECK(star.network.collect_rows(out.worker_entries.at("ledger.accounts")).size() ==
        3 * mpi::account_numbers);
}
