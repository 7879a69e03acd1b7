// A thread runs until it waits for others or ends; then the next one does. So one that reads too early what
// another writes finds what was there before: shared memory begins every block as not-a-numbers, and a test
// may turn the order round.
#include "grid.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include <fmt/format.h>

#include "cuda_runtime.h"
#include "emulator.hpp"
#include "fault.hpp"
#include "fiber.hpp"
#include "zone.hpp"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace trivium::emulated {
namespace {

constexpr unsigned warp_size = 32;
enum class State { ready, at_barrier, in_exchange, done };

void run_thread();

struct Thread {
  Fiber fiber{run_thread};
  State state = State::done;
  Exchange what = Exchange::meeting;  // this and the rest: of the exchange or the barrier it waits at
  unsigned mask = 0, from = 0;
  std::uint64_t value = 0, result = 0;
  Place where;
};

std::vector<std::unique_ptr<Thread>> threads;  // of a block; kept for the next one
std::vector<unsigned> in_exchange;             // of every warp: the lanes that wait
const std::function<void()>* work = nullptr;
unsigned current = 0;  // the running thread
std::mt19937_64 random_order;

alignas(256) std::byte shared_memory[2 * most_shared];
std::size_t shared_used = 0, shared_declared = 0;
std::vector<std::byte*> shared_ends;
std::uint64_t block_number = 0;  // over all grids

std::string name_of(const Place& where) { return fmt::format("{}:{}", where.file, where.line); }
std::string name_of(unsigned thread) { return fmt::format("thread {} of block {}", thread, blockIdx.x); }

std::vector<unsigned> ordered(unsigned count) {
  std::vector<unsigned> order(count);
  std::iota(order.begin(), order.end(), 0u);
  if (card().order == Order::backward) std::reverse(order.begin(), order.end());
  if (card().order == Order::shuffled) std::shuffle(order.begin(), order.end(), random_order);
  return order;
}

void run_thread() {
  (*work)();
  threads[current]->state = State::done;
}

/// Until none of its threads can go on.
void run_warp(unsigned warp, const std::vector<unsigned>& lanes) {
  for (bool moved = true; moved;) {
    moved = false;
    for (const unsigned lane : lanes) {
      current = warp * warp_size + lane;
      if (current >= blockDim.x || threads[current]->state != State::ready) continue;
      threadIdx.x = current;
      threads[current]->fiber.resume();
      moved = true;
    }
  }
}

/// Lets all go on when they wait at one barrier. False when all threads have ended.
bool pass_barrier() {
  unsigned done = 0;
  for (unsigned t = 0; t < blockDim.x; ++t) done += threads[t]->state == State::done;
  if (done == blockDim.x) return false;
  for (unsigned t = 0; t < blockDim.x; ++t) {
    const Thread &thread = *threads[t], &first = *threads[0];
    if (thread.state == State::in_exchange)
      fault(fmt::format("{} waits at {} for lanes that do not come", name_of(t), name_of(thread.where)));
    if (thread.state == State::at_barrier && done > 0)
      fault(fmt::format("{} waits at the barrier {}, but {} of {} threads have ended", name_of(t),
                        name_of(thread.where), done, blockDim.x));
    if (done == 0 && first.state == State::at_barrier && thread.where != first.where)
      fault(fmt::format("barriers diverge: {} waits at {}, {} at {}", name_of(0), name_of(first.where),
                        name_of(t), name_of(thread.where)));
  }
  for (unsigned t = 0; t < blockDim.x; ++t) threads[t]->state = State::ready;
  return true;
}

void run_block(const std::vector<unsigned>& warps, const std::vector<unsigned>& lanes) {
  ++block_number;
  shared_used = shared_declared = 0;
  shared_ends.clear();
  for (unsigned t = 0; t < blockDim.x; ++t) threads[t]->state = State::ready;
  do
    for (const unsigned warp : warps) run_warp(warp, lanes);
  while (pass_barrier());
  for (const std::byte* end : shared_ends)
    if (!zone_is_whole(end))
      fault(fmt::format("block {} wrote behind an array in shared memory", blockIdx.x));
}

}  // namespace

void run_grid(unsigned blocks, unsigned block_threads, const std::function<void()>& thread) {
  random_order.seed(card().seed);
  gridDim = dim3(blocks);
  blockDim = dim3(block_threads);
  threadIdx = blockIdx = {0, 0, 0};
  work = &thread;
  while (threads.size() < block_threads) threads.push_back(std::make_unique<Thread>());
  const unsigned warps = (block_threads + warp_size - 1) / warp_size;
  in_exchange.assign(warps, 0);
  const std::vector<unsigned> warp_order = ordered(warps), lane_order = ordered(warp_size);
  for (const unsigned block : ordered(blocks)) {
    blockIdx.x = block;
    run_block(warp_order, lane_order);
  }
}

void meet(Place where) {
  Thread& self = *threads[current];
  self.state = State::at_barrier;
  self.where = where;
  Fiber::pause();
}

unsigned own_lane() { return current % warp_size; }

std::uint64_t exchange(Exchange what, unsigned mask, std::uint64_t value, unsigned from, Place where) {
  Thread& self = *threads[current];
  const unsigned warp = current / warp_size, first = warp * warp_size, lane = own_lane();
  if ((mask >> lane & 1) == 0)
    fault(fmt::format("{} is not in the mask of its exchange at {}", name_of(current), name_of(where)));
  if (what == Exchange::shuffle && (mask >> from & 1) == 0)
    fault(fmt::format("{} reads lane {} at {}, which takes no part", name_of(current), from, name_of(where)));
  self.what = what;
  self.mask = mask;
  self.from = from;
  self.value = value;
  self.where = where;
  in_exchange[warp] |= 1u << lane;
  if ((in_exchange[warp] & mask) != mask) {
    self.state = State::in_exchange;
    Fiber::pause();
    return self.result;
  }
  std::uint64_t ballot = 0;  // everybody is here
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    const auto l = static_cast<unsigned>(std::countr_zero(rest));
    const Thread& other = *threads[first + l];
    if (other.mask != mask || other.what != what || other.where != where)
      fault(fmt::format("{} and thread {} meet in different exchanges: {} and {}", name_of(current),
                        first + l, name_of(where), name_of(other.where)));
    ballot |= std::uint64_t{other.value != 0} << l;
  }
  for (unsigned rest = mask; rest != 0; rest &= rest - 1) {
    Thread& other = *threads[first + static_cast<unsigned>(std::countr_zero(rest))];
    other.result = what == Exchange::shuffle ? threads[first + other.from]->value : ballot;
    other.state = State::ready;
  }
  in_exchange[warp] &= ~mask;
  return self.result;
}

void* SharedArray::place(std::size_t bytes, std::size_t alignment) {
  if (block_ == block_number) return at_;
  block_ = block_number;
  shared_declared += bytes;
  if (shared_declared > most_shared)
    fault(fmt::format("a block declares {} bytes of shared memory, the most is {}", shared_declared,
                      most_shared));
  shared_used = (shared_used + alignment - 1) / alignment * alignment;
  at_ = shared_memory + shared_used;
  std::memset(at_, 0xFF, bytes);
  shared_ends.push_back(shared_memory + shared_used + bytes);
  mark_zone(shared_ends.back());
  shared_used += bytes + zone_bytes;
  return at_;
}

}  // namespace trivium::emulated
