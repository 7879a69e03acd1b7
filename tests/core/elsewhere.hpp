#pragma once
#include <string>

#include <trivium/core/device.hpp>

/// A device that is not the host, for tests: its memory is the host's, but nobody may look at it directly.
class Elsewhere final : public trivium::Device {
 public:
  std::string name() const override { return "elsewhere"; }
  void* allocate(std::size_t bytes) override { return trivium::host().allocate(bytes); }
  void release(void* memory) noexcept override { trivium::host().release(memory); }
  void upload(void* to, const void* from, std::size_t bytes) override {
    trivium::host().upload(to, from, bytes);
  }
  void download(void* to, const void* from, std::size_t bytes) override {
    ++downloads;
    trivium::host().download(to, from, bytes);
  }
  void combine(void* out, std::span<const trivium::ConstBlock> terms, std::size_t size,
               trivium::Dtype dtype) override {
    trivium::host().combine(out, terms, size, dtype);
  }
  double dot(const void* x, const void* y, std::size_t size, trivium::Dtype dtype) override {
    return trivium::host().dot(x, y, size, dtype);
  }
  double squared_distance(const void* x, const void* y, std::size_t size, trivium::Dtype dtype) override {
    return trivium::host().squared_distance(x, y, size, dtype);
  }
  void fill(void* out, double value, std::size_t size, trivium::Dtype dtype) override {
    trivium::host().fill(out, value, size, dtype);
  }
  void adam(void* out, const void* z, void* m, void* v, const void* g, const trivium::AdamStep& step,
            std::size_t size, trivium::Dtype dtype) override {
    trivium::host().adam(out, z, m, v, g, step, size, dtype);
  }
  void gather(const void* x, std::span<const std::uint32_t> indices, double* values,
              trivium::Dtype dtype) override {
    trivium::host().gather(x, indices, values, dtype);
  }
  void scatter_add(void* out, std::span<const std::uint32_t> indices, double weight, const double* values,
                   trivium::Dtype dtype) override {
    trivium::host().scatter_add(out, indices, weight, values, dtype);
  }
  int downloads = 0;
};

/// One for the program's lifetime.
inline Elsewhere& elsewhere() {
  static Elsewhere device;
  return device;
}
