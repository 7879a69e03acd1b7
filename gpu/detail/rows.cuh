#pragma once
#include "loops.cuh"

/// What kernels over the rows of a matrix are made of: a warp takes a row.
namespace trivium::gpu::detail {

/// Calls body(row, lane) for every row, each by the 32 lanes of one warp.
template <class Body>
__device__ void for_rows(std::size_t rows, Body body) {
  const unsigned lane = threadIdx.x % warp_size;
  const std::size_t warps = std::size_t{gridDim.x} * block_warps;
  for (std::size_t row = std::size_t{blockIdx.x} * block_warps + threadIdx.x / warp_size; row < rows;
       row += warps)
    body(row, lane);
}

/// Blocks for a kernel of for_rows over so many rows.
inline unsigned blocks_for_rows(std::size_t rows, unsigned most) {
  return blocks_for(rows * warp_size, most);
}

/// What lane 0 has, in every lane.
template <class T>
__device__ T of_first_lane(T value) {
  return __shfl_sync(0xffffffffu, value, 0);
}

/// The sum over a warp's lanes in one fixed order, in every lane.
template <class T>
__device__ T warp_total(T value) {
  return of_first_lane(warp_sum(value));
}

/// The largest number of a warp's lanes, in every lane.
template <class T>
__device__ T warp_largest(T value) {
#pragma unroll
  for (unsigned offset = warp_size / 2; offset > 0; offset /= 2) {
    const T other = __shfl_down_sync(0xffffffffu, value, offset);
    value = other > value ? other : value;
  }
  return of_first_lane(value);
}

}  // namespace trivium::gpu::detail
