// A Wasserstein GAN on a mixture of Gaussians on a ring (Arjovsky, Chintala, Bottou 2017): the saddle point
// of
//
//   f_m(theta, phi) = (1/r) sum_j [D(x_mj; phi) - D(G(n_mj; theta); phi)] + weight_decay/2 (|theta|^2 -
//   |phi|^2)
//
// over the generator's weights theta and the critic's phi, those clipped to |phi_i| <= clip, which bounds D's
// Lipschitz constant. x_mj are real points of worker m, n_mj its noise, both drawn once.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <set>
#include <variant>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/problems/problem.hpp>

#include "detail/product_set.hpp"
#include "detail/wasserstein_objective.hpp"

namespace trivium::problems {
namespace {

class Gan final : public Problem {
 public:
  struct Params {
    std::int64_t modes = 8, modes_per_worker = 0, noise = 4, samples = 512, workers = 10, seed = 1,
                 init_seed = 1;
    double radius = 2, deviation = 0.1, clip = 0.1, weight_decay = 1e-4;
    std::vector<double> generator{32, 32}, critic{32, 32};
    std::string activation = "relu", dtype = "float32";
    void describe(Fields& fields) {
      fields.integer("workers", workers, {1, 1 << 30}, "M");
      fields.integer("samples", samples, {1, 1e8}, "r: pairs of a real point and a noise, per worker");
      fields.integer("modes", modes, {1, 1e6}, "Gaussians, equally spaced on a circle");
      fields.integer("modes_per_worker", modes_per_worker, non_negative,
                     "neighbouring modes that a worker sees, from mode m on; 0 is all");
      fields.real("radius", radius, positive, "of the circle");
      fields.real("deviation", deviation, positive, "standard deviation of every Gaussian");
      fields.integer("noise", noise, {1, 1e6}, "dimension of the generator's input, standard normal");
      fields.reals("generator", generator, {1, 1e6}, "widths of the generator's hidden layers");
      fields.reals("critic", critic, {1, 1e6}, "widths of the critic's hidden layers");
      fields.choice("activation", activation, {"relu", "gelu", "tanh"}, "between the layers of both");
      fields.real("clip", clip, positive, "bound of every weight and bias of the critic");
      fields.real("weight_decay", weight_decay, non_negative, "weight of (|theta|^2 - |phi|^2) / 2");
      fields.integer("seed", seed, non_negative, "of the points and the noise");
      fields.integer("init_seed", init_seed, non_negative, "of the weights at the start");
      fields.choice("dtype", dtype, {"float32", "float64"}, "scalars of points and weights");
    }
  };
  static About about() {
    return {
        .summary = "a Wasserstein GAN on a ring of Gaussians; float32 or float64",
        .rule =
            "min over theta, max over phi in [-clip, clip]^n of the mean over workers of\n"
            "  f_m = (1/r) sum_j D(x_mj; phi) - D(G(n_mj; theta); phi) + weight_decay/2 (|theta|^2 - "
            "|phi|^2)\n"
            "G: noise -> R^2 and D: R^2 -> R are multilayer perceptrons, x_mj = radius (cos a, sin a) +\n"
            "deviation N(0, I) with a = 2 pi k / modes and k uniform on the worker's modes, n_mj ~ N(0, I).\n"
            "F_m = (grad_theta f_m, -grad_phi f_m), z = (theta, phi), each layer after layer as in\n"
            "adversarial_network; the critic starts clipped. Not monotone: give step sizes as numbers and\n"
            "use the residual as merit. Samples are pairs (x_mj, n_mj).\n"
            "Measures: loss, f; near_modes, the share of generated points within 4 deviations of a mode;\n"
            "modes_found, how many modes have such a point among those of one worker's noise.",
        .source = "Arjovsky, Chintala, Bottou 2017 (arXiv 1701.07875)"};
  }
  Gan(const Params& params, const Place& place);

  void evaluate(int m, const Vector& z, Vector& out) override { evaluate_samples(m, z, all_, out); }
  std::size_t samples(int) const override { return all_.size(); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    std::visit(
        [&]<class T>(Side<T>& side) {
          side.f.evaluate(side.real[row(m)], side.noise[row(m)], samples, z.span<T>(), out.span<T>());
        },
        side_);
  }
  void measure(int m, const Vector& z, std::span<double> out) override {
    std::visit(
        [&]<class T>(Side<T>& side) {
          out[0] = side.f.evaluate(side.real[row(m)], side.noise[row(m)], all_, z.span<T>(), {});
          look_at(side.f.generate(side.noise[row(m)], all_, z.span<T>()), out);
        },
        side_);
  }
  void prox(double, Vector& z) override { feasible_.project(z); }
  Known known() const override;

 private:
  template <class T>
  struct Side {
    detail::WassersteinObjective<T> f;
    std::vector<detail::PointRows<T>> real, noise;  // of every worker here
  };
  using AnySide = std::variant<Side<float>, Side<double>>;
  template <class T>
  AnySide make_side() const;
  template <class T>
  void look_at(const std::vector<T>& points, std::span<double> out) const;
  std::size_t row(int m) const { return static_cast<std::size_t>(m - workers_.first); }

  Params params_;
  WorkerRange workers_;
  detail::PerceptronShape generator_, critic_;
  std::vector<std::uint32_t> all_;  // 0, 1, ..., r - 1
  detail::ProductSet feasible_;
  AnySide side_;
};

detail::PerceptronShape shape_of(const char* name, std::int64_t inputs, const std::vector<double>& hidden,
                                 std::size_t outputs, const std::string& activation) {
  detail::PerceptronShape shape;
  shape.widths.push_back(static_cast<std::size_t>(inputs));
  for (const double width : hidden) {
    if (width != std::floor(width)) reject("gan.{} must be whole numbers, got {}", name, width);
    shape.widths.push_back(static_cast<std::size_t>(width));
  }
  shape.widths.push_back(outputs);
  shape.activation = detail::activation_named(activation);
  return shape;
}

Gan::Gan(const Params& params, const Place& place)
    : Problem({}),
      params_(params),
      workers_(worker_block(static_cast<int>(params.workers), place.rank, place.ranks)),
      generator_(shape_of("generator", params.noise, params.generator, 2, params.activation)),
      critic_(shape_of("critic", 2, params.critic, 1, params.activation)),
      all_(static_cast<std::size_t>(params.samples)),
      side_(params.dtype == "float32" ? make_side<float>() : make_side<double>()) {
  if (params.modes_per_worker > params.modes)
    reject("gan: modes_per_worker = {} is more than the {} modes", params.modes_per_worker, params.modes);
  std::iota(all_.begin(), all_.end(), 0u);
  traits_.workers = workers_;
  traits_.dimension = generator_.size() + critic_.size();
  traits_.dtype = params.dtype == "float32" ? Dtype::float32 : Dtype::float64;
  traits_.constrained = true;
  traits_.solvable = false;
  traits_.matrices = generator_.matrices();
  for (MatrixShape matrix : critic_.matrices()) {
    matrix.offset += generator_.size();
    traits_.matrices.push_back(matrix);
  }
  traits_.measures = {"loss", "near_modes", "modes_found"};
  feasible_.add({"whole_space", {}, ""}, generator_.size());
  feasible_.add({"box", {{"low", -params.clip}, {"high", params.clip}}, ""}, critic_.size());
}

// One stream for every worker, so that its points do not depend on who hosts it.
template <class T>
Gan::AnySide Gan::make_side() const {
  const std::int64_t seen = params_.modes_per_worker > 0 ? params_.modes_per_worker : params_.modes;
  Side<T> side{detail::WassersteinObjective<T>(generator_, critic_, params_.weight_decay), {}, {}};
  for (int m = workers_.first; m < workers_.last; ++m) {
    Stream stream(static_cast<std::uint64_t>(params_.seed), Purpose::problem, static_cast<std::uint64_t>(m),
                  0);
    detail::PointRows<T>& real = side.real.emplace_back(detail::PointRows<T>{2});
    detail::PointRows<T>& noise = side.noise.emplace_back(detail::PointRows<T>{generator_.inputs()});
    for (std::size_t j = 0; j < all_.size(); ++j) {
      const double mode = m + static_cast<double>(stream.below(static_cast<std::uint64_t>(seen)));
      const double angle = 2 * std::numbers::pi * mode / static_cast<double>(params_.modes);
      real.values.push_back(
          static_cast<T>(params_.radius * std::cos(angle) + params_.deviation * stream.normal()));
      real.values.push_back(
          static_cast<T>(params_.radius * std::sin(angle) + params_.deviation * stream.normal()));
      for (std::size_t i = 0; i < noise.columns; ++i) noise.values.push_back(static_cast<T>(stream.normal()));
    }
  }
  return side;
}

// The nearest mode of a point is that of the nearest angle.
template <class T>
void Gan::look_at(const std::vector<T>& points, std::span<double> out) const {
  const double turn = 2 * std::numbers::pi / static_cast<double>(params_.modes);
  std::set<long> found;
  std::size_t near = 0;
  for (std::size_t i = 0; i < points.size(); i += 2) {
    const double x = points[i], y = points[i + 1];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    const long mode = std::lround(std::atan2(y, x) / turn);
    const double angle = turn * static_cast<double>(mode);
    if (std::hypot(x - params_.radius * std::cos(angle), y - params_.radius * std::sin(angle)) >
        4 * params_.deviation)
      continue;
    ++near;
    found.insert((mode + params_.modes) % params_.modes);
  }
  out[1] = static_cast<double>(near) / static_cast<double>(points.size() / 2);
  out[2] = static_cast<double>(found.size());
}

Known Gan::known() const {
  const auto seed = static_cast<std::uint64_t>(params_.init_seed);
  std::vector<double> start = generator_.start(seed);
  for (const double weight : critic_.start(seed + 1))
    start.push_back(std::clamp(weight, -params_.clip, params_.clip));
  return {{}, std::nullopt, std::move(start)};
}

}  // namespace

void register_gan(Catalogue& all) { all.add<Gan>("gan"); }

}  // namespace trivium::problems
