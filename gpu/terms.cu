// The terms of operators that are no matrix products: diagonals, residuals, and scalars that stay on the
// card. Halves of vectors begin anywhere, so a thread moves one entry at a time; neighbours still move
// together.
#include <trivium/gpu/operators.hpp>

#include "detail/card.cuh"
#include "detail/check.cuh"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/memory.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

template <class T>
__global__ void __launch_bounds__(block_threads)
    couple_kernel(const T* e, const T* g, T sign, const T* q, const T* z, T* out, std::size_t n) {
  for_packs<1>(n, [&](std::size_t i, auto) {
    const T x = z[i], y = z[n + i], turn = sign * g[i];
    out[i] = (q == nullptr ? T{0} : q[i]) + e[i] * x + turn * y;
    out[n + i] = (q == nullptr ? T{0} : q[n + i]) + e[i] * y - turn * x;
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    settle_kernel(T weight, const double* shift, const T* labels, T* residuals, std::size_t count,
                  double* partials) {
  const T common = static_cast<T>(*shift);
  double sum = 0;
  for_packs<1>(count, [&](std::size_t i, auto) {
    const T residual = weight * (residuals[i] + common - labels[i]);
    residuals[i] = residual;
    sum += residual;
  });
  sum = block_sum(sum);
  if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    finish_kernel(const double* mean, T lambda, T beta, const T* z, T* out, std::size_t n) {
  const T r = static_cast<T>(*mean);
  for_packs<1>(n, [&](std::size_t i, auto) {
    const T x = z[i], y = z[n + i];
    out[i] += r * y + lambda * x;
    out[n + i] = beta * y - r * x;
  });
}

/// Room on the card for partial sums. Kernels run one after another, so that one room serves all.
double* partials() {
  static Scratch& room = *new Scratch;
  return static_cast<double*>(room.of(card_lane().stream, most_partials * sizeof(double)));
}

void add_up(unsigned count, Part sum) {
  detail::add_up(card_lane(), partials(), count, 1, 0, static_cast<double*>(sum.data));
}

bool one_number(Dtype dtype, std::size_t size) { return dtype == Dtype::float64 && size == 1; }

}  // namespace

void copy(Part out, ConstPart x) {
  require(out.size == x.size && out.dtype == x.dtype, "copy");
  check(cudaMemcpyAsync(out.data, x.data, x.size * size_of(x.dtype), cudaMemcpyDeviceToDevice,
                        card_lane().stream),
        "cudaMemcpyAsync on the card");
}

void dot(ConstPart x, ConstPart y, Part product) {
  require(x.size > 0 && x.size == y.size && x.dtype == y.dtype && one_number(product.dtype, product.size),
          "dot");
  add_up(reduce(card_lane(), Reduction::dot, x.data, y.data, x.size, x.dtype, partials()), product);
}

void couple(ConstPart e, ConstPart g, double sign, const ConstPart* q, ConstPart z, Part out) {
  const std::size_t n = e.size;
  require(n > 0 && g.size == n && z.size == 2 * n && out.size == 2 * n && g.dtype == e.dtype &&
              z.dtype == e.dtype && out.dtype == e.dtype &&
              (q == nullptr || (q->size == 2 * n && q->dtype == e.dtype)),
          "couple");
  const Lane lane = card_lane();
  with_type(e.dtype, [&]<class T>(T) {
    launch("couple", lane.stream, blocks_for(n, lane.most_blocks), couple_kernel<T>,
           static_cast<const T*>(e.data), static_cast<const T*>(g.data), static_cast<T>(sign),
           static_cast<const T*>(q == nullptr ? nullptr : q->data), static_cast<const T*>(z.data),
           static_cast<T*>(out.data), n);
  });
}

void settle_residuals(double weight, ConstPart shift, ConstPart labels, Part residuals, Part sum) {
  const std::size_t count = residuals.size;
  require(count > 0 && labels.size == count && labels.dtype == residuals.dtype &&
              one_number(shift.dtype, shift.size) && one_number(sum.dtype, sum.size),
          "settle_residuals");
  const Lane lane = card_lane();
  const unsigned blocks = blocks_for(count, most_partials);
  with_type(residuals.dtype, [&]<class T>(T) {
    launch("settle_residuals", lane.stream, blocks, settle_kernel<T>, static_cast<T>(weight),
           static_cast<const double*>(shift.data), static_cast<const T*>(labels.data),
           static_cast<T*>(residuals.data), count, partials());
  });
  add_up(blocks, sum);
}

void finish_regression(ConstPart mean, double lambda, double beta, ConstPart z, Part out) {
  const std::size_t n = z.size / 2;
  require(n > 0 && z.size == 2 * n && out.size == z.size && out.dtype == z.dtype &&
              one_number(mean.dtype, mean.size),
          "finish_regression");
  const Lane lane = card_lane();
  with_type(z.dtype, [&]<class T>(T) {
    launch("finish_regression", lane.stream, blocks_for(n, lane.most_blocks), finish_kernel<T>,
           static_cast<const double*>(mean.data), static_cast<T>(lambda), static_cast<T>(beta),
           static_cast<const T*>(z.data), static_cast<T*>(out.data), n);
  });
}

}  // namespace trivium::gpu
