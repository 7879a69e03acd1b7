// The operator of adversarial_network against PyTorch's automatic differentiation, torch/saddle_step.py, at
// the same point on the same rows: every perturbation and activation, float64 and float32. The largest
// difference of an entry over the largest entry. Returns 1 where one is more than rounding explains, 2
// without PyTorch.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>

#include "measure.hpp"
#include "torch.hpp"
#include "training.hpp"

namespace {

using namespace trivium;

constexpr int images = 300, side = 8, steps = 5;
constexpr double weight_decay = 1e-3;
constexpr const char* activations[] = {"relu", "gelu", "tanh"};

struct Variant {
  const char *perturbation, *ball;
  double radius, penalty, attack_step;
  std::string name() const {
    return fmt::format("{}, {}", perturbation, penalty > 0 ? fmt::format("penalty {}", penalty) : ball);
  }
};
constexpr Variant variants[] = {{"shared", "linf", 0.1, 0, 0.025},
                                {"shared", "linf", 0.1, 2, 0.025},
                                {"per_sample", "linf", 0.1, 0, 0.03},
                                {"per_sample", "l2", 0.5, 0, 0.2},
                                {"per_sample", "linf", 0.1, 5, 0.1}};

/// More rows than one block of the operator's, not in order.
std::vector<std::uint32_t> rows() {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < 200; ++i) all.push_back(i * 7 % images);
  return all;
}

/// Leaves point and F in files that begin with `name`. Returns the script's arguments.
std::string written(const bench::TemporaryFolder& folder, const std::string& name, const Variant& variant,
                    const char* activation, Dtype dtype) {
  const auto problem = bench::training(folder, {{"hidden", List{32.0, 16.0}},
                                                {"activation", activation},
                                                {"perturbation", variant.perturbation},
                                                {"ball", variant.ball},
                                                {"radius", variant.radius},
                                                {"penalty", variant.penalty},
                                                {"attack_steps", steps},
                                                {"attack_step", variant.attack_step},
                                                {"weight_decay", weight_decay},
                                                {"dtype", name_of(dtype)}});
  const Vector z = bench::training_point(*problem, 0.1);
  Vector F = z.like();
  problem->evaluate_samples(0, z, rows(), F);
  bench::write_entries(folder.file(name + ".point"), z);
  bench::write_entries(folder.file(name + ".F"), F);
  return fmt::format(
      "--images {} --labels {} --rows {} --point {} --check {} --widths {} 32 16 10 --activation {} "
      "--perturbation {} --ball {} --radius {} --penalty {} --attack-steps {} --attack-step {} "
      "--weight-decay {} --dtype {} --as-written",
      folder.file("images"), folder.file("labels"), folder.file("rows"), folder.file(name + ".point"),
      folder.file(name + ".F"), side * side, activation, variant.perturbation, variant.ball, variant.radius,
      variant.penalty, steps, variant.attack_step, weight_decay, name_of(dtype));
}

bool compare(const std::string& python, Dtype dtype, double most) {
  const bench::TemporaryFolder folder;
  bench::write_images(folder, images, side);
  bench::write_numbers<std::uint32_t>(folder.file("rows"), rows());
  std::ofstream cases(folder.file("cases"));
  int count = 0;
  for (const Variant& variant : variants)
    for (const char* activation : activations)
      cases << written(folder, fmt::format("case{}", count++), variant, activation, dtype) << '\n';
  cases.close();

  std::istringstream lines(
      bench::output_of_torch(python, "saddle_step.py", "--cases " + folder.file("cases")));
  double largest = 0;
  for (const Variant& variant : variants)
    for (const char* activation : activations) {
      std::string json;
      std::getline(lines, json);
      const double theta = bench::number_in(json, "theta");
      const bool shared = variant.perturbation == std::string("shared");
      const double delta = shared ? bench::number_in(json, "delta") : 0;
      for (const double each : {theta, delta})
        largest = std::isfinite(each) ? std::max(largest, each) : INFINITY;
      bench::note("{}, {}, {}: weights {:.1e}{}", name_of(dtype), variant.name(), activation, theta,
                  shared ? fmt::format(", perturbation {:.1e}", delta) : "");
    }
  bench::row(
      fmt::format("adversarial_network, {}: largest difference of F from PyTorch's automatic differentiation",
                  name_of(dtype)),
      fmt::format("{:.1e}", largest), fmt::format("at most {:.0e}", most), largest <= most ? "yes" : "no");
  return largest <= most;
}

}  // namespace

int main() {
  const std::string python = bench::torch_python(false);
  if (python.empty()) {
    std::fprintf(stderr, "skipped: PyTorch is not installed\n");
    return 2;
  }
  const bool in_float64 = compare(python, Dtype::float64, 1e-12);
  const bool in_float32 = compare(python, Dtype::float32, 1e-5);
  return in_float64 && in_float32 ? 0 : 1;
}
