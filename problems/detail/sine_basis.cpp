#include "sine_basis.hpp"

#include <cmath>
#include <numbers>

namespace trivium::problems::detail {

namespace {
// k modulo `period`, for k below twice the period.
std::size_t wrap(std::size_t k, std::size_t period) { return k < period ? k : k - period; }
}  // namespace

SineBasis::SineBasis(std::size_t n) : n_(n), sines_(2 * (n + 1)) {
  const double period = static_cast<double>(n + 1);
  for (std::size_t k = 0; k < sines_.size(); ++k)
    sines_[k] = std::sqrt(2 / period) * std::sin(std::numbers::pi * static_cast<double>(k) / period);
}

std::vector<double> SineBasis::transform(std::span<const double> x) const {
  std::vector<double> out(n_, 0.0);
  for (std::size_t i = 0; i < n_; ++i)
    for (std::size_t j = 0, k = i + 1; j < n_; ++j, k = wrap(k + i + 1, sines_.size()))
      out[i] += sines_[k] * x[j];
  return out;
}

// 2 sin a sin b = cos(a - b) - cos(a + b) turns the double sum into two values of one cosine sum:
// (U diag(s) U)_ij = w(i - j) - w(i + j + 2) with w(p) = 1/(n+1) sum_k s_k cos(pi p (k+1)/(n+1)).
SineMatrix::SineMatrix(std::span<const double> spectrum) : waves_(2 * spectrum.size() + 1) {
  const std::size_t n = spectrum.size(), period = 2 * (n + 1);
  std::vector<double> cosines(period);
  for (std::size_t k = 0; k < period; ++k)
    cosines[k] = std::cos(std::numbers::pi * static_cast<double>(k) / static_cast<double>(n + 1));
  for (std::size_t p = 0; p < waves_.size(); ++p) {
    double sum = 0;
    for (std::size_t k = 0, angle = p; k < n; ++k, angle = wrap(angle + p, period))
      sum += spectrum[k] * cosines[angle];
    waves_[p] = sum / static_cast<double>(n + 1);
  }
}

double SineMatrix::entry(std::size_t i, std::size_t j) const {
  return waves_[i > j ? i - j : j - i] - waves_[i + j + 2];
}

}  // namespace trivium::problems::detail
