#include "packing.hpp"

#include <cstring>
#include <vector>

namespace trivium::mpi {
namespace {

template <class From, class To>
void convert(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    From x;
    std::memcpy(&x, from + i * sizeof(From), sizeof(From));
    const To y = static_cast<To>(x);
    std::memcpy(to + i * sizeof(To), &y, sizeof(To));
  }
}

/// From scalars of type `type` to the other type.
void convert(const std::byte* from, Dtype type, std::size_t count, std::byte* to) {
  type == Dtype::float64 ? convert<double, float>(from, count, to) : convert<float, double>(from, count, to);
}

}  // namespace

void pack(const Vector& x, std::size_t first, std::size_t count, Dtype as, std::byte* to) {
  const std::size_t bytes = count * size_of(x.dtype());
  const std::byte* from = static_cast<const std::byte*>(x.data()) + first * size_of(x.dtype());
  if (as == x.dtype()) {
    x.device().download(to, from, bytes);
  } else if (x.on_host()) {
    convert(from, x.dtype(), count, to);
  } else {
    std::vector<std::byte> here(bytes);
    x.device().download(here.data(), from, bytes);
    convert(here.data(), x.dtype(), count, to);
  }
}

void unpack(const std::byte* from, Dtype as, std::size_t first, std::size_t count, Vector& x) {
  const std::size_t bytes = count * size_of(x.dtype());
  std::byte* to = static_cast<std::byte*>(x.data()) + first * size_of(x.dtype());
  if (as == x.dtype()) {
    x.device().upload(to, from, bytes);
  } else if (x.on_host()) {
    convert(from, as, count, to);
  } else {
    std::vector<std::byte> here(bytes);
    convert(from, as, count, here.data());
    x.device().upload(to, here.data(), bytes);
  }
}

std::span<std::byte> as_it_lies(Vector& x, Dtype as) {
  if (!x.on_host() || x.dtype() != as) return {};
  return {static_cast<std::byte*>(x.data()), x.bytes()};
}

}  // namespace trivium::mpi
