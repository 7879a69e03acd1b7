#pragma once
#include "cuda_runtime.h"

namespace trivium::emulated {

/// Keeps an error for cudaGetLastError and returns it.
cudaError_t failed(cudaError_t error);
/// Whether the card has the memory that a call of this name takes outside of the pool.
bool has_memory_for(const char* call);
/// Whether it is a stream of the card; null is CUDA's default stream.
bool is_stream(cudaStream_t stream);

}  // namespace trivium::emulated
