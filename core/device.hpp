#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

namespace trivium {

enum class Dtype { float64, float32 };

inline std::size_t size_of(Dtype dtype) { return dtype == Dtype::float64 ? 8 : 4; }
template <class T>
constexpr Dtype dtype_of() {
  static_assert(std::is_same_v<T, double> || std::is_same_v<T, float>);
  return std::is_same_v<T, double> ? Dtype::float64 : Dtype::float32;
}
std::string name_of(Dtype dtype);

/// What a vector of `size` scalars looks like to a device: the kernels' view of an argument.
struct ConstBlock {
  double weight;
  const void* data;
};

inline constexpr std::size_t max_terms = 8;

/// One step of Adam (Kingma, Ba 2015): m = first m + (1 - first) g, v = second v + (1 - second) g^2, and what
/// is subtracted from a point is step (m / first_sum) / (sqrt(v / second_sum) + epsilon). The sums are what
/// the weights of all g so far add up to, 1 - first^t and 1 - second^t after t of them.
struct AdamStep {
  double step, first, second, epsilon, first_sum, second_sum;
};

/// Where vectors live: memory and the few kernels the methods need. Sizes, types and aliasing are checked by
/// the callers in vector.cpp; a device only computes. Pointers named `host_*` are host memory, the others the
/// device's own.
class Device {
 public:
  virtual ~Device() = default;
  virtual std::string name() const = 0;

  /// Zeroed memory. Throws InputError with one sentence when there is not enough.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  virtual void upload(void* to, const void* host_from, std::size_t bytes) = 0;
  virtual void download(void* host_to, const void* from, std::size_t bytes) = 0;

  /// out = sum weight_i x_i with 1 to max_terms terms; out may alias any x_i exactly.
  virtual void combine(void* out, std::span<const ConstBlock> terms, std::size_t size, Dtype dtype) = 0;
  virtual double dot(const void* x, const void* y, std::size_t size, Dtype dtype) = 0;
  virtual double squared_distance(const void* x, const void* y, std::size_t size, Dtype dtype) = 0;
  virtual void fill(void* out, double value, std::size_t size, Dtype dtype) = 0;
  /// Updates the moments m and v and writes out = z - the step; out may be z.
  virtual void adam(void* out, const void* z, void* m, void* v, const void* g, const AdamStep& step,
                    std::size_t size, Dtype dtype) = 0;
  virtual void gather(const void* x, std::span<const std::uint32_t> host_indices, double* host_values,
                      Dtype dtype) = 0;
  virtual void scatter_add(void* out, std::span<const std::uint32_t> host_indices, double weight,
                           const double* host_values, Dtype dtype) = 0;
};

/// The processor's memory and vectorised loops. One instance for the program's lifetime.
Device& host();

}  // namespace trivium
