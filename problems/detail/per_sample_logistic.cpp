#include <algorithm>
#include <cmath>
#include <numeric>

#include "logistic_operator.hpp"
#include "worst_margin.hpp"

namespace trivium::problems::detail {
namespace {

// Row i's worst perturbation points against b_i x, so that with its margin t, p = logistic(-t), h = p (1 -
// p), and derivatives at a fixed perturbation (Danskin)
//
//   l2      t = b <a, x> - r |x|_2   gradient -p (b a - r w)         w = x / |x|_2
//   linf    t = b <a, x> - r |x|_1   gradient -p (b a - r w)         w = sign x
//   penalty t = b <a, x> - q p       gradient -p (b a - (p/beta) w)  w = x,  q = |x|^2 / beta
//
// and Hessian  c u u^T + e (I - w w^T for l2),  u = b a - k w:
//
//   l2 c = h, k = r, e = p r / |x|;   linf c = h, k = r, e = 0;   penalty c = h / (1 - q h), k = 2 p / beta,
//   e = p^2 / beta
//
// Every row's value is a maximum of convex functions of x: the operator is monotone. Where |x| = 0 w is 0.
class PerSampleLogistic final : public LogisticOperator {
 public:
  PerSampleLogistic(const SparseRows& rows, double lambda, Reach reach, double amount)
      : rows_(rows), n_(rows.features()), lambda_(lambda), reach_(reach), amount_(amount), w_(n_) {}
  std::size_t dimension() const override { return n_; }

  void evaluate(const RowList& list, const double* x, double* out) const override {
    prepare(x);
    const double scale = 1 / static_cast<double>(list.count);
    double along = 0;
    std::fill_n(out, n_, 0.0);
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t row = list.row_at(i);
      const Worst worst = worst_of(row, x);
      along += scale * worst.p * worst.pull;
      rows_.add(row, -scale * worst.p * rows_.label(row), out);
    }
    for (std::size_t j = 0; j < n_; ++j) out[j] += along * w_[j] + lambda_ * x[j];
  }

  void jacobian(const RowList& list, const double* x, const double* v, bool, double* out) const override {
    prepare(x);
    const double wv = product(w_.data(), v), scale = 1 / static_cast<double>(list.count);
    double along = 0, round = 0;
    std::fill_n(out, n_, 0.0);
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t row = list.row_at(i);
      const Worst worst = worst_of(row, x);
      const double b = rows_.label(row), cuv = scale * worst.c * (b * rows_.dot(row, v) - worst.k * wv);
      along -= cuv * worst.k;
      round += scale * worst.e;
      rows_.add(row, cuv * b, out);
    }
    if (reach_ == Reach::l2) along -= round * wv;
    for (std::size_t j = 0; j < n_; ++j) out[j] += along * w_[j] + (round + lambda_) * v[j];
  }

  // With H = c u u^T + e P + lambda I, P = I or I - w w^T and P^2 = P:
  //   H H v = c <u, H v> u + c <u, v> (e P u + lambda u) + (e^2 + 2 e lambda) P v + lambda^2 v
  void gram(const RowList& list, const double* x, const double* v, double* out) const override {
    prepare(x);
    const double wv = product(w_.data(), v), scale = 1 / static_cast<double>(list.count);
    const double cut = reach_ == Reach::l2 ? 1 : 0;  // P = I - cut w w^T
    double along = 0, round = 0;
    std::fill_n(out, n_, 0.0);
    for (std::size_t i = 0; i < list.count; ++i) {
      const std::size_t row = list.row_at(i);
      const auto [p, pull, c, k, e] = worst_of(row, x);
      const double b = rows_.label(row), aw = b * rows_.dot(row, w_.data());
      const double uv = b * rows_.dot(row, v) - k * wv, uw = aw - k * ww_;
      const double uu = rows_.squared_norm(row) - 2 * k * aw + k * k * ww_;
      const double uHv = c * uv * uu + e * (uv - cut * uw * wv) + lambda_ * uv;
      const double u_weight = scale * c * (uHv + uv * (e + lambda_)),
                   square = scale * (e * e + 2 * e * lambda_);
      along -= u_weight * k + cut * (scale * c * uv * e * uw + square * wv);
      round += square;
      rows_.add(row, u_weight * b, out);
    }
    for (std::size_t j = 0; j < n_; ++j) out[j] += along * w_[j] + (round + lambda_ * lambda_) * v[j];
  }

 private:
  // As in the comment above; the gradient is -p (b a - pull w).
  struct Worst {
    double p, pull, c, k, e;
  };
  double product(const double* a, const double* b) const { return std::inner_product(a, a + n_, b, 0.0); }

  void prepare(const double* x) const {
    square_ = product(x, x);
    const double length = std::sqrt(square_);
    for (std::size_t j = 0; j < n_; ++j)
      w_[j] = reach_ == Reach::penalty ? x[j]
              : reach_ == Reach::linf  ? static_cast<double>((x[j] > 0) - (x[j] < 0))
              : length > 0             ? x[j] / length
                                       : 0.0;
    ww_ = product(w_.data(), w_.data());
    away_ = product(w_.data(), x);  // |x|_2, |x|_1
  }
  Worst worst_of(std::size_t row, const double* x) const {
    const double clean = rows_.label(row) * rows_.dot(row, x);
    if (reach_ == Reach::penalty) {
      const double q = square_ / amount_, p = logistic(-worst_margin(clean, q)), h = p * (1 - p);
      return {p, p / amount_, h / (1 - q * h), 2 * p / amount_, p * p / amount_};
    }
    const double r = amount_, p = logistic(r * away_ - clean);
    return {p, r, p * (1 - p), r, reach_ == Reach::l2 && away_ > 0 ? p * r / away_ : 0};
  }

  const SparseRows& rows_;
  std::size_t n_;
  double lambda_;
  Reach reach_;
  double amount_;
  // Of the point last prepared, so that nothing is allocated: w, |w|^2, <w, x>, |x|^2.
  mutable std::vector<double> w_;
  mutable double ww_ = 0, away_ = 0, square_ = 0;
};

}  // namespace

std::unique_ptr<LogisticOperator> per_sample_logistic(const SparseRows& rows, double lambda, Reach reach,
                                                      double amount) {
  return std::make_unique<PerSampleLogistic>(rows, lambda, reach, amount);
}

}  // namespace trivium::problems::detail
