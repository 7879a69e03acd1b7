// Perturbations of images: steps of projected ascent, row by row, and projections of one vector.
#include <cmath>

#include <trivium/gpu/network.hpp>

#include "detail/card.cuh"
#include "detail/launch.cuh"
#include "detail/rows.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

/// delta = P(delta + step sign g); what is not a number is not moved.
template <class T>
struct SignStep {
  T step, radius;
  __device__ T operator()(T delta, T g) const {
    const T sign = (g > T{0} ? T{1} : T{0}) - (g < T{0} ? T{1} : T{0});
    const T moved = delta + step * sign, above = moved < -radius ? -radius : moved;
    return radius < above ? radius : above;
  }
};

/// delta = delta + step (g - penalty delta), keep = 1 - step penalty.
template <class T>
struct PenaltyStep {
  T keep, step;
  __device__ T operator()(T delta, T g) const { return keep * delta + step * g; }
};

template <class Step, class T, int W>
__global__ void __launch_bounds__(block_threads)
    step_kernel(Step step, const T* gradient, const T* clean, T* moved, T* input, std::size_t size) {
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    const Pack<T, w> g = load<w>(gradient, i), image = load<w>(clean, i);
    Pack<T, w> delta = load<w>(moved, i), sum;
#pragma unroll
    for (int l = 0; l < w; ++l) {
      delta.at[l] = step(delta.at[l], g.at[l]);
      sum.at[l] = image.at[l] + delta.at[l];
    }
    store(moved, i, delta);
    store(input, i, sum);
  });
}

/// |row|^2 as float64, in every lane.
template <class T>
__device__ double squared_length(const T* row, std::size_t columns, unsigned lane) {
  double sum = 0;
  for (std::size_t j = lane; j < columns; j += warp_size) {
    const double entry = row[j];
    sum += entry * entry;
  }
  return warp_total(sum);
}

/// delta = P(delta + step g / |g|); no step where g is 0 or |g| is not a number.
template <class T>
__global__ void __launch_bounds__(block_threads)
    ball_step_kernel(double step, double radius, const T* gradient, const T* clean, T* moved, T* input,
                     std::size_t rows, std::size_t columns) {
  for_rows(rows, [&](std::size_t row, unsigned lane) {
    const T* const g = gradient + row * columns;
    T* const delta = moved + row * columns;
    const double length = sqrt(squared_length(g, columns, lane));
    if (length > 0) {
      const T weight = static_cast<T>(step / length);
      for (std::size_t j = lane; j < columns; j += warp_size) delta[j] += weight * g[j];
    }
    const double reach = sqrt(squared_length(delta, columns, lane));  // a lane reads what it wrote itself
    const bool outside = reach > radius;
    const T scale = static_cast<T>(radius / reach);
    for (std::size_t j = lane; j < columns; j += warp_size) {
      if (outside) delta[j] *= scale;
      input[row * columns + j] = clean[row * columns + j] + delta[j];
    }
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads) box_kernel(T radius, T* x, std::size_t size) {
  for_packs<1>(size, [&](std::size_t i, auto) {
    if (x[i] < -radius) x[i] = -radius;
    if (radius < x[i]) x[i] = radius;
  });
}

/// One block. Rounding may leave the scaled point outside: it is then scaled again, a little more each time,
/// until its own norm says that it is inside. Squares that overflow need several steps, too.
template <class T>
__global__ void __launch_bounds__(block_threads) ball_kernel(double radius, T* x, std::size_t size) {
  constexpr double epsilon = sizeof(T) == sizeof(double) ? 0x1p-52 : 0x1p-23;
  __shared__ double found[1];
  double factor = 1;
  for (double margin = 0;;) {
    double sum = 0;
    for (std::size_t i = threadIdx.x; i < size; i += block_threads) {
      const double entry = static_cast<T>(static_cast<double>(x[i]) * factor);
      sum += entry * entry;
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) found[0] = sqrt(sum);
    __syncthreads();
    const double length = found[0];
    __syncthreads();  // before the next sum
    if (!(length > radius && margin < 1e-6)) break;
    const double ratio = radius / length;
    factor *= (ratio > 0x1p-256 ? ratio : 0x1p-256) * (1 - margin);
    margin = 2 * margin > epsilon ? 2 * margin : epsilon;
  }
  if (factor == 1) return;
  for (std::size_t i = threadIdx.x; i < size; i += block_threads)
    x[i] = static_cast<T>(static_cast<double>(x[i]) * factor);
}

template <class T, class Step>
void step_everywhere(Step step, ConstMatrixPart gradient, ConstMatrixPart clean, MatrixPart moved,
                     MatrixPart input) {
  const Lane lane = card_lane();
  const bool packs = aligned({gradient.data, clean.data, moved.data, input.data});
  launch("ascend", lane.stream, blocks_for(moved.size() / (packs ? wide<T> : 1), lane.most_blocks),
         packs ? step_kernel<Step, T, wide<T>> : step_kernel<Step, T, 1>, step,
         static_cast<const T*>(gradient.data), static_cast<const T*>(clean.data), static_cast<T*>(moved.data),
         static_cast<T*>(input.data), moved.size());
}

}  // namespace

void ascend(const Ascent& rule, ConstMatrixPart gradient, ConstMatrixPart clean, MatrixPart moved,
            MatrixPart input) {
  const auto like_moved = [&](ConstMatrixPart x) {
    return x.rows == moved.rows && x.columns == moved.columns && x.dtype == moved.dtype;
  };
  require(like_moved(gradient) && like_moved(clean) && like_moved(input), "ascend");
  with_type(moved.dtype, [&]<class T>(T) {
    const T step = static_cast<T>(rule.step);
    if (rule.penalty > 0)
      return step_everywhere<T>(PenaltyStep<T>{static_cast<T>(1 - rule.step * rule.penalty), step}, gradient,
                                clean, moved, input);
    if (!rule.l2)
      return step_everywhere<T>(SignStep<T>{step, static_cast<T>(rule.radius)}, gradient, clean, moved,
                                input);
    const Lane lane = card_lane();
    launch("ascend", lane.stream, blocks_for_rows(moved.rows, lane.most_blocks), ball_step_kernel<T>,
           rule.step, rule.radius, static_cast<const T*>(gradient.data), static_cast<const T*>(clean.data),
           static_cast<T*>(moved.data), static_cast<T*>(input.data), moved.rows, moved.columns);
  });
}

void project_on_box(double radius, Part x) {
  require(x.size > 0, "project_on_box");
  const Lane lane = card_lane();
  with_type(x.dtype, [&]<class T>(T) {
    launch("project_on_box", lane.stream, blocks_for(x.size, lane.most_blocks), box_kernel<T>,
           static_cast<T>(radius), static_cast<T*>(x.data), x.size);
  });
}

void project_on_ball(double radius, Part x) {
  require(x.size > 0, "project_on_ball");
  with_type(x.dtype, [&]<class T>(T) {
    launch("project_on_ball", card_lane().stream, 1, ball_kernel<T>, radius, static_cast<T*>(x.data), x.size);
  });
}

}  // namespace trivium::gpu
