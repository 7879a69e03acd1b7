// What a reference game knows in closed form: its matrices' entries, constants and solution.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "reference_game.hpp"

namespace trivium::problems::detail {
namespace {

using Complex = std::complex<double>;

std::vector<double> reversed(std::vector<double> values) {
  std::reverse(values.begin(), values.end());
  return values;
}

}  // namespace

// Row k of V = U with its rows reversed is row k of U with alternating signs, so B = U diag(t) V is
// U diag(t) U with alternating signs of its columns.
GameMatrices::GameMatrices(const GameRecipe& recipe)
    : mirrored_(recipe.mirrored),
      P_(recipe.symmetric),
      B_(recipe.skew),
      R_(recipe.mirrored ? reversed(recipe.symmetric) : recipe.symmetric) {}

bool ReferenceGame::waves_cancel() const { return traits_.workers.total >= 2 || similarity_ == 0; }

// F_{m,k} - F_m is [[0, D_k], [-D_k, 0]], D_k = rho diag cos(2 pi (k/r + 3j/n)), whose mean square is
// diagonal.
double ReferenceGame::largest_sample_deviation() const {
  double largest = 0;
  for (std::size_t j = 0; j < n_; ++j) {
    const double turn = 6 * std::numbers::pi * static_cast<double>(j) / static_cast<double>(n_);
    largest = std::max(largest, (1 + double_wave() * std::cos(2 * turn)) / 2);
  }
  return sample_spread_ * std::sqrt(largest);
}

// F_m - F and F_m - F_1 are 2 x 2 blocks [[e, g], [-g, e]], of norm |e + i g|, on the planes (x_i, y_i).
std::map<Which, Constant> ReferenceGame::constants() const {
  const int M = traits_.workers.total;
  double delta = 0, d1 = 0, sig = 0, sig1 = 0, L = 0, ell = 0;
  for (std::size_t i = 0; i < n_; ++i) {
    const Complex mean = waves_cancel() ? 0 : wave(0, i), first = wave(0, i);
    double squares = 0, squares1 = 0;
    for (int m = 0; m < M; ++m) {
      const Complex own = wave(m, i);
      delta = std::max(delta, std::abs(own - mean));
      squares += std::norm(own - mean) / M;
      squares1 += std::norm(own - first) / M;
    }
    d1 = std::max(d1, std::abs(first - mean));
    sig = std::max(sig, std::sqrt(squares));
    sig1 = std::max(sig1, std::sqrt(squares1));
    const double p = recipe_.symmetric[i], t = recipe_.skew[i];
    L = std::max(L, std::hypot(p, t));
    if (t != 0 || p != 0) ell = std::max(ell, p + t * t / p);  // infinite for a rotation, p = 0
  }
  std::map<Which, Constant> known;
  const auto state = [&](Which which, double value) { known[which] = {value, Origin::known, "closed form"}; };
  state(Which::delta, delta);
  state(Which::d1, d1);
  state(Which::sig, sig);
  state(Which::sig1, sig1);
  if (!sample_waves_.empty()) state(Which::L_loc, largest_sample_deviation());
  if (!waves_cancel()) return known;
  state(Which::L, L);
  state(Which::mu, *std::min_element(recipe_.symmetric.begin(), recipe_.symmetric.end()));
  // mean J_m^T J_m = J^T J + mean (J_m - J)^T (J_m - J), and from three workers on the last term is
  // sig^2 times the identity.
  if (M >= 3 || similarity_ == 0) state(Which::L_rms, std::hypot(L, sig));
  if (similarity_ == 0) {
    state(Which::L_max, L);
    state(Which::ell, ell);
  }
  return known;
}

std::vector<double> ReferenceGame::mean_linear() const {
  std::vector<double> mean(2 * n_, 0.0);
  for (std::size_t j = 0; j < 2 * n_; ++j) {
    for (int m = 0; m < traits_.workers.total; ++m) mean[j] += recipe_.linear(m, j);
    mean[j] /= traits_.workers.total;
  }
  return mean;
}

// With x = U a, y = U b (mirrored: y = U reversed b), w = a + i b solves (p - i t) w = -(transformed q),
// entry by entry. Where p = t = 0 there is no solution or more than one.
std::vector<double> ReferenceGame::solve_in_sine_basis() const {
  const SineBasis U(n_);
  const std::vector<double> q = mean_linear();
  std::vector<double> a = U.transform(std::span(q).first(n_)), b = U.transform(std::span(q).last(n_));
  if (recipe_.mirrored) b = reversed(std::move(b));
  for (std::size_t i = 0; i < n_; ++i) {
    const Complex w = -Complex(a[i], b[i]) / Complex(recipe_.symmetric[i], -recipe_.skew[i]);
    a[i] = w.real();
    b[i] = w.imag();
  }
  if (recipe_.mirrored) b = reversed(std::move(b));
  std::vector<double> solution = U.transform(a);
  const std::vector<double> y = U.transform(b);
  solution.insert(solution.end(), y.begin(), y.end());
  return solution;
}

Known ReferenceGame::known() const {
  Known known;
  known.constants = constants();
  if (traits_.constrained || !waves_cancel()) return known;
  std::vector<double> solution = solve_in_sine_basis();
  const bool regular =
      std::all_of(solution.begin(), solution.end(), [](double z) { return std::isfinite(z); });
  if (regular) known.solution = std::move(solution);
  return known;
}

}  // namespace trivium::problems::detail
