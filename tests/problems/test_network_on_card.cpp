// Adversarial training of networks on the card is that on the host, on small images made by hand.
#include <cmath>
#include <functional>
#include <limits>

#include <fmt/format.h>
#include <gpu/numbers.hpp>

#include "evaluation.hpp"
#include "images.hpp"

using namespace trivium;
using namespace trivium::problems;
using trivium::testing::no_card, trivium::testing::on_card, trivium::testing::unit;

namespace {

constexpr std::size_t pixels = 6;
const List hidden{5, 4};
constexpr int widths = 6 + 5 + 4 + 3;
constexpr int attack_steps = 3;

/// One problem, on the host and on the card.
struct Both {
  std::unique_ptr<Problem> host, card;
  Both(const ImageFiles& files, const Table& more, std::int64_t test_rows = 0) {
    const auto make = [&](const char* device) {
      Table table = files.parameters({{"attack_steps", attack_steps}, {"device", device}}, test_rows);
      for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
      return catalogue().make({"adversarial_network", table, ""}, {});
    };
    host = make("host");
    card = make("cuda");
    REQUIRE(card->traits().device == &gpu::device());
    REQUIRE(card->traits().dimension == host->traits().dimension);
    REQUIRE(card->traits().measures == host->traits().measures);
    REQUIRE(card->known().start.value() == host->known().start.value());
  }
  Dtype dtype() const { return host->traits().dtype; }
  int workers() const { return host->traits().workers.total; }

  /// The start, moved so that biases and perturbation are not 0.
  Vector somewhere() const {
    Stream stream(4, Purpose::test, everyone, 0);
    std::vector<double> z = host->known().start.value();
    for (double& entry : z) entry += 0.05 * stream.normal();
    Vector out(z.size(), dtype());
    out.assign(z);
    return out;
  }

  /// An entry of F is a sum over `rows` images of products through all layers, each a sum over its widths; an
  /// attack passes through them once for every step. The bound is eight roundings for each of these sums.
  double tolerance(std::size_t rows, bool attacked) const {
    const double sums = static_cast<double>(rows) + widths * (attacked ? 2 * attack_steps + 1 : 1);
    return 8 * sums * unit(dtype());
  }
};

void close(const Vector& card, const Vector& host, double tolerance) {
  Vector here = host.like();
  copy(here, card);
  CHECK(norm(host) > 0);
  CHECK(std::sqrt(squared_distance(here, host)) <= tolerance * norm(host));
}

Vector evaluate(Problem& problem, int m, const Vector& z, std::span<const std::uint32_t> samples) {
  Vector out = z.like();
  fill(out, 7);  // what it held does not matter
  problem.evaluate_samples(m, z, samples, out);
  return out;
}

std::vector<double> measures(Problem& problem, int m, const Vector& z) {
  std::vector<double> out(problem.traits().measures.size(), -1.0);
  problem.measure(m, z, out);
  return out;
}

void agrees_with_host(const Both& both, bool attacked) {
  const Vector z = both.somewhere(), z_there = on_card(z);
  const std::vector<std::uint32_t> one{2}, batch{3, 0, 7, 7, 1, 9, 3};
  std::vector<std::uint32_t> many(50);  // more than a worker has
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::uint32_t>(i * i % 11);
  for (int m = 0; m < both.workers(); ++m) {
    const std::size_t rows = both.host->samples(m);
    REQUIRE(both.card->samples(m) == rows);
    const Vector F = contract::evaluate(*both.card, m, z_there);
    close(F, contract::evaluate(*both.host, m, z), both.tolerance(rows, attacked));
    CHECK(contract::evaluate(*both.card, m, z_there).to_host() == F.to_host());  // the same bits again
    for (const auto& samples : {one, batch, many})
      close(evaluate(*both.card, m, z_there, samples), evaluate(*both.host, m, z, samples),
            both.tolerance(samples.size(), attacked));
    const auto there = measures(*both.card, m, z_there), here = measures(*both.host, m, z);
    CHECK(std::abs(there[0] - here[0]) <= both.tolerance(rows, attacked) * (1 + std::abs(here[0])));
    CHECK(std::equal(there.begin() + 1, there.end(), here.begin() + 1, here.end()));  // of whole images
  }
}

/// The weights stay, to the bit; the perturbation is the host's to some roundings.
void projects_as_host(const Both& both) {
  for (const double scale : {0.01, 1.0, 1e6}) {
    Vector z = both.somewhere();
    combine(z, {{scale, z}});
    Vector moved = z, moved_there = on_card(z);
    both.host->prox(0.1, moved);
    both.card->prox(0.1, moved_there);
    const std::vector<double> found = moved_there.to_host(), expected = moved.to_host();
    const std::size_t theta = z.size() - pixels;
    CHECK(std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(theta), expected.begin()));
    for (std::size_t i = theta; i < z.size(); ++i)
      CHECK(std::abs(found[i] - expected[i]) <= 4 * unit(both.dtype()) * std::abs(expected[i]));
  }
}

}  // namespace

TEST_CASE("networks on the card: every perturbation, ball, activation and type") {
  if (no_card()) return;
  const ImageFiles files = ImageFiles::random(40);
  const Table variants[] = {{{"ball", "linf"}, {"radius", 0.07}},
                            {{"ball", "l2"}, {"radius", 0.09}},
                            {{"penalty", 3.0}, {"ball", "l2"}, {"radius", 0.09}}};
  for (const char* perturbation : {"shared", "per_sample"})
    for (const Table& variant : variants)
      for (const char* activation : {"relu", "gelu", "tanh"})
        for (const char* dtype : {"float64", "float32"}) {
          INFO(perturbation << ", " << activation << ", " << dtype << ", " << to_toml(variant));
          Table table = variant;
          for (const auto& [name, value] : {std::pair<const char*, Value>("perturbation", perturbation),
                                            {"activation", activation},
                                            {"dtype", dtype},
                                            {"hidden", hidden},
                                            {"workers", 3},
                                            {"weight_decay", 0.3}})
            table.set(name, value);
          const Both both(files, table, 23);
          const bool shared = perturbation == std::string("shared");
          CHECK(both.card->traits().constrained == (shared && variant.entries().size() == 2));
          agrees_with_host(both, !shared);
          projects_as_host(both);
        }
}

TEST_CASE("networks on the card: no hidden layer, layers wider than a warp, no test images") {
  if (no_card()) return;
  const ImageFiles files = ImageFiles::random(12);
  for (const char* perturbation : {"shared", "per_sample"}) {
    Table table{{"hidden", List{}}, {"workers", 1}, {"dtype", "float64"}, {"perturbation", perturbation}};
    agrees_with_host(Both(files, table), perturbation == std::string("per_sample"));
    table.set("hidden", List{33, 65});
    const Both wide(files, table);
    const Vector z = wide.somewhere();
    close(contract::evaluate(*wide.card, 0, on_card(z)), contract::evaluate(*wide.host, 0, z), 1e-12);
  }
}

TEST_CASE("networks on the card: more images of a worker than the card takes at once") {
  if (no_card()) return;
  const ImageFiles files = ImageFiles::random(8200);
  for (const char* perturbation : {"shared", "per_sample"}) {
    const Both both(files,
                    {{"hidden", List{3}},
                     {"workers", 1},
                     {"dtype", "float64"},
                     {"attack_steps", 1},
                     {"perturbation", perturbation}},
                    8200);
    const Vector z = both.somewhere(), z_there = on_card(z);
    std::vector<std::uint32_t> samples(8195);
    for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint32_t>(8199 - i);
    // The rest of eight images weighs 1e-3: as much would be missing.
    close(contract::evaluate(*both.card, 0, z_there), contract::evaluate(*both.host, 0, z), 1e-11);
    close(evaluate(*both.card, 0, z_there, samples), evaluate(*both.host, 0, z, samples), 1e-11);
    const auto there = measures(*both.card, 0, z_there), here = measures(*both.host, 0, z);
    CHECK(there[0] == Approx(here[0]).epsilon(1e-12));
    CHECK(std::equal(there.begin() + 1, there.end(), here.begin() + 1, here.end()));
  }
}

TEST_CASE("networks on the card: what is not a number stays so and is no success") {
  if (no_card()) return;
  const ImageFiles files = ImageFiles::random(20);
  for (const char* perturbation : {"shared", "per_sample"}) {
    const Both both(files, {{"hidden", hidden}, {"workers", 1}, {"perturbation", perturbation}}, 20);
    std::vector<double> entries = both.somewhere().to_host();
    entries[3] = std::numeric_limits<double>::quiet_NaN();
    Vector z(entries.size(), both.dtype());
    z.assign(entries);
    const auto there = contract::evaluate(*both.card, 0, on_card(z)).to_host(),
               here = contract::evaluate(*both.host, 0, z).to_host();
    for (std::size_t i = 0; i < here.size(); ++i) REQUIRE(std::isnan(there[i]) == std::isnan(here[i]));
    const auto found = measures(*both.card, 0, on_card(z));
    CHECK(std::isnan(found[0]));
    CHECK(found[1] == 0);
    CHECK(found[2] == 0);
  }
}

TEST_CASE("a batch gives the same bits whichever workers share the card's rank") {
  if (no_card()) return;
  const ImageFiles files = ImageFiles::random(60);
  const Table dirichlet{{"type", "dirichlet"}, {"alpha", 0.05}};  // workers of very different size
  const auto make = [&](int rank, int ranks) {
    const Table table =
        files.parameters({{"hidden", hidden}, {"workers", 3}, {"device", "cuda"}, {"partition", dirichlet}});
    return catalogue().make({"adversarial_network", table, ""},
                            {.rank = rank, .ranks = ranks, .data_folders = {}});
  };
  const auto together = make(0, 1);
  Vector z(together->traits().dimension, together->traits().dtype);
  z.assign(together->known().start.value());
  const Vector there = on_card(z);
  for (int m = 0; m < 3; ++m) {
    const auto alone = make(m, 3);
    const std::size_t rows = alone->samples(m);
    std::vector<std::uint32_t> batch(64);  // more than most workers have
    for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = static_cast<std::uint32_t>(i % rows);
    CHECK(evaluate(*alone, m, there, batch).to_host() == evaluate(*together, m, there, batch).to_host());
  }
}
