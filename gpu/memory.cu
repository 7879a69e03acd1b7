#include <utility>

#include "detail/check.cuh"
#include "detail/memory.cuh"
#include "detail/plan.hpp"
#include "detail/sentences.hpp"

namespace trivium::gpu::detail {

namespace {

[[noreturn]] void refuse(cudaError_t status, std::size_t bytes) {
  cudaGetLastError();  // answered here: no library must find it
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  if (is_refusal(status) || bytes > total) reject_with(out_of_memory(bytes, free, total));
  fail(status, "cudaMallocAsync");
}

}  // namespace

bool give_back(cudaStream_t stream) {
  cudaGetLastError();  // answered here
  cudaMemPool_t pool = nullptr;
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
  check(cudaDeviceGetDefaultMemPool(&pool, 0), "cudaDeviceGetDefaultMemPool");
  return cudaMemPoolTrimTo(pool, 0) == cudaSuccess;
}

void* allocate(cudaStream_t stream, std::size_t bytes) {
  void* memory = nullptr;
  const auto call = [&] { return cudaMallocAsync(&memory, bytes, stream); };
  const cudaError_t status = with_memory(stream, call, is_refusal);
  if (status != cudaSuccess) refuse(status, bytes);
  return memory;
}

void release(cudaStream_t stream, void* memory) noexcept {
  // The result is not read: destructors must not throw, after a fault the next checked call reports it, and a
  // vector with static lifetime may get here when CUDA is already shut down.
  if (memory != nullptr) cudaFreeAsync(memory, stream);
}

void* Scratch::of(cudaStream_t stream, std::size_t bytes) {
  if (bytes > capacity_) {
    const std::size_t capacity = grown(capacity_, bytes);
    capacity_ = 0;  // stays so if there is not enough memory
    release(stream, std::exchange(memory_, nullptr));
    memory_ = allocate(stream, capacity);
    capacity_ = capacity;
  }
  return memory_;
}

SharedDoubles::SharedDoubles(std::size_t count) {
  void* memory = nullptr;
  check(cudaHostAlloc(&memory, count * sizeof(double), cudaHostAllocMapped), "cudaHostAlloc");
  host = static_cast<double*>(memory);
  check(cudaHostGetDevicePointer(&memory, host, 0), "cudaHostGetDevicePointer");
  card = static_cast<double*>(memory);
}

}  // namespace trivium::gpu::detail
