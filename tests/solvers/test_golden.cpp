// The golden runs: every random choice is replaced by a fixed schedule, so that every implementation gives
// the same errors. The expected numbers were computed by independent programs.
#include <numeric>

#include <catch2/catch.hpp>

#include <trivium/compressors/compressor.hpp>

#include "setup.hpp"

using namespace trivium;
using namespace trivium::solvers;
using namespace trivium::solvers::testing;

namespace {

/// The iteration of a message of MASHA1 when snapshots are taken at the end of iterations 9, 19, ...: the
/// exchange before the first iteration is round 1, and ten iterations take eleven rounds.
std::uint64_t iteration(const Sender& from) {
  const std::uint64_t rounds = from.round - 2;
  return rounds / 11 * 10 + rounds % 11;
}

/// Sends the coordinates of a schedule. `Schedule::coordinates(from, d)` says which of the d, `scale(from,
/// d)` by what they are multiplied.
template <class Schedule>
class Scheduled final : public compressors::Compressor {
 public:
  struct Params {
    void describe(Fields&) {}
  };
  static About about() { return {"a fixed schedule", "the golden runs", "tests"}; }
  Scheduled(const Params&, const compressors::Shape& shape) : dimension_(shape.dimension) {}

  compressors::Guarantee guarantee() const override {
    compressors::Guarantee g;
    g.omega = 9;
    g.delta = 10;
    g.joint_a = 0.9;
    g.expected_bits = 640;
    g.linear = true;
    return g;
  }
  void encode(const Vector& x, Message& message) override {
    const auto kept = Schedule::coordinates(message.from, dimension_);
    std::vector<double> values(kept.size());
    gather(x, kept, values);
    Stream rounding = message.from.stream();
    message.append_values(Part::values, values, ValueFormat::float64, rounding);
  }
  void read_add(MessageReader& reader, double weight, Vector& out) override {
    const auto kept = Schedule::coordinates(reader.from, dimension_);
    std::vector<double> values(kept.size());
    reader.read_values(values, ValueFormat::float64);
    scatter_add(out, kept, weight * Schedule::scale(reader.from, dimension_), values);
  }

 private:
  std::size_t dimension_;
};

/// Worker m keeps the coordinates (j + 7 m + 3 k) mod d, j = 0..9, times d / 10.
struct Cyc10 {
  static std::vector<std::uint32_t> coordinates(const Sender& from, std::size_t d) {
    std::vector<std::uint32_t> kept(10);
    for (std::size_t j = 0; j < 10; ++j)
      kept[j] = static_cast<std::uint32_t>((j + 7 * from.worker + 3 * iteration(from)) % d);
    return kept;
  }
  static double scale(const Sender&, std::size_t d) { return static_cast<double>(d) / 10; }
};

/// The list (i + 2 k) mod d is cut into M blocks; worker m keeps block (m + 2 k + 1) mod M, times M.
struct PermK {
  static std::vector<std::uint32_t> coordinates(const Sender& from, std::size_t d) {
    const std::uint64_t k = iteration(from), size = d / from.workers;
    const std::uint64_t first = (from.worker + 2 * k + 1) % from.workers * size;
    std::vector<std::uint32_t> kept(size);
    for (std::uint64_t i = 0; i < size; ++i) kept[i] = static_cast<std::uint32_t>((first + i + 2 * k) % d);
    return kept;
  }
  static double scale(const Sender& from, std::size_t) { return static_cast<double>(from.workers); }
};

void register_schedules() {
  static const bool once = [] {
    compressors::catalogue().add<Scheduled<Cyc10>>("test_cyc10");
    compressors::catalogue().add<Scheduled<PermK>>("test_perm_k");
    return true;
  }();
  (void)once;
}

/// The errors after 10, 50 and 200 iterations, and the bits up at the end counted at 32 a value (here they
/// are sent as 64).
void check_golden(const Plugin& plugin, const std::vector<double>& errors, double bits_up,
                  const Table& problem = {}) {
  INFO(plugin.type << " with " << to_toml(plugin.parameters));
  Arena here = arena("bilinear", problem);
  Method method(here, plugin);
  method.start();
  std::int64_t done = 0;
  std::size_t i = 0;
  for (const std::int64_t k : {10, 50, 200}) {
    method.steps(k - done);
    done = k;
    CHECK(method.distance() == Approx(errors[i++]).epsilon(1e-9));
  }
  CHECK(method.totals().bits_up_values / 2 + method.totals().bits_up_indices == bits_up);
}

Plugin masha2(const Value& uplink, const Value& downlink) {
  return {
      "masha2",
      {{"step", 0.1}, {"uplink", uplink}, {"downlink", downlink}, {"refresh", 0.1}, {"schedule", "periodic"}},
      ""};
}

Plugin masha1(const char* uplink, double step, const char* snapshot) {
  return {"masha1",
          {{"step", step},
           {"uplink", uplink},
           {"refresh", 0.1},
           {"schedule", "periodic"},
           {"snapshot", snapshot}},
          ""};
}

}  // namespace

TEST_CASE("problem A is the one of the golden runs") {
  Arena A = arena("bilinear", {});
  CHECK(norm(A.solution) == Approx(15.036366256640).epsilon(1e-12));
  const std::vector<double> z = A.solution.to_host();
  CHECK(z.front() == Approx(-1.317470559381).epsilon(1e-12));
  CHECK(z.back() == Approx(-1.899587875636).epsilon(1e-12));
  CHECK(A.constants.L() == Approx(1.0001999800).epsilon(1e-9));
  CHECK(A.constants.mu() == Approx(0.02).epsilon(1e-9));
}

TEST_CASE("golden runs of the uncompressed methods") {
  const auto with_step = [](const char* name, double step) { return Plugin{name, {{"step", step}}, ""}; };
  check_golden(with_step("gradient", 0.02), {9.9290593114e-01, 9.6503224369e-01, 8.6733498797e-01}, 640000);
  const std::vector<double> extragradient{4.9535661039e-01, 4.7236828144e-02, 4.9659886436e-05};
  check_golden(with_step("extragradient", 0.5), extragradient, 1280000);
  check_golden(with_step("forward_backward_forward", 0.5), extragradient, 1280000);
  check_golden(with_step("past_extragradient", 0.4), {5.9437572692e-01, 1.0328057887e-01, 4.1985029393e-04},
               643200);
  check_golden(with_step("optimistic", 0.4), {6.3492268104e-01, 1.0831697364e-01, 4.3344950443e-04}, 640000);
}

TEST_CASE("golden runs of MASHA1") {
  register_schedules();
  check_golden(masha1("test_cyc10", 0.1, "old"), {9.7735002736e-01, 7.2657891847e-01, 2.9516801829e-01},
               131200);
  check_golden(masha1("test_cyc10", 0.1, "new"), {9.7735002736e-01, 7.1627250594e-01, 2.6743248746e-01},
               131200);
  check_golden(masha1("test_perm_k", 0.15, "old"), {8.8281411629e-01, 5.7097527278e-01, 1.2537775597e-01},
               131200);
}

TEST_CASE("golden runs of MASHA2") {
  const Table top_10{{"type", "top_k"}, {"k", 10}};
  check_golden(masha2(top_10, "identity"), {9.5775354418e-01, 7.5184364328e-01, 3.1062731372e-01}, 145200);
  check_golden(masha2(top_10, top_10), {9.9755188335e-01, 7.9801597789e-01, 3.4631080718e-01}, 145200);
  // 32 bits for the norm and half a bit for each sign, since what is counted here halves every value.
  check_golden(masha2("sign_norm", "identity"), {9.6065694405e-01, 7.7808517671e-01, 3.7660263869e-01},
               93600 - 200 * 50);
}

TEST_CASE("golden run of Optimistic MASHA") {
  register_schedules();
  check_golden({"optimistic_masha",
                {{"step", 0.15},
                 {"alpha", 0.99},
                 {"uplink", "test_perm_k"},
                 {"refresh", 0.1},
                 {"schedule", "periodic"}},
                ""},
               {8.7933942554e-01, 5.6117772474e-01, 1.0657908541e-01}, 131200);
}

TEST_CASE("golden runs of Three Pillars") {
  register_schedules();
  const Table B10{{"similarity", 0.1}};
  const auto three_pillars = [](const Table& more) {
    Table parameters{{"step", 2}, {"refresh", 0.1}, {"schedule", "periodic"}};
    for (const Entry& entry : more.entries()) parameters.set(entry.name, entry.value);
    return Plugin{"three_pillars", parameters, ""};
  };
  check_golden(
      three_pillars({{"uplink", "test_perm_k"}, {"form", "tseng"}, {"inner", "fixed"}, {"inner_steps", 10}}),
      {6.4511715468e-02, 1.2895097899e-04, 8.7038322965e-11}, 131200, B10);
  check_golden(three_pillars({{"uplink", "identity"},
                              {"form", "tseng"},
                              {"participants", 2},
                              {"sampling", "cyclic"},
                              {"inner", "exact"}}),
               {5.8025706770e-02, 1.0428095757e-04, 6.1786158083e-11}, 195200, B10);
  Arena here = arena("bilinear", B10);
  Method hpe(here, three_pillars({{"uplink", "test_perm_k"}, {"inner", "fixed"}, {"inner_steps", 10}}));
  hpe.start();
  hpe.steps(10);
  CHECK(hpe.distance() == Approx(6.3492199845e-02).epsilon(1e-9));
  hpe.steps(40);
  CHECK(hpe.distance() == Approx(1.3724401943e-05).epsilon(1e-9));
}

TEST_CASE("golden run of Three Pillars with error feedback") {
  const Table top_10{{"type", "top_k"}, {"k", 10}};
  for (const char* form : {"hpe", "tseng"})  // the same for an exact u
    check_golden({"three_pillars_ef",
                  {{"step", 1},
                   {"uplink", top_10},
                   {"form", form},
                   {"inner", "exact"},
                   {"refresh", 0.1},
                   {"schedule", "periodic"}},
                  ""},
                 {6.3272312425e-02, 3.7093976372e-04, 2.2698462273e-07}, 145200, {{"similarity", 0.1}});
}
