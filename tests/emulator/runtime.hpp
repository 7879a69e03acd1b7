#pragma once
#include "cuda_runtime.h"

namespace trivium::emulated {

/// Keeps an error for cudaGetLastError and returns it.
cudaError_t failed(cudaError_t error);
/// Whether it is a stream of the card; null is CUDA's default stream.
bool is_stream(cudaStream_t stream);

}  // namespace trivium::emulated
