// Methods that train a network on the card: operators, vectors and arithmetic there, messages through the
// host.
#include <cmath>
#include <optional>
#include <string>

#include <gpu/numbers.hpp>
#include <problems/images.hpp>

#include <trivium/solvers/solve.hpp>

#include "same_messages.hpp"

using namespace trivium;
using namespace trivium::solvers;
using problems::ImageFiles;
using trivium::testing::no_card, trivium::testing::unit;

namespace {

const Plugin samples{"sampled", {}, ""}, batches{"minibatch", {{"batch", 5}}, ""};

struct Training {
  const char *device, *dtype;
  Table variant;
};

Solved trained(const Training& training, const ImageFiles& files, const Plugin& method,
               const std::optional<Plugin>& noise, const std::optional<Plugin>& estimator) {
  Table table = files.parameters(training.variant, 20);
  for (const auto& [name, value] : {std::pair<const char*, Value>("device", training.device),
                                    {"dtype", training.dtype},
                                    {"hidden", List{5, 4}},
                                    {"activation", "tanh"},
                                    {"workers", 3},
                                    {"attack_steps", 2}})
    table.set(name, value);
  const auto network = problems::catalogue().make({"adversarial_network", table, ""}, {});
  SolveOptions options;
  options.limits = {};
  options.limits.iterations = 12;
  options.limits.residual = 1e-300;  // so that it is measured
  options.every = 4;
  options.noise = noise;
  options.estimator = estimator;
  return solve(*network, method, options);
}

const Table shared_ball{{"ball", "l2"}};
const Table shared_penalty{{"penalty", 0.5}};
const Table per_sample{{"perturbation", "per_sample"}, {"ball", "l2"}};

/// The same bits travel, and residuals and points agree. Of an operator a hundred sums may differ, each by 8
/// roundings (tests/problems/test_network_on_card.cpp), and twelve steps of at most a tenth add that up: a
/// thousand roundings.
void same_run(const Table& variant, const Plugin& method, const std::optional<Plugin>& estimator = batches,
              const std::optional<Plugin>& noise = samples) {
  const ImageFiles files = ImageFiles::random(40);
  for (const char* dtype : {"float64", "float32"}) {
    const Solved host = trained({"host", dtype, variant}, files, method, noise, estimator),
                 card = trained({"cuda", dtype, variant}, files, method, noise, estimator);
    const double tolerance = 1000 * unit(host.point.dtype());
    INFO(method.type << ", " << to_toml(variant) << ", " << dtype);
    same_messages(card, host);
    for (std::size_t i = 0; i < host.history.size(); ++i) {
      const Record &there = card.history[i], &here = host.history[i];
      CHECK(std::abs(there.residual - here.residual) <= tolerance * (1 + here.residual));
    }
    Vector point = host.point.like();
    copy(point, card.point);
    CHECK(std::sqrt(squared_distance(point, host.point)) <= tolerance * norm(host.point));
    CHECK(host.history.back().residual != host.history.front().residual);  // the methods did something
  }
}

}  // namespace

TEST_CASE("extragradient with batches trains a network on the card as on the host") {
  if (no_card()) return;
  for (const Table& variant : {shared_ball, shared_penalty, per_sample})
    same_run(variant, {"extragradient", {{"step", 0.1}}, ""});
}

TEST_CASE("masha1 trains a network on the card as on the host") {
  if (no_card()) return;
  const Table rand_k{{"type", "rand_k"}, {"k", 0.3}};
  for (const Table& variant : {shared_ball, per_sample})
    same_run(variant, {"masha1", {{"step", 0.05}, {"uplink", rand_k}, {"refresh", 0.3}}, ""});
}

TEST_CASE("Extra-Adam trains a network on the card as on the host") {
  if (no_card()) return;
  const Table minibatch{{"type", "minibatch"}, {"batch", 5}};
  for (const Table& variant : {shared_ball, per_sample})
    same_run(
        variant,
        {"stochastic_extragradient", {{"step", 0.01}, {"scaling", "adam"}, {"estimator", minibatch}}, ""},
        std::nullopt);
}

TEST_CASE("local steps train a network on the card as on the host") {
  if (no_card()) return;
  for (const Table& variant : {shared_penalty, per_sample})
    same_run(variant, {"local_sgda", {{"step", 0.05}, {"local_steps", 3}}, ""});
}

TEST_CASE("masha2 trains a network on the card as on the host") {
  if (no_card()) return;
  const Table top_k{{"type", "top_k"}, {"k", 0.3}}, signs{{"type", "sign_norm"}};
  same_run(shared_penalty,
           {"masha2", {{"step", 0.02}, {"uplink", top_k}, {"downlink", signs}, {"refresh", 0.3}}, ""});
}

TEST_CASE("the optimistic method trains a network on the card as on the host") {
  if (no_card()) return;
  same_run(shared_ball, {"optimistic", {{"step", 0.1}}, ""});
}

TEST_CASE("variance reduction trains a network on the card as on the host") {
  if (no_card()) return;
  const Table rand_k{{"type", "rand_k"}, {"k", 0.3}}, top_k{{"type", "top_k"}, {"k", 0.3}};
  const auto with = [](const Table& uplink) {
    return Table{{"step", 0.05}, {"uplink", uplink}, {"batch", 2}, {"refresh", 0.3}};
  };
  same_run(shared_ball, {"vr_masha1", with(rand_k), ""}, std::nullopt, std::nullopt);
  same_run(shared_penalty, {"vr_masha2", with(top_k), ""}, std::nullopt, std::nullopt);
}

TEST_CASE("Three Pillars with few participants trains a network on the card as on the host") {
  if (no_card()) return;
  const Table natural{{"type", "natural"}};
  same_run(per_sample, {"three_pillars",
                        {{"step", 0.05},
                         {"uplink", natural},
                         {"participants", 2},
                         {"refresh", 0.3},
                         {"inner", "fixed"},
                         {"inner_steps", 3}},
                        ""});
}
