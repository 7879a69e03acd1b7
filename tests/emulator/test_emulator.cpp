// The emulated card runs kernels as CUDA does, and finds what a wrong kernel does.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/vector.hpp>
#include <trivium/gpu/device.hpp>

#include "card_array.hpp"
#include "cuda_runtime.h"
#include "emulator.hpp"
#include "last_words.hpp"

using namespace trivium::emulated;
using Catch::Contains;
using trivium::testing::last_words, trivium::testing::Memory;

namespace {

template <class... Parameters, class... Arguments>
cudaError_t run(unsigned blocks, unsigned threads, void (*kernel)(Parameters...), Arguments... arguments) {
  cudaLaunchConfig_t config;
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(threads);
  const cudaError_t status = cudaLaunchKernelEx(&config, kernel, arguments...);
  cudaStreamSynchronize(nullptr);
  return status;
}

struct alignas(16) Wide {
  float at[4];
};

struct Ordered {
  explicit Ordered(Order order) { card().order = order; }
  ~Ordered() { card().order = Order::forward; }
};

// Kernels. `shared<T[n]>([] {})` is what `__shared__ T x[n];` becomes in the room's sources.

__global__ void write_own(int* out, int by) {
  out[blockIdx.x * blockDim.x + threadIdx.x] = static_cast<int>(threadIdx.x) + by;
}
__global__ void write_nothing() {}
__global__ void write_at(float* out, int place) { out[place] = 1; }
__global__ void reverse(const float* x, float* out) {
  auto& all = shared<float[64]>([] {});
  all[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = all[63 - threadIdx.x];
}
__global__ void reverse_too_soon(const float* x, float* out) {
  auto& all = shared<float[64]>([] {});
  all[threadIdx.x] = x[threadIdx.x];
  out[threadIdx.x] = all[63 - threadIdx.x];
}
__global__ void overwrite_too_soon(float* out) {  // the second barrier is missing
  auto& one = shared<float[1]>([] {});
  for (int step = 0; step < 2; ++step) {
    if (threadIdx.x == 0) one[0] = static_cast<float>(step);
    __syncthreads();
    out[step * 64 + static_cast<int>(threadIdx.x)] = one[0];
  }
}
__global__ void read_unwritten(float* out) {
  auto& all = shared<float[64]>([] {});
  if (threadIdx.x > 0) all[threadIdx.x] = 1;
  __syncthreads();
  out[threadIdx.x] = all[threadIdx.x];
}
__global__ void write_behind_shared(int place) {
  int* const all = shared<int[8]>([] {});
  all[place] = 1;
}
__global__ void too_much_shared() {
  shared<char[49153]>([] {})[0] = 1;
}
__global__ void end_before_barrier() {
  if (threadIdx.x > 40) return;
  __syncthreads();
}
__global__ void two_barriers() {
  if (threadIdx.x % 2 == 0)
    __syncthreads();
  else
    __syncthreads();
}
__global__ void barriers_of_two_files() {  // their lines are the same
  if (threadIdx.x % 2 == 0)
    __syncthreads({"one.cuh", 7});
  else
    __syncthreads({"another.cuh", 7});
}
__global__ void exchanges_of_two_files() {
  __syncwarp(~0u, {threadIdx.x == 0 ? "one.cuh" : "another.cuh", 7});
}
__global__ void shuffle_alone(int* out) {
  if (threadIdx.x < 16) out[threadIdx.x] = __shfl_down_sync(0xFFFFFFFFu, 1, 1);
}
__global__ void shuffle_half(int* out) {
  if (threadIdx.x < 16) out[threadIdx.x] = __shfl_sync(0xFFFFu, static_cast<int>(threadIdx.x) * 10, 3, 8);
}
__global__ void shuffle_unmasked(int* out) {
  if (threadIdx.x < 16) out[threadIdx.x] = __shfl_sync(0xFFFFu, 1, 20);
}
__global__ void lanes(unsigned* ballots, double* sums, float* down) {
  const unsigned t = threadIdx.x;
  ballots[t] = __ballot_sync(0xFFFFFFFFu, t % 3 == 0);
  double sum = t;
  for (unsigned by = 16; by > 0; by /= 2) sum += __shfl_down_sync(0xFFFFFFFFu, sum, by);
  sums[t] = sum;
  down[t] = __shfl_down_sync(0xFFFFFFFFu, static_cast<float>(t), 3, 8);
}
__global__ void reverse_warp(float* out) {
  auto& all = shared<float[32]>([] {});
  all[threadIdx.x] = static_cast<float>(threadIdx.x);
  __syncwarp();
  out[threadIdx.x] = all[31 - threadIdx.x];
}
__global__ void round_twice(double a, float b, double* out) {
  out[0] = __dadd_rn(__dmul_rn(a, a), -1);
  out[1] = __fadd_rn(__fmul_rn(b, b), -1);
}
struct Weighted {
  float weight[3];
  const float* x[3];
  double factor;
  std::size_t size;
};
__global__ void write_weighted(float* out, Weighted terms) { out[0] = terms.weight[0] * terms.x[0][0]; }
__global__ void write_wide(float* out, int place) { *cast<Wide*>(out + place) = {1, 2, 3, 4}; }
__global__ void count(unsigned* total) { atomicAdd(total, threadIdx.x); }

}  // namespace

TEST_CASE("every thread of every block runs once, in any order") {
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    const Ordered set(order);
    const Memory<int> out(300);
    CHECK(run(3, 100, write_own, out.at, 7) == cudaSuccess);
    const std::vector<int> found = out.values(300);
    for (int i = 0; i < 300; ++i) REQUIRE(found[static_cast<std::size_t>(i)] == i % 100 + 7);
    const Memory<unsigned> total(std::vector<unsigned>{0});
    run(2, 1024, count, total.at);
    CHECK(total.values(1)[0] == 2 * 1023 * 1024 / 2);
  }
}

TEST_CASE("the lanes of a warp exchange values") {
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    const Ordered set(order);
    const Memory<unsigned> ballots(64);
    const Memory<double> sums(64);
    const Memory<float> down(64);
    run(1, 64, lanes, ballots.at, sums.at, down.at);
    CHECK(ballots.values(64)[31] == 0x49249249u);  // 0, 3, 6, ...
    CHECK(ballots.values(64)[32] == 0x92492492u);  // 33 = 1 + 32, 36, ...
    CHECK(sums.values(64)[0] == 496);              // 0 + ... + 31
    CHECK(sums.values(64)[32] == 496 + 32 * 32);
    CHECK(down.values(64)[12] == 15);
    CHECK(down.values(64)[13] == 13);  // beyond the eight neighbours: its own
    const Memory<int> half(std::vector<int>(16));
    run(1, 32, shuffle_half, half.at);
    CHECK(half.values(16)[7] == 30);
    CHECK(half.values(16)[8] == 110);
    run(1, 32, reverse_warp, down.at);
    CHECK(down.values(32)[3] == 28);
  }
}

TEST_CASE("products and sums that are asked for apart are not fused") {
  // (1 + u)^2 - 1 = 2 u + u^2, whose last term is lost when the product is rounded.
  const Memory<double> out(2);
  run(1, 1, round_twice, 1 + 0x1p-27, 1 + 0x1p-12f, out.at);
  CHECK(out.values(2) == std::vector<double>{0x1p-26, 0x1p-11});
}

TEST_CASE("shared memory with a barrier is right in any order, without one it is seen to be wrong") {
  std::vector<float> x(64);
  for (std::size_t i = 0; i < 64; ++i) x[i] = static_cast<float>(i);
  const std::vector<float> expected(x.rbegin(), x.rend());
  const Memory<float> in(x), out(64);
  for (const Order order : {Order::forward, Order::backward, Order::shuffled}) {
    const Ordered set(order);
    run(1, 64, reverse, in.at, out.at);
    CHECK(out.values(64) == expected);
    run(1, 64, reverse_too_soon, in.at, out.at);
    CHECK(out.values(64) != expected);
  }
  std::vector<std::vector<float>> results;
  for (const Order order : {Order::forward, Order::backward}) {
    const Ordered set(order);
    const Memory<float> steps(128);
    run(1, 64, overwrite_too_soon, steps.at);
    results.push_back(steps.values(128));
  }
  CHECK(results[0] != results[1]);
}

TEST_CASE("what nobody has written is not a number") {
  const Memory<float> fresh(64);
  for (const float entry : fresh.values(64)) CHECK(std::isnan(entry));
  run(1, 64, read_unwritten, fresh.at);
  const std::vector<float> found = fresh.values(64);
  CHECK(std::isnan(found[0]));
  CHECK(found[1] == 1);
}

TEST_CASE("writing outside of an array is found") {
  const Memory<float> out(100);
  CHECK(last_words([&] { run(1, 1, write_at, out.at, 99); }) == "it went well");
  CHECK(last_words([&] { run(1, 1, write_at, out.at, 100); }) ==
        "emulated card: something wrote behind an array of 400 bytes\n");
  CHECK_THAT(last_words([&] { run(1, 1, write_at, out.at, -1); }), Contains("wrote before an array of 400"));
  CHECK_THAT(last_words([] { run(1, 1, write_behind_shared, 8); }), Contains("behind an array in shared"));
}

TEST_CASE("addresses that are none of the card's are found") {
  float here = 0;
  float* gone = nullptr;
  {
    const Memory<float> out(100);
    gone = out.at;
    CHECK(cudaMemcpyAsync(&here, &here, 4, cudaMemcpyHostToDevice, nullptr) == cudaErrorInvalidValue);
    CHECK(cudaMemcpyAsync(out.at + 99, &here, 8, cudaMemcpyHostToDevice, nullptr) == cudaErrorInvalidValue);
    CHECK(cudaMemcpyAsync(out.at, &here, 4, cudaMemcpyDeviceToDevice, nullptr) == cudaErrorInvalidValue);
    CHECK(cudaMemsetAsync(&here, 0, 4, nullptr) == cudaErrorInvalidValue);
    CHECK(cudaGetLastError() == cudaErrorInvalidValue);
    CHECK(cudaGetLastError() == cudaSuccess);
    CHECK_THAT(last_words([&] { cudaFreeAsync(out.at + 1, nullptr); }),
               Contains("not the beginning of an array"));
  }
  for (float* const wrong : {&here, gone})
    CHECK_THAT(last_words([&] { run(1, 1, write_at, wrong, 0); }), Contains("none of the card's"));
}

TEST_CASE("addresses of the host in a structure are found") {
  if (!sees_structures) return;
  const Memory<float> x(std::vector<float>{3}), out(1);
  Weighted terms{{2, 1, 1e-30f}, {x.at, nullptr, x.at + 1}, 0.1, std::size_t{1} << 40};
  run(1, 1, write_weighted, out.at, terms);
  CHECK(out.values(1)[0] == 6);
  const float here = 0;
  const std::vector<float> far(1 << 20);
  for (const float* const wrong : {&here, far.data()}) {
    terms.x[2] = wrong;
    CHECK_THAT(last_words([&] { run(1, 1, write_weighted, out.at, terms); }),
               Contains("in a structure, an address that is none of the card's"));
  }
}

TEST_CASE("the room's kernels are looked at") {
  if (!sees_structures) return;
  trivium::Device& device = trivium::gpu::device();
  trivium::Vector out(2, trivium::Dtype::float64, device);
  const double here[] = {1, 2};
  const trivium::ConstBlock term{1, here};
  CHECK_THAT(last_words([&] {
               device.combine(out.data(), {&term, 1}, 2, trivium::Dtype::float64);
             }),
             Contains("in a structure, an address that is none of the card's"));
}

TEST_CASE("addresses that are not aligned are found") {
  const Memory<float> out(12);
  run(1, 1, write_wide, out.at, 4);
  CHECK(out.values(12)[7] == 4);
  for (const int place : {1, 2, 3})
    CHECK_THAT(last_words([&] { run(1, 1, write_wide, out.at, place); }),
               Contains(std::to_string(4 * place) + " bytes off for a value that is aligned to 16"));
  float* const odd = reinterpret_cast<float*>(reinterpret_cast<char*>(out.at) + 1);
  CHECK_THAT(last_words([&] { run(1, 1, write_at, odd, 0); }),
             Contains("1 bytes off for a value that is aligned to 4"));
}

TEST_CASE("threads that do not come together are found") {
  const Memory<int> out(64);
  CHECK_THAT(last_words([] { run(1, 64, end_before_barrier); }), Contains("waits at the barrier") &&
                                                                     Contains("test_emulator.cpp:") &&
                                                                     Contains("23 of 64 threads have ended"));
  CHECK_THAT(last_words([] { run(1, 64, two_barriers); }), Contains("barriers diverge: thread 0"));
  CHECK_THAT(last_words([] { run(1, 64, barriers_of_two_files); }),
             Contains("waits at one.cuh:7, thread 1 of block 0 at another.cuh:7"));
  CHECK_THAT(last_words([] { run(1, 32, exchanges_of_two_files); }),
             Contains("meet in different exchanges: another.cuh:7 and one.cuh:7"));
  CHECK_THAT(last_words([&] { run(1, 32, shuffle_alone, out.at); }), Contains("lanes that do not come"));
  CHECK_THAT(last_words([&] { run(1, 8, shuffle_half, out.at); }), Contains("lanes that do not come"));
  CHECK_THAT(last_words([&] { run(1, 32, shuffle_unmasked, out.at); }), Contains("reads lane 20"));
}

TEST_CASE("grids that no card runs are refused") {
  CHECK(run(0, 32, write_nothing) == cudaErrorInvalidConfiguration);
  CHECK(run(1, 0, write_nothing) == cudaErrorInvalidConfiguration);
  CHECK(run(1, 1025, write_nothing) == cudaErrorInvalidConfiguration);
  CHECK(run(1, 1024, write_nothing) == cudaSuccess);
  CHECK_THAT(last_words([] { run(1, 1, too_much_shared); }),
             Contains("49153 bytes of shared memory, the most is 49152"));
}

TEST_CASE("work is done when somebody waits") {
  const Memory<int> out(std::vector<int>(64, -1));
  std::vector<int> found(64, -2);
  cudaLaunchConfig_t config;
  config.blockDim = dim3(64);
  CHECK(cudaLaunchKernelEx(&config, write_own, out.at, 1) == cudaSuccess);
  cudaMemcpyAsync(found.data(), out.at, 256, cudaMemcpyDeviceToHost, nullptr);
  CHECK(found[0] == -2);
  cudaStreamSynchronize(nullptr);
  CHECK(found[63] == 64);
}
