// What the room gpu uses of CUDA's runtime and language, for a C++ compiler and a card made of host memory.
// Names and meanings are those of CUDA 13.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <math.h>
#include <string.h>

#include "grid.hpp"
#include "memory.hpp"

#define __global__
#define __device__
#define __host__
#define __launch_bounds__(...)
#define __CUDA_ARCH_LIST__ 800, 900

// The language: where a thread is, and what threads do together.

struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;

inline void __syncthreads(trivium::emulated::Place where = trivium::emulated::Place::here()) {
  trivium::emulated::meet(where);
}
inline void __syncwarp(unsigned mask = 0xFFFFFFFFu,
                       trivium::emulated::Place where = trivium::emulated::Place::here()) {
  trivium::emulated::exchange(trivium::emulated::Exchange::meeting, mask, 0, 0, where);
}
inline unsigned __ballot_sync(unsigned mask, int predicate,
                              trivium::emulated::Place where = trivium::emulated::Place::here()) {
  return static_cast<unsigned>(
      trivium::emulated::exchange(trivium::emulated::Exchange::ballot, mask, predicate != 0, 0, where));
}

namespace trivium::emulated {
template <class T>
requires(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8)) T
    shuffled(unsigned mask, T value, unsigned from, trivium::emulated::Place where) {
  std::uint64_t bits = 0;
  memcpy(&bits, &value, sizeof value);
  bits = exchange(Exchange::shuffle, mask, bits, from, where);
  memcpy(&value, &bits, sizeof value);
  return value;
}
}  // namespace trivium::emulated

/// The value of lane `from` of the caller's `width` neighbours.
template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32,
              trivium::emulated::Place where = trivium::emulated::Place::here()) {
  const auto part = static_cast<unsigned>(width) - 1;
  const unsigned lane = trivium::emulated::own_lane();
  return trivium::emulated::shuffled(mask, value, (lane & ~part) | (static_cast<unsigned>(from) & part),
                                     where);
}
/// The value of the lane `by` further; the caller's own beyond the last of its `width` neighbours.
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned by, int width = 32,
                   trivium::emulated::Place where = trivium::emulated::Place::here()) {
  const auto part = static_cast<unsigned>(width) - 1;
  const unsigned lane = trivium::emulated::own_lane();
  return trivium::emulated::shuffled(mask, value, (lane & part) + by <= part ? lane + by : lane, where);
}

template <class T>
T atomicAdd(T* at, std::type_identity_t<T> value) {
  const T before = *at;
  *at = before + value;
  return before;
}
inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
// Rounded by themselves: `volatile` keeps the compiler from fusing them with what comes next.
inline double __dadd_rn(double a, double b) {
  volatile double sum = a + b;
  return sum;
}
inline double __dmul_rn(double a, double b) {
  volatile double product = a * b;
  return product;
}
inline float __fadd_rn(float a, float b) {
  volatile float sum = a + b;
  return sum;
}
inline float __fmul_rn(float a, float b) {
  volatile float product = a * b;
  return product;
}
template <class T>
constexpr T min(T a, T b) {
  return b < a ? b : a;
}
template <class T>
constexpr T max(T a, T b) {
  return a < b ? b : a;
}

// The runtime.

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorNoDevice = 100,
  cudaErrorInvalidDevice = 101,
  cudaErrorInvalidResourceHandle = 400,
};
const char* cudaGetErrorName(cudaError_t error);
const char* cudaGetErrorString(cudaError_t error);
cudaError_t cudaGetLastError();

struct cudaDeviceProp {
  char name[256];
  int major, minor;
};
enum cudaDeviceAttr { cudaDevAttrMultiProcessorCount = 16, cudaDevAttrMaxThreadsPerMultiProcessor = 39 };
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaSetDevice(int device);

using cudaStream_t = struct CUstream_st*;
cudaError_t cudaStreamCreate(cudaStream_t* stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);

using cudaMemPool_t = struct CUmemPoolHandle_st*;
enum cudaMemPoolAttr { cudaMemPoolAttrReleaseThreshold = 4 };
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device);
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value);
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t bytes_to_keep);
cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);

inline constexpr unsigned cudaHostAllocMapped = 2;
cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned flags);
cudaError_t cudaHostGetDevicePointer(void** card_address, void* host_address, unsigned flags);

enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream);

struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
};

namespace trivium::emulated {
cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread);

/// Whether structures are looked into. Clang 14 cannot clear padding, and the address sanitizer has memory at
/// addresses that small numbers make up.
#if __has_builtin(__builtin_clear_padding) && !defined(__SANITIZE_ADDRESS__)
inline constexpr bool sees_structures = true;
#else
inline constexpr bool sees_structures = false;
#endif

template <class T>
void check_argument(T argument) {
  if constexpr (std::is_pointer_v<T>) check_card_pointer(argument, alignof(std::remove_pointer_t<T>));
  if constexpr (sees_structures && std::is_class_v<T> && alignof(T) >= alignof(void*)) {
    __builtin_clear_padding(&argument);  // where an address may have been left
    check_words(reinterpret_cast<const std::byte*>(&argument), sizeof argument);
  }
}

/// What `reinterpret_cast<Pointer>(address)` becomes in the room's sources.
template <class Pointer, class From>
Pointer cast(From* address) {
  check_alignment(address, alignof(std::remove_pointer_t<Pointer>));
  return reinterpret_cast<Pointer>(address);
}
}  // namespace trivium::emulated

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
  const std::tuple<Parameters...> copies(std::forward<Arguments>(arguments)...);
  std::apply([](const auto&... each) { (trivium::emulated::check_argument(each), ...); }, copies);
  return trivium::emulated::launch(*config, [=] { std::apply(kernel, copies); });
}
