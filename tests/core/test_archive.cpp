#include <bit>
#include <limits>
#include <stdexcept>

#include <catch2/catch.hpp>

#include <trivium/core/archive.hpp>
#include <trivium/core/errors.hpp>

using namespace trivium;

namespace {

/// What a checkpoint does: another archive with the same entries.
Archive reloaded(const Archive& saved) {
  Archive out = Archive::loading();
  out.common_entries = saved.common_entries;
  out.worker_entries = saved.worker_entries;
  return out;
}

std::vector<std::uint64_t> patterns(const Vector& vector) {
  std::vector<std::uint64_t> out;
  for (const double x : vector.to_host()) out.push_back(std::bit_cast<std::uint64_t>(x));
  return out;
}

/// A method's state: one member of every kind.
struct State {
  Vector point{0, 0, 0, 0}, narrow = Vector(2, Dtype::float32);
  std::int64_t iteration = 0;
  std::uint64_t counter = 0;
  double step = 0;
  bool flag = false;
  std::vector<Vector> residuals = std::vector<Vector>(3, Vector(2));
  std::vector<std::uint64_t> chains = std::vector<std::uint64_t>(6);

  void state(Archive& archive) {
    archive.common("point", point);
    archive.common("narrow", narrow);
    archive.common("iteration", iteration);
    archive.common("counter", counter);
    archive.common("step", step);
    archive.common("flag", flag);
    archive.workers("residuals", residuals);
    archive.workers("chains", chains, 2);
  }
};

State example() {
  State s;
  s.point.assign(std::vector<double>{0.1, -0.0, std::numeric_limits<double>::denorm_min(),
                                     -std::numeric_limits<double>::infinity()});
  s.narrow.assign(std::vector<double>{0.5, 1 + 0x1p-23});
  s.iteration = -5;
  s.counter = 0x7FF0DEADBEEF1234;  // as a double this pattern is a signalling NaN
  s.step = 1.0 / 3;
  s.flag = true;
  for (std::size_t m = 0; m < 3; ++m) fill(s.residuals[m], 0.1 * static_cast<double>(m + 1));
  s.chains = {0, 1, 2, 3, 4, (std::uint64_t{1} << 53) - 1};
  return s;
}

}  // namespace

TEST_CASE("a saved state comes back bit for bit") {
  State saved = example(), loaded;
  Archive archive = Archive::saving();
  CHECK(archive.is_saving());
  saved.state(archive);
  Archive back = reloaded(archive);
  CHECK_FALSE(back.is_saving());
  loaded.state(back);
  CHECK(patterns(loaded.point) == patterns(saved.point));
  CHECK(patterns(loaded.narrow) == patterns(saved.narrow));
  CHECK(loaded.narrow.dtype() == Dtype::float32);
  CHECK(loaded.iteration == -5);
  CHECK(loaded.counter == 0x7FF0DEADBEEF1234);
  CHECK(loaded.step == 1.0 / 3);
  CHECK(loaded.flag);
  for (std::size_t m = 0; m < 3; ++m) CHECK(patterns(loaded.residuals[m]) == patterns(saved.residuals[m]));
  CHECK(loaded.chains == saved.chains);
}

TEST_CASE("every worker has a row of its own") {
  State saved = example();
  Archive archive = Archive::saving();
  saved.state(archive);
  const Archive::Rows& residuals = archive.worker_entries.at("residuals");
  CHECK(residuals.row_length == 2);
  CHECK(residuals.values == std::vector<double>{0.1, 0.1, 0.2, 0.2, 0.1 * 3, 0.1 * 3});
  CHECK(archive.worker_entries.at("chains").row_length == 2);

  // Worker 1 alone, as a rank that hosts only it would load it.
  Archive part = Archive::loading();
  part.worker_entries["residuals"] = {2, {0.2, 0.2}};
  std::vector<Vector> mine(1, Vector(2));
  part.workers("residuals", mine);
  CHECK(mine[0].to_host() == std::vector<double>{0.2, 0.2});
}

TEST_CASE("what is missing or has another size is a sentence") {
  Archive archive = Archive::loading();
  archive.common_entries["point"] = {1, 2, 3};
  archive.worker_entries["residuals"] = {2, {1, 2, 3, 4}};
  Vector four(4);
  double step = 0;
  std::vector<Vector> three(3, Vector(2)), wide(2, Vector(3));
  std::vector<std::uint64_t> numbers(2);
  CHECK_THROWS_AS(archive.common("step", step), InputError);
  CHECK_THROWS_WITH(archive.common("step", step),
                    "the checkpoint has no entry 'step': it belongs to another method or version");
  CHECK_THROWS_WITH(archive.workers("chains", numbers, 1),
                    "the checkpoint has no entry 'chains': it belongs to another method or version");
  CHECK_THROWS_WITH(archive.common("point", four),
                    "the checkpoint's entry 'point' has 3 numbers, expected 4");
  CHECK_THROWS_AS(archive.workers("residuals", three), InputError);
  CHECK_THROWS_WITH(archive.workers("residuals", wide),
                    "the checkpoint's entry 'residuals' has rows of 2 numbers, expected 2 rows of 3");
}

TEST_CASE("two entries of one name are a mistake of the program") {
  Archive archive = Archive::saving();
  double step = 1;
  std::vector<Vector> residuals(1, Vector(1));
  archive.common("step", step);
  archive.workers("residuals", residuals);
  CHECK_THROWS_AS(archive.common("step", step), std::logic_error);
  CHECK_THROWS_AS(archive.workers("residuals", residuals), std::logic_error);
}
