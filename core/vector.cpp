#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <trivium/core/vector.hpp>

namespace trivium {
namespace {

void require_alike(const char* kernel, const Vector& a, const Vector& b) {
  if (a.size() != b.size() || a.dtype() != b.dtype() || &a.device() != &b.device())
    throw std::logic_error(fmt::format("{}: vectors differ: {} {} on {} and {} {} on {}", kernel, a.size(),
                                       name_of(a.dtype()), a.device().name(), b.size(), name_of(b.dtype()),
                                       b.device().name()));
}

}  // namespace

std::string name_of(Dtype dtype) { return dtype == Dtype::float64 ? "float64" : "float32"; }

Vector::Vector(std::size_t size, Dtype dtype, Device& device)
    : size_(size), dtype_(dtype), device_(&device), on_host_(device_ == &host()) {
  if (size_ > 0) data_ = device_->allocate(bytes());
}

Vector::Vector(std::span<const double> values) : Vector(values.size()) { assign(values); }

Vector::Vector(const Vector& other) : Vector(other.size_, other.dtype_, *other.device_) {
  copy(*this, other);
}

Vector::Vector(Vector&& other) noexcept
    : size_(std::exchange(other.size_, 0)),
      dtype_(other.dtype_),
      device_(other.device_),
      on_host_(other.on_host_),
      data_(std::exchange(other.data_, nullptr)) {}

Vector& Vector::operator=(const Vector& other) {
  if (this == &other) return *this;
  if (size_ != other.size_ || dtype_ != other.dtype_ || device_ != other.device_)
    *this = Vector(other.size_, other.dtype_, *other.device_);
  copy(*this, other);
  return *this;
}

Vector& Vector::operator=(Vector&& other) noexcept {
  std::swap(size_, other.size_);
  std::swap(dtype_, other.dtype_);
  std::swap(device_, other.device_);
  std::swap(on_host_, other.on_host_);
  std::swap(data_, other.data_);
  return *this;
}

Vector::~Vector() {
  if (data_ != nullptr) device_->release(data_);
}

void Vector::refuse(Dtype asked) const {
  throw std::logic_error(fmt::format("asked for {} entries on the host of a {} vector on {}", name_of(asked),
                                     name_of(dtype_), device_->name()));
}

std::vector<double> Vector::to_host() const {
  std::vector<double> out(size_);
  if (dtype_ == Dtype::float64) {
    device_->download(out.data(), data_, bytes());
  } else {
    std::vector<float> narrow(size_);
    device_->download(narrow.data(), data_, bytes());
    out.assign(narrow.begin(), narrow.end());
  }
  return out;
}

void Vector::assign(std::span<const double> values) {
  if (values.size() != size_)
    throw std::logic_error(fmt::format("assigned {} numbers to a vector of {}", values.size(), size_));
  if (dtype_ == Dtype::float64) {
    device_->upload(data_, values.data(), bytes());
  } else {
    const std::vector<float> narrow(values.begin(), values.end());
    device_->upload(data_, narrow.data(), bytes());
  }
}

void combine(Vector& out, std::initializer_list<Term> terms) {
  if (terms.size() == 0 || terms.size() > max_terms)
    throw std::logic_error(fmt::format("combine takes 1 to {} terms, got {}", max_terms, terms.size()));
  std::array<ConstBlock, max_terms> blocks;
  std::size_t count = 0;
  for (const Term& term : terms) {
    require_alike("combine", out, *term.x);
    blocks[count++] = {term.weight, term.x->data()};
  }
  out.device().combine(out.data(), {blocks.data(), count}, out.size(), out.dtype());
}

double dot(const Vector& x, const Vector& y) {
  require_alike("dot", x, y);
  return x.device().dot(x.data(), y.data(), x.size(), x.dtype());
}

double norm(const Vector& x) { return std::sqrt(dot(x, x)); }

double squared_distance(const Vector& x, const Vector& y) {
  require_alike("squared_distance", x, y);
  return x.device().squared_distance(x.data(), y.data(), x.size(), x.dtype());
}

void copy(Vector& out, const Vector& x) {
  if (out.size() != x.size())
    throw std::logic_error(fmt::format("copied a vector of {} into one of {}", x.size(), out.size()));
  if (&out == &x || x.size() == 0) return;
  if (out.dtype() != x.dtype()) {
    out.assign(x.to_host());
  } else if (x.on_host()) {
    out.device().upload(out.data(), x.data(), x.bytes());
  } else if (&out.device() == &x.device()) {
    combine(out, {{1, x}});
  } else {
    x.device().download(out.data(), x.data(), x.bytes());
  }
}

void fill(Vector& out, double value) { out.device().fill(out.data(), value, out.size(), out.dtype()); }

void adam(Vector& out, const Vector& z, Vector& m, Vector& v, const Vector& g, const AdamStep& step) {
  for (const Vector* other : std::initializer_list<const Vector*>{&z, &m, &v, &g})
    require_alike("adam", out, *other);
  out.device().adam(out.data(), z.data(), m.data(), v.data(), g.data(), step, out.size(), out.dtype());
}

void gather(const Vector& x, std::span<const std::uint32_t> indices, std::span<double> values) {
  if (indices.size() != values.size())
    throw std::logic_error(fmt::format("gathered {} entries into {} numbers", indices.size(), values.size()));
  x.device().gather(x.data(), indices, values.data(), x.dtype());
}

void scatter_add(Vector& out, std::span<const std::uint32_t> indices, double weight,
                 std::span<const double> values) {
  if (indices.size() != values.size())
    throw std::logic_error(fmt::format("scattered {} numbers to {} entries", values.size(), indices.size()));
  out.device().scatter_add(out.data(), indices, weight, values.data(), out.dtype());
}

void round_to_float32(Vector& x) {
  if (x.dtype() == Dtype::float32) return;
  if (x.on_host()) {
    for (double& entry : x.span<double>()) entry = static_cast<float>(entry);
    return;
  }
  std::vector<double> values = x.to_host();
  for (double& entry : values) entry = static_cast<float>(entry);
  x.assign(values);
}

void add_dense(Vector& out, double weight, std::span<const double> values) {
  if (values.size() != out.size())
    throw std::logic_error(fmt::format("added {} numbers to a vector of {}", values.size(), out.size()));
  if (out.on_host() && out.dtype() == Dtype::float64) {
    const ConstBlock blocks[] = {{1, out.data()}, {weight, values.data()}};
    out.device().combine(out.data(), blocks, out.size(), Dtype::float64);
  } else {
    Vector staged = out.like();
    staged.assign(values);
    combine(out, {{1, out}, {weight, staged}});
  }
}

}  // namespace trivium
