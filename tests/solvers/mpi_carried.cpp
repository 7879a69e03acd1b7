// Logged = carried, for whole methods: with one worker per rank the bytes at MPI are the ledger's, iteration
// by iteration, each message rounded up to whole bytes and worker 0 left out.
#include <catch2/catch.hpp>

#include "setup.hpp"
#include "support/counted_mpi.hpp"
#include "variants.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

constexpr int iterations = 50;
constexpr std::uint64_t d = 40;  // x and y have 20 entries each
constexpr std::uint64_t k = 7;   // of them, at 6 bits an index, are no whole number of bytes
constexpr std::uint64_t index_bits = 6;

mpi::Transport& world() {
  static const std::unique_ptr<mpi::Transport> transport = mpi::world();
  return *transport;
}

Arena one_worker_per_rank() {
  return arena("bilinear", {{"n", 20}, {"workers", world().ranks()}, {"mu", 0.2}}, world());
}

std::uint64_t whole_bytes(std::uint64_t bits) { return (bits + 7) / 8; }

/// Runs a method whose workers each send and hear `expected` bytes in all. Every iteration is compared on its
/// own: a ledger of bits cannot be rounded up message by message afterwards.
void check_carried(Arena& here, const Plugin& plugin, std::uint64_t expected) {
  INFO(text_of(plugin) << " on " << world().ranks() << " ranks");
  Method method(here, plugin, 5);
  std::uint64_t carried = 0;
  const auto compare = [&](auto work) {
    const counted_mpi::Bytes bytes = counted_mpi::bytes_of(method.network, work);
    CHECK(bytes.counted == bytes.logged);
    carried += bytes.counted;
  };
  compare([&] { method.start(); });
  for (int i = 0; i < iterations; ++i) compare([&] { method.steps(1); });
  CHECK(carried == expected * static_cast<std::uint64_t>(world().ranks() - 1));
  CHECK_FALSE(counted_mpi::unexpected);
}

Table rand_7(const char* indices, const char* values) {
  return {{"type", "rand_k"}, {"k", static_cast<int>(k)}, {"indices", indices}, {"values", values}};
}
std::uint64_t bits_of_rand_7(bool packed, std::uint64_t value_bits) {
  return k * (value_bits + (packed ? index_bits : 0));
}

}  // namespace

TEST_CASE("masha1 carries what it logs") {
  Arena here = one_worker_per_rank();
  REQUIRE(here.start.size() == d);
  const Table float32_identity{{"type", "identity"}, {"values", "float32"}};
  for (const bool packed : {true, false})
    for (const std::uint64_t value_bits : {64, 32}) {
      const char* values = value_bits == 64 ? "float64" : "float32";
      const Table thin = rand_7(packed ? "packed" : "seed", values);
      const std::uint64_t up = bits_of_rand_7(packed, value_bits);
      // A new snapshot every tenth iteration and one at the start: d values each way.
      const std::uint64_t snapshots = (1 + iterations / 10) * 2 * d * value_bits / 8;
      for (const bool dense : {true, false}) {
        const std::uint64_t down = (dense ? d * 32 : up) + 1;  // with the flag
        const Table parameters{{"uplink", thin},   {"downlink", dense ? float32_identity : thin},
                               {"refresh", 0.1},   {"schedule", "periodic"},
                               {"values", values}, {"step", 0.01}};
        check_carried(here, {"masha1", parameters, ""},
                      snapshots + iterations * (whole_bytes(up) + whole_bytes(down)));
      }
    }
}

TEST_CASE("masha1 with random snapshots carries what it logs") {
  Arena here = one_worker_per_rank();
  Method method(here, {"masha1", {{"uplink", rand_7("packed", "float64")}, {"refresh", 0.3}}, ""}, 5);
  method.start();
  std::size_t snapshots = 0;
  for (int i = 0; i < iterations; ++i) {
    const std::uint64_t rounds = method.network.round();
    const counted_mpi::Bytes bytes = counted_mpi::bytes_of(method.network, [&] { method.steps(1); });
    CHECK(bytes.counted == bytes.logged);
    snapshots += method.network.round() > rounds + 1;
  }
  CHECK_FALSE(counted_mpi::unexpected);
  CHECK(snapshots > 0);
  CHECK(snapshots < iterations);
}

TEST_CASE("extragradient carries what it logs") {
  Arena here = one_worker_per_rank();
  for (const std::uint64_t value_bits : {64, 32}) {
    const char* values = value_bits == 64 ? "float64" : "float32";
    // Two exchanges an iteration, d values each way.
    check_carried(here, {"extragradient", {{"values", values}}, ""}, iterations * 4 * d * value_bits / 8);
  }
}

TEST_CASE("every method carries what it logs, whatever its messages are") {
  Arenas arenas({{"n", 20}, {"workers", world().ranks()}, {"mu", 0.2}, {"samples", 4}}, world());
  for (Plugin plugin : variants()) {
    if (plugin.parameters.find("participants") != nullptr) continue;  // of how many, depends on the ranks
    INFO(text_of(plugin) << " on " << world().ranks() << " ranks");
    Method method(arenas.of(plugin), plugin, 5);
    for (int i = 0; i < 20; ++i) {
      const counted_mpi::Bytes bytes = counted_mpi::bytes_of(method.network, [&] {
        if (i == 0)
          method.start();
        else
          method.steps(1);
      });
      REQUIRE(bytes.counted == bytes.logged);
    }
    CHECK_FALSE(counted_mpi::unexpected);
  }
}
