#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

/// Runs the threads of a grid, block after block, and what they do together.
namespace trivium::emulated {

inline constexpr unsigned most_threads = 1024;                     ///< of a block
inline constexpr std::size_t most_shared = std::size_t{48} << 10;  ///< bytes of a block, declared statically

/// A line of the source: std::source_location, which Clang 14 does not have.
struct Place {
  const char* file = "";
  unsigned line = 0;
  static constexpr Place here(const char* file = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {file, line};
  }
  bool operator==(const Place& other) const {
    return line == other.line && std::strcmp(file, other.file) == 0;
  }
};

/// Calls `thread` once for every thread of the grid, with threadIdx and the others set.
void run_grid(unsigned blocks, unsigned threads, const std::function<void()>& thread);

/// All threads of the block wait for each other, at the same place of the source.
void meet(Place where);

enum class Exchange { shuffle, ballot, meeting };
/// The lanes in `mask` wait for each other, at the same place. A shuffle returns the value of lane `from`, a
/// ballot the lanes whose value is not 0.
std::uint64_t exchange(Exchange what, unsigned mask, std::uint64_t value, unsigned from, Place where);

/// The lane of the running thread in its warp.
unsigned own_lane();

/// One array in shared memory: new, and full of ones bits, in every block.
class SharedArray {
 public:
  void* place(std::size_t bytes, std::size_t alignment);

 private:
  std::uint64_t block_ = 0;
  void* at_ = nullptr;
};

/// What a declaration `__shared__ T x[n];` becomes: every `site` has an array of its own.
template <class Array, class Site>
Array& shared(Site) {
  static SharedArray array;
  return *static_cast<Array*>(array.place(sizeof(Array), alignof(Array)));
}

}  // namespace trivium::emulated
