// What there is to know of the card, its streams, and launches.
#include "runtime.hpp"

#include <algorithm>
#include <cstring>
#include <deque>
#include <set>

#include <fmt/format.h>

#include "emulator.hpp"
#include "fault.hpp"

struct CUstream_st {};

namespace trivium::emulated {
namespace {

cudaError_t last_error = cudaSuccess;

std::set<cudaStream_t>& streams() {
  static auto& all = *new std::set<cudaStream_t>;
  return all;
}

/// Work of all streams, in the order it was asked for: the room has one stream.
std::deque<std::function<void()>>& queue() {
  static auto& all = *new std::deque<std::function<void()>>;
  return all;
}

}  // namespace

Card& card() {
  static Card only;
  return only;
}

cudaError_t failed(cudaError_t error) { return last_error = error; }
bool has_memory_for(const char* call) {
  return card().demanding_call != call ||
         card().demand <= card().memory - std::min(card().memory, reserved());
}
bool is_stream(cudaStream_t stream) { return stream == nullptr || streams().contains(stream); }

void enqueue(std::function<void()> work) { queue().push_back(std::move(work)); }
void do_queued() {
  while (!queue().empty()) {
    queue().front()();
    queue().pop_front();
  }
}

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread) {
  const dim3 grid = config.gridDim, block = config.blockDim;
  if (!is_stream(config.stream)) return failed(cudaErrorInvalidResourceHandle);
  if (grid.x == 0 || grid.x > 0x7FFFFFFF || block.x == 0 || block.x > most_threads)
    return failed(cudaErrorInvalidConfiguration);
  if (!has_memory_for("cudaLaunchKernelEx")) return failed(cudaErrorMemoryAllocation);
  if (grid.y * grid.z * block.y * block.z != 1 || config.dynamicSmemBytes > 0)
    fault("grids with more than one axis and dynamic shared memory are not emulated");
  enqueue([grid, block, thread = std::move(thread)] {
    run_grid(grid.x, block.x, thread);
    check_zones();
  });
  return cudaSuccess;
}

}  // namespace trivium::emulated

using namespace trivium::emulated;

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
      return "cudaErrorInvalidConfiguration";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorInvalidResourceHandle:
      return "cudaErrorInvalidResourceHandle";
  }
  return "unrecognized error code";
}
const char* cudaGetErrorString(cudaError_t error) { return cudaGetErrorName(error); }
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return failed(cudaErrorInvalidDevice);
  *properties = {};
  std::strcpy(properties->name, card_name);
  properties->major = 9;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (device != 0) return failed(cudaErrorInvalidDevice);
  *value = attribute == cudaDevAttrMultiProcessorCount ? card().multiprocessors : 2048;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  if (device != 0) return failed(cudaErrorInvalidDevice);
  return has_memory_for("cudaSetDevice") ? cudaSuccess : failed(cudaErrorMemoryAllocation);
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  if (!has_memory_for("cudaStreamCreate")) return failed(cudaErrorMemoryAllocation);
  *stream = *streams().insert(new CUstream_st).first;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!is_stream(stream)) return failed(cudaErrorInvalidResourceHandle);
  do_queued();
  return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
  if (device != 0) return failed(cudaErrorInvalidDevice);
  *pool = nullptr;  // there is one
  return cudaSuccess;
}

cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
