// Robust linear regression. One worker's objective over its rows (a_i, b_i), i = 1..N, all of them shifted by
// the same y:
//
//   f(x, y) = (1/N) sum_i 1/2 r_i^2 + lambda/2 |x|^2 - beta/2 |y|^2,   r_i = <x, a_i + y> - b_i,
//
// and F = (grad_x f, -grad_y f) at z = (x, y). With rbar = (1/N) sum r_i,
//
//   grad_x f = (1/N) sum r_i a_i + rbar y + lambda x,     grad_y f = rbar x - beta y.
//
// The rows stay sparse and are read once per evaluation: r_i needs row i and <x, y> only, and is used at
// once.
#include <algorithm>
#include <numeric>
#include <optional>

#include <trivium/problems/partitioners.hpp>
#include <trivium/problems/problem.hpp>
#include <trivium/problems/sets.hpp>

#include "detail/on_device.hpp"
#include "detail/product_set.hpp"
#include "detail/regression_on_card.hpp"
#include "detail/sparse_rows.hpp"

namespace trivium::problems {
namespace {

class RobustRegression final : public Problem {
 public:
  struct Params {
    detail::DataSource data;
    std::int64_t workers = 50;
    double lambda = 0.1;
    double beta = 1;
    Plugin x_set{"whole_space", {}, {}};
    Plugin y_set{"whole_space", {}, {}};
    std::string device = "host";
    void describe(Fields& fields) {
      fields.text("file", data.file, "LIBSVM text, looked up in the data folders; required");
      fields.choice("labels", data.labels, {"plus_minus_one", "as_they_are"},
                    "whether a file's two labels become -1 and +1, or any labels are used as numbers");
      fields.integer("features", data.features, non_negative,
                     "columns; 0 is as many as the file has, more are empty");
      fields.integer("workers", workers, {1, 1 << 30}, "M; each owns some rows of the file");
      fields.plugin("partition", data.partition, partitioners::catalogue(), "how rows are dealt to workers");
      fields.real("lambda", lambda, non_negative, "weight of |x|^2 / 2");
      fields.real("beta", beta, non_negative, "weight of |y|^2 / 2; monotone only where |x|^2 <= beta");
      fields.plugin("x_set", x_set, sets::catalogue(), "feasible set of x");
      fields.plugin("y_set", y_set, sets::catalogue(), "feasible set of y");
      detail::describe_device(fields, device);
    }
  };

  static About about() {
    return {
        .summary = "linear regression robust to a shift of all rows; sparse real data; float64",
        .rule =
            "min over x, max over y of the mean over workers of\n"
            "  f_m(x, y) = (1/N_m) sum_i 1/2 (<x, a_i + y> - b_i)^2 + lambda/2 |x|^2 - beta/2 |y|^2\n"
            "F_m = (grad_x f_m, -grad_y f_m), z = (x, y) of dimension 2 features. Samples are rows.\n"
            "The Hessian of f_m in y is x x^T - beta I, its largest eigenvalue |x|^2 - beta: f_m is\n"
            "concave in y, and the inequality monotone, only where |x|^2 <= beta. Growth is quartic, so\n"
            "every constant is local: it is measured at a point, and fixed steps are trusted near it.\n"
            "With beta = 0 the objective is convex in y and the inequality is not monotone: several\n"
            "stationary points can exist, so use the residual as merit there.",
        .source = "robust regression of the SVOGS experiments (eq. 12), which has beta = 0 and y in a ball"};
  }

  RobustRegression(const Params& params, const Place& place)
      : Problem({.workers = {}, .device = &detail::device_named(params.device)}),
        lambda_(params.lambda),
        beta_(params.beta),
        rows_("robust_regression", params.data,
              worker_block(static_cast<int>(params.workers), place.rank, place.ranks), place),
        n_(rows_.features()) {
    feasible_.add(params.x_set, n_);
    feasible_.add(params.y_set, n_);
    traits_.dimension = 2 * n_;
    traits_.workers = worker_block(static_cast<int>(params.workers), place.rank, place.ranks);
    if (params.device == "cuda") card_.emplace(rows_, traits_.workers);
    traits_.constrained = !feasible_.is_whole_space();
    traits_.has_gap = feasible_.is_bounded();
    traits_.has_jacobian = traits_.has_samples_gram = true;
  }

  void evaluate(int m, const Vector& z, Vector& out) override {
    if (card_)
      return card_->evaluate(static_cast<std::size_t>(m - traits_.workers.first), lambda_, beta_, z, out);
    const auto row_at = [first = rows_.first(m)](std::size_t i) { return first + i; };
    mean_over(rows_.count(m), row_at, z, out);
  }
  std::size_t samples(int m) const override { return rows_.count(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    if (card_)
      reject(
          "robust_regression with device = \"cuda\" evaluates batches of rows on the host only; use a method "
          "that takes no samples, or device = \"host\"");
    const auto row_at = [samples, first = rows_.first(m)](std::size_t i) { return first + samples[i]; };
    mean_over(samples.size(), row_at, z, out);
  }

  // J = [[Hxx, Hxy], [-Hxy^T, -Hyy]] with, for v = (u, w) and q_i = <a_i + y, u>, qbar = (1/N) sum q_i,
  //   Hxx u = (1/N) sum q_i (a_i + y) + lambda u      Hxy w   = <x, w> (abar + y) + rbar w
  //   Hyy w = <x, w> x - beta w                       Hxy^T u = qbar x + rbar u
  // The transpose changes the sign of the two off-diagonal blocks. Constants are measured with it, rounds do
  // without: it is computed on the host also where the vectors are not.
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    if (!z.on_host()) {
      Vector here(out.size());
      jacobian(m, Vector(z.to_host()), Vector(v.to_host()), transposed, here);
      return copy(out, here);
    }
    const Halves<const double> at(z, n_), direction(v, n_);
    const Halves<double> result(out, n_);
    const auto [x, y] = at;
    const auto [u, w] = direction;
    const double sign = transposed ? -1 : 1;
    const double xy = product(x, y), yu = product(y, u), xw = product(x, w);
    const double scale = 1 / static_cast<double>(rows_.count(m));
    double r_mean = 0, q_mean = 0;
    std::fill_n(result.x, n_, 0.0);
    for (std::size_t row = rows_.first(m); row < rows_.first(m + 1); ++row) {
      const double q = rows_.dot(row, u) + yu;
      r_mean += scale * (rows_.dot(row, x) + xy - rows_.label(row));
      q_mean += scale * q;
      rows_.add(row, scale * (q + sign * xw), result.x);
    }
    for (std::size_t j = 0; j < n_; ++j) {
      result.x[j] += (q_mean + sign * xw) * y[j] + lambda_ * u[j] + sign * r_mean * w[j];
      result.y[j] = -sign * (q_mean * x[j] + r_mean * u[j]) - xw * x[j] + beta_ * w[j];
    }
  }

  // Row i has J_i (u, w) = (p, s) with, for g = a_i + y and t = <g, u> + <x, w>,
  //   p = t g + r_i w + lambda u      s = beta w - t x - r_i u,
  // and J_i^T (p, s) = (c g + lambda p - r_i s, c x + r_i p + beta s) with c = <g, p> - <x, s>. Inserted,
  // only multiples of a_i depend on the row in more than a number.
  void samples_gram(int m, const Vector& z, const Vector& v, Vector& out) override {
    if (!z.on_host()) {
      Vector here(out.size());
      samples_gram(m, Vector(z.to_host()), Vector(v.to_host()), here);
      return copy(out, here);
    }
    const Halves<const double> at(z, n_), direction(v, n_);
    const Halves<double> result(out, n_);
    const auto [x, y] = at;
    const auto [u, w] = direction;
    const double xx = product(x, x), xy = product(x, y), xu = product(x, u), xw = product(x, w);
    const double yy = product(y, y), yu = product(y, u), yw = product(y, w);
    const double scale = 1 / static_cast<double>(rows_.count(m));
    double r_mean = 0, rr_mean = 0, rt_mean = 0, top_mean = 0, c_mean = 0, t_mean = 0;
    std::fill_n(result.x, 2 * n_, 0.0);
    for (std::size_t row = rows_.first(m); row < rows_.first(m + 1); ++row) {
      const double ay = rows_.dot(row, y), gu = rows_.dot(row, u) + yu, gw = rows_.dot(row, w) + yw;
      const double r = rows_.dot(row, x) + xy - rows_.label(row), t = gu + xw;
      const double gg = rows_.squared_norm(row) + 2 * ay + yy;
      const double c = t * (gg + xx) + r * (gw + xu) + lambda_ * gu - beta_ * xw;
      r_mean += scale * r;
      rr_mean += scale * r * r;
      rt_mean += scale * r * t;
      top_mean += scale * (c + lambda_ * t);
      c_mean += scale * c;
      t_mean += scale * t;
      rows_.add(row, scale * (c + lambda_ * t), result.x);
      rows_.add(row, scale * r * t, result.y);
    }
    for (std::size_t j = 0; j < n_; ++j) {
      result.x[j] += top_mean * y[j] + (lambda_ - beta_) * r_mean * w[j] +
                     (lambda_ * lambda_ + rr_mean) * u[j] + rt_mean * x[j];
      result.y[j] += (c_mean - beta_ * t_mean) * x[j] + rt_mean * y[j] + (rr_mean + beta_ * beta_) * w[j] +
                     (lambda_ - beta_) * r_mean * u[j];
    }
  }

  void prox(double, Vector& z) override { feasible_.project(z); }
  double gap(const Vector& z, const Vector& F) override { return feasible_.gap(z, F); }

 private:
  // The two players' halves of a vector.
  template <class Scalar>
  struct Halves {
    template <class V>
    Halves(V& z, std::size_t n) : x(z.template span<double>().data()), y(x + n) {}
    Scalar* x;
    Scalar* y;
  };

  double product(const double* a, const double* b) const { return std::inner_product(a, a + n_, b, 0.0); }

  // out = F of the mean of the `count` rows row_at(0), row_at(1), ...
  template <class RowAt>
  void mean_over(std::size_t count, RowAt row_at, const Vector& z, Vector& out) const {
    const Halves<const double> at(z, n_);
    const Halves<double> result(out, n_);
    const auto [x, y] = at;
    const double xy = product(x, y);
    const double scale = 1 / static_cast<double>(count);
    double mean = 0;
    std::fill_n(result.x, n_, 0.0);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t row = row_at(i);
      const double r = scale * (rows_.dot(row, x) + xy - rows_.label(row));  // r_i / N
      mean += r;
      rows_.add(row, r, result.x);
    }
    for (std::size_t j = 0; j < n_; ++j) {
      result.x[j] += mean * y[j] + lambda_ * x[j];
      result.y[j] = beta_ * y[j] - mean * x[j];
    }
  }

  double lambda_, beta_;
  detail::SparseRows rows_;
  std::size_t n_;
  detail::ProductSet feasible_;
  std::optional<detail::RegressionOnCard> card_;
};

}  // namespace

void register_robust_regression(Catalogue& all) { all.add<RobustRegression>("robust_regression"); }

}  // namespace trivium::problems
