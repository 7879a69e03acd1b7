// Logistic regression on LIBSVM data against perturbations of its rows: one that all rows share, or one for
// every row, which stays with its worker. The operators are in detail/shared_logistic.cpp and
// detail/per_sample_logistic.cpp.
#include <trivium/problems/partitioners.hpp>
#include <trivium/problems/problem.hpp>
#include <trivium/problems/sets.hpp>

#include "detail/logistic_operator.hpp"
#include "detail/product_set.hpp"

namespace trivium::problems {
namespace {

class AdversarialLogistic final : public Problem {
 public:
  struct Params {
    detail::DataSource data;
    std::int64_t workers = 50;
    double lambda = 0.1, penalty = 1, radius = 0.1;
    std::string perturbation = "shared", ball = "none";
    Plugin x_set{"whole_space", {}, {}};
    void describe(Fields& fields) {
      fields.text("file", data.file, "LIBSVM text with two labels, looked up in the data folders; required");
      fields.integer("features", data.features, non_negative,
                     "columns; 0 is as many as the file has, more are empty");
      fields.integer("workers", workers, {1, 1 << 30}, "M; each owns some rows of the file");
      fields.plugin("partition", data.partition, partitioners::catalogue(), "how rows are dealt to workers");
      fields.real("lambda", lambda, non_negative, "weight of |x|^2 / 2");
      fields.choice("perturbation", perturbation, {"shared", "per_sample"},
                    "one y for all rows, or one for each that stays with its worker");
      fields.real("penalty", penalty, non_negative, "beta, weight of -|y|^2 / 2");
      fields.choice("ball", ball, {"none", "l2", "linf"}, "the norm of y that is at most radius");
      fields.real("radius", radius, positive, "of the ball");
      fields.plugin("x_set", x_set, sets::catalogue(), "feasible set of x");
    }
  };

  static About about() {
    return {
        .summary = "logistic regression robust to a shift of all rows, or of each; sparse real data; float64",
        .rule =
            "min over x, max over y of the mean over workers of\n"
            "  f_m(x, y) = (1/N_m) sum_i log(1 + exp(-b_i <a_i + y, x>)) + lambda/2 |x|^2 - penalty/2 |y|^2\n"
            "shared: F_m = (grad_x f_m, -grad_y f_m), z = (x, y) of dimension 2 features, y in the ball if\n"
            "there is one. Concave in y, so that the inequality is monotone, where |x|^2 <= 4 penalty.\n"
            "per_sample: every row has a y_i of its own, at its maximum, which never leaves the worker and\n"
            "costs no bits; z = x, and f_m is convex: the mean of log(1 + exp(-t_i)) at the worst margins\n"
            "  l2: t_i = b_i <a_i, x> - radius |x|_2    linf: t_i = b_i <a_i, x> - radius |x|_1\n"
            "  penalty: t_i = b_i <a_i, x> - (|x|^2 / penalty) / (1 + exp(t_i)), by Newton, less\n"
            "           penalty/2 |y_i|^2;  a ball or a penalty, not both.\n"
            "With linf F jumps where a coordinate of x changes sign: no solution is computed there.\n"
            "Constants are local and measured at the solution. Samples are rows.",
        .source = "robust logistic regression; the worst margin of a ball is the dual norm"};
  }

  AdversarialLogistic(const Params& params, const Place& place)
      : Problem({}),
        workers_(worker_block(static_cast<int>(params.workers), place.rank, place.ranks)),
        rows_("adversarial_logistic", params.data, workers_, place),
        operator_(make_operator(params, rows_)) {
    traits_.workers = workers_;
    traits_.dimension = operator_->dimension();
    traits_.has_jacobian = traits_.has_samples_gram = true;
    const bool shared = params.perturbation == "shared";
    feasible_.add(params.x_set, rows_.features());
    if (shared) feasible_.add(set_of(params), rows_.features());
    traits_.constrained = !feasible_.is_whole_space();
    traits_.has_gap = feasible_.is_bounded();
    traits_.solvable = shared ? params.penalty > 0 : params.ball != "linf";
  }

  void evaluate(int m, const Vector& z, Vector& out) override {
    operator_->evaluate(all_of(m), data(z), data(out));
  }
  std::size_t samples(int m) const override { return rows_.count(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    operator_->evaluate({rows_.first(m), samples.size(), samples.data()}, data(z), data(out));
  }
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    operator_->jacobian(all_of(m), data(z), data(v), transposed, data(out));
  }
  void samples_gram(int m, const Vector& z, const Vector& v, Vector& out) override {
    operator_->gram(all_of(m), data(z), data(v), data(out));
  }
  void prox(double, Vector& z) override { feasible_.project(z); }
  double gap(const Vector& z, const Vector& F) override { return feasible_.gap(z, F); }

 private:
  detail::RowList all_of(int m) const { return {rows_.first(m), rows_.count(m)}; }
  static const double* data(const Vector& z) { return z.span<double>().data(); }
  static double* data(Vector& z) { return z.span<double>().data(); }

  static std::unique_ptr<detail::LogisticOperator> make_operator(const Params& params,
                                                                 const detail::SparseRows& rows) {
    const bool ball = params.ball != "none";
    if (!ball && params.penalty == 0)
      reject("adversarial_logistic: the perturbation is unbounded; give a ball or a penalty above 0");
    if (params.perturbation == "shared") return detail::shared_logistic(rows, params.lambda, params.penalty);
    if (ball && params.penalty > 0)
      reject(
          "adversarial_logistic: per_sample takes a ball or a penalty, not both; set penalty = 0 or ball = "
          "\"none\"");
    const detail::Reach reach = !ball                 ? detail::Reach::penalty
                                : params.ball == "l2" ? detail::Reach::l2
                                                      : detail::Reach::linf;
    return detail::per_sample_logistic(rows, params.lambda, reach, ball ? params.radius : params.penalty);
  }
  static Plugin set_of(const Params& params) {
    if (params.ball == "l2") return {"l2_ball", {{"radius", params.radius}}, ""};
    if (params.ball == "linf") return {"box", {{"low", -params.radius}, {"high", params.radius}}, ""};
    return {"whole_space", {}, ""};
  }

  WorkerRange workers_;
  detail::SparseRows rows_;
  std::unique_ptr<detail::LogisticOperator> operator_;
  detail::ProductSet feasible_;
};

}  // namespace

void register_adversarial_logistic(Catalogue& all) { all.add<AdversarialLogistic>("adversarial_logistic"); }

}  // namespace trivium::problems
