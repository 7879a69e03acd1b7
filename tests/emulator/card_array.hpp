#pragma once
#include <cstddef>
#include <vector>

#include "cuda_runtime.h"

namespace trivium::testing {

/// An array on the card, which goes with the test.
template <class T>
struct Memory {
  T* at = nullptr;
  explicit Memory(std::size_t count) {
    cudaMallocAsync(reinterpret_cast<void**>(&at), count * sizeof(T), nullptr);
  }
  explicit Memory(const std::vector<T>& values) : Memory(values.size()) {
    cudaMemcpyAsync(at, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice, nullptr);
    cudaStreamSynchronize(nullptr);
  }
  Memory(const Memory&) = delete;
  ~Memory() { cudaFreeAsync(at, nullptr); }
  std::vector<T> values(std::size_t count) const {
    std::vector<T> all(count);
    cudaMemcpyAsync(all.data(), at, count * sizeof(T), cudaMemcpyDeviceToHost, nullptr);
    cudaStreamSynchronize(nullptr);
    return all;
  }
};

}  // namespace trivium::testing
