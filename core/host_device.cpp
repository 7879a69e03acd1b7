// The host device: plain loops that the compiler vectorises. Elementwise loops are marked independent: out
// either is one of the inputs or does not overlap them, so no iteration depends on another.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include <sys/mman.h>

#include <trivium/core/device.hpp>
#include <trivium/core/errors.hpp>

// The promise that iterations are independent, in each compiler's words.
#if defined(__clang__)
#define TRIVIUM_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define TRIVIUM_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace trivium {
namespace {

constexpr std::align_val_t alignment{64};

/// Random access to a long vector (RandK's) is mostly waiting for page tables unless its pages are huge.
void use_huge_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t huge = std::size_t{1} << 21;
  const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + huge - 1) / huge * huge;
  const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / huge * huge;
  if (begin < end)
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // advice: failing is no harm
#endif
}

template <class T, std::size_t... I>
void combine_terms(T* out, const ConstBlock* terms, std::size_t size, std::index_sequence<I...>) {
  const std::array<const T*, sizeof...(I)> x{static_cast<const T*>(terms[I].data)...};
  const std::array<T, sizeof...(I)> w{static_cast<T>(terms[I].weight)...};
  TRIVIUM_INDEPENDENT
  for (std::size_t i = 0; i < size; ++i) out[i] = (... + (w[I] * x[I][i]));
}

template <class T>
void combine_any(T* out, std::span<const ConstBlock> terms, std::size_t size) {
  switch (terms.size()) {
    case 1:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<1>{});
    case 2:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<2>{});
    case 3:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<3>{});
    case 4:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<4>{});
    case 5:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<5>{});
    case 6:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<6>{});
    case 7:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<7>{});
    default:
      return combine_terms(out, terms.data(), size, std::make_index_sequence<8>{});
  }
}

template <class T>
void adam_step(T* out, const T* z, T* m, T* v, const T* g, const AdamStep& step, std::size_t size) {
  const T first = static_cast<T>(step.first), second = static_cast<T>(step.second);
  const T new_first = static_cast<T>(1 - step.first), new_second = static_cast<T>(1 - step.second);
  const T gamma = static_cast<T>(step.step / step.first_sum);
  const T whole = static_cast<T>(1 / step.second_sum), epsilon = static_cast<T>(step.epsilon);
  TRIVIUM_INDEPENDENT
  for (std::size_t i = 0; i < size; ++i) {
    const T mean = first * m[i] + new_first * g[i], square = second * v[i] + new_second * (g[i] * g[i]);
    m[i] = mean;
    v[i] = square;
    out[i] = z[i] - gamma * mean / (std::sqrt(square * whole) + epsilon);
  }
}

/// Sum of term(i) over i in one fixed order: 16 interleaved partial sums, which the compiler keeps in vector
/// registers.
template <class Term>
double lane_sum(std::size_t size, Term term) {
  constexpr std::size_t lanes = 16;
  double partial[lanes] = {};
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) partial[lane] += term(i + lane);
  for (std::size_t lane = 0; i < size; ++i, ++lane) partial[lane] += term(i);
  for (std::size_t width = lanes / 2; width > 0; width /= 2)
    for (std::size_t lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
  return partial[0];
}

template <class T>
double dot_of(const T* x, const T* y, std::size_t size) {
  return lane_sum(size, [=](std::size_t i) { return double{x[i]} * double{y[i]}; });
}

template <class T>
double squared_distance_of(const T* x, const T* y, std::size_t size) {
  return lane_sum(size, [=](std::size_t i) {
    const double d = double{x[i]} - double{y[i]};
    return d * d;
  });
}

/// How far ahead a random access is announced to the cache.
constexpr std::size_t ahead = 16;

template <class T>
void gather_from(const T* x, std::span<const std::uint32_t> indices, double* values) {
  const std::size_t size = indices.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (i + ahead < size) __builtin_prefetch(x + indices[i + ahead]);
    values[i] = x[indices[i]];
  }
}

template <class T>
void scatter_into(T* out, std::span<const std::uint32_t> indices, double weight, const double* values) {
  const std::size_t size = indices.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (i + ahead < size) __builtin_prefetch(out + indices[i + ahead], 1);
    out[indices[i]] += static_cast<T>(weight * values[i]);
  }
}

/// Calls f with the two pointers as double* or float*.
template <class F>
auto with_type(Dtype dtype, const void* x, const void* y, F f) {
  if (dtype == Dtype::float64) return f(static_cast<const double*>(x), static_cast<const double*>(y));
  return f(static_cast<const float*>(x), static_cast<const float*>(y));
}

class HostDevice final : public Device {
 public:
  std::string name() const override { return "the host"; }

  void* allocate(std::size_t bytes) override {
    void* memory = ::operator new(bytes, alignment, std::nothrow);
    if (memory == nullptr) reject("not enough memory: a vector of {} bytes does not fit", bytes);
    use_huge_pages(memory, bytes);
    return std::memset(memory, 0, bytes);
  }
  void release(void* memory) noexcept override { ::operator delete(memory, alignment); }
  void upload(void* to, const void* from, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }

  void combine(void* out, std::span<const ConstBlock> terms, std::size_t size, Dtype dtype) override {
    if (dtype == Dtype::float64)
      combine_any(static_cast<double*>(out), terms, size);
    else
      combine_any(static_cast<float*>(out), terms, size);
  }
  double dot(const void* x, const void* y, std::size_t size, Dtype dtype) override {
    return with_type(dtype, x, y, [=](auto* a, auto* b) { return dot_of(a, b, size); });
  }
  double squared_distance(const void* x, const void* y, std::size_t size, Dtype dtype) override {
    return with_type(dtype, x, y, [=](auto* a, auto* b) { return squared_distance_of(a, b, size); });
  }
  void fill(void* out, double value, std::size_t size, Dtype dtype) override {
    if (dtype == Dtype::float64)
      std::fill_n(static_cast<double*>(out), size, value);
    else
      std::fill_n(static_cast<float*>(out), size, static_cast<float>(value));
  }
  void adam(void* out, const void* z, void* m, void* v, const void* g, const AdamStep& step, std::size_t size,
            Dtype dtype) override {
    const auto as = [&]<class T>(T) {
      adam_step(static_cast<T*>(out), static_cast<const T*>(z), static_cast<T*>(m), static_cast<T*>(v),
                static_cast<const T*>(g), step, size);
    };
    dtype == Dtype::float64 ? as(double{}) : as(float{});
  }
  void gather(const void* x, std::span<const std::uint32_t> indices, double* values, Dtype dtype) override {
    with_type(dtype, x, x, [=](auto* a, auto*) { gather_from(a, indices, values); });
  }
  void scatter_add(void* out, std::span<const std::uint32_t> indices, double weight, const double* values,
                   Dtype dtype) override {
    if (dtype == Dtype::float64)
      scatter_into(static_cast<double*>(out), indices, weight, values);
    else
      scatter_into(static_cast<float*>(out), indices, weight, values);
  }
};

}  // namespace

Device& host() {
  static HostDevice device;
  return device;
}

}  // namespace trivium
