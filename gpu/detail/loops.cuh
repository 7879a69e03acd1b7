#pragma once
#include <cstddef>
#include <type_traits>

#include <trivium/core/device.hpp>

#include "plan.hpp"

/// What kernels are made of: loops over a vector and sums over a block of block_threads threads.
namespace trivium::gpu::detail {

inline constexpr unsigned warp_size = 32;
inline constexpr unsigned block_warps = block_threads / warp_size;
static_assert(block_threads % warp_size == 0 && block_warps <= warp_size);

/// W neighbouring scalars that travel together.
template <class T, int W>
struct alignas(sizeof(T) * W) Pack {
  T at[W];
};

template <class T>
constexpr int wide = pack_bytes / sizeof(T);

template <int W, class T>
__device__ Pack<T, W> load(const T* x, std::size_t i) {
  return *reinterpret_cast<const Pack<T, W>*>(x + i);
}
template <int W, class T>
__device__ void store(T* out, std::size_t i, const Pack<T, W>& pack) {
  *reinterpret_cast<Pack<T, W>*>(out + i) = pack;
}

/// Calls body(i, W) for i = 0, W, 2W, ... and then body(i, 1) for the fewer than W entries that are left:
/// every index below `size` is covered once, by one thread of the grid.
template <int W, class Body>
__device__ void for_packs(std::size_t size, Body body) {
  const std::size_t thread = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  const std::size_t threads = std::size_t{gridDim.x} * blockDim.x;
  const std::size_t packs = size / W;
  for (std::size_t p = thread; p < packs; p += threads) body(p * W, std::integral_constant<int, W>{});
  if constexpr (W > 1)
    for (std::size_t i = packs * W + thread; i < size; i += threads)
      body(i, std::integral_constant<int, 1>{});
}

template <class T>
__device__ T warp_sum(T value) {
#pragma unroll
  for (unsigned offset = warp_size / 2; offset > 0; offset /= 2)
    value += __shfl_down_sync(0xffffffffu, value, offset);
  return value;  // lane 0 holds the sum
}

/// The sum over the block's threads, in one fixed order; valid in thread 0. Every thread of the block must
/// call it; a barrier must stand before the next call.
inline __device__ double block_sum(double value) {
  __shared__ double warp_sums[block_warps];
  value = warp_sum(value);
  const unsigned lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
  if (lane == 0) warp_sums[warp] = value;
  __syncthreads();
  if (warp == 0) value = warp_sum(lane < block_warps ? warp_sums[lane] : 0.0);
  return value;
}

/// Calls f(T{}) with the scalar type.
template <class F>
auto with_type(Dtype dtype, F f) {
  return dtype == Dtype::float64 ? f(double{}) : f(float{});
}

}  // namespace trivium::gpu::detail
