// A Wasserstein GAN on a mixture of Gaussians on a ring (Arjovsky, Chintala, Bottou 2017): the saddle point
// of
//
//   f_m(theta, phi) = (1/r) sum_j [D(x_mj; phi) - D(G(n_mj; theta); phi)] + weight_decay/2 (|theta|^2 -
//   |phi|^2)
//
// over the generator's weights theta and the critic's phi. D's Lipschitz constant is bounded by clipping phi
// to |phi_i| <= clip, by spectral norms of its matrices of at most `bound`, or by a penalty on its slope
// (Gulrajani et al. 2017). x_mj are real points of worker m, n_mj its noise, both drawn once.
#include <cmath>
#include <numeric>
#include <variant>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/problems/problem.hpp>

#include "detail/gaussian_ring.hpp"
#include "detail/product_set.hpp"
#include "detail/wasserstein_objective.hpp"

namespace trivium::problems {
namespace {

class Gan final : public Problem {
 public:
  struct Params {
    std::int64_t modes_per_worker = 0, noise = 4, samples = 512, workers = 10, seed = 1, init_seed = 1;
    detail::GaussianRing ring;
    double clip = 0.1, bound = 1, penalty = 10, weight_decay = 1e-4;
    std::vector<double> generator{32, 32}, critic{32, 32};
    std::string activation = "relu", lipschitz = "clipping", penalty_for = "critic", dtype = "float32";
    void describe(Fields& fields) {
      fields.integer("workers", workers, {1, 1 << 30}, "M");
      fields.integer("samples", samples, {1, 1e8}, "r: pairs of a real point and a noise, per worker");
      fields.integer("modes", ring.modes, {1, 1e6}, "Gaussians, equally spaced on a circle");
      fields.integer("modes_per_worker", modes_per_worker, non_negative,
                     "neighbouring modes that a worker sees, from mode m on; 0 is all");
      fields.real("radius", ring.radius, positive, "of the circle");
      fields.real("deviation", ring.deviation, positive, "standard deviation of every Gaussian");
      fields.integer("noise", noise, {1, 1e6}, "dimension of the generator's input, standard normal");
      fields.reals("generator", generator, {1, 1e6}, "widths of the generator's hidden layers");
      fields.reals("critic", critic, {1, 1e6}, "widths of the critic's hidden layers");
      fields.choice("activation", activation, {"relu", "gelu", "tanh"}, "between the layers of both");
      fields.choice("lipschitz", lipschitz, {"clipping", "spectral", "gradient_penalty"},
                    "what bounds the critic's Lipschitz constant");
      fields.real("clip", clip, positive, "clipping: bound of every weight and bias of the critic");
      fields.real("bound", bound, positive, "spectral: bound of the spectral norm of every matrix of it");
      fields.real("penalty", penalty, positive, "gradient_penalty: weight of (|slope| - 1)^2");
      fields.choice("penalty_for", penalty_for, {"critic", "both"},
                    "whose gradient takes the penalty in; both: f is one saddle point");
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
            "min over theta, max over phi of the mean over workers of\n"
            "  f_m = (1/r) sum_j D(x_mj; phi) - D(G(n_mj; theta); phi) + weight_decay/2 (|theta|^2 - "
            "|phi|^2)\n"
            "G: noise -> R^2 and D: R^2 -> R are multilayer perceptrons, x_mj = radius (cos a, sin a) +\n"
            "deviation N(0, I) with a = 2 pi k / modes and k uniform on the worker's modes, n_mj ~ N(0, I).\n"
            "lipschitz = clipping: phi in [-clip, clip]^n; spectral: |W_l|_2 <= bound for every matrix of "
            "D,\n"
            "its biases are free, and D is bound^layers-Lipschitz, with gelu 1.13 times that for each "
            "hidden\n"
            "layer; both are projected onto exactly, also the start. gradient_penalty: phi is free, and f_m\n"
            "has  - penalty (1/r) sum_j (|grad_x D(y_mj)| - 1)^2,  y_mj = u_mj x_mj + (1 - u_mj) G(n_mj),\n"
            "u_mj uniform on [0, 1], drawn once; where grad_x D = 0 the gradients of a penalty count as 0.\n"
            "F_m = (grad_theta f_m, -grad_phi f_m), z = (theta, phi), each layer after layer as in\n"
            "adversarial_network. penalty_for = critic: grad_theta f_m is at fixed y_mj, so that F is the "
            "two\n"
            "players' own gradients, as Gulrajani et al. train, and no saddle point's; both: it goes "
            "through\n"
            "y_mj too, and the generator, which minimises f, gains where the slope is far from 1.\n"
            "Not monotone: give step sizes as numbers and use the residual as merit. Samples are pairs\n"
            "(x_mj, n_mj), with their u_mj.\n"
            "Measures: loss, f; near_modes, the share of generated points within 4 deviations of a mode;\n"
            "modes_found, how many modes have such a point among those of one worker's noise.",
        .source =
            "Arjovsky, Chintala, Bottou 2017 (arXiv 1701.07875); Gulrajani, Ahmed, Arjovsky, Dumoulin, "
            "Courville 2017 (arXiv 1704.00028)"};
  }
  Gan(const Params& params, const Place& place);

  void evaluate(int m, const Vector& z, Vector& out) override { evaluate_samples(m, z, all_, out); }
  std::size_t samples(int) const override { return all_.size(); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    std::visit(
        [&]<class T>(Side<T>& side) {
          side.f.evaluate(side.pairs[row(m)], samples, z.span<T>(), out.span<T>());
        },
        side_);
  }
  void measure(int m, const Vector& z, std::span<double> out) override {
    std::visit(
        [&]<class T>(Side<T>& side) {
          out[0] = side.f.evaluate(side.pairs[row(m)], all_, z.span<T>(), {});
          const std::vector<T> points = side.f.generate(side.pairs[row(m)], all_, z.span<T>());
          detail::Found found(params_.ring);
          for (std::size_t i = 0; i < points.size(); i += 2) found.add(points[i], points[i + 1]);
          out[1] = found.share();
          out[2] = found.modes();
        },
        side_);
  }
  void prox(double, Vector& z) override { feasible_.project(z); }
  Known known() const override;

 private:
  template <class T>
  struct Side {
    detail::WassersteinObjective<T> f;
    std::vector<detail::Pairs<T>> pairs;  // of every worker here
  };
  using AnySide = std::variant<Side<float>, Side<double>>;
  template <class T>
  AnySide make_side() const;
  detail::ProductSet feasible_set() const;
  std::size_t row(int m) const { return static_cast<std::size_t>(m - workers_.first); }

  Params params_;
  WorkerRange workers_;
  detail::PerceptronShape generator_, critic_;
  std::vector<std::uint32_t> all_;  // 0, 1, ..., r - 1
  detail::ProductSet feasible_;
  AnySide side_;
};

Gan::Gan(const Params& params, const Place& place)
    : Problem({}),
      params_(params),
      workers_(worker_block(static_cast<int>(params.workers), place.rank, place.ranks)),
      generator_(detail::shape_of("gan.generator", static_cast<std::size_t>(params.noise), params.generator,
                                  2, params.activation)),
      critic_(detail::shape_of("gan.critic", 2, params.critic, 1, params.activation)),
      all_(static_cast<std::size_t>(params.samples)),
      feasible_(feasible_set()),
      side_(params.dtype == "float32" ? make_side<float>() : make_side<double>()) {
  std::iota(all_.begin(), all_.end(), 0u);
  traits_.workers = workers_;
  traits_.dimension = generator_.size() + critic_.size();
  traits_.dtype = params.dtype == "float32" ? Dtype::float32 : Dtype::float64;
  traits_.constrained = !feasible_.is_whole_space();
  traits_.solvable = false;
  traits_.matrices = generator_.matrices();
  for (MatrixShape matrix : critic_.matrices()) {
    matrix.offset += generator_.size();
    traits_.matrices.push_back(matrix);
  }
  traits_.measures = {"loss", "near_modes", "modes_found"};
}

detail::ProductSet Gan::feasible_set() const {
  detail::ProductSet set;
  set.add({"whole_space", {}, ""}, generator_.size());
  if (params_.lipschitz == "clipping") {
    set.add({"box", {{"low", -params_.clip}, {"high", params_.clip}}, ""}, critic_.size());
  } else if (params_.lipschitz == "spectral") {
    for (const MatrixShape& matrix : critic_.matrices()) {
      const Table ball{{"rows", static_cast<std::int64_t>(matrix.rows)}, {"radius", params_.bound}};
      set.add({"spectral_ball", ball, ""}, matrix.rows * matrix.columns);
      set.add({"whole_space", {}, ""}, matrix.columns);  // the biases
    }
  } else {
    set.add({"whole_space", {}, ""}, critic_.size());
  }
  return set;
}

// One stream for every worker, so that its points do not depend on who hosts it.
template <class T>
Gan::AnySide Gan::make_side() const {
  if (params_.modes_per_worker > params_.ring.modes)
    reject("gan: modes_per_worker = {} is more than the {} modes", params_.modes_per_worker,
           params_.ring.modes);
  const std::int64_t seen = params_.modes_per_worker > 0 ? params_.modes_per_worker : params_.ring.modes;
  detail::SlopePenalty penalty;
  if (params_.lipschitz == "gradient_penalty")
    penalty = {.weight = params_.penalty, .for_generator = params_.penalty_for == "both"};
  Side<T> side{{generator_, critic_, params_.weight_decay, penalty}, {}};
  for (int m = workers_.first; m < workers_.last; ++m) {
    const auto seed = static_cast<std::uint64_t>(params_.seed), worker = static_cast<std::uint64_t>(m);
    Stream stream(seed, Purpose::problem, worker, 0), shares(seed, Purpose::problem, worker, 1);
    detail::Pairs<T>& pairs = side.pairs.emplace_back(detail::Pairs<T>{{2}, {generator_.inputs()}, {}});
    for (std::size_t j = 0; j < all_.size(); ++j) {
      const auto mode = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(seen)));
      for (const double entry : params_.ring.draw(m + mode, stream))
        pairs.real.values.push_back(static_cast<T>(entry));
      for (std::size_t i = 0; i < generator_.inputs(); ++i)
        pairs.noise.values.push_back(static_cast<T>(stream.normal()));
      pairs.shares.push_back(static_cast<T>(shares.uniform()));
    }
  }
  return side;
}

Known Gan::known() const {
  const auto seed = static_cast<std::uint64_t>(params_.init_seed);
  std::vector<double> start = generator_.start(seed);
  const std::vector<double> critic = critic_.start(seed + 1);
  start.insert(start.end(), critic.begin(), critic.end());
  Vector feasible{std::span<const double>(start)};
  feasible_set().project(feasible);
  return {{}, std::nullopt, feasible.to_host()};
}

}  // namespace

void register_gan(Catalogue& all) { all.add<Gan>("gan"); }

}  // namespace trivium::problems
