// Logged = carried, message by message: the bytes at MPI (support/counted_mpi.hpp) are the ledger's, worker 0
// left out: its data are on the server's own rank.
#include <algorithm>

#include <catch2/catch.hpp>

#include <trivium/mpi/network.hpp>

#include "mpi/codecs.hpp"
#include "support/counted_mpi.hpp"

using namespace trivium;
using codecs::Thinned;
using codecs::Whole;
using counted_mpi::carried;
using counted_mpi::over_ranks;
using mpi::Network;

namespace {

mpi::Transport& world() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::world();
  return *transport;
}

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
    const auto [logged, counted] = counted_mpi::bytes_of(network, work);
    CHECK(counted == logged);
    CHECK_FALSE(counted_mpi::unexpected);
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

TEST_CASE("what goes to some workers reaches their ranks only, and carries what it logs") {
  for_each_star([](Star& star, std::size_t d) {
    const int ranks = world().ranks(), rank = world().rank();
    Vector y = star.x.like(), sent_x = star.x.like(), sent_y = star.x.like();
    std::vector<int> all_but_one;
    for (int m = 0; m < ranks; ++m)
      if (m != 1) all_but_one.push_back(m);
    for (const std::vector<int>& some : {std::vector<int>{0}, {ranks - 1}, all_but_one})
      for (const ValueFormat format : {ValueFormat::float64, ValueFormat::float32}) {
        codecs::mixed(0, ++number, sent_x);
        codecs::mixed(0, ++number, sent_y);
        fill(star.x, 3);
        fill(y, 5);
        if (rank == 0) {
          copy(star.x, sent_x);
          copy(y, sent_y);
        }
        Record before, after;
        star.network.totals(before);
        star.may_be_empty = some.back() == 0;
        star.carries_what_it_logs([&] { star.network.send_to(some, format, star.x, y); });
        star.network.totals(after);
        CHECK(after.bits_down - before.bits_down == Approx(2.0 * static_cast<double>(d) * bits_of(format) *
                                                           static_cast<double>(some.size()) / ranks));
        CHECK(after.messages - before.messages == static_cast<double>(some.size()));
        if (rank == 0 || std::find(some.begin(), some.end(), rank) != some.end()) {
          if (format == ValueFormat::float32) round_to_float32(sent_x);
          if (format == ValueFormat::float32) round_to_float32(sent_y);
        } else {
          fill(sent_x, 3);
          fill(sent_y, 5);
        }
        CHECK(star.x.to_host() == sent_x.to_host());
        CHECK(y.to_host() == sent_y.to_host());
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
    std::vector<double> numbers(2);
    star.network.mean_off_the_record([](int, std::span<double> own) { own[0] = own[1] = 1; },
                                     std::span(numbers));
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
