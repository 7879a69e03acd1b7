// Adversarial training of a multilayer perceptron on images: the saddle point of
//
//   f_m(theta, delta) = (1/N) sum_i cross-entropy(network(x_i + delta; theta), l_i)
//                       + weight_decay/2 |theta|^2 - penalty/2 |delta|^2
//
// over the rows (x_i, l_i) of worker m; F_m = (grad_theta f_m, -grad_delta f_m) at z = (theta, delta). With a
// perturbation per sample z is theta alone.
#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

#include <trivium/problems/partitioners.hpp>
#include <trivium/problems/sets.hpp>

#include "detail/network_objective.hpp"
#include "detail/network_on_card.hpp"
#include "detail/on_device.hpp"
#include "detail/product_set.hpp"

namespace trivium::problems {
namespace {

class AdversarialNetwork final : public Problem {
 public:
  struct Params {
    detail::ImageSource train{.images = "mnist/train-images-idx3-ubyte",
                              .labels = "mnist/train-labels-idx1-ubyte"};
    detail::ImageSource test{.images = "mnist/t10k-images-idx3-ubyte",
                             .labels = "mnist/t10k-labels-idx1-ubyte",
                             .rows = 1000,
                             .partition = {"contiguous", {}, {}}};
    std::vector<double> hidden{128, 64};
    std::string activation = "relu", perturbation = "shared", ball = "linf", dtype = "float32",
                device = "host";
    double radius = 0.1, penalty = 0, weight_decay = 1e-4, attack_step = 0;
    std::int64_t attack_steps = 10, workers = 10, init_seed = 1, loss_rows = 0;
    void describe(Fields& fields) {
      fields.text("images", train.images, "idx file of images, looked up in the data folders");
      fields.text("labels", train.labels, "idx file of their labels");
      fields.integer("rows", train.rows, non_negative, "the first so many training images; 0 is all");
      fields.text("test_images", test.images, "idx file of the images that accuracies are measured on");
      fields.text("test_labels", test.labels, "idx file of their labels");
      fields.integer("test_rows", test.rows, non_negative,
                     "the first so many test images; 0: no accuracies, and no test files are needed");
      fields.integer("loss_rows", loss_rows, non_negative,
                     "training images that the loss is measured on, each worker's first; 0 is all");
      fields.integer("workers", workers, {1, 1 << 30}, "M; each owns some of the training images");
      fields.plugin("partition", train.partition, partitioners::catalogue(), "how they are dealt to workers");
      fields.reals("hidden", hidden, {1, 1e6}, "widths of the hidden layers; [] is softmax regression");
      fields.choice("activation", activation, {"relu", "gelu", "tanh"}, "between the layers");
      fields.choice("perturbation", perturbation, {"shared", "per_sample"},
                    "one delta for all images, or one for each that stays with its worker");
      fields.choice("ball", ball, {"linf", "l2"}, "the norm that is bounded by radius");
      fields.real("radius", radius, positive, "of the ball of delta, and of the attack on the test images");
      fields.real("penalty", penalty, non_negative, "weight of -|delta|^2 / 2; above 0 it replaces the ball");
      fields.real("weight_decay", weight_decay, non_negative, "weight of |theta|^2 / 2");
      fields.integer("attack_steps", attack_steps, {0, 1e6}, "steps of an attack on single images");
      fields.real("attack_step", attack_step, non_negative,
                  "their length; 0 is radius / 4, or 1 / penalty where that replaces the ball");
      fields.integer("init_seed", init_seed, non_negative, "of the weights at the start");
      fields.choice("dtype", dtype, {"float32", "float64"}, "scalars of points, weights and pixels");
      detail::describe_device(fields, device);
    }
  };
  static About about();
  AdversarialNetwork(const Params& params, const Place& place);

  void evaluate(int m, const Vector& z, Vector& out) override {
    if (card_) return card_->evaluate(train_.range(m), z, out);
    const auto row_at = [first = train_.first(m)](std::size_t i) { return first + i; };
    std::visit(
        [&]<class T>(detail::NetworkObjective<T>& f) {
          f.evaluate(train_, train_.count(m), row_at, z.span<T>(), out.span<T>());
        },
        objective_);
  }
  std::size_t samples(int m) const override { return train_.count(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    if (card_) return card_->evaluate(train_.range(m), samples, z, out);
    const auto row_at = [samples, first = train_.first(m)](std::size_t i) { return first + samples[i]; };
    std::visit(
        [&]<class T>(detail::NetworkObjective<T>& f) {
          f.evaluate(train_, samples.size(), row_at, z.span<T>(), out.span<T>());
        },
        objective_);
  }
  void measure(int m, const Vector& z, std::span<double> out) override {
    const detail::ImageRange test = test_ ? test_->range(m) : detail::ImageRange{};
    const detail::Scores scores =
        card_ ? card_->measure(rows_of_loss(m), test, test_attack_, z) : measured(rows_of_loss(m), test, z);
    out[0] = scores.loss;
    if (!test_) return;
    // The mean over the workers is then the share of all test images.
    const double weight = static_cast<double>(traits_.workers.total) / static_cast<double>(test_->total());
    out[1] = weight * scores.clean;
    out[2] = weight * scores.robust;
  }
  void prox(double, Vector& z) override {
    if (card_ && traits_.constrained)
      card_->project(z);
    else
      feasible_.project(z);
  }
  Known known() const override {
    std::vector<double> start = shape_.start(init_seed_);
    start.resize(traits_.dimension, 0.0);  // delta = 0
    return {{}, std::nullopt, std::move(start)};
  }

 private:
  using Objective = std::variant<detail::NetworkObjective<float>, detail::NetworkObjective<double>>;
  static detail::ObjectiveRule rule(const Params& params);
  static Objective objective(const Params& params, const detail::PerceptronShape& shape);
  detail::Scores measured(detail::ImageRange train, detail::ImageRange test, const Vector& z);
  detail::ImageRange rows_of_loss(int m) const {
    detail::ImageRange rows = train_.range(m);
    if (loss_rows_ > 0) rows.count = std::min(rows.count, loss_rows_);
    return rows;
  }
  void read_test_images(const detail::ImageSource& source, const Place& place);

  std::uint64_t init_seed_;
  std::size_t loss_rows_;  // of a worker; 0 is all
  WorkerRange workers_;
  detail::ImageRows train_;
  std::optional<detail::ImageRows> test_;
  detail::AttackRule test_attack_;
  detail::PerceptronShape shape_;
  detail::ProductSet feasible_;
  Objective objective_;
  std::optional<detail::NetworkOnCard> card_;  // does the work where the vectors live on the card
};

About AdversarialNetwork::about() {
  return {
      .summary = "adversarial training of a multilayer perceptron on images (MNIST); float32 or float64",
      .rule =
          "min over theta, max over delta of the mean over workers of\n"
          "  f_m = (1/N_m) sum_i cross-entropy(network(x_i + delta; theta), l_i)\n"
          "        + weight_decay/2 |theta|^2 - penalty/2 |delta|^2\n"
          "F_m = (grad_theta f_m, -grad_delta f_m), z = (theta, delta), pixels from 0 to 1 before delta.\n"
          "theta: layer after layer the weights, row-major (outputs, inputs), and the biases; weights\n"
          "start normal with variance 2 / inputs (tanh: 2 / (inputs + outputs)), biases and delta at 0.\n"
          "shared: |delta| <= radius, or penalty > 0 and no ball. per_sample: z = theta, and F_m is the\n"
          "gradient in theta at delta_i found for every row by attack_steps steps of ascent from 0:\n"
          "  linf: delta = P(delta + step sign g)    l2: delta = P(delta + step g / |g|)\n"
          "  penalty: delta = delta + step (g - penalty delta),   g the gradient of the row's loss.\n"
          "These delta_i never leave their worker and cost no bits; an evaluation is attack_steps + 1\n"
          "passes forwards and backwards and is counted as one call. On a card all of it happens there,\n"
          "images included; of samples only the numbers cross. Not monotone: no constants, no\n"
          "solution; give step sizes as numbers and use the residual as merit. Samples are rows.\n"
          "Measures: loss, the saddle value f, over loss_rows rows where given; clean_accuracy and\n"
          "robust_accuracy on the test images, the latter with every image moved by such an attack\n"
          "in the ball (also with a penalty).",
      .source = "Madry et al. 2018 (attack, training); start: He et al. 2015, Glorot and Bengio 2010"};
}

// On single images; in the ball without a penalty.
detail::AttackRule attack(const AdversarialNetwork::Params& params, double penalty) {
  const double usual = penalty > 0 ? 1 / penalty : params.radius / 4;
  return {.l2 = params.ball == "l2",
          .radius = params.radius,
          .penalty = penalty,
          .steps = static_cast<int>(params.attack_steps),
          .step = params.attack_step > 0 ? params.attack_step : usual};
}

detail::ObjectiveRule AdversarialNetwork::rule(const Params& params) {
  return {.shared = params.perturbation == "shared",
          .weight_decay = params.weight_decay,
          .training = attack(params, params.penalty)};
}

AdversarialNetwork::Objective AdversarialNetwork::objective(const Params& params,
                                                            const detail::PerceptronShape& shape) {
  if (params.dtype == "float32") return detail::NetworkObjective<float>(shape, rule(params));
  return detail::NetworkObjective<double>(shape, rule(params));
}

AdversarialNetwork::AdversarialNetwork(const Params& params, const Place& place)
    : Problem({.workers = {}, .device = &detail::device_named(params.device)}),
      init_seed_(static_cast<std::uint64_t>(params.init_seed)),
      loss_rows_(static_cast<std::size_t>((params.loss_rows + params.workers - 1) / params.workers)),
      workers_(worker_block(static_cast<int>(params.workers), place.rank, place.ranks)),
      train_("adversarial_network", params.train, workers_, place),
      test_attack_(attack(params, 0)),
      shape_(detail::shape_of("adversarial_network.hidden", train_.pixels(), params.hidden, train_.classes(),
                              params.activation)),
      objective_(objective(params, shape_)) {
  const bool shared = params.perturbation == "shared";
  traits_.workers = workers_;
  traits_.dimension = shape_.size() + (shared ? shape_.inputs() : 0);
  traits_.dtype = params.dtype == "float32" ? Dtype::float32 : Dtype::float64;
  traits_.matrices = shape_.matrices();
  traits_.solvable = false;
  traits_.constrained = shared && params.penalty == 0;
  if (traits_.constrained) {
    feasible_.add({"whole_space", {}, ""}, shape_.size());
    const double r = params.radius;
    if (params.ball == "l2")
      feasible_.add({"l2_ball", {{"radius", r}}, ""}, shape_.inputs());
    else
      feasible_.add({"box", {{"low", -r}, {"high", r}}, ""}, shape_.inputs());
  }
  traits_.measures = {"loss"};
  if (params.test.rows > 0) read_test_images(params.test, place);
  if (params.device == "cuda")
    card_.emplace(shape_, rule(params), traits_.dtype, workers_, train_, test_ ? &*test_ : nullptr);
}

detail::Scores AdversarialNetwork::measured(detail::ImageRange train, detail::ImageRange test,
                                            const Vector& z) {
  const auto row_at = [first = train.first](std::size_t i) { return first + i; };
  return std::visit(
      [&]<class T>(detail::NetworkObjective<T>& f) {
        detail::Scores scores{.loss = f.value(train_, train.count, row_at, z.span<T>())};
        const auto correct = [&](const detail::AttackRule& rule) {
          return static_cast<double>(
              f.correct(*test_, test.first, test.first + test.count, rule, z.span<T>()));
        };
        if (test_) scores.clean = correct({.steps = 0});
        if (test_) scores.robust = correct(test_attack_);
        return scores;
      },
      objective_);
}

void AdversarialNetwork::read_test_images(const detail::ImageSource& source, const Place& place) {
  test_.emplace("adversarial_network", source, workers_, place);
  if (test_->pixels() != train_.pixels())
    reject("adversarial_network: the test images have {} pixels, the training images {}", test_->pixels(),
           train_.pixels());
  if (test_->classes() > train_.classes())
    reject("adversarial_network: the test labels reach {}, those of the training rows only {}; {}",
           test_->classes() - 1, train_.classes() - 1, "use more rows");
  traits_.measures.insert(traits_.measures.end(), {"clean_accuracy", "robust_accuracy"});
}

}  // namespace

void register_adversarial_network(Catalogue& all) { all.add<AdversarialNetwork>("adversarial_network"); }

}  // namespace trivium::problems
