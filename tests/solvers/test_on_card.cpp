// Whole methods on the card: the operator, the vectors and the arithmetic there, messages through the host.
#include <cmath>
#include <memory>
#include <string>

#include <gpu/numbers.hpp>

#include <trivium/solvers/solve.hpp>

#include "same_messages.hpp"

using namespace trivium;
using namespace trivium::solvers;
using trivium::testing::no_card;

namespace {

constexpr int rounds = 150;

Solved solved_on(const char* device, const char* dtype, const Plugin& method) {
  const auto game = problems::catalogue().make(
      {"bilinear", {{"n", 33}, {"workers", 4}, {"mu", 0.3}, {"dtype", dtype}, {"device", device}}, ""}, {});
  SolveOptions options;
  options.limits = {};
  options.limits.iterations = rounds;
  options.limits.residual = 1e-300;  // so that it is measured
  options.every = 10;
  Vector start(game->traits().dimension);
  fill(start, 1);
  options.start = start;
  options.solution = Vector(*game->known().solution);
  return solve(*game, method, options);
}

/// The same bits travel, and residuals and points agree to `tolerance` of the start's: 150 rounds of a
/// method that contracts carry a rounding of 1e-16 or 6e-8 forward, but do not enlarge it.
void same_run(const Plugin& method) {
  for (const char* dtype : {"float64", "float32"}) {
    const Solved host = solved_on("host", dtype, method), card = solved_on("cuda", dtype, method);
    const double tolerance = std::string(dtype) == "float64" ? 1e-12 : 1e-4;
    INFO(method.type << ", " << dtype);
    same_messages(card, host);
    for (std::size_t i = 0; i < host.history.size(); ++i) {
      const Record &there = card.history[i], &here = host.history[i];
      CHECK(std::abs(there.residual - here.residual) <= tolerance);
      CHECK(std::abs(there.distance - here.distance) <= tolerance);
    }
    CHECK(host.history.back().distance < 0.1);  // the methods did something
    Vector point = host.point.like();
    copy(point, card.point);
    CHECK(std::sqrt(squared_distance(point, host.point)) <= tolerance * (1 + norm(host.point)));
  }
}

Table rand_k(double share) { return {{"type", "rand_k"}, {"k", share}}; }

}  // namespace

TEST_CASE("a start and a solution of another type are brought to where the problem lives") {
  const Solved host = solved_on("host", "float32", {"extragradient", {{"step", 0.4}}, ""});
  CHECK(host.history.front().distance == 1);
  CHECK(host.history.back().distance < 1e-6);
}

TEST_CASE("extragradient on the card walks as on the host") {
  if (no_card()) return;
  same_run({"extragradient", {{"step", 0.4}}, ""});
}

TEST_CASE("masha1 on the card walks as on the host, dense and compressed") {
  if (no_card()) return;
  same_run({"masha1", {{"step", 0.1}, {"uplink", Table{{"type", "identity"}}}}, ""});
  same_run({"masha1", {{"step", 0.05}, {"uplink", rand_k(0.3)}, {"refresh", 0.3}}, ""});
}
