// Signs, sizes and sums of blocks of entries. A sum over a block has the order of the host's: sixteen lanes,
// each from front to back, which are then added as a tree; so both get the same bits.
#include <algorithm>
#include <cstring>
#include <vector>

#include <trivium/gpu/compress.hpp>

#include "detail/card.cuh"
#include "detail/keys.hpp"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/room.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

constexpr unsigned half = warp_size / 2;  // the lanes of a sum
constexpr std::size_t word_bits = 64;

/// |x| summed, with signs.
struct Sizes {
  static constexpr bool with_signs = true;
  __device__ double operator()(double sum, double x) const { return sum + fabs(x); }
};
/// x^2 summed.
struct Squares {
  static constexpr bool with_signs = false;
  bool fused;
  __device__ double operator()(double sum, double x) const { return multiply_add(x, x, sum, fused); }
};

/// Each half of a warp takes a block of summed_block entries, sixteen at a time. A sum that is not a number
/// may have other bits than the host's; compressors send none, they look at the entries again.
template <class T, class Add>
__global__ void __launch_bounds__(block_threads)
    block_sums_kernel(const T* x, std::size_t size, Add add, std::uint64_t* signs, double* sums) {
  const unsigned lane = threadIdx.x % half, upper = threadIdx.x % warp_size / half;
  const std::size_t blocks = (size + summed_block - 1) / summed_block;
  const std::size_t step = 2 * std::size_t{gridDim.x} * block_warps;
  const std::size_t first = 2 * (std::size_t{blockIdx.x} * block_warps + threadIdx.x / warp_size);
  for (std::size_t pair = first; pair < blocks; pair += step) {  // the same for all lanes of a warp
    const std::size_t begin = (pair + upper) * summed_block;
    double sum = 0;
#pragma unroll 2
    for (std::size_t at = begin; at < begin + summed_block; at += word_bits) {
      T entries[word_bits / half];
#pragma unroll
      for (unsigned r = 0; r < word_bits / half; ++r) {
        const std::size_t i = at + r * half + lane;
        entries[r] = i < size ? x[i] : T{0};
      }
      std::uint64_t word = 0;
#pragma unroll
      for (unsigned r = 0; r < word_bits / half; ++r) {
        sum = add(sum, double{entries[r]});
        if constexpr (Add::with_signs) {
          const unsigned negative = __ballot_sync(all_lanes, entries[r] < 0) >> (half * upper) & 0xFFFFu;
          word |= std::uint64_t{negative} << (half * r);
        }
      }
      if constexpr (Add::with_signs)
        if (lane == 0 && at < size) signs[at / word_bits] = word;
    }
#pragma unroll
    for (unsigned width = half / 2; width > 0; width /= 2) {
      const double other = __shfl_down_sync(all_lanes, sum, width, half);
      if (lane < width) sum += other;
    }
    if (lane == 0 && pair + upper < blocks) sums[pair + upper] = sum;
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    add_signs_kernel(const std::uint64_t* signs, double size, T* out, std::size_t count) {
  const T plus = static_cast<T>(size), minus = static_cast<T>(-size);
  for_packs<1>(count, [&](std::size_t i, auto) {
    out[i] += (signs[i / word_bits] >> (i % word_bits) & 1) != 0 ? minus : plus;
  });
}

/// The largest size of each block's entries, as bits.
template <class T, int W>
__global__ void __launch_bounds__(block_threads)
    largest_kernel(const T* x, std::size_t size, std::uint64_t* largest) {
  __shared__ std::uint64_t of_warp[block_warps];
  std::uint64_t most = 0;
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    const Pack<T, w> pack = load<w>(x, i);
#pragma unroll
    for (int l = 0; l < w; ++l) most = max(most, std::uint64_t{size_bits(pack.at[l])});
  });
#pragma unroll
  for (unsigned offset = warp_size / 2; offset > 0; offset /= 2)
    most = max(most, std::uint64_t{__shfl_down_sync(all_lanes, most, offset)});
  if (threadIdx.x % warp_size == 0) of_warp[threadIdx.x / warp_size] = most;
  __syncthreads();
  if (threadIdx.x != 0) return;
  for (unsigned warp = 1; warp < block_warps; ++warp) most = max(most, of_warp[warp]);
  largest[blockIdx.x] = most;
}

template <class Add>
void launch_block_sums(const Vector& x, Add add, std::uint64_t* signs, double* sums) {
  const Lane lane = card_lane();
  const unsigned blocks = blocks_for(summed_blocks(x.size()) * half, lane.most_blocks);
  with_type(x.dtype(), [&]<class T>(T) {
    launch("sums of blocks", lane.stream, blocks, block_sums_kernel<T, Add>, static_cast<const T*>(x.data()),
           x.size(), add, signs, sums);
  });
}

}  // namespace

void signs_and_sizes(const Vector& x, std::span<std::uint64_t> signs, std::span<double> sums) {
  require(holds(x) && x.size() > 0 && signs.size() == (x.size() + word_bits - 1) / word_bits &&
              sums.size() == summed_blocks(x.size()),
          "signs_and_sizes");
  const auto words = static_cast<std::uint64_t*>(room(signs.size_bytes() + sums.size_bytes()));
  launch_block_sums(x, Sizes{}, words, reinterpret_cast<double*>(words + signs.size()));
  std::vector<std::uint64_t> staged(signs.size() + sums.size());
  fetch(staged.data(), words, 8 * staged.size());
  std::memcpy(signs.data(), staged.data(), signs.size_bytes());
  std::memcpy(sums.data(), staged.data() + signs.size(), sums.size_bytes());
}

void squares(const Vector& x, bool fused, std::span<double> sums) {
  require(holds(x) && x.size() > 0 && sums.size() == summed_blocks(x.size()), "squares");
  const auto on_card = static_cast<double*>(room(sums.size_bytes()));
  launch_block_sums(x, Squares{fused}, nullptr, on_card);
  fetch(sums.data(), on_card, sums.size_bytes());
}

void add_signs(std::span<const std::uint64_t> signs, double size, Vector& out) {
  require(holds(out) && signs.size() == (out.size() + word_bits - 1) / word_bits, "add_signs");
  const Lane lane = card_lane();
  const auto words = static_cast<std::uint64_t*>(room(signs.size_bytes()));
  out.device().upload(words, signs.data(), signs.size_bytes());
  with_type(out.dtype(), [&]<class T>(T) {
    launch("add_signs", lane.stream, blocks_for(out.size(), lane.most_blocks), add_signs_kernel<T>, words,
           size, static_cast<T*>(out.data()), out.size());
  });
}

double largest_size(const Vector& x) {
  require(holds(x) && x.size() > 0, "largest_size");
  const Lane lane = card_lane();
  const auto on_card = static_cast<std::uint64_t*>(room(sizeof(std::uint64_t) * most_partials));
  std::vector<std::uint64_t> largest;
  return with_type(x.dtype(), [&]<class T>(T) -> double {
    const auto entries = static_cast<const T*>(x.data());
    constexpr int w = wide<T>;
    const unsigned blocks = blocks_for(x.size() / w, most_partials);
    launch("largest_size", lane.stream, blocks,
           aligned({entries}) ? largest_kernel<T, w> : largest_kernel<T, 1>, entries, x.size(), on_card);
    largest.resize(blocks);
    fetch(largest.data(), on_card, sizeof(std::uint64_t) * blocks);
    const std::uint64_t most = *std::max_element(largest.begin(), largest.end());
    if constexpr (sizeof(T) == 8)
      return real_of(most);
    else
      return real_of(static_cast<std::uint32_t>(most));
  });
}

}  // namespace trivium::gpu
