#pragma once
#include <stdexcept>
#include <string>

#include "kernels.cuh"

namespace trivium::gpu::detail {

/// The stream of gpu::device() and what the card holds at once, for every source of the room. Throws
/// InputError when there is no card.
Lane card_lane();

/// A scalar of a call to cuBLAS or cuSPARSE, in the type of the vectors.
class Scalar {
 public:
  Scalar(double value, Dtype dtype)
      : wide_(value), narrow_(static_cast<float>(value)), is_wide_(dtype == Dtype::float64) {}
  const void* address() const { return is_wide_ ? static_cast<const void*>(&wide_) : &narrow_; }

 private:
  double wide_;
  float narrow_;
  bool is_wide_;
};

/// Throws std::logic_error unless the arguments of `function` fit.
inline void require(bool fits, const char* function) {
  if (!fits) throw std::logic_error(std::string("gpu::") + function + ": sizes or types do not fit");
}

}  // namespace trivium::gpu::detail
