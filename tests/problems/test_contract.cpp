// The contract suite over every problem of the catalogue.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include <trivium/io/arrays.hpp>

#include "contract.hpp"
#include "images.hpp"

using namespace trivium;
using namespace trivium::problems;

namespace {

std::filesystem::path scratch() {
  static const std::filesystem::path folder = [] {
    const auto path =
        std::filesystem::temp_directory_path() / ("trivium_contract_" + std::to_string(getpid()));
    std::filesystem::create_directories(path);
    return path;
  }();
  return folder;
}

// Three workers in R^4: J_m is [[1, m], [-m, 1]] on (z0, z1) and on (z2, z3), q_m = (m, 1, -1, 2). In the
// mean m is 1: z0 + z1 = -1 and -z0 + z1 = -1 give (0, -1); z2 + z3 = 1 and -z2 + z3 = -2 give (1.5, -0.5).
std::string affine_file() {
  std::vector<double> J, q;
  for (double m = 0; m < 3; ++m) {
    J.insert(J.end(), {1, m, 0, 0, -m, 1, 0, 0, 0, 0, 1, m, 0, 0, -m, 1});
    q.insert(q.end(), {m, 1, -1, 2});
  }
  const std::string path = scratch() / "affine.h5";
  io::write_arrays(path, {{"J", {{3, 4, 4}, J}}, {"q", {{3, 4}, q}}, {"solution", {{4}, {0, -1, 1.5, -0.5}}}},
                   {});
  return path;
}

std::string regression_file() {
  const std::string path = scratch() / "rows.svm";
  std::ofstream file(path);
  Stream stream(5, Purpose::test, everyone, 0);
  for (int row = 0; row < 23; ++row) {
    file << (row % 3 == 0 ? "-1" : "+1");
    for (int column = 1; column <= 6; ++column)
      if (stream.bernoulli(0.7)) file << ' ' << column << ':' << stream.normal();
    file << '\n';
  }
  return path;
}

// Of 23 rows the odd ones on a path, of the others only two together.
std::string graph_file() {
  const std::string path = scratch() / "edges.txt";
  std::ofstream file(path);
  for (int row = 1; row + 2 < 23; row += 2) file << row << ' ' << row + 2 << '\n';
  file << "0 4\n";
  return path;
}

std::string classes_file() {
  const std::string path = scratch() / "classes.svm";
  std::ofstream file(path);
  Stream stream(6, Purpose::test, everyone, 0);
  for (int row = 0; row < 23; ++row) file << row % 3 << " 1:" << stream.normal() << " 3:" << row << '\n';
  return path;
}

// Small parameter sets; a problem that is not listed is checked with its defaults.
std::vector<Table> parameter_sets(const std::string& name) {
  const Table ball{{"type", "l2_ball"}, {"radius", 2.0}}, cross{{"type", "l1_ball"}, {"radius", 1.5}};
  const Table spectral_ball{{"type", "spectral_ball"}, {"rows", 2}, {"radius", 0.5}};
  if (name == "bilinear")
    return {{{"n", 6}, {"workers", 3}, {"x_set", spectral_ball}, {"y_set", ball}},
            {{"n", 7}, {"workers", 5}, {"samples", 4}, {"sample_spread", 0.3}},
            {{"n", 10},
             {"workers", 4},
             {"similarity", 0.1},
             {"sigma_min", 0.5},
             {"x_set", ball},
             {"y_set", cross}},
            {{"n", 1}, {"workers", 1}, {"similarity", 0.0}},
            {{"n", 4}, {"workers", 2}, {"similarity", 0.0}, {"mu", 0.0}},
            {{"n", 3}, {"workers", 1}},
            {{"n", 9}, {"workers", 2}, {"samples", 2}, {"mu", 0.5}},
            {{"n", 6}, {"workers", 3}, {"mu", 0.5}, {"dtype", "float32"}, {"samples", 3}, {"x_set", ball}}};
  if (name == "quadratic") return {{}, {{"n", 7}, {"workers", 3}, {"heterogeneity", 0.5}}};
  if (name == "quadratic_game")
    return {{{"n", 6}, {"workers", 5}, {"samples", 3}},
            {{"n", 9}, {"workers", 4}, {"similarity", 0.5}, {"seed", 3}, {"y_set", ball}},
            {{"n", 5}, {"workers", 1}},
            {{"n", 6}, {"workers", 3}, {"similarity", 0.0}, {"samples", 2}, {"sample_spread", 0.4}},
            {{"n", 8}, {"workers", 2}, {"mu", 1.0}, {"coupling", 3.0}},
            {{"n", 7}, {"workers", 4}, {"dtype", "float32"}}};
  if (name == "affine") {
    if (!io::hdf5_available()) return {};
    return {{{"file", affine_file()}}, {{"file", affine_file()}, {"dtype", "float32"}}};
  }
  if (name == "regression")
    return {
        {{"file", regression_file()}, {"workers", 4}},
        {{"file", regression_file()}, {"workers", 5}, {"loss", "squares"}, {"lambda", 0.0}},
        {{"file", regression_file()}, {"workers", 3}, {"loss", "squares"}, {"shared_rows", true}},
        {{"file", classes_file()}, {"workers", 2}, {"positive", 1}, {"features", 5}, {"shared_rows", true}},
        {{"file", classes_file()}, {"workers", 3}, {"positive", 2}, {"graph", graph_file()}},
        {{"file", classes_file()}, {"workers", 2}, {"labels", "as_they_are"}, {"loss", "squares"}}};
  if (name == "robust_regression") {
    std::vector<Table> sets{{{"file", regression_file()}, {"workers", 4}},
                            {{"file", regression_file()}, {"workers", 3}, {"x_set", ball}, {"y_set", cross}}};
    const auto shipped = std::filesystem::path(__FILE__).parent_path() / ".." / ".." / "experiments" /
                         "data" / "breast_cancer.svm";
    if (std::filesystem::exists(shipped)) sets.push_back({{"file", shipped.string()}, {"workers", 5}});
    return sets;
  }
  if (name == "adversarial_logistic") {
    const auto with = [](Table more) {
      more.set("file", regression_file());
      more.set("workers", 4);
      return more;
    };
    return {with({}),
            with({{"ball", "linf"}, {"x_set", ball}}),
            with({{"ball", "l2"}, {"radius", 2.0}, {"penalty", 0.0}, {"lambda", 0.0}}),
            with({{"perturbation", "per_sample"}}),
            with({{"perturbation", "per_sample"}, {"penalty", 0.2}, {"x_set", cross}}),
            with({{"perturbation", "per_sample"}, {"penalty", 0.0}, {"ball", "l2"}, {"radius", 0.5}}),
            with({{"perturbation", "per_sample"}, {"penalty", 0.0}, {"ball", "linf"}})};
  }
  if (name == "gan") {
    const List hidden{5, 4};
    const Table small{
        {"generator", hidden}, {"critic", List{6}}, {"workers", 3}, {"samples", 7}, {"clip", 0.3}};
    Table exact = small;
    exact.set("dtype", "float64");
    exact.set("modes_per_worker", 2);
    exact.set("activation", "tanh");
    Table spectral = exact, penalised = small, saddle = exact;
    spectral.set("lipschitz", "spectral");
    penalised.set("lipschitz", "gradient_penalty");
    saddle.set("lipschitz", "gradient_penalty");
    saddle.set("penalty_for", "both");
    return {small, exact, spectral, penalised, saddle};
  }
  if (name == "adversarial_network") {
    static const ImageFiles files = ImageFiles::random(23);
    const List hidden{5, 4};
    return {files.parameters({{"workers", 4}, {"hidden", hidden}}, 11),
            files.parameters({{"workers", 3}, {"hidden", List{}}, {"dtype", "float64"}, {"ball", "l2"}}),
            files.parameters({{"workers", 4}, {"hidden", hidden}, {"penalty", 0.5}, {"activation", "tanh"}}),
            files.parameters({{"workers", 2},
                              {"hidden", hidden},
                              {"perturbation", "per_sample"},
                              {"activation", "gelu"},
                              {"dtype", "float64"}},
                             8)};
  }
  return {{}};
}

}  // namespace

TEST_CASE("every problem keeps its promises") {
  for (const std::string& name : catalogue().names())
    for (const Table& parameters : parameter_sets(name)) {
      INFO(name << " with " << to_toml(parameters));
      contract::check([&](int rank, int ranks) {
        return catalogue().make({name, parameters, ""}, Place{rank, ranks, {}});
      });
    }
  std::filesystem::remove_all(scratch());
}

TEST_CASE("every problem says what it is") {
  for (const std::string& name : catalogue().names()) {
    INFO(name);
    CHECK_FALSE(catalogue().about(name).summary.empty());
    CHECK_FALSE(catalogue().about(name).rule.empty());
    CHECK_FALSE(catalogue().about(name).source.empty());
  }
}

TEST_CASE("what a problem does not have is a logic error") {
  struct Bare final : Problem {
    Bare() : Problem(Traits{}) {}
    void evaluate(int, const Vector&, Vector&) override {}
  } bare;
  Vector z{1, 2}, out = z.like();
  CHECK(bare.samples(0) == 0);
  CHECK_THROWS_AS(bare.evaluate_samples(0, z, {}, out), std::logic_error);
  CHECK_THROWS_AS(bare.jacobian(0, z, z, false, out), std::logic_error);
  CHECK_THROWS_AS(bare.samples_gram(0, z, z, out), std::logic_error);
  CHECK_THROWS_AS(bare.measure(0, z, {}), std::logic_error);
  bare.prox(3, z);
  CHECK(z.to_host() == std::vector<double>{1, 2});
  CHECK(bare.known().constants.empty());
}

TEST_CASE("a constant is measured once, and only when it is not known") {
  int measurements = 0;
  Constants constants({{Which::mu, {0.5, Origin::known, "closed form"}}}, [&](Which) {
    ++measurements;
    return Constant{3, Origin::computed, "counted"};
  });
  CHECK(constants.mu() == 0.5);
  CHECK(measurements == 0);
  CHECK(constants.found().size() == 1);
  CHECK(constants.L() == 3);
  CHECK(constants.get(Which::L).how == "counted");
  CHECK(measurements == 1);
  CHECK(constants.found().size() == 2);
  Constants nothing({}, nullptr);
  CHECK_THROWS_AS(nothing.L_rms(), std::logic_error);
}

TEST_CASE("constants and origins have names") {
  std::string names;
  for (const Which which : all_constants) names += name_of(which) + " ";
  CHECK(names == "L L_max L_rms mu delta d1 sig sig1 ell ");
  CHECK(name_of(Which::L_loc) == "L_loc");
  CHECK(name_of(Origin::known) + name_of(Origin::computed) + name_of(Origin::estimated) ==
        "knowncomputedestimated");
}
