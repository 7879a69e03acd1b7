// Run on 1 to 4 ranks: whatever the ranks, the bits are those of a network in one process that holds all
// workers. Every rank computes that network for itself. CHECK and not REQUIRE: a rank that left a test early
// would leave the others waiting.
#include <algorithm>
#include <cmath>
#include <cstring>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/mpi/network.hpp>

#include "core/elsewhere.hpp"
#include "mpi/codecs.hpp"

using namespace trivium;
using codecs::Thinned;
using codecs::Whole;
using mpi::Network;

namespace {

mpi::Transport& world() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::world();
  return *transport;
}
mpi::Transport& alone() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::in_process();
  return *transport;
}

/// What travels.
struct Kind {
  std::size_t d;
  Dtype dtype = Dtype::float64;
  Device* device = &host();
  Vector zeros() const { return Vector(d, dtype, *device); }
};

/// One star over the ranks, and one that this process holds alone.
struct Twins {
  Twins(int workers, const Kind& kind)
      : here(world(), worker_block(workers, world().rank(), world().ranks()), kind.zeros(), 5),
        one(alone(), {workers, 0, workers}, kind.zeros(), 5),
        x(kind.zeros()),
        y(kind.zeros()) {}
  /// Does the same on both.
  template <class Work>
  void both(Work work) {
    work(here, x);
    work(one, y);
  }
  Network here, one;
  Vector x, y;
};

bool same(const Vector& x, const Vector& y) {
  const std::vector<double> a = x.to_host(), b = y.to_host();
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), 8 * a.size()) == 0);
}

bool same_counts(Twins& twins) {
  Record a, b;
  twins.here.totals(a);
  twins.one.totals(b);
  bool equal = true;
  for (const Column& column : record_columns)
    if (column.reproducible && !std::isnan(b.*column.member))
      equal = equal && a.*column.member == b.*column.member;
  return equal;
}

/// All kinds: short and long vectors (above 2^13 entries the ranks sum slices), both types, memory that is
/// not the host's.
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{1},
                                     {37},
                                     {8191},
                                     {8193},
                                     {37, Dtype::float32},
                                     {8193, Dtype::float32},
                                     {37, Dtype::float64, &elsewhere()},
                                     {8193, Dtype::float64, &elsewhere()},
                                     {8193, Dtype::float32, &elsewhere()}};
  return all;
}

template <class Check>
void for_each_star(Check check) {
  for (const int workers : {4, 7})
    for (const Kind& kind : kinds()) {
      INFO("M = " << workers << " d = " << kind.d << " " << name_of(kind.dtype) << " on "
                  << kind.device->name());
      Twins twins(workers, kind);
      check(twins, kind);
      CHECK(same_counts(twins));
    }
}

/// Participants of every sort: all, one, none on some ranks.
std::vector<std::vector<int>> groups(int workers) {
  std::vector<std::vector<int>> out{{0}, {workers - 1}, {0, workers - 1}, {1, 2, 3}};
  if (workers == 7) out.insert(out.end(), {{2, 3, 5, 6}, {0, 1, 2, 3, 4, 5}, {5}});
  return out;
}

std::uint64_t number = 0;  // of the vectors made so far, equal on all ranks

}  // namespace

TEST_CASE("averages") {
  for_each_star([](Twins& twins, const Kind& kind) {
    Whole wide(kind.d), narrow(kind.d, ValueFormat::float32);
    Thinned shown(0.3, true), drawn(0.3, false);
    for (Codec* codec : {static_cast<Codec*>(&wide), static_cast<Codec*>(&narrow),
                         static_cast<Codec*>(&shown), static_cast<Codec*>(&drawn)})
      for (int round = 0; round < 2; ++round) {
        ++number;
        const auto worker = [](int m, Vector& out) { codecs::mixed(m, number, out); };
        twins.both([&](Network& network, Vector& out) { network.average(*codec, worker, out); });
        if (world().rank() == 0) CHECK(same(twins.x, twins.y));
      }
  });
}

TEST_CASE("averages over participants, on ranks that have none too") {
  for_each_star([](Twins& twins, const Kind& kind) {
    Whole wide(kind.d), narrow(kind.d, ValueFormat::float32);
    Thinned shown(0.3, true);
    for (const std::vector<int>& group : groups(twins.here.workers().total))
      for (Codec* codec :
           {static_cast<Codec*>(&wide), static_cast<Codec*>(&narrow), static_cast<Codec*>(&shown)}) {
        ++number;
        const auto worker = [](int m, Vector& out) { codecs::mixed(m, number, out); };
        twins.both([&](Network& network, Vector& out) { network.average(*codec, group, worker, out); });
        if (world().rank() == 0) CHECK(same(twins.x, twins.y));
      }
  });
}

TEST_CASE("what goes to some workers, on ranks that hear nothing too") {
  for_each_star([](Twins& twins, const Kind& kind) {
    Vector u = kind.zeros(), v = kind.zeros();
    for (const std::vector<int>& group : groups(twins.here.workers().total))
      for (const ValueFormat format : {ValueFormat::float64, ValueFormat::float32}) {
        ++number;
        for (Vector* x : {&twins.x, &twins.y}) codecs::mixed(1, number, *x);
        for (Vector* x : {&u, &v}) codecs::mixed(2, number, *x);
        twins.here.send_to(group, format, twins.x, u);
        twins.one.send_to(group, format, twins.y, v);
        const WorkerRange& mine = twins.here.workers();
        if (std::any_of(group.begin(), group.end(), [&](int m) { return mine.hosts(m); })) {
          CHECK(same(twins.x, twins.y));
          CHECK(same(u, v));
        }
      }
  });
}

TEST_CASE("exchanges and means off the record reach every rank") {
  for_each_star([](Twins& twins, const Kind&) {
    for (const ValueFormat format : {ValueFormat::float64, ValueFormat::float32, ValueFormat::float64}) {
      ++number;
      const auto worker = [](int m, Vector& out) { codecs::mixed(m, number, out); };
      twins.both([&](Network& network, Vector& out) { network.exchange(format, worker, out); });
      CHECK(same(twins.x, twins.y));
      ++number;
      twins.both([&](Network& network, Vector& out) { network.mean_off_the_record(worker, out); });
      CHECK(same(twins.x, twins.y));
    }
  });
}

TEST_CASE("broadcasts reach every rank, the flag too") {
  for_each_star([](Twins& twins, const Kind& kind) {
    Whole wide(kind.d), narrow(kind.d, ValueFormat::float32);
    Thinned shown(0.3, true), drawn(0.3, false);
    for (Codec* codec : {static_cast<Codec*>(&wide), static_cast<Codec*>(&narrow),
                         static_cast<Codec*>(&shown), static_cast<Codec*>(&drawn)})
      for (const bool flag : {true, false}) {
        ++number;
        twins.both([&](Network& network, Vector& x) {
          if (network.is_server()) codecs::mixed(0, number, x);  // the others need not know
          const bool heard = network.broadcast(*codec, x, network.is_server() && flag);
          CHECK(heard == flag);
        });
        CHECK(same(twins.x, twins.y));
        twins.both([&](Network& network, Vector& x) { network.broadcast(*codec, x); });
        CHECK(same(twins.x, twins.y));
      }
  });
}

TEST_CASE("empty messages hold nobody up") {
  Twins twins(7, {20});
  Thinned nothing(0, false);
  const auto worker = [](int m, Vector& out) { fill(out, m); };
  twins.both([&](Network& network, Vector& x) {
    network.average(nothing, worker, x);
    network.broadcast(nothing, x);
    CHECK_FALSE(network.broadcast(nothing, x, false));
    CHECK(network.broadcast(nothing, x, true));
  });
  CHECK(same(twins.x, twins.y));
  CHECK(same_counts(twins));
  Twins no_entries(4, {0});
  Whole whole(0);
  no_entries.both([&](Network& network, Vector& x) {
    network.average(whole, worker, x);
    network.exchange(ValueFormat::float64, worker, x);
    network.broadcast(whole, x);
  });
  CHECK(same_counts(no_entries));
}

TEST_CASE("totals, decisions, maxima and samples are equal on all ranks") {
  Twins twins(7, {5});
  Whole codec(5);
  twins.both([&](Network& network, Vector& x) {
    network.average(
        codec, [](int, Vector& out) { fill(out, 1); }, x);
    for (int m = network.workers().first; m < network.workers().last; ++m) {
      network.ledger().of(m).calls = static_cast<std::uint64_t>(m * m);
      network.ledger().of(m).samples = static_cast<std::uint64_t>(m);
      network.ledger().of(m).down = 8;
    }
  });
  CHECK(same_counts(twins));
  Record record;
  twins.here.totals(record);
  CHECK(record.calls == 13);  // (0 + 1 + 4 + 9 + 16 + 25 + 36) / 7
  CHECK(record.calls_max == 36);
  CHECK(record.samples == 3);
  CHECK(record.bits_down == 8);
  CHECK(std::ranges::equal(twins.here.sample_workers(3), twins.one.sample_workers(3)));
  CHECK(twins.here.decide(twins.here.is_server() ? 42 : -world().rank()) == 42);
  CHECK(twins.here.max_off_the_record(world().rank()) == world().ranks() - 1);
  CHECK(twins.here.max_off_the_record(-world().rank()) == 0);
  record.distance = world().rank() == 0 ? 0.25 : 7;
  record.seconds = world().rank();
  record.measures["own"] = 3;
  twins.here.share(record);
  CHECK(record.distance == 0.25);
  CHECK(record.seconds == 0);
  CHECK(record.calls == 13);
  CHECK(record.measures.at("own") == 3);
}

TEST_CASE("means of a few numbers are the same bits on every number of ranks") {
  for (const int workers : {4, 7, 23}) {
    Twins twins(workers, {1});
    // Not representable: another order of the sums would show.
    const auto thirds = [](int m, std::span<double> own) {
      for (std::size_t i = 0; i < own.size(); ++i) own[i] = std::pow(1.0 / 3, m) + static_cast<double>(i);
    };
    std::vector<double> here(5), one(5);
    twins.here.mean_off_the_record(thirds, std::span(here));
    twins.one.mean_off_the_record(thirds, std::span(one));
    CHECK(here == one);
    CHECK(one[0] == Approx(1.5 / workers * (1 - std::pow(1.0 / 3, workers))));  // a geometric sum
    CHECK(same_counts(twins));
  }
}

TEST_CASE("a mistake on any rank is everybody's, with the sentence of the lowest") {
  Twins twins(4, {1});
  const int ranks = world().ranks();
  const auto sentence_of = [&](auto work) -> std::string {
    try {
      twins.here.agree(work);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  };
  CHECK(sentence_of([] {}).empty());
  CHECK(sentence_of([] { reject("no file"); }) == "no file");
  for (int guilty = 0; guilty < ranks; ++guilty) {
    const auto work = [&] {
      if (world().rank() >= guilty) reject("mistake number {}", world().rank());
    };
    const std::string sentence = "mistake number " + std::to_string(guilty);
    CHECK(sentence_of(work) == (ranks == 1 ? sentence : "rank " + std::to_string(guilty) + ": " + sentence));
    const auto lone = [&] {
      if (world().rank() == guilty) reject("lone");
    };
    CHECK(sentence_of(lone) == (ranks == 1 ? "lone" : "rank " + std::to_string(guilty) + ": lone"));
  }
  CHECK(sentence_of([] {}).empty());  // and it can go on
}

TEST_CASE("rows of all workers meet on rank 0 in order") {
  for (const int workers : {4, 7}) {
    Twins twins(workers, {1});
    Archive::Rows mine{2, {}};
    std::vector<double> expected;
    for (int m = 0; m < workers; ++m)
      for (const double value : {m + 0.25, -1.0 * m}) {
        expected.push_back(value);
        if (twins.here.workers().hosts(m)) mine.values.push_back(value);
      }
    if (world().rank() != 0) expected.clear();
    CHECK(twins.here.collect_rows(mine) == expected);
  }
}

TEST_CASE("a state saved on these ranks goes on in one process") {
  Twins twins(7, {30});
  Thinned codec(0.4, true);
  const auto worker = [](int m, Vector& out) { codecs::mixed(m, 0, out); };
  for (int i = 0; i < 3; ++i) twins.here.average(codec, worker, twins.x);
  Archive saved = Archive::saving(), loaded = Archive::loading();
  twins.here.state(saved);
  loaded.common_entries = saved.common_entries;
  for (const auto& [name, rows] : saved.worker_entries)
    loaded.worker_entries[name] = {rows.row_length, twins.here.collect_rows(rows)};
  twins.here.average(codec, worker, twins.x);
  Record after;
  twins.here.totals(after);
  if (world().rank() == 0) {  // only it has all rows
    twins.one.state(loaded);
    twins.one.average(codec, worker, twins.y);
    Record resumed;
    twins.one.totals(resumed);
    CHECK(same(twins.x, twins.y));
    CHECK(resumed.bits_up == after.bits_up);
    CHECK(resumed.round == 4);
  }
}
