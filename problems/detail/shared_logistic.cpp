#include <algorithm>
#include <numeric>

#include "logistic_operator.hpp"
#include "worst_margin.hpp"

namespace trivium::problems::detail {
namespace {

// With g_i = a_i + y and s_i = <g_i, x>, r_i = -b_i logistic(-b_i s_i) is the derivative of row i's loss in
// s_i and h_i = logistic(s_i) logistic(-s_i) the second:
//
//   F = (mean r_i g_i + lambda x, beta y - mean r_i x)
//   J = [[mean h_i g_i g_i^T + lambda I, C], [-C^T, beta I - mean h_i x x^T]],   C = mean h_i g_i x^T + r_i I
class SharedLogistic final : public LogisticOperator {
 public:
  SharedLogistic(const SparseRows& rows, double lambda, double beta)
      : rows_(rows), n_(rows.features()), lambda_(lambda), beta_(beta) {}
  std::size_t dimension() const override { return 2 * n_; }

  void evaluate(const RowList& list, const double* z, double* out) const override {
    const double *x = z, *y = z + n_;
    const double xy = product(x, y), scale = 1 / static_cast<double>(list.count);
    double r_mean = 0;
    std::fill_n(out, n_, 0.0);
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t row = list.row_at(i);
      const double r = scale * derivative(row, rows_.dot(row, x) + xy);
      r_mean += r;
      rows_.add(row, r, out);
    }
    for (std::size_t j = 0; j < n_; ++j) {
      out[j] += r_mean * y[j] + lambda_ * x[j];
      out[n_ + j] = beta_ * y[j] - r_mean * x[j];
    }
  }

  // For v = (u, w): t_i = h_i (<g_i, u> + sign <x, w>), sign = -1 for the transpose,
  //   (mean t_i g_i + lambda u + sign mean r_i w,  beta w - sign (mean h_i <g_i, u> x + mean r_i u) - mean
  //   h_i <x, w> x)
  void jacobian(const RowList& list, const double* z, const double* v, bool transposed,
                double* out) const override {
    const double *x = z, *y = z + n_, *u = v, *w = v + n_;
    const double sign = transposed ? -1 : 1, scale = 1 / static_cast<double>(list.count);
    const double xy = product(x, y), yu = product(y, u), xw = product(x, w);
    double r_mean = 0, t_mean = 0, below = 0;
    std::fill_n(out, n_, 0.0);
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t row = list.row_at(i);
      const double s = rows_.dot(row, x) + xy, q = rows_.dot(row, u) + yu, h = scale * curvature(s);
      const double t = h * (q + sign * xw);
      r_mean += scale * derivative(row, s);
      t_mean += t;
      below += h * (sign * q + xw);
      rows_.add(row, t, out);
    }
    for (std::size_t j = 0; j < n_; ++j) {
      out[j] += t_mean * y[j] + lambda_ * u[j] + sign * r_mean * w[j];
      out[n_ + j] = beta_ * w[j] - below * x[j] - sign * r_mean * u[j];
    }
  }

  // Row i has J_i (u, w) = (P, S) with, for t = h_i (<g, u> + <x, w>),
  //   P = t g + r_i w + lambda u      S = beta w - t x - r_i u,
  // and J_i^T (P, S) = (c g + lambda P - r_i S, c x + r_i P + beta S) with c = h_i (<g, P> - <x, S>).
  void gram(const RowList& list, const double* z, const double* v, double* out) const override {
    const double *x = z, *y = z + n_, *u = v, *w = v + n_;
    const double xx = product(x, x), xy = product(x, y), xu = product(x, u), xw = product(x, w);
    const double yy = product(y, y), yu = product(y, u), yw = product(y, w);
    const double scale = 1 / static_cast<double>(list.count);
    double r_mean = 0, rr_mean = 0, rt_mean = 0, top_mean = 0, c_mean = 0, t_mean = 0;
    std::fill_n(out, 2 * n_, 0.0);
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t row = list.row_at(i);
      const double ay = rows_.dot(row, y), gu = rows_.dot(row, u) + yu, gw = rows_.dot(row, w) + yw;
      const double s = rows_.dot(row, x) + xy, r = derivative(row, s), h = curvature(s), t = h * (gu + xw);
      const double gg = rows_.squared_norm(row) + 2 * ay + yy;
      const double c = h * (t * (gg + xx) + r * (gw + xu) + lambda_ * gu - beta_ * xw);
      r_mean += scale * r;
      rr_mean += scale * r * r;
      rt_mean += scale * r * t;
      top_mean += scale * (c + lambda_ * t);
      c_mean += scale * c;
      t_mean += scale * t;
      rows_.add(row, scale * (c + lambda_ * t), out);
      rows_.add(row, scale * r * t, out + n_);
    }
    for (std::size_t j = 0; j < n_; ++j) {
      out[j] += top_mean * y[j] + (lambda_ - beta_) * r_mean * w[j] + (lambda_ * lambda_ + rr_mean) * u[j] +
                rt_mean * x[j];
      out[n_ + j] += (c_mean - beta_ * t_mean) * x[j] + rt_mean * y[j] + (rr_mean + beta_ * beta_) * w[j] +
                     (lambda_ - beta_) * r_mean * u[j];
    }
  }

 private:
  double product(const double* a, const double* b) const { return std::inner_product(a, a + n_, b, 0.0); }
  double derivative(std::size_t row, double s) const {
    const double b = rows_.label(row);
    return -b * logistic(-b * s);
  }
  static double curvature(double s) { return logistic(s) * logistic(-s); }

  const SparseRows& rows_;
  std::size_t n_;
  double lambda_, beta_;
};

}  // namespace

std::unique_ptr<LogisticOperator> shared_logistic(const SparseRows& rows, double lambda, double beta) {
  return std::make_unique<SharedLogistic>(rows, lambda, beta);
}

}  // namespace trivium::problems::detail
