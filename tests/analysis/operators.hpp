#pragma once
// Small operators, a wrapper that hides what a problem knows, and the network around a problem.
#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <trivium/analysis/merits.hpp>
#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis {

using Row = std::vector<double>;
using Matrix = std::vector<Row>;

/// F_m(z) = J_m z + q_m, every worker on this rank.
class SmallAffine final : public problems::Problem {
 public:
  explicit SmallAffine(std::vector<Matrix> J, std::vector<Row> q = {})
      : Problem({}), J_(std::move(J)), q_(std::move(q)) {
    traits_.dimension = J_.front().size();
    traits_.workers = worker_block(static_cast<int>(J_.size()), 0, 1);
    traits_.affine = true;
    traits_.has_jacobian = true;
    if (q_.empty()) q_.assign(J_.size(), Row(traits_.dimension, 0.0));
  }
  void evaluate(int m, const Vector& z, Vector& out) override {
    jacobian(m, z, z, false, out);
    add_dense(out, 1, q_[static_cast<std::size_t>(m)]);
  }
  void jacobian(int m, const Vector&, const Vector& v, bool transposed, Vector& out) override {
    const Matrix& J = J_[static_cast<std::size_t>(m)];
    const auto x = v.span<double>();
    auto y = out.span<double>();
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = 0;
      for (std::size_t j = 0; j < x.size(); ++j) y[i] += (transposed ? J[j][i] : J[i][j]) * x[j];
    }
  }

 private:
  std::vector<Matrix> J_;
  std::vector<Row> q_;
};

/// F_{m,j}(z) = a_mj z in one dimension, F_m their mean over j.
class SmallSums final : public problems::Problem {
 public:
  explicit SmallSums(std::vector<Row> a) : Problem({}), a_(std::move(a)) {
    traits_.dimension = 1;
    traits_.workers = worker_block(static_cast<int>(a_.size()), 0, 1);
    traits_.affine = traits_.has_jacobian = traits_.has_samples_gram = true;
  }
  std::size_t samples(int m) const override { return a_[static_cast<std::size_t>(m)].size(); }
  void evaluate(int m, const Vector& z, Vector& out) override { combine(out, {{mean(m, 1), z}}); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    double sum = 0;
    for (const std::uint32_t j : samples) sum += a_[static_cast<std::size_t>(m)][j];
    combine(out, {{sum / static_cast<double>(samples.size()), z}});
  }
  void jacobian(int m, const Vector&, const Vector& v, bool, Vector& out) override { evaluate(m, v, out); }
  void samples_gram(int m, const Vector&, const Vector& v, Vector& out) override {
    combine(out, {{mean(m, 2), v}});
  }
  void forget_samples_gram() { traits_.has_samples_gram = false; }

 private:
  double mean(int m, int power) const {
    double sum = 0;
    for (const double a : a_[static_cast<std::size_t>(m)]) sum += std::pow(a, power);
    return sum / static_cast<double>(std::max<std::size_t>(1, samples(m)));
  }
  std::vector<Row> a_;
};

/// J_m = diag(1 + m w_i), w_i = 0, 1/2, 1, 0, ...: with M workers |J_m - J| = |m - (M-1)/2|, so delta =
/// (M-1)/2.
class Diagonal final : public problems::Problem {
 public:
  Diagonal(std::size_t dimension, int workers, const problems::Place& place = {}) : Problem({}) {
    traits_.dimension = dimension;
    traits_.workers = worker_block(workers, place.rank, place.ranks);
    traits_.affine = traits_.has_jacobian = true;
  }
  void say_convex() { traits_.convex = true; }
  void evaluate(int m, const Vector& z, Vector& out) override { jacobian(m, z, z, false, out); }
  void jacobian(int m, const Vector&, const Vector& v, bool, Vector& out) override {
    const auto x = v.span<double>();
    auto y = out.span<double>();
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = (1 + m * static_cast<double>(i % 3) / 2) * x[i];
  }
};

/// Any operator of one worker, without a Jacobian.
class Custom final : public problems::Problem {
 public:
  using Function = std::function<void(std::span<const double> z, std::span<double> F)>;
  Custom(std::size_t dimension, Function F, std::function<void(double, std::span<double>)> prox = {})
      : Problem({}), F_(std::move(F)), prox_(std::move(prox)) {
    traits_.dimension = dimension;
    traits_.constrained = prox_ != nullptr;
  }
  void evaluate(int, const Vector& z, Vector& out) override { F_(z.span<double>(), out.span<double>()); }
  void prox(double step, Vector& z) override {
    if (prox_) prox_(step, z.span<double>());
  }

 private:
  Function F_;
  std::function<void(double, std::span<double>)> prox_;
};

/// A problem without what it knows, and on request without its Jacobians.
class Hidden final : public problems::Problem {
 public:
  explicit Hidden(problems::Problem& inner, bool jacobian = true) : Problem(inner.traits()), inner_(inner) {
    traits_.has_jacobian = jacobian && inner.traits().has_jacobian;
  }
  void forget_solution() { traits_.solvable = false; }
  std::size_t samples(int m) const override { return inner_.samples(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    inner_.evaluate_samples(m, z, samples, out);
  }
  void samples_gram(int m, const Vector& z, const Vector& v, Vector& out) override {
    inner_.samples_gram(m, z, v, out);
  }
  void evaluate(int m, const Vector& z, Vector& out) override { inner_.evaluate(m, z, out); }
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    inner_.jacobian(m, z, v, transposed, out);
  }
  void prox(double step, Vector& z) override { inner_.prox(step, z); }

 private:
  problems::Problem& inner_;
};

/// A problem of the catalogue with all workers on this rank.
inline std::unique_ptr<problems::Problem> make(const std::string& type, Table parameters = {},
                                               const problems::Place& place = {}) {
  return problems::catalogue().make({type, std::move(parameters), ""}, place);
}

inline Vector zero_of(const problems::Problem& problem) {
  return Vector(problem.traits().dimension, problem.traits().dtype);
}

/// The network of one process around a problem.
struct Alone {
  explicit Alone(const problems::Problem& problem)
      : transport(mpi::in_process()), network(*transport, problem.traits().workers, zero_of(problem), 1) {}
  std::unique_ptr<mpi::Transport> transport;
  mpi::Network network;
};

inline double norm_of(const std::vector<double>& x) { return norm(Vector(std::span<const double>(x))); }

}  // namespace trivium::analysis
