#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include <trivium/core/device.hpp>

namespace trivium {

/// A dense vector of run-time scalar type on a run-time device. Owns its memory; copies are deep. No solver
/// knows where its vectors live or which scalars they hold: it only calls the kernels below.
class Vector {
 public:
  Vector() = default;
  /// `size` zeros of type `dtype` on `device`.
  explicit Vector(std::size_t size, Dtype dtype = Dtype::float64, Device& device = host());
  /// The numbers of `values` as float64 on the host.
  explicit Vector(std::span<const double> values);
  Vector(std::initializer_list<double> values) : Vector(std::span(values.begin(), values.size())) {}
  Vector(const Vector& other);
  Vector(Vector&& other) noexcept;
  Vector& operator=(const Vector& other);  ///< keeps its memory when size, type and device agree
  Vector& operator=(Vector&& other) noexcept;
  ~Vector();

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * size_of(dtype_); }
  Dtype dtype() const { return dtype_; }
  Device& device() const { return *device_; }
  bool on_host() const { return on_host_; }
  void* data() { return data_; }
  const void* data() const { return data_; }

  /// The entries of a host vector. Throws std::logic_error when T is not the vector's scalar type or it lives
  /// elsewhere.
  template <class T>
  std::span<T> span() {
    require_host(dtype_of<T>());
    return {static_cast<T*>(data_), size_};
  }
  template <class T>
  std::span<const T> span() const {
    require_host(dtype_of<T>());
    return {static_cast<const T*>(data_), size_};
  }

  /// The entries as float64, wherever they live.
  std::vector<double> to_host() const;
  /// Overwrites the entries from float64 numbers; sizes must agree.
  void assign(std::span<const double> values);
  /// A vector of zeros with this one's size, type and device.
  Vector like() const { return Vector(size_, dtype_, *device_); }

 private:
  void require_host(Dtype asked) const {
    if (!on_host_ || dtype_ != asked) refuse(asked);
  }
  [[noreturn]] void refuse(Dtype asked) const;

  std::size_t size_ = 0;
  Dtype dtype_ = Dtype::float64;
  Device* device_ = &host();
  bool on_host_ = true;  // kept, since it is asked for in every inner loop
  void* data_ = nullptr;
};

/// One term weight * x of a linear combination.
struct Term {
  Term(double weight, const Vector& x) : weight(weight), x(&x) {}
  double weight;
  const Vector* x;
};

/// out = sum of at most `max_terms` terms, in one pass over memory. `out` may be one of the terms. All
/// vectors agree in size, type and device (std::logic_error otherwise). Products and sums are taken in the
/// order written.
void combine(Vector& out, std::initializer_list<Term> terms);
/// <x, y>, accumulated in float64 in one fixed order.
double dot(const Vector& x, const Vector& y);
/// |x|_2.
double norm(const Vector& x);
/// |x - y|_2^2 in one pass.
double squared_distance(const Vector& x, const Vector& y);
/// out = x; sizes must agree, types and devices may differ.
void copy(Vector& out, const Vector& x);
/// Every entry = value.
void fill(Vector& out, double value);
/// Entry by entry m = first m + (1 - first) g, v = second v + (1 - second) g^2, and
/// out = z - step (m / first_sum) / (sqrt(v / second_sum) + epsilon), in one pass, in the vectors' own type.
/// `out` may be z; the others are distinct.
void adam(Vector& out, const Vector& z, Vector& m, Vector& v, const Vector& g, const AdamStep& step);
/// values[i] = x[indices[i]] as float64, on the host.
void gather(const Vector& x, std::span<const std::uint32_t> indices, std::span<double> values);
/// out[indices[i]] += weight * values[i]; the indices must be distinct.
void scatter_add(Vector& out, std::span<const std::uint32_t> indices, double weight,
                 std::span<const double> values);
/// Every entry to the nearest float32, in place.
void round_to_float32(Vector& x);
/// out += weight * values.
void add_dense(Vector& out, double weight, std::span<const double> values);

}  // namespace trivium
