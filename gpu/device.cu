#include <cstdint>
#include <limits>

#include <cuda_runtime.h>

#include <trivium/gpu/device.hpp>

#include "detail/card.cuh"
#include "detail/check.cuh"
#include "detail/kernels.cuh"
#include "detail/memory.cuh"
#include "detail/plan.hpp"
#include "detail/sentences.hpp"

namespace trivium::gpu {
namespace {

using namespace detail;

/// What there is to know of the card without starting it.
struct Probe {
  std::string name;
  std::string why_not;
};

Probe look() {
  int count = 0;
  cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaSuccess && count == 0) status = cudaErrorNoDevice;
  cudaDeviceProp card{};
  if (status == cudaSuccess) status = cudaGetDeviceProperties(&card, 0);
  if (status != cudaSuccess) {
    cudaGetLastError();  // answered here, in a sentence
    return {"", no_card(cudaGetErrorString(status))};
  }
  constexpr int built_for[] = {__CUDA_ARCH_LIST__};  // ascending: 800, 900
  const int capability = 100 * card.major + 10 * card.minor;
  if (capability < built_for[0]) return {"", card_too_old(card.name, capability, built_for[0])};
  return {card.name, ""};
}

const Probe& probe() {
  static const Probe found = look();
  return found;
}

cudaStream_t make_stream() {
  check(cudaSetDevice(0), "cudaSetDevice");
  cudaStream_t stream = nullptr;
  // Not cudaStreamNonBlocking: work that a plug-in puts on CUDA's default stream stays in order with ours.
  check(cudaStreamCreate(&stream), "cudaStreamCreate");
  return stream;
}

/// What is released stays with the process, for the next vector: giving it back at every wait, as CUDA does
/// unless told otherwise, would cost more than the kernels.
void keep_memory() {
  cudaMemPool_t pool = nullptr;
  check(cudaDeviceGetDefaultMemPool(&pool, 0), "cudaDeviceGetDefaultMemPool");
  std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &all), "cudaMemPoolSetAttribute");
}

Lane make_lane() {
  keep_memory();
  int processors = 0, threads = 0;
  check(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0), "cudaDeviceGetAttribute");
  check(cudaDeviceGetAttribute(&threads, cudaDevAttrMaxThreadsPerMultiProcessor, 0),
        "cudaDeviceGetAttribute");
  return {make_stream(),
          static_cast<unsigned>(processors) * (static_cast<unsigned>(threads) / block_threads)};
}

class Card final : public Device {
 public:
  std::string name() const override { return "the CUDA device " + probe().name; }
  Lane lane() const { return lane_; }
  void wait() const { check(cudaStreamSynchronize(lane_.stream), "cudaStreamSynchronize"); }

  void* allocate(std::size_t bytes) override {
    if (bytes == 0) return nullptr;
    void* memory = detail::allocate(lane_.stream, bytes);
    check(cudaMemsetAsync(memory, 0, bytes, lane_.stream), "cudaMemsetAsync");
    return memory;
  }
  void release(void* memory) noexcept override { detail::release(lane_.stream, memory); }

  // Both wait: the caller may reuse or read its memory at once, and CUDA promises that of page-locked memory
  // only after a wait.
  void upload(void* to, const void* host_from, std::size_t bytes) override {
    if (bytes == 0) return;
    copy_in(to, host_from, bytes);
    wait();
  }
  void download(void* host_to, const void* from, std::size_t bytes) override {
    if (bytes == 0) return;
    copy_out(host_to, from, bytes);
    wait();
  }

  void combine(void* out, std::span<const ConstBlock> terms, std::size_t size, Dtype dtype) override {
    if (size > 0) detail::combine(lane_, out, terms, size, dtype);
  }
  double dot(const void* x, const void* y, std::size_t size, Dtype dtype) override {
    return reduced(Reduction::dot, x, y, size, dtype);
  }
  double squared_distance(const void* x, const void* y, std::size_t size, Dtype dtype) override {
    return reduced(Reduction::squared_distance, x, y, size, dtype);
  }
  void fill(void* out, double value, std::size_t size, Dtype dtype) override {
    if (size > 0) detail::fill(lane_, out, value, size, dtype);
  }
  void adam(void* out, const void* z, void* m, void* v, const void* g, const AdamStep& step, std::size_t size,
            Dtype dtype) override {
    if (size > 0) detail::adam(lane_, out, z, m, v, g, step, size, dtype);
  }
  void gather(const void* x, std::span<const std::uint32_t> host_indices, double* host_values,
              Dtype dtype) override {
    if (host_indices.empty()) return;
    const Staged staged = stage(host_indices);
    detail::gather(lane_, x, staged.indices, staged.values, host_indices.size(), dtype);
    copy_out(host_values, staged.values, host_indices.size() * sizeof(double));
    wait();
  }
  void scatter_add(void* out, std::span<const std::uint32_t> host_indices, double weight,
                   const double* host_values, Dtype dtype) override {
    if (host_indices.empty()) return;
    const Staged staged = stage(host_indices);
    copy_in(staged.values, host_values, host_indices.size() * sizeof(double));
    detail::scatter_add(lane_, out, staged.indices, weight, staged.values, host_indices.size(), dtype);
    wait();  // the caller may reuse its arrays
  }

 private:
  /// Room on the card for one number per index, and the indices, on their way there.
  struct Staged {
    double* values;
    std::uint32_t* indices;
  };
  Staged stage(std::span<const std::uint32_t> host_indices) {
    const std::size_t count = host_indices.size();
    const auto values =
        static_cast<double*>(scratch_.of(lane_.stream, count * (sizeof(double) + sizeof(std::uint32_t))));
    const auto indices = reinterpret_cast<std::uint32_t*>(values + count);
    copy_in(indices, host_indices.data(), host_indices.size_bytes());
    return {values, indices};
  }
  void copy_in(void* to, const void* host_from, std::size_t bytes) {
    check(cudaMemcpyAsync(to, host_from, bytes, cudaMemcpyHostToDevice, lane_.stream),
          "cudaMemcpyAsync to the card");
  }
  void copy_out(void* host_to, const void* from, std::size_t bytes) {
    check(cudaMemcpyAsync(host_to, from, bytes, cudaMemcpyDeviceToHost, lane_.stream),
          "cudaMemcpyAsync from the card");
  }
  double reduced(Reduction what, const void* x, const void* y, std::size_t size, Dtype dtype) {
    if (size == 0) return 0;
    const unsigned count = reduce(lane_, what, x, y, size, dtype, partials_.card);
    wait();
    return sum_in_order({partials_.host, count});
  }

  Lane lane_ = make_lane();
  SharedDoubles partials_{most_partials};
  Scratch scratch_;
};

/// Never destroyed, on purpose: vectors of static lifetime release their memory through it after the last
/// line of main, in an order that nobody chooses, and the driver takes back what is left with the process.
Card& card() {
  static Card& only = *new Card;
  return only;
}

}  // namespace

bool available() { return probe().why_not.empty(); }
std::string why_not() { return probe().why_not; }
std::string card_name() { return probe().name; }

Device& device() {
  if (!available()) reject_with(why_not());
  return card();
}

Lane detail::card_lane() {
  device();  // says why when there is none
  return card().lane();
}

void synchronize() {
  if (available()) card().wait();
}

}  // namespace trivium::gpu
