#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

/// A card made of host memory and one processor, for tests: the settings that a test may change. A fault of a
/// kernel is one sentence on standard error, and the process aborts.
namespace trivium::emulated {

enum class Order { forward, backward, shuffled };

struct Card {
  std::size_t memory = std::size_t{2} << 30;  ///< bytes; may change while vectors live
  int multiprocessors = 2;  ///< few, so that kernels stride; read once, when the room first looks at the card
  /// In which order blocks, warps and the threads of a warp run, where nothing makes one wait for another.
  Order order = Order::forward;
  std::uint64_t seed = 1;  ///< of a shuffled order
  /// A call that takes memory outside of the pool, and how much: it is refused where less is free. One of
  /// cudaSetDevice, cudaStreamCreate, cudaHostAlloc, cudaLaunchKernelEx, cublasCreate, cusparseCreate.
  std::string demanding_call;
  std::size_t demand = 0;
};

Card& card();

/// Bytes of the card's memory that are in arrays, and that the pool has: these and what it keeps.
std::size_t used();
std::size_t reserved();

inline constexpr const char* card_name = "emulated by the tests";

}  // namespace trivium::emulated
