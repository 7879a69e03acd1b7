#pragma once
#include <string>

#include "check.cuh"
#include "memory.cuh"
#include "plan.hpp"

namespace trivium::gpu::detail {

/// How many blocks of how many threads run a kernel.
struct Grid {
  Grid(unsigned blocks, unsigned threads = block_threads) : blocks(blocks), threads(threads) {}
  unsigned blocks, threads;
};

/// Puts kernel(arguments...) on the stream and returns without waiting. Every kernel of the room starts here.
/// Throws std::runtime_error "launching <what>: ..." when the launch fails, InputError when that is for lack
/// of memory, which a kernel's code needs when the first of its module is started.
template <class... Parameters, class... Arguments>
void launch(const char* what, cudaStream_t stream, Grid grid, void (*kernel)(Parameters...),
            Arguments... arguments) {
  static_assert(bytes_of_arguments<Parameters...>() <= most_argument_bytes);
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(grid.blocks);
  config.blockDim = dim3(grid.threads);
  config.stream = stream;
  const auto start = [&] {
    return cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...);
  };
  const cudaError_t status = with_memory(stream, start, is_refusal);
  if (status != cudaSuccess) fail(status, ("launching " + std::string(what)).c_str());
}

}  // namespace trivium::gpu::detail
