// A saddle step of adversarial training on the card: the operator of adversarial_network on a batch of
// sampled rows, against the same in PyTorch there, eager and compiled (torch/saddle_step.py). float32, no
// TF32 on either side. Images are random, in files that are removed.
//   gpu_network           on the card; returns 2 where there is none
//   gpu_network --host    one small batch on the processor: tries this program where there is no card
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "gpu.hpp"
#include "torch.hpp"
#include "training.hpp"

namespace {

using namespace trivium;

constexpr int attack_steps = 10;
constexpr double weight_decay = 1e-4, radius = 0.1;

struct Setting {
  bool host = false;
  int images = 16384, repeats = 20;
  std::string python = {};  // with PyTorch, or empty
};

/// What PyTorch is asked for; `batch` rows are in the file "rows", point and F in the files of their names.
std::string by_torch(const Setting& setting, const bench::TemporaryFolder& folder,
                     const std::string& perturbation) {
  return bench::output_of_torch(
      setting.python, "saddle_step.py",
      fmt::format(
          "--images {} --labels {} --rows {} --point {} --check {} --widths 784 512 512 10 --device {} "
          "--perturbation {} --radius {} --attack-steps {} --attack-step {} --weight-decay {} "
          "--compile --turns 11 --repeats {}",
          folder.file("images"), folder.file("labels"), folder.file("rows"), folder.file("point"),
          folder.file("F"), setting.host ? "cpu" : "cuda", perturbation, radius, attack_steps, radius / 4,
          weight_decay, setting.repeats));
}

void against_torch(const Setting& setting, const bench::TemporaryFolder& folder, const std::string& what,
                   const std::string& perturbation, double step_s) {
  const std::string eager = what + " steps a second over PyTorch's, eager",
                    compiled = what + " the same, compiled";
  if (setting.python.empty()) {
    bench::row_without_torch(eager);
    return bench::row_without_torch(compiled);
  }
  const std::string json = by_torch(setting, folder, perturbation);
  const double eager_s = bench::number_in(json, "seconds"), compiled_s = bench::number_in(json, "compiled");
  bench::row_at_least(eager, eager_s / step_s, 1, "x");
  if (compiled_s > 0)
    bench::row_at_least(compiled, compiled_s / step_s, 1, "x");
  else
    bench::row(compiled, bench::text_in(json, "compiled_by"), "at least 1x", "");
  const double in_weights = bench::number_in(json, "theta");
  bench::note("PyTorch {}: {:.3f} ms eager{}; F differs by {:.0e} of its largest entry",
              bench::text_in(json, "torch"), eager_s * 1e3,
              compiled_s > 0 ? fmt::format(", {:.3f} ms compiled, {}", compiled_s * 1e3,
                                           bench::text_in(json, "compiled_by"))
                             : "",
              in_weights);
  // Rounding may turn a relu at its kink, or the sign by which the attack moves a pixel: one row of many then
  // differs. `autodiff` is the close comparison.
  if (!(in_weights <= 1e-2))
    throw std::runtime_error(fmt::format("{} F is not PyTorch's: it differs by {:.1e}", what, in_weights));
}

void saddle_step(const Setting& setting, const std::string& perturbation, int batch) {
  const bench::TemporaryFolder folder;
  bench::write_images(folder, setting.images);
  Table more{{"hidden", List{512.0, 512.0}},
             {"perturbation", perturbation},
             {"radius", radius},
             {"attack_steps", attack_steps},
             {"weight_decay", weight_decay}};
  if (!setting.host) more.set("device", "cuda");
  const auto problem = bench::training(folder, more);
  const Vector z = bench::training_point(*problem, radius);
  Vector F = z.like();
  std::vector<std::uint32_t> rows;  // not in order; distinct, as 7 does not divide the number of images
  for (int i = 0; i < batch; ++i) rows.push_back(static_cast<std::uint32_t>(7 * i % setting.images));
  const auto step = [&] { problem->evaluate_samples(0, z, rows, F); };
  const auto [step_s] = setting.host ? bench::median_seconds(bench::Clock::processor, 11, step)
                                     : bench::card_seconds(setting.repeats, step);

  bench::write_numbers<std::uint32_t>(folder.file("rows"), rows);
  bench::write_entries(folder.file("point"), z);
  bench::write_entries(folder.file("F"), F);
  const std::string what = fmt::format(
      "saddle step, network 784-512-512-10, {} images, {}, float32:", batch,
      perturbation == "shared" ? perturbation : fmt::format("{} steps of attack per sample", attack_steps));
  bench::note("{} {:.3f} ms", what, step_s * 1e3);
  against_torch(setting, folder, what, perturbation, step_s);
}

}  // namespace

int main(int argc, char** argv) {
  const bool host = argc == 2 && std::strcmp(argv[1], "--host") == 0;
  if (argc > 1 && !host) {
    std::fprintf(stderr, "usage: gpu_network [--host]\n");
    return 2;
  }
  const auto rows = [&] {
    Setting setting{.python = bench::torch_python(!host)};
    if (host) setting = {.host = true, .images = 512, .repeats = 1, .python = setting.python};
    for (const int batch : host ? std::vector{256} : std::vector{256, 4096})
      for (const char* perturbation : {"shared", "per_sample"}) saddle_step(setting, perturbation, batch);
  };
  return host ? bench::reported(rows) : bench::on_card(rows);
}
