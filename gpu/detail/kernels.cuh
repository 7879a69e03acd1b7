#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include <cuda_runtime.h>

#include <trivium/core/device.hpp>

/// Launchers, those of entries by index in chosen.cu, the others in kernels.cu: each puts one kernel on the
/// stream and returns without waiting. All pointers are device memory and sizes are at least 1; the contracts
/// are those of trivium::Device. Throw std::runtime_error when the launch fails.
namespace trivium::gpu::detail {

struct Lane {
  cudaStream_t stream;
  unsigned most_blocks;  ///< as many blocks of block_threads threads as the card holds at once
};

enum class Reduction { dot, squared_distance };

void combine(Lane lane, void* out, std::span<const ConstBlock> terms, std::size_t size, Dtype dtype);
void fill(Lane lane, void* out, double value, std::size_t size, Dtype dtype);
void adam(Lane lane, void* out, const void* z, void* m, void* v, const void* g, const AdamStep& step,
          std::size_t size, Dtype dtype);
/// values[i] = x[indices[i]].
void gather(Lane lane, const void* x, const std::uint32_t* indices, double* values, std::size_t count,
            Dtype dtype);
/// out[indices[i]] += weight * values[i]; the indices are distinct, so no two threads meet.
void scatter_add(Lane lane, void* out, const std::uint32_t* indices, double weight, const double* values,
                 std::size_t count, Dtype dtype);
/// Leaves partial sums in `partials`, which has room for most_partials, and returns how many: a number that
/// depends on the size, the type and the alignment alone, not on the card.
unsigned reduce(Lane lane, Reduction what, const void* x, const void* y, std::size_t size, Dtype dtype,
                double* partials);
/// The last stage: out = weight times the sum of `count` partial sums + beta out, in one fixed order; with
/// beta = 0 what `out` held does not matter.
void add_up(Lane lane, const double* partials, unsigned count, double weight, double beta, double* out);

}  // namespace trivium::gpu::detail
