// Problems on the card are those on the host; without a card the parameter `device` says what to do.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include <core/elsewhere.hpp>
#include <fmt/format.h>
#include <gpu/numbers.hpp>
#include <unistd.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/arrays.hpp>
#include <trivium/problems/detail/product_set.hpp>

#include "contract.hpp"

using namespace trivium;
using namespace trivium::problems;
using trivium::testing::no_card;

namespace {

std::unique_ptr<Problem> make(const std::string& name, Table parameters, const char* device,
                              const Place& place = {}) {
  parameters.set("device", device);
  return catalogue().make({name, parameters, ""}, place);
}

Vector on_device_of(const Problem& problem, const Vector& x) {
  Vector out(x.size(), x.dtype(), *problem.traits().device);
  copy(out, x);
  return out;
}

/// |a - b| <= tolerance |b| for what `f` gives on either device.
void close(const std::string& what, const Vector& card, const Vector& host, double tolerance) {
  Vector here = host.like();
  copy(here, card);
  INFO(what);
  CHECK(norm(host) > 0);
  CHECK(std::sqrt(squared_distance(here, host)) <= tolerance * norm(host));
}

/// Operators and Jacobians of every worker, at a random point and at one that was evaluated before. Sums of a
/// hundred terms differ by some roundings of 1e-16 or 6e-8.
void agrees_with_host(const std::string& name, const Table& parameters, const Place& place = {}) {
  const auto host = make(name, parameters, "host", place), card = make(name, parameters, "cuda", place);
  REQUIRE(card->traits().device == &gpu::device());
  REQUIRE(card->traits().dimension == host->traits().dimension);
  const double tolerance = host->traits().dtype == Dtype::float64 ? 1e-13 : 2e-5;
  const Vector z = contract::random_point(*host, 0), v = contract::random_point(*host, 1);
  const Vector z_there = on_device_of(*card, z), v_there = on_device_of(*card, v);
  for (int m = 0; m < host->traits().workers.total; ++m) {
    const std::string whose = fmt::format("{}, {}, worker {}", name, name_of(host->traits().dtype), m);
    const auto F = contract::evaluate(*card, m, z_there);
    close(whose, F, contract::evaluate(*host, m, z), tolerance);
    CHECK(contract::evaluate(*card, m, z_there).to_host() == F.to_host());  // the same bits again
    for (const bool transposed : {false, true})
      close(whose + (transposed ? ", J^T" : ", J"),
            contract::jacobian(*card, m, z_there, v_there, transposed),
            contract::jacobian(*host, m, z, v, transposed), tolerance);
  }
  Vector moved = z, moved_there = z_there;
  host->prox(1, moved);
  card->prox(1, moved_there);
  CHECK(moved_there.to_host() == moved.to_host());  // projected on the host in both cases
  if (host->traits().has_gap)
    CHECK(card->gap(moved_there, z_there) == Approx(host->gap(moved, z)).epsilon(tolerance));
}

/// A file that goes with the test.
struct File {
  std::filesystem::path path;
  explicit File(const char* name)
      : path(std::filesystem::temp_directory_path() / fmt::format("trivium_card_{}_{}", getpid(), name)) {}
  ~File() { std::filesystem::remove(path); }
};

/// 60 rows of 37 features, row i with features that i mod 5 chooses; some have none.
void write_rows(const File& file) {
  std::ofstream out(file.path);
  for (int i = 0; i < 60; ++i) {
    out << 0.1 * (i % 7) - 0.3;
    for (int j = 1; j <= 37; ++j)
      if (i % 5 != 0 && (i + j) % (i % 5 + 1) == 0) out << ' ' << j << ':' << std::sin(i + 3 * j);
    out << '\n';
  }
}

}  // namespace

TEST_CASE("device = \"cuda\" without a card is a sentence that says what to do") {
  if (gpu::available()) return;
  const std::string sentence = "device = \"cuda\" cannot be used: " + gpu::why_not() +
                               "; with device = \"host\" the problem runs on the processor";
  for (const std::string name :
       {"bilinear", "quadratic_game", "affine", "robust_regression", "adversarial_network"}) {
    INFO(name);
    CHECK_THROWS_AS(make(name, {}, "cuda"), InputError);
    CHECK_THROWS_WITH(make(name, {}, "cuda"), sentence);
  }
}

TEST_CASE("a device that nobody knows is a sentence with those that are") {
  CHECK_THROWS_AS(make("bilinear", {}, "gpu"), InputError);
  CHECK_THROWS_WITH(make("bilinear", {}, "gpu"), Catch::Contains("host") && Catch::Contains("cuda"));
  CHECK(make("bilinear", {}, "host")->traits().device == &host());
}

TEST_CASE("a vector that lives elsewhere is projected and measured as on the host") {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    detail::ProductSet set;
    set.add({"l2_ball", {}, ""}, 3);
    set.add({"box", {}, ""}, 2);
    Vector z(5, dtype), F(5, dtype), z_there(5, dtype, elsewhere()), F_there(5, dtype, elsewhere());
    z.assign(std::vector<double>{3, 0, 4, -2, 0.5});
    F.assign(std::vector<double>{1, -2, 3, -4, 5});
    copy(z_there, z);
    copy(F_there, F);
    set.project(z);
    set.project(z_there);
    CHECK(z_there.to_host() == z.to_host());
    CHECK(z.to_host()[3] == -1);
    CHECK(set.gap(z_there, F_there) == Approx(set.gap(z, F)).epsilon(1e-12));
  }
}

TEST_CASE("the generated games on the card are those on the host") {
  if (no_card()) return;
  for (const char* dtype : {"float64", "float32"})
    for (const int n : {1, 33, 200})
      for (const char* name : {"bilinear", "quadratic_game"})
        agrees_with_host(name, {{"n", n}, {"workers", 3}, {"dtype", dtype}});
}

TEST_CASE("a constrained game on the card is that on the host") {
  if (no_card()) return;
  for (const char* dtype : {"float64", "float32"})
    agrees_with_host("bilinear",
                     {{"n", 33}, {"x_set", "l2_ball"}, {"y_set", "box"}, {"dtype", dtype}, {"workers", 2}});
}

TEST_CASE("an affine problem on the card is that on the host", "[hdf5]") {
  if (no_card() || !io::hdf5_available()) return;
  const std::size_t d = 45, M = 3;
  io::Array J{{M, d, d}, trivium::testing::reals(M * d * d, Dtype::float64, 0).to_host()};
  io::Array q{{M, d}, trivium::testing::reals(M * d, Dtype::float64, 1).to_host()};
  const File file("game.h5");
  io::write_arrays(file.path.string(), {{"J", J}, {"q", q}}, {});
  for (const char* dtype : {"float64", "float32"})
    agrees_with_host("affine", {{"file", file.path.string()}, {"dtype", dtype}});
}

TEST_CASE("robust regression on the card is that on the host") {
  if (no_card()) return;
  const File file("rows");
  write_rows(file);
  agrees_with_host("robust_regression", {{"file", file.path.string()},
                                         {"labels", "as_they_are"},
                                         {"workers", 7},
                                         {"lambda", 0.1},
                                         {"beta", 2.0}});
}

TEST_CASE("summands stay on the host, and a problem on the card says so") {
  if (no_card()) return;
  CHECK_THROWS_AS(make("bilinear", {{"samples", 4}}, "cuda"), InputError);
  CHECK_THROWS_WITH(make("bilinear", {{"samples", 4}}, "cuda"), Catch::Contains("on the host only"));
  const File file("rows");
  write_rows(file);
  const auto problem = make(
      "robust_regression", {{"file", file.path.string()}, {"labels", "as_they_are"}, {"workers", 2}}, "cuda");
  const Vector z(problem->traits().dimension, Dtype::float64, gpu::device());
  Vector out = z.like();
  const std::uint32_t first = 0;
  CHECK_THROWS_AS(problem->evaluate_samples(0, z, {&first, 1}, out), InputError);
}
