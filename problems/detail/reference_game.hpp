#pragma once
#include <complex>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include <trivium/problems/problem.hpp>

#include "dense.hpp"
#include "game_on_card.hpp"
#include "product_set.hpp"
#include "sine_basis.hpp"

namespace trivium::problems::detail {

/// The parameters that the reference games share.
struct GameShape {
  std::int64_t n = 50;
  std::int64_t workers = 10;
  double similarity = 1;
  double heterogeneity = 1;
  std::int64_t samples = 0;
  double sample_spread = 0.1;
  Plugin x_set{"whole_space", {}, ""};
  Plugin y_set{"whole_space", {}, ""};
  std::string dtype = "float64";
  std::string device = "host";
  void describe(Fields& fields);
};

/// What one game adds to its shape.
struct GameRecipe {
  std::vector<double> symmetric;  ///< p, shape (n): the eigenvalues of P and, in the basis of y, of R
  std::vector<double> skew;       ///< t, shape (n): B takes the i-th basis vector of y to t_i times that of x
  /// False: x and y share the sine basis U. True: the basis of y is V = U with its rows reversed.
  bool mirrored = false;
  /// e + i g of worker m at entry i. Both parts are sines of (2 pi m/M + a phase of i), or zero.
  std::function<std::complex<double>(int m, std::size_t i)> wave;
  /// q_m[j], j = 0..2n-1.
  std::function<double(int m, std::size_t j)> linear;
};

/// P, B and R of the game below in float64, entry by entry.
class GameMatrices {
 public:
  explicit GameMatrices(const GameRecipe& recipe);
  double P(std::size_t i, std::size_t j) const { return P_.entry(i, j); }
  double B(std::size_t i, std::size_t j) const { return (mirrored_ && j % 2 == 1 ? -1 : 1) * B_.entry(i, j); }
  double R(std::size_t i, std::size_t j) const { return R_.entry(i, j); }

 private:
  bool mirrored_;
  SineMatrix P_, B_, R_;
};

/// The numbers of the game below that a rank holds, as scalars T.
template <class T>
struct GameData {
  Matrix<T> P, B, R;       ///< P and R are empty when p is constant: E holds it then
  std::vector<T> E, G, q;  ///< shapes (local workers, n), (local workers, n), (local workers, 2n)
  std::vector<T> no_q;     ///< zeros, shape (2n)
  std::vector<T> cos_3, sin_3, cos_1, sin_1;  ///< rho times those of 6 pi j/n and of j, shape (n)
  /// out = [[P + E_m, sign (B + G_m)], [-sign (B + G_m)^T, R + E_m]] z + q_m; sign = -1 transposes.
  void apply(const T* z, T sign, const T* E_m, const T* G_m, const T* q_m, T* out) const;
  /// out += what a batch of summands differs by from F_m; `wave` is its mean of exp(2 pi i k/r).
  void add_samples(const T* z, std::complex<T> wave, T* out) const;
  /// out += mean over the summands of D_k^2 v on both halves, D_k their diagonals; `wave` is the mean of
  /// exp(4 pi i k/r), a real number.
  void add_sample_squares(const T* v, T wave, T* out) const;
};

/// A saddle-point game with z = (x, y), x and y in R^n, and
///   F_m(z) = [[P + s E_m, B + s G_m], [-(B + s G_m)^T, R + s E_m]] z + q_m,
///   P = U diag(p) U,  B = U diag(t) U,  R = P                          (not mirrored)
///   P = U diag(p) U,  B = U diag(t) V,  R = U diag(reversed p) U       (mirrored),
/// s = similarity, E_m and G_m diagonal. The workers differ in diagonals and q_m only, so one copy of P, B
/// and R serves them all.
///
/// For M >= 2 the waves sum to zero over the workers, so that F has the spectrum p_i -+ i t_i. For M = 1 the
/// only worker keeps its wave: F is then F_0, and unless s = 0 its L is not known in closed form.
///
/// As a finite sum of r = samples >= 2 terms (r = 0: none) with spread rho, term k adds rho diag_j cos(2 pi
/// (k/r + 3j/n)) to the coupling, rho sin(2 pi k/r + j) to the x part of q_m and -rho cos(2 pi k/r + j) to
/// its y part.
class ReferenceGame : public Problem {
 public:
  /// Throws InputError for impossible parameters and when there are more ranks than workers.
  ReferenceGame(const GameShape& shape, GameRecipe recipe, const Place& place);

  void evaluate(int m, const Vector& z, Vector& out) override;
  std::size_t samples(int m) const override;
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples, Vector& out) override;
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override;
  void samples_gram(int m, const Vector& z, const Vector& v, Vector& out) override;
  void prox(double step, Vector& z) override;
  double gap(const Vector& z, const Vector& F) override { return set_.gap(z, F); }
  Known known() const override;

 private:
  template <class T>
  GameData<T> build() const;
  void apply(int m, const Vector& z, bool transposed, bool linear, Vector& out) const;
  std::map<Which, Constant> constants() const;
  std::vector<double> mean_linear() const;
  std::vector<double> solve_in_sine_basis() const;
  std::complex<double> wave(int m, std::size_t i) const;
  bool waves_cancel() const;
  double double_wave() const;
  double largest_sample_deviation() const;

  std::size_t n_;
  double similarity_;
  double sample_spread_;
  GameRecipe recipe_;
  ProductSet set_;
  std::vector<std::complex<double>> sample_waves_;  // exp(2 pi i k/r), shape (r)

  std::variant<GameData<double>, GameData<float>, GameOnCard> data_;
};

}  // namespace trivium::problems::detail
