#pragma once
#include <span>
#include <vector>

#include <trivium/core/vector.hpp>

namespace trivium::compressors {

// How a compressor without kernels of its own takes a vector that lives elsewhere: one copy to the host, and
// the same loops there; one copy back for what is added.

/// Calls read(std::span<const T>) with the entries, T being the vector's scalar type.
template <class Read>
auto with_entries(const Vector& x, Read read) {
  const auto read_here = [&read](const Vector& here) {
    return here.dtype() == Dtype::float64 ? read(here.span<double>()) : read(here.span<float>());
  };
  if (x.on_host()) return read_here(x);
  Vector here(x.size(), x.dtype());
  copy(here, x);
  return read_here(here);
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
