// Minimisation over labelled rows. One worker's objective over its rows (a_i, b_i), i = 1..N, is
//
//   f(x) = (1/N) sum_i l(<a_i, x>, b_i) + lambda/2 |x|^2,
//
// with l(p, b) = (p - b)^2 / 2 or log(1 + exp(-b p)), and F = grad f. The rows stay sparse.
#include <algorithm>
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/problems/partitioners.hpp>
#include <trivium/problems/problem.hpp>

#include "detail/sparse_rows.hpp"

namespace trivium::problems {
namespace {

class Regression final : public Problem {
 public:
  struct Params {
    detail::DataSource data;
    std::string loss = "logistic";
    std::int64_t workers = 10;
    double lambda = 0.01;
    void describe(Fields& fields) {
      fields.text("file", data.file, "LIBSVM text, looked up in the data folders; required");
      fields.choice("loss", loss, {"logistic", "squares"}, "l: log(1 + exp(-b p)), or (p - b)^2 / 2");
      fields.choice("labels", data.labels, {"plus_minus_one", "as_they_are"},
                    "whether a file's two labels become -1 and +1, or any labels are used as numbers");
      fields.integer(
          "positive", data.positive, {-1, 1e9},
          "a label that becomes +1, all others -1, for files of many classes; -1: as `labels` says");
      fields.integer("features", data.features, non_negative,
                     "columns; 0 is as many as the file has, more are empty");
      fields.text("graph", data.graph,
                  "a file of edges between the rows: only rows of its largest connected component are kept");
      fields.integer("workers", workers, {1, 1 << 30}, "M; each owns some rows of the file");
      fields.flag("shared_rows", data.shared_rows, "every worker owns all rows; nothing is dealt");
      fields.plugin("partition", data.partition, partitioners::catalogue(), "how rows are dealt to workers");
      fields.real("lambda", lambda, non_negative, "weight of |x|^2 / 2");
    }
  };

  static About about() {
    return {
        "logistic regression or least squares; sparse real data; minimisation; float64",
        "min over x of the mean over workers of f_m(x) = (1/N_m) sum_i l(<a_i, x>, b_i) + lambda/2 |x|^2\n"
        "l(p, b) = log(1 + exp(-b p)) or (p - b)^2 / 2; F_m = grad f_m, samples are rows.\n"
        "With graph = \"...\" the rows are the states of a graph_walk on the same file, in its order: with\n"
        "noise = { type = \"sampled\", chain = { type = \"graph_walk\", edges = \"...\" } } and shared_rows\n"
        "every worker learns along a walk of its own on the same graph.\n"
        "Constants of the logistic loss are measured at the solution; its L is nowhere above\n"
        "largest eigenvalue of (1/N) sum a_i a_i^T / 4 + lambda.",
        "definition"};
  }

  Regression(const Params& params, const Place& place)
      : Problem({}),
        logistic_(params.loss == "logistic"),
        shared_(params.data.shared_rows),
        lambda_(params.lambda),
        rows_("regression", params.data,
              worker_block(static_cast<int>(params.workers), place.rank, place.ranks), place) {
    traits_.dimension = rows_.features();
    traits_.workers = worker_block(static_cast<int>(params.workers), place.rank, place.ranks);
    traits_.affine = !logistic_;
    traits_.convex = true;
    traits_.has_jacobian = true;
    traits_.has_samples_gram = true;
    if (logistic_) require_signs();
  }

  void evaluate(int m, const Vector& z, Vector& out) override {
    const std::size_t first = rows_.first(m);
    mean_over(
        rows_.count(m), [first](std::size_t i) { return first + i; }, z, out);
  }
  std::size_t samples(int m) const override { return rows_.count(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    const auto row_at = [samples, first = rows_.first(m)](std::size_t i) { return first + samples[i]; };
    mean_over(samples.size(), row_at, z, out);
  }

  // J v = (1/N) sum_i l'' <a_i, v> a_i + lambda v, symmetric.
  void jacobian(int m, const Vector& z, const Vector& v, bool, Vector& out) override {
    weigh_rows(m, z, v, out, lambda_, [](double curvature, std::size_t) { return curvature; });
  }
  // J_i = l'' a_i a_i^T + lambda I squared is (l''^2 |a_i|^2 + 2 lambda l'') a_i a_i^T + lambda^2 I.
  void samples_gram(int m, const Vector& z, const Vector& v, Vector& out) override {
    weigh_rows(m, z, v, out, lambda_ * lambda_, [this](double curvature, std::size_t row) {
      return curvature * (curvature * rows_.squared_norm(row) + 2 * lambda_);
    });
  }

  Known known() const override {
    Known known;
    if (shared_)
      for (const Which which : {Which::delta, Which::d1, Which::sig, Which::sig1})
        known.constants[which] = {0, Origin::known, "every worker owns all rows"};
    return known;
  }

 private:
  void require_signs() const {
    const WorkerRange& workers = traits_.workers;
    for (int m = workers.first; m < workers.last; ++m)
      for (std::size_t row = rows_.first(m); row < rows_.first(m) + rows_.count(m); ++row)
        if (std::abs(rows_.label(row)) != 1)
          reject(
              "regression: the logistic loss needs labels -1 and +1, found {}; set labels = "
              "\"plus_minus_one\" "
              "or positive = ...",
              rows_.label(row));
  }

  /// l' at p = <a_row, x>.
  double slope(double p, double b) const { return logistic_ ? -b / (1 + std::exp(b * p)) : p - b; }
  /// l'' there.
  double curvature(double p) const {
    if (!logistic_) return 1;
    const double s = 1 / (1 + std::exp(-std::abs(p)));
    return s * (1 - s);
  }

  // out = F of the mean of the `count` rows row_at(0), row_at(1), ...
  template <class RowAt>
  void mean_over(std::size_t count, RowAt row_at, const Vector& z, Vector& out) const {
    const std::span<const double> x = z.span<double>();
    const std::span<double> F = out.span<double>();
    const double scale = 1 / static_cast<double>(count);
    std::fill(F.begin(), F.end(), 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = row_at(i);
      rows_.add(row, scale * slope(rows_.dot(row, x.data()), rows_.label(row)), F.data());
    }
    for (std::size_t j = 0; j < F.size(); ++j) F[j] += lambda_ * x[j];
  }

  // out = (1/N) sum_i weight(l'', row i) <a_i, v> a_i + shift v.
  template <class Weight>
  void weigh_rows(int m, const Vector& z, const Vector& v, Vector& out, double shift, Weight weight) const {
    const double* x = z.span<double>().data();
    const std::span<const double> direction = v.span<double>();
    const std::span<double> result = out.span<double>();
    const double scale = 1 / static_cast<double>(rows_.count(m));
    std::fill(result.begin(), result.end(), 0.0);
    for (std::size_t row = rows_.first(m); row < rows_.first(m) + rows_.count(m); ++row) {
      const double w = weight(curvature(rows_.dot(row, x)), row);
      rows_.add(row, scale * w * rows_.dot(row, direction.data()), result.data());
    }
    for (std::size_t j = 0; j < result.size(); ++j) result[j] += shift * direction[j];
  }

  bool logistic_, shared_;
  double lambda_;
  detail::SparseRows rows_;
};

}  // namespace

void register_regression(Catalogue& all) { all.add<Regression>("regression"); }

}  // namespace trivium::problems
