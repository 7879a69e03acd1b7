// The largest entries by radix selection: histograms of twelve bits at a time until few keys are left, those
// to the host, which finds the cut; then what is above the cut moves together, in the order of the indices.
#include <cstring>
#include <vector>

#include <trivium/gpu/compress.hpp>

#include "detail/card.cuh"
#include "detail/keys.hpp"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/radix.hpp"
#include "detail/room.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

/// Entries that one warp moves together, `warp_size` at a time.
constexpr std::size_t segment = 2048;
constexpr unsigned scan_threads = 1024;

/// What a segment has, or what all segments before it have.
struct Tally {
  std::uint32_t above, equal;
};

/// Adds to counts[v] the keys that begin with `prefix` and go on with v. Neighbouring entries often fall into
/// one bin: each thread adds up a run of them first.
template <class T, int W>
__global__ void __launch_bounds__(block_threads)
    histogram_kernel(const T* x, std::size_t size, std::uint64_t prefix, int low_bits, int digit,
                     std::uint32_t* counts) {
  __shared__ std::uint32_t own[digit_values];
  for (unsigned v = threadIdx.x; v < digit_values; v += block_threads) own[v] = 0;
  __syncthreads();
  const unsigned mask = (1u << digit) - 1;
  unsigned bin = 0, run = 0;
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    const Pack<T, w> pack = load<w>(x, i);
#pragma unroll
    for (int l = 0; l < w; ++l) {
      const std::uint64_t key = key_of(pack.at[l]);
      if (key >> low_bits != prefix) continue;
      const unsigned next = static_cast<unsigned>(key >> (low_bits - digit)) & mask;
      if (next != bin && run > 0) {
        atomicAdd(&own[bin], run);
        run = 0;
      }
      bin = next;
      ++run;
    }
  });
  if (run > 0) atomicAdd(&own[bin], run);
  __syncthreads();
  for (unsigned v = threadIdx.x; v < digit_values; v += block_threads)
    if (own[v] > 0) atomicAdd(&counts[v], own[v]);
}

/// The keys that begin with `prefix`, in any order; *count of them are there already.
template <class T, int W>
__global__ void __launch_bounds__(block_threads)
    collect_kernel(const T* x, std::size_t size, std::uint64_t prefix, int low_bits, std::uint32_t* count,
                   std::uint64_t* keys) {
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    const Pack<T, w> pack = load<w>(x, i);
#pragma unroll
    for (int l = 0; l < w; ++l) {
      const std::uint64_t key = key_of(pack.at[l]);
      if (key >> low_bits == prefix) keys[atomicAdd(count, 1u)] = key;
    }
  });
}

/// Calls row(i, above, equal) for the entries of this warp's segments, each lane one entry at a time, with
/// the ballots of all lanes; start(s) before and end(s) after a segment. Lanes beyond the end are in no
/// ballot.
template <class T, class Start, class Row, class End>
__device__ void for_segments(const T* x, std::size_t size, std::int64_t cut, Start start, Row row, End end) {
  const std::size_t warps = std::size_t{gridDim.x} * block_warps;
  const std::size_t segments = (size + segment - 1) / segment;
  const unsigned lane = threadIdx.x % warp_size;
  for (std::size_t s = std::size_t{blockIdx.x} * block_warps + threadIdx.x / warp_size; s < segments;
       s += warps) {
    const std::size_t begin = s * segment, stop = size - begin < segment ? size : begin + segment;
    start(s);
#pragma unroll 4
    for (std::size_t first = begin; first < stop; first += warp_size) {
      const std::size_t i = first + lane;
      const std::int64_t key = i < stop ? static_cast<std::int64_t>(key_of(x[i])) : -2;  // below every cut
      row(i, __ballot_sync(all_lanes, key > cut), __ballot_sync(all_lanes, key == cut));
    }
    end(s);
  }
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    tally_kernel(const T* x, std::size_t size, std::int64_t cut, Tally* tallies) {
  Tally own;
  for_segments(
      x, size, cut,
      [&](std::size_t) {
        own = {0, 0};
      },
      [&](std::size_t, unsigned above, unsigned equal) {
        own.above += __popc(above);
        own.equal += __popc(equal);
      },
      [&](std::size_t s) {
        if (threadIdx.x % warp_size == 0) tallies[s] = own;
      });
}

/// tallies[s] becomes the sum of those before it. One block: every thread a stretch of them.
__global__ void __launch_bounds__(scan_threads) scan_kernel(Tally* tallies, std::size_t count) {
  __shared__ Tally sums[scan_threads];
  const std::size_t stretch = (count + scan_threads - 1) / scan_threads;
  const std::size_t begin = min(count, threadIdx.x * stretch), end = min(count, begin + stretch);
  Tally sum{0, 0};
  for (std::size_t s = begin; s < end; ++s)
    sum = {sum.above + tallies[s].above, sum.equal + tallies[s].equal};
  sums[threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    Tally before{0, 0};
    for (unsigned t = 0; t < scan_threads; ++t) {
      const Tally own = sums[t];
      sums[t] = before;
      before = {before.above + own.above, before.equal + own.equal};
    }
  }
  __syncthreads();
  sum = sums[threadIdx.x];
  for (std::size_t s = begin; s < end; ++s) {
    const Tally own = tallies[s];
    tallies[s] = sum;
    sum = {sum.above + own.above, sum.equal + own.equal};
  }
}

/// Entries above the cut and the first `ties` equal to it, and their indices.
template <class T>
__global__ void __launch_bounds__(block_threads)
    compact_kernel(const T* x, std::size_t size, std::int64_t cut, std::uint32_t ties, const Tally* before,
                   T* values, std::uint32_t* indices) {
  const unsigned bit = 1u << threadIdx.x % warp_size;
  Tally seen;
  for_segments(
      x, size, cut, [&](std::size_t s) { seen = before[s]; },
      [&](std::size_t i, unsigned above, unsigned equal) {
        const std::uint32_t larger = seen.above + __popc(above & (bit - 1));
        const std::uint32_t alike = seen.equal + __popc(equal & (bit - 1));
        if ((above & bit) != 0 || ((equal & bit) != 0 && alike < ties)) {
          const std::uint32_t to = larger + min(alike, ties);
          values[to] = x[i];
          indices[to] = static_cast<std::uint32_t>(i);
        }
        seen = {seen.above + static_cast<std::uint32_t>(__popc(above)),
                seen.equal + static_cast<std::uint32_t>(__popc(equal))};
      },
      [](std::size_t) {});
}

/// Calls f(W) with the widest loads that the address of x allows.
template <class T, class F>
void with_width(const T* x, F f) {
  if (aligned({x}))
    f(std::integral_constant<int, wide<T>>{});
  else
    f(std::integral_constant<int, 1>{});
}

template <class T>
Kept find_cut(const T* x, std::size_t size, std::size_t k) {
  const Lane lane = card_lane();
  RadixSearch search(key_bits<T>, size, k);
  std::vector<std::uint32_t> counts(digit_values);
  while (!search.decided() && search.bucket > small_bucket) {
    const auto on_card = static_cast<std::uint32_t*>(room(sizeof(std::uint32_t) * digit_values));
    clear(on_card, sizeof(std::uint32_t) * digit_values);
    with_width(x, [&](auto width) {
      constexpr int w = decltype(width)::value;
      launch("a histogram", lane.stream, blocks_for(size / w, lane.most_blocks), histogram_kernel<T, w>, x,
             size, search.prefix, search.low_bits, search.digit(), on_card);
    });
    fetch(counts.data(), on_card, sizeof(std::uint32_t) * digit_values);
    search.narrow(counts);
  }
  if (search.decided()) return search.kept();

  const auto found = static_cast<std::uint64_t*>(room(sizeof(std::uint64_t) * (1 + search.bucket)));
  clear(found, sizeof(std::uint64_t));  // how many, then the keys
  with_width(x, [&](auto width) {
    constexpr int w = decltype(width)::value;
    launch("a collection of keys", lane.stream, blocks_for(size / w, lane.most_blocks), collect_kernel<T, w>,
           x, size, search.prefix, search.low_bits, reinterpret_cast<std::uint32_t*>(found), found + 1);
  });
  std::vector<std::uint64_t> keys(search.bucket);
  fetch(keys.data(), found + 1, sizeof(std::uint64_t) * keys.size());
  return search.settle(keys);
}

template <class T>
void select(const T* x, std::size_t size, std::span<std::uint32_t> indices, std::span<double> values) {
  const Lane lane = card_lane();
  const std::size_t k = indices.size(), segments = (size + segment - 1) / segment;
  const Kept kept = find_cut(x, size, k);
  // One room: the tallies, the entries, their indices. Entries and indices leave in one copy.
  const auto tallies =
      static_cast<Tally*>(room(segments * sizeof(Tally) + k * (sizeof(T) + sizeof(std::uint32_t))));
  const auto chosen = reinterpret_cast<T*>(tallies + segments);
  const auto places = reinterpret_cast<std::uint32_t*>(chosen + k);
  const unsigned blocks = blocks_for(segments * warp_size, lane.most_blocks);
  launch("a count", lane.stream, blocks, tally_kernel<T>, x, size, kept.cut, tallies);
  launch("a scan", lane.stream, {1, scan_threads}, scan_kernel, tallies, segments);
  launch("a compaction", lane.stream, blocks, compact_kernel<T>, x, size, kept.cut,
         static_cast<std::uint32_t>(kept.ties), tallies, chosen, places);

  std::vector<std::byte> staged(k * (sizeof(T) + sizeof(std::uint32_t)));
  fetch(staged.data(), chosen, staged.size());
  std::memcpy(indices.data(), staged.data() + k * sizeof(T), k * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < k; ++i) {
    T value;
    std::memcpy(&value, staged.data() + i * sizeof(T), sizeof(T));
    values[i] = value;
  }
}

}  // namespace

void select_largest(const Vector& x, std::span<std::uint32_t> indices, std::span<double> values) {
  require(holds(x) && !indices.empty() && indices.size() <= x.size() && values.size() == indices.size() &&
              x.size() <= 0xFFFFFFFFu,
          "select_largest");
  with_type(x.dtype(),
            [&]<class T>(T) { select(static_cast<const T*>(x.data()), x.size(), indices, values); });
}

}  // namespace trivium::gpu
