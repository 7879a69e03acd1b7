#pragma once
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/noise/estimators.hpp>

namespace trivium::noise::estimators {

/// A whole number of samples or batches, at least 1: the number given, or a multiple of what the method's
/// theory says, rounded up. Throws InputError naming the parameter when theory is asked for and has nothing
/// to say, and when the number is not a whole one.
inline std::size_t size_of(const char* name, const Tunable& wanted, const std::optional<double>& theory) {
  if (wanted.theory && !theory)
    reject("{} = \"theory\", but the method has no theory for it; give a number", name);
  const double size = wanted.theory ? std::ceil(wanted.resolve(*theory) * (1 - 1e-12)) : wanted.resolve(0);
  if (size != std::floor(size) || size > 0x1p40)
    reject("{} must be a whole number of at most 2^40, got {}", name, size);
  return static_cast<std::size_t>(std::max(size, 1.0));
}

/// Throws InputError naming the estimator when `batches` times `batch` samples, each at least 1, are more
/// than an estimate can hold: 2^31.
inline void require_drawable(const char* estimator, std::size_t batches, std::size_t batch) {
  if (batches > (std::size_t{1} << 31) / batch)
    reject("{} asks for estimates of {} times {} samples; give at most 2^31 in all", estimator, batches,
           batch);
}

}  // namespace trivium::noise::estimators
