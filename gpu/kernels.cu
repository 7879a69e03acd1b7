// The kernels. All are bound by memory: a thread moves 16 bytes at a time where addresses allow, and the grid
// strides over the vector. Pointers carry no __restrict__ because `out` may be one of the inputs; an
// iteration reads all it needs before it writes.
#include <utility>

#include "detail/kernels.cuh"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/plan.hpp"

namespace trivium::gpu::detail {
namespace {

template <class T, int Count>
struct Terms {
  T weight[Count];
  const T* x[Count];
};

// out = w_0 x_0 + w_1 x_1 + ..., from the left, in the vectors' own type.
template <class T, int Count, int W>
__global__ void __launch_bounds__(block_threads)
    combine_kernel(T* out, Terms<T, Count> terms, std::size_t size) {
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    Pack<T, w> x[Count], sum;
#pragma unroll
    for (int c = 0; c < Count; ++c) x[c] = load<w>(terms.x[c], i);
#pragma unroll
    for (int l = 0; l < w; ++l) {
      sum.at[l] = terms.weight[0] * x[0].at[l];
#pragma unroll
      for (int c = 1; c < Count; ++c) sum.at[l] += terms.weight[c] * x[c].at[l];
    }
    store(out, i, sum);
  });
}

template <class T, int W>
__global__ void __launch_bounds__(block_threads) fill_kernel(T* out, T value, std::size_t size) {
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    Pack<T, w> pack;
#pragma unroll
    for (int l = 0; l < w; ++l) pack.at[l] = value;
    store(out, i, pack);
  });
}

/// AdamStep in the vectors' own type.
template <class T>
struct AdamNumbers {
  T gamma, first, new_first, second, new_second, whole, epsilon;
};

template <class T, int W>
__global__ void __launch_bounds__(block_threads)
    adam_kernel(T* out, const T* z, T* m, T* v, const T* g, AdamNumbers<T> c, std::size_t size) {
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    Pack<T, w> point = load<w>(z, i), mean = load<w>(m, i), square = load<w>(v, i);
    const Pack<T, w> now = load<w>(g, i);
#pragma unroll
    for (int l = 0; l < w; ++l) {
      mean.at[l] = c.first * mean.at[l] + c.new_first * now.at[l];
      square.at[l] = c.second * square.at[l] + c.new_second * (now.at[l] * now.at[l]);
      point.at[l] -= c.gamma * mean.at[l] / (sqrt(square.at[l] * c.whole) + c.epsilon);
    }
    store(m, i, mean);
    store(v, i, square);
    store(out, i, point);
  });
}

template <Reduction What>
__device__ double term(double a, double b) {
  return What == Reduction::dot ? a * b : (a - b) * (a - b);
}

template <Reduction What, class T, int W>
__global__ void __launch_bounds__(block_threads)
    reduce_kernel(const T* x, const T* y, std::size_t size, double* partials) {
  double sum = 0;
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    const Pack<T, w> a = load<w>(x, i), b = load<w>(y, i);
#pragma unroll
    for (int l = 0; l < w; ++l) sum += term<What>(a.at[l], b.at[l]);
  });
  sum = block_sum(sum);
  if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

// Thread t adds every block_threads-th partial sum.
__global__ void __launch_bounds__(block_threads)
    add_up_kernel(const double* partials, unsigned count, double weight, double beta, double* out) {
  double own = 0;
  for (unsigned i = threadIdx.x; i < count; i += block_threads) own += partials[i];
  own = block_sum(own);
  if (threadIdx.x == 0) *out = beta == 0 ? weight * own : weight * own + beta * *out;
}

template <int W, class T, std::size_t... C>
void combine_terms(Lane lane, T* out, std::span<const ConstBlock> terms, std::size_t size,
                   std::index_sequence<C...>) {
  constexpr int count = sizeof...(C);
  const Terms<T, count> packed{{static_cast<T>(terms[C].weight)...},
                               {static_cast<const T*>(terms[C].data)...}};
  launch("combine", lane.stream, blocks_for(size / W, lane.most_blocks), combine_kernel<T, count, W>, out,
         packed, size);
}

template <class T, int Count>
void combine_count(Lane lane, T* out, std::span<const ConstBlock> terms, std::size_t size) {
  bool wide_loads = aligned({out});
  for (const ConstBlock& term : terms) wide_loads = wide_loads && aligned({term.data});
  if (wide_loads)
    combine_terms<wide<T>>(lane, out, terms, size, std::make_index_sequence<Count>{});
  else
    combine_terms<1>(lane, out, terms, size, std::make_index_sequence<Count>{});
}

/// Picks the kernel compiled for this number of terms.
template <class T, std::size_t... N>
void combine_any(Lane lane, T* out, std::span<const ConstBlock> terms, std::size_t size,
                 std::index_sequence<N...>) {
  ((terms.size() == N + 1 ? combine_count<T, N + 1>(lane, out, terms, size) : void()), ...);
}

template <Reduction What, int W, class T>
unsigned reduce_with(Lane lane, const T* x, const T* y, std::size_t size, double* partials) {
  const unsigned blocks = blocks_for(size / W, most_partials);
  launch("a reduction", lane.stream, blocks, reduce_kernel<What, T, W>, x, y, size, partials);
  return blocks;
}

template <Reduction What, class T>
unsigned reduce_as(Lane lane, const T* x, const T* y, std::size_t size, double* partials) {
  return aligned({x, y}) ? reduce_with<What, wide<T>>(lane, x, y, size, partials)
                         : reduce_with<What, 1>(lane, x, y, size, partials);
}

}  // namespace

void combine(Lane lane, void* out, std::span<const ConstBlock> terms, std::size_t size, Dtype dtype) {
  with_type(dtype, [&]<class T>(T) {
    combine_any(lane, static_cast<T*>(out), terms, size, std::make_index_sequence<max_terms>{});
  });
}

void fill(Lane lane, void* out, double value, std::size_t size, Dtype dtype) {
  with_type(dtype, [&]<class T>(T) {
    const auto all = static_cast<T*>(out);
    const auto entry = static_cast<T>(value);
    const auto fill_by = [&](auto width) {
      constexpr int w = decltype(width)::value;
      launch("fill", lane.stream, blocks_for(size / w, lane.most_blocks), fill_kernel<T, w>, all, entry,
             size);
    };
    if (aligned({out}))
      fill_by(std::integral_constant<int, wide<T>>{});
    else
      fill_by(std::integral_constant<int, 1>{});
  });
}

void adam(Lane lane, void* out, const void* z, void* m, void* v, const void* g, const AdamStep& step,
          std::size_t size, Dtype dtype) {
  with_type(dtype, [&]<class T>(T) {
    const auto number = [](double value) { return static_cast<T>(value); };
    const AdamNumbers<T> c{number(step.step / step.first_sum),
                           number(step.first),
                           number(1 - step.first),
                           number(step.second),
                           number(1 - step.second),
                           number(1 / step.second_sum),
                           number(step.epsilon)};
    const auto step_by = [&](auto width) {
      constexpr int w = decltype(width)::value;
      launch("adam", lane.stream, blocks_for(size / w, lane.most_blocks), adam_kernel<T, w>,
             static_cast<T*>(out), static_cast<const T*>(z), static_cast<T*>(m), static_cast<T*>(v),
             static_cast<const T*>(g), c, size);
    };
    if (aligned({out, z, m, v, g}))
      step_by(std::integral_constant<int, wide<T>>{});
    else
      step_by(std::integral_constant<int, 1>{});
  });
}

unsigned reduce(Lane lane, Reduction what, const void* x, const void* y, std::size_t size, Dtype dtype,
                double* partials) {
  return with_type(dtype, [&]<class T>(T) {
    const auto a = static_cast<const T*>(x), b = static_cast<const T*>(y);
    return what == Reduction::dot ? reduce_as<Reduction::dot>(lane, a, b, size, partials)
                                  : reduce_as<Reduction::squared_distance>(lane, a, b, size, partials);
  });
}

void add_up(Lane lane, const double* partials, unsigned count, double weight, double beta, double* out) {
  launch("a sum", lane.stream, 1, add_up_kernel, partials, count, weight, beta, out);
}

}  // namespace trivium::gpu::detail
