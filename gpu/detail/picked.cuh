#pragma once
#include <trivium/gpu/network.hpp>

/// Which images a kernel is about.
namespace trivium::gpu::detail {

/// Which image is row i.
struct Numbers {
  const std::uint32_t* list;
  std::size_t first;
  __device__ std::size_t operator()(std::size_t i) const { return first + (list == nullptr ? i : list[i]); }
};

inline Numbers numbers_of(const Picked& images) {
  return {images.list == nullptr ? nullptr : images.list->data(), images.first};
}

/// Whether there are so many images, and a row for each.
inline bool fits(const Picked& images, std::size_t rows) {
  const std::size_t last = images.list == nullptr ? images.first + images.count : images.first + 1;
  return images.count == rows && last <= images.images.count() &&
         (images.list == nullptr || images.count <= images.list->most());
}

}  // namespace trivium::gpu::detail
