#include "reference_game.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <utility>

#include <trivium/core/errors.hpp>

#include "on_device.hpp"
#include "overloaded.hpp"

namespace trivium::problems::detail {
namespace {

using Complex = std::complex<double>;
constexpr double two_pi = 2 * std::numbers::pi;

Traits traits_of(const GameShape& shape, const Place& place) {
  Traits traits;
  traits.dimension = 2 * static_cast<std::size_t>(shape.n);
  traits.workers = worker_block(static_cast<int>(shape.workers), place.rank, place.ranks);
  traits.dtype = shape.dtype == "float32" ? Dtype::float32 : Dtype::float64;
  traits.device = &device_named(shape.device);
  traits.affine = true;
  traits.has_jacobian = true;
  traits.has_samples_gram = shape.samples > 0;
  return traits;
}

// The constructor rejects summands on the card.
constexpr auto no_samples = [](const GameOnCard&) {
  throw std::logic_error("a game on the card has no summands");
};

bool is_constant(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

template <class T, class Entry>
Matrix<T> square(std::size_t n, const Entry& entry) {
  Matrix<T> out(n, n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) out.row(i)[j] = static_cast<T>(entry(i, j));
  return out;
}

}  // namespace

void GameShape::describe(Fields& fields) {
  fields.integer("n", n, {1, 20000}, "entries of x and of y; the dimension is d = 2n");
  fields.integer("workers", workers, {1, 2147483647}, "M");
  fields.real("similarity", similarity, non_negative,
              "size of the diagonals by which the workers' Jacobians differ");
  fields.real("heterogeneity", heterogeneity, non_negative,
              "size of the differences between the workers' linear terms");
  fields.integer("samples", samples, {0, 4294967295.0},
                 "summands r of every F_m, at least 2; 0: F_m is not a finite sum");
  fields.real("sample_spread", sample_spread, non_negative,
              "size rho of the differences between the summands");
  fields.plugin("x_set", x_set, sets::catalogue(), "feasible set of x");
  fields.plugin("y_set", y_set, sets::catalogue(), "feasible set of y");
  fields.choice("dtype", dtype, {"float64", "float32"}, "scalars of points and matrices");
  describe_device(fields, device);
}

ReferenceGame::ReferenceGame(const GameShape& shape, GameRecipe recipe, const Place& place)
    : Problem(traits_of(shape, place)),
      n_(static_cast<std::size_t>(shape.n)),
      similarity_(shape.similarity),
      sample_spread_(shape.sample_spread),
      recipe_(std::move(recipe)) {
  if (shape.samples == 1)
    reject(
        "samples = 1 leaves one summand, whose spread nothing balances; use samples = 0 for none, or at "
        "least 2");
  const bool on_card = shape.device == "cuda";
  if (on_card && shape.samples > 0)
    reject(
        "samples = {} with device = \"cuda\": batches of summands are evaluated on the host only; "
        "use samples = 0 or device = \"host\"",
        shape.samples);
  set_.add(shape.x_set, n_);
  set_.add(shape.y_set, n_);
  traits_.constrained = !set_.is_whole_space();
  traits_.has_gap = set_.is_bounded();
  for (std::int64_t k = 0; k < shape.samples; ++k)
    sample_waves_.push_back(
        std::polar(1.0, two_pi * static_cast<double>(k) / static_cast<double>(shape.samples)));
  const auto fill_in = [&]<class T>(GameData<T> data) {
    if (on_card)
      data_.emplace<GameOnCard>(data);
    else
      data_ = std::move(data);
  };
  if (traits_.dtype == Dtype::float64)
    fill_in(build<double>());
  else
    fill_in(build<float>());
}

template <class T>
GameData<T> ReferenceGame::build() const {
  GameData<T> data;
  const bool scalar = is_constant(recipe_.symmetric);
  const GameMatrices matrices(recipe_);
  data.B = square<T>(n_, [&](std::size_t i, std::size_t j) { return matrices.B(i, j); });
  if (!scalar) {
    data.P = square<T>(n_, [&](std::size_t i, std::size_t j) { return matrices.P(i, j); });
    data.R = square<T>(n_, [&](std::size_t i, std::size_t j) { return matrices.R(i, j); });
  }
  for (int m = traits_.workers.first; m < traits_.workers.last; ++m) {
    for (std::size_t i = 0; i < n_; ++i) {
      const Complex diagonal = wave(m, i) + (scalar ? recipe_.symmetric[i] : 0.0);
      data.E.push_back(static_cast<T>(diagonal.real()));
      data.G.push_back(static_cast<T>(diagonal.imag()));
    }
    for (std::size_t j = 0; j < 2 * n_; ++j) data.q.push_back(static_cast<T>(recipe_.linear(m, j)));
  }
  data.no_q.resize(2 * n_);
  for (std::size_t j = 0; j < n_; ++j) {
    const double angle = static_cast<double>(j), turn = 3 * two_pi * angle / static_cast<double>(n_);
    data.cos_3.push_back(static_cast<T>(sample_spread_ * std::cos(turn)));
    data.sin_3.push_back(static_cast<T>(sample_spread_ * std::sin(turn)));
    data.cos_1.push_back(static_cast<T>(sample_spread_ * std::cos(angle)));
    data.sin_1.push_back(static_cast<T>(sample_spread_ * std::sin(angle)));
  }
  return data;
}

template <class T>
void GameData<T>::apply(const T* z, T sign, const T* E_m, const T* G_m, const T* q_m, T* out) const {
  const std::size_t n = B.rows();
  const T *x = z, *y = z + n;
  T *out_x = out, *out_y = out + n;
  for (std::size_t i = 0; i < n; ++i) {
    out_x[i] = q_m[i] + E_m[i] * x[i] + sign * G_m[i] * y[i];
    out_y[i] = q_m[n + i] + E_m[i] * y[i] - sign * G_m[i] * x[i];
  }
  if (!P.empty()) add_product(P, T{1}, x, out_x);
  if (!R.empty()) add_product(R, T{1}, y, out_y);
  add_both_products(B, sign, y, out_x, -sign, x, out_y);
}

// cos(a + b) = cos a cos b - sin a sin b, and sin(a + b) likewise: the batch enters through its mean wave
// alone.
template <class T>
void GameData<T>::add_samples(const T* z, std::complex<T> wave, T* out) const {
  const std::size_t n = B.rows();
  const T c = wave.real(), s = wave.imag();
  for (std::size_t j = 0; j < n; ++j) {
    const T diagonal = c * cos_3[j] - s * sin_3[j];
    const T x = z[j], y = z[n + j];
    out[j] += diagonal * y + (s * cos_1[j] + c * sin_1[j]);
    out[n + j] -= diagonal * x + (c * cos_1[j] - s * sin_1[j]);
  }
}

// rho^2 cos(a + b)^2 = (rho^2 + Re exp(2 i a) (rho exp(i b))^2) / 2.
template <class T>
void GameData<T>::add_sample_squares(const T* v, T wave, T* out) const {
  const std::size_t n = B.rows();
  for (std::size_t j = 0; j < n; ++j) {
    const std::complex<T> diagonal(cos_3[j], sin_3[j]);
    const T square = (std::norm(diagonal) + wave * (diagonal * diagonal).real()) / 2;
    out[j] += square * v[j];
    out[n + j] += square * v[n + j];
  }
}

void ReferenceGame::apply(int m, const Vector& z, bool transposed, bool linear, Vector& out) const {
  const auto row = static_cast<std::size_t>(m - traits_.workers.first);
  const auto on_host = [&]<class T>(const GameData<T>& data) {
    data.apply(z.span<T>().data(), static_cast<T>(transposed ? -1 : 1), data.E.data() + row * n_,
               data.G.data() + row * n_, linear ? data.q.data() + row * 2 * n_ : data.no_q.data(),
               out.span<T>().data());
  };
  const auto on_card = [&](const GameOnCard& data) { data.apply(row, z, transposed, linear, out); };
  std::visit(Overloaded{on_host, on_card}, data_);
}

void ReferenceGame::evaluate(int m, const Vector& z, Vector& out) { apply(m, z, false, true, out); }

void ReferenceGame::jacobian(int m, const Vector&, const Vector& v, bool transposed, Vector& out) {
  apply(m, v, transposed, false, out);
}

std::size_t ReferenceGame::samples(int) const { return sample_waves_.size(); }

void ReferenceGame::evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                                     Vector& out) {
  if (sample_waves_.empty()) return Problem::evaluate_samples(m, z, samples, out);
  Complex wave = 0;
  for (const std::uint32_t k : samples) wave += sample_waves_.at(k);
  wave /= static_cast<double>(samples.size());
  evaluate(m, z, out);
  std::visit(Overloaded{[&]<class T>(const GameData<T>& data) {
                          data.add_samples(z.span<T>().data(), std::complex<T>(wave), out.span<T>().data());
                        },
                        no_samples},
             data_);
}

// The summands' Jacobians are J_m + C_k, and the C_k = [[0, D_k], [-D_k, 0]] sum to zero: what is left is
// J_m^T J_m and the mean of C_k^T C_k.
void ReferenceGame::samples_gram(int m, const Vector& z, const Vector& v, Vector& out) {
  if (sample_waves_.empty()) return Problem::samples_gram(m, z, v, out);
  Vector image = v.like();
  jacobian(m, z, v, false, image);
  jacobian(m, z, image, true, out);
  std::visit(Overloaded{[&]<class T>(const GameData<T>& data) {
                          data.add_sample_squares(v.span<T>().data(), static_cast<T>(double_wave()),
                                                  out.span<T>().data());
                        },
                        no_samples},
             data_);
}

// The mean over k of exp(4 pi i k/r): over r = 2 summands every one is 1, over more they cancel.
double ReferenceGame::double_wave() const { return sample_waves_.size() == 2 ? 1 : 0; }

void ReferenceGame::prox(double, Vector& z) { set_.project(z); }

Complex ReferenceGame::wave(int m, std::size_t i) const { return similarity_ * recipe_.wave(m, i); }

}  // namespace trivium::problems::detail
