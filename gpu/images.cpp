// Images on the card and lists of their numbers, with CUDA or without.
#include <stdexcept>

#include <fmt/format.h>

#include <trivium/gpu/network.hpp>

namespace trivium::gpu {
namespace {

std::shared_ptr<void> memory_of(std::size_t bytes) {
  Device& card = device();
  return {card.allocate(bytes), [&card](void* memory) { card.release(memory); }};
}

std::shared_ptr<void> uploaded(std::span<const std::uint8_t> bytes) {
  std::shared_ptr<void> memory = memory_of(bytes.size());
  device().upload(memory.get(), bytes.data(), bytes.size());
  return memory;
}

}  // namespace

Images::Images(std::size_t pixels, std::span<const std::uint8_t> values, std::span<const std::uint8_t> labels)
    : pixels_(pixels), count_(labels.size()), values_(uploaded(values)), labels_(uploaded(labels)) {
  if (pixels == 0 || values.size() != pixels * count_)
    throw std::logic_error(
        fmt::format("{} images of {} pixels were given as {} bytes", count_, pixels, values.size()));
}

ImageList::ImageList(std::size_t most) : most_(most), memory_(memory_of(most * sizeof(std::uint32_t))) {}

}  // namespace trivium::gpu
