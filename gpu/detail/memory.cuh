#pragma once
#include <cstddef>

#include <cuda_runtime.h>

namespace trivium::gpu::detail {

/// Memory of the card from CUDA's default pool, in order with the stream. Throws InputError when the card has
/// not enough.
void* allocate(cudaStream_t stream, std::size_t bytes);
void release(cudaStream_t stream, void* memory) noexcept;

/// Hands what the pool holds unused back to the card, where it may come together to one large piece and where
/// CUDA and its libraries find it, which do not take from the pool. False when that fails.
bool give_back(cudaStream_t stream);

/// What call() returns; of a second try after give_back where the first was `refused` for lack of memory.
template <class Call, class Refused>
auto with_memory(cudaStream_t stream, Call call, Refused refused) {
  auto status = call();
  if (refused(status) && give_back(stream)) status = call();
  return status;
}
inline bool is_refusal(cudaError_t status) { return status == cudaErrorMemoryAllocation; }

/// Scratch memory on the card that grows and is never returned: after the first rounds it costs nothing. Its
/// content is lost when it grows.
class Scratch {
 public:
  /// At least `bytes`, 256-byte aligned, valid until the next call and used in order with the stream only.
  void* of(cudaStream_t stream, std::size_t bytes);

 private:
  void* memory_ = nullptr;
  std::size_t capacity_ = 0;
};

/// Host memory that a kernel can write: `host` and `card` are its two addresses.
struct SharedDoubles {
  explicit SharedDoubles(std::size_t count);
  double* host = nullptr;
  double* card = nullptr;
};

}  // namespace trivium::gpu::detail
