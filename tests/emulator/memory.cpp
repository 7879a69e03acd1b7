// Arrays on the card are host memory between two zones. New ones are full of ones bits: not-a-numbers. A pool
// keeps what was released, in pieces that never grow together again, until it is trimmed.
#include "memory.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cuda_runtime.h"
#include "emulator.hpp"
#include "fault.hpp"
#include "runtime.hpp"
#include "zone.hpp"

namespace trivium::emulated {
namespace {

constexpr std::size_t granule = 512;  // requests are rounded up to it

struct Array {
  std::unique_ptr<std::byte[]> memory;
  std::size_t bytes, piece;
  bool released = false;  // but work that waits may still use it
};

/// By the address of the first byte. Never destroyed: static vectors release their memory after main.
std::map<const std::byte*, Array>& arrays() {
  static auto& all = *new std::map<const std::byte*, Array>;
  return all;
}

struct Pool {
  std::size_t reserved = 0;  // of the card's memory: in use and kept
  std::multiset<std::size_t> kept;
};
Pool& pool() {
  static Pool& only = *new Pool;
  return only;
}

/// The bytes taken out of a piece of the pool, or new from the card; 0 when neither has so many together.
std::size_t take_piece(std::size_t bytes) {
  const std::size_t needed = (bytes + granule - 1) / granule * granule;
  if (const auto fitting = pool().kept.lower_bound(needed); fitting != pool().kept.end()) {
    const std::size_t rest = *fitting - needed;
    pool().kept.erase(fitting);
    if (rest > 0) pool().kept.insert(rest);
    return needed;
  }
  if (needed < bytes || needed > card().memory - std::min(card().memory, pool().reserved)) return 0;
  pool().reserved += needed;
  return needed;
}

void* new_array(std::size_t bytes, std::size_t piece) {
  Array array{std::unique_ptr<std::byte[]>(new std::byte[bytes + 3 * zone_bytes]), bytes, piece};
  const auto address = reinterpret_cast<std::uintptr_t>(array.memory.get()) + zone_bytes;
  std::byte* const first = array.memory.get() + zone_bytes + (zone_bytes - address % zone_bytes) % zone_bytes;
  mark_zone(first - zone_bytes);
  std::memset(first, 0xFF, bytes);
  mark_zone(first + bytes);
  arrays().emplace(first, std::move(array));
  return first;
}

void check_zone(const std::byte* first, std::size_t bytes) {
  for (const bool behind : {false, true})
    if (!zone_is_whole(behind ? first + bytes : first - zone_bytes))
      fault(fmt::format("something wrote {} an array of {} bytes", behind ? "behind" : "before", bytes));
}

}  // namespace

bool on_card(const void* memory, std::size_t bytes) {
  const auto address = static_cast<const std::byte*>(memory);
  auto next = arrays().upper_bound(address);
  if (next == arrays().begin()) return false;
  const auto& [first, array] = *--next;
  const auto offset = static_cast<std::size_t>(address - first);
  return !array.released && offset <= array.bytes && bytes <= array.bytes - offset;
}

void check_card_pointer(const void* memory, std::size_t alignment) {
  if (memory != nullptr && !on_card(memory, 0)) fault("a kernel got an address that is none of the card's");
  check_alignment(memory, alignment);
}

void check_alignment(const void* memory, std::size_t alignment) {
  if (const auto address = reinterpret_cast<std::uintptr_t>(memory); address % alignment != 0)
    fault(fmt::format("an address is {} bytes off for a value that is aligned to {}", address % alignment,
                      alignment));
}

void check_words(const std::byte* structure, std::size_t bytes) {
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  for (std::size_t at = 0; at + sizeof(void*) <= bytes; at += sizeof(void*)) {
    void* word = nullptr;
    std::memcpy(&word, structure + at, sizeof word);
    const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(word);
    // Small numbers, floating-point numbers, and what is no memory of this process.
    if (address >> 32 == 0 || address >> 56 != 0 || on_card(word, 0)) continue;
    if (msync(reinterpret_cast<void*>(address / page * page), 1, MS_ASYNC) == 0)
      fault("a kernel got, in a structure, an address that is none of the card's");
  }
}

std::size_t reserved() { return pool().reserved; }
std::size_t used() {
  return std::accumulate(pool().kept.begin(), pool().kept.end(), pool().reserved, std::minus<>());
}

void check_zones() {
  for (const auto& [first, array] : arrays()) check_zone(first, array.bytes);
}

}  // namespace trivium::emulated

using namespace trivium::emulated;

cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t stream) {
  if (memory == nullptr) return failed(cudaErrorInvalidValue);
  if (!is_stream(stream)) return failed(cudaErrorInvalidResourceHandle);
  *memory = nullptr;
  if (bytes == 0) return cudaSuccess;
  const std::size_t piece = take_piece(bytes);
  if (piece == 0) return failed(cudaErrorMemoryAllocation);
  *memory = new_array(bytes, piece);
  return cudaSuccess;
}

cudaError_t cudaFreeAsync(void* memory, cudaStream_t) {
  if (memory == nullptr) return cudaSuccess;
  const auto found = arrays().find(static_cast<const std::byte*>(memory));
  if (found == arrays().end() || found->second.released)
    fault("cudaFreeAsync got an address that is not the beginning of an array");
  found->second.released = true;
  pool().kept.insert(found->second.piece);
  enqueue([found] {
    check_zone(found->first, found->second.bytes);
    arrays().erase(found);
  });
  return cudaSuccess;
}

cudaError_t cudaMemPoolTrimTo(cudaMemPool_t, std::size_t bytes_to_keep) {
  for (auto& kept = pool().kept; !kept.empty() && pool().reserved > bytes_to_keep; kept.erase(kept.begin()))
    pool().reserved -= *kept.begin();
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = card().memory;
  *free = *total - std::min(*total, reserved());
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
  *memory = nullptr;
  if (!has_memory_for("cudaHostAlloc")) return failed(cudaErrorMemoryAllocation);
  *memory = new_array(bytes, 0);
  return cudaSuccess;
}

cudaError_t cudaHostGetDevicePointer(void** card_address, void* host_address, unsigned) {
  if (!on_card(host_address, 0)) return failed(cudaErrorInvalidValue);
  *card_address = host_address;
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (!is_stream(stream)) return failed(cudaErrorInvalidResourceHandle);
  if (on_card(to, bytes) != (kind != cudaMemcpyDeviceToHost) ||
      on_card(from, bytes) != (kind != cudaMemcpyHostToDevice))
    return failed(cudaErrorInvalidValue);
  enqueue([=] { std::memmove(to, from, bytes); });
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t stream) {
  if (!is_stream(stream)) return failed(cudaErrorInvalidResourceHandle);
  if (!on_card(memory, bytes)) return failed(cudaErrorInvalidValue);
  enqueue([=] { std::memset(memory, value, bytes); });
  return cudaSuccess;
}
