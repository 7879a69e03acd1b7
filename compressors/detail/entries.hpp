#pragma once
#include <span>
#include <vector>

#include <trivium/core/vector.hpp>

namespace trivium::compressors {

/// Calls read(std::span<const T>) with the entries, T being the vector's scalar type. A vector that lives
/// elsewhere is copied first.
template <class Read>
auto with_entries(const Vector& x, Read read) {
  if (!x.on_host()) return read(std::span<const double>(x.to_host()));
  return x.dtype() == Dtype::float64 ? read(x.span<double>()) : read(x.span<float>());
}

/// Calls add(std::span<T>), which adds to all entries. A vector that lives elsewhere is added to in one
/// piece.
template <class Add>
void add_to_entries(Vector& out, Add add) {
  if (!out.on_host()) {
    std::vector<double> sum(out.size());
    add(std::span<double>(sum));
    add_dense(out, 1, sum);
  } else if (out.dtype() == Dtype::float64) {
    add(out.span<double>());
  } else {
    add(out.span<float>());
  }
}

}  // namespace trivium::compressors
