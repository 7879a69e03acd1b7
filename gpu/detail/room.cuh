#pragma once
#include <cstddef>

#include "card.cuh"
#include "check.cuh"
#include "memory.cuh"

/// What the sources of compress.hpp and network.hpp share.
namespace trivium::gpu::detail {

inline constexpr unsigned all_lanes = 0xffffffffu;  ///< every thread of a warp takes part

/// Memory on the card until the next call. Kernels run one after another, so that one room serves all.
inline void* room(std::size_t bytes) {
  static Scratch& scratch = *new Scratch;
  return scratch.of(card_lane().stream, bytes);
}

/// Copies to the host when the kernels so far are done, and waits.
inline void fetch(void* host_to, const void* from, std::size_t bytes) {
  const cudaStream_t stream = card_lane().stream;
  check(cudaMemcpyAsync(host_to, from, bytes, cudaMemcpyDeviceToHost, stream),
        "cudaMemcpyAsync from the card");
  check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
}

/// Copies to the card in order with its kernels; the host's memory must stay as it is until something waits.
inline void send(void* to, const void* host_from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, host_from, bytes, cudaMemcpyHostToDevice, card_lane().stream),
        "cudaMemcpyAsync to the card");
}

inline void clear(void* memory, std::size_t bytes) {
  check(cudaMemsetAsync(memory, 0, bytes, card_lane().stream), "cudaMemsetAsync");
}

}  // namespace trivium::gpu::detail
