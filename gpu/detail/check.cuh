#pragma once
#include <stdexcept>
#include <string>

#include <cuda_runtime.h>

#include "sentences.hpp"

namespace trivium::gpu::detail {

/// Throws std::runtime_error "<what>: <the library's message>".
[[noreturn]] inline void fail(const char* what, const std::string& message) {
  throw std::runtime_error(std::string(what) + ": " + message);
}

/// Throws std::runtime_error "<what>: <CUDA's message> (<its name>)", or InputError when the card has not
/// enough memory: calls that nobody takes for allocations need some.
[[noreturn]] inline void fail(cudaError_t status, const char* what) {
  cudaGetLastError();  // an error that was thrown must not be found again, by a library
  if (status == cudaErrorMemoryAllocation) reject_with(no_memory_for(what));
  fail(what, std::string(cudaGetErrorString(status)) + " (" + cudaGetErrorName(status) + ")");
}

/// Fails unless the call succeeded. Every CUDA call goes through here; kernels start in launch.cuh.
inline void check(cudaError_t status, const char* what) {
  if (status != cudaSuccess) fail(status, what);
}

}  // namespace trivium::gpu::detail
