// The kernels of a multilayer perceptron between its matrix products, forwards and backwards.
#include <algorithm>
#include <cmath>

#include <trivium/gpu/network.hpp>

#include "detail/card.cuh"
#include "detail/launch.cuh"
#include "detail/picked.cuh"
#include "detail/room.cuh"
#include "detail/rows.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

/// As many numbers as fit into a kernel's arguments on every card.
struct Parcel {
  static constexpr std::size_t most = 960;
  std::uint32_t at[most];
};

__global__ void __launch_bounds__(block_threads)
    unload_kernel(Parcel parcel, std::size_t count, std::uint32_t* out) {
  for_packs<1>(count, [&](std::size_t i, auto) { out[i] = parcel.at[i]; });
}

// A block takes a row: its entries need no division to find their column.
template <class T>
__global__ void __launch_bounds__(block_threads)
    unpack_kernel(const std::uint8_t* values, Numbers number, std::size_t rows, std::size_t pixels,
                  const T* shift, T* out) {
  for (std::size_t row = blockIdx.x; row < rows; row += gridDim.x) {
    const std::uint8_t* const image = values + number(row) * pixels;
    for (std::size_t j = threadIdx.x; j < pixels; j += block_threads) {
      const T brightness = static_cast<T>(image[j]) * (T{1} / 255);
      out[row * pixels + j] = shift == nullptr ? brightness : brightness + shift[j];
    }
  }
}

/// z becomes phi(z), slope phi'(z).
template <Activation Phi, class T>
__device__ void activate_one(T& z, T& slope) {
  if constexpr (Phi == Activation::relu) {
    slope = z > T{0} ? T{1} : T{0};
    z *= slope;
  } else if constexpr (Phi == Activation::tanh) {
    z = std::tanh(z);
    slope = T{1} - z * z;
  } else {
    constexpr T root_half = static_cast<T>(0.70710678118654752440);
    constexpr T density = static_cast<T>(0.39894228040143267794);  // 1 / sqrt(2 pi)
    const T law = (T{1} + std::erf(z * root_half)) / 2;
    slope = law + z * density * std::exp(-z * z / 2);
    z *= law;
  }
}

template <Activation Phi, class T>
__global__ void __launch_bounds__(block_threads)
    activate_kernel(const T* biases, T* z, T* slopes, std::size_t rows, std::size_t width) {
  for_rows(rows, [&](std::size_t row, unsigned lane) {
    for (std::size_t j = lane; j < width; j += warp_size) {
      const std::size_t at = row * width + j;
      T value = z[at] + biases[j], slope;
      activate_one<Phi>(value, slope);
      z[at] = value;
      slopes[at] = slope;
    }
  });
}

template <class T, int W>
__global__ void __launch_bounds__(block_threads) multiply_kernel(const T* x, T* out, std::size_t size) {
  for_packs<W>(size, [&](std::size_t i, auto width) {
    constexpr int w = decltype(width)::value;
    const Pack<T, w> factor = load<w>(x, i);
    Pack<T, w> pack = load<w>(out, i);
#pragma unroll
    for (int l = 0; l < w; ++l) pack.at[l] *= factor.at[l];
    store(out, i, pack);
  });
}

/// Rows of a tile of sum_rows_kernel: a batch of few rows is one tile, and needs no second kernel.
std::size_t summed_rows(std::size_t rows) { return rows <= 512 ? rows : 128; }

/// Tiles of 32 columns and `height` rows, one for each block: a lane keeps a column, a warp takes every
/// block_warps-th row. out = the sums + beta out, of shape (row tiles, columns).
template <class T>
__global__ void __launch_bounds__(block_threads)
    sum_rows_kernel(const T* x, std::size_t rows, std::size_t columns, std::size_t height, std::size_t across,
                    T beta, T* out) {
  const unsigned lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
  const std::size_t tile = blockIdx.x / across, column = blockIdx.x % across * warp_size + lane;
  const std::size_t end = min((tile + 1) * height, rows);
  T sum = 0;
  if (column < columns)
    for (std::size_t row = tile * height + warp; row < end; row += block_warps)
      sum += x[row * columns + column];
  __shared__ T of_warps[block_warps][warp_size];
  of_warps[warp][lane] = sum;
  __syncthreads();
  if (warp > 0 || column >= columns) return;
  for (unsigned w = 1; w < block_warps; ++w) sum += of_warps[w][lane];
  T& to = out[tile * columns + column];
  to = beta == T{0} ? sum : sum + beta * to;
}

template <class T>
__global__ void __launch_bounds__(block_threads)
    add_sums_kernel(const T* sums, std::size_t tiles, std::size_t columns, T beta, T* out) {
  for_packs<1>(columns, [&](std::size_t j, auto) {
    T sum = sums[j];
    for (std::size_t t = 1; t < tiles; ++t) sum += sums[t * columns + j];
    out[j] = beta == T{0} ? sum : sum + beta * out[j];
  });
}

}  // namespace

void ImageList::assign(std::span<const std::uint32_t> numbers) {
  require(numbers.size() <= most_, "ImageList::assign");
  const Lane lane = card_lane();
  for (std::size_t from = 0; from < numbers.size(); from += Parcel::most) {
    const auto some = numbers.subspan(from, std::min(Parcel::most, numbers.size() - from));
    Parcel parcel;
    std::copy(some.begin(), some.end(), parcel.at);
    launch("a list of images", lane.stream, blocks_for(some.size(), lane.most_blocks), unload_kernel, parcel,
           some.size(), static_cast<std::uint32_t*>(memory_.get()) + from);
  }
}

void unpack(const Picked& images, const ConstPart* shift, MatrixPart out) {
  const std::size_t pixels = images.images.pixels();
  require(fits(images, out.rows) && out.columns == pixels &&
              (shift == nullptr || (shift->size == pixels && shift->dtype == out.dtype)),
          "unpack");
  const Lane lane = card_lane();
  const auto blocks = static_cast<unsigned>(std::min<std::size_t>(out.rows, lane.most_blocks));
  with_type(out.dtype, [&]<class T>(T) {
    launch("unpack", lane.stream, blocks, unpack_kernel<T>, images.images.values(), numbers_of(images),
           out.rows, pixels, static_cast<const T*>(shift == nullptr ? nullptr : shift->data),
           static_cast<T*>(out.data));
  });
}

void activate(Activation activation, ConstPart biases, MatrixPart z, MatrixPart slope) {
  require(slope.rows == z.rows && slope.columns == z.columns && slope.dtype == z.dtype &&
              biases.size == z.columns && biases.dtype == z.dtype,
          "activate");
  const Lane lane = card_lane();
  with_type(z.dtype, [&]<class T>(T) {
    const auto kernel = activation == Activation::relu   ? activate_kernel<Activation::relu, T>
                        : activation == Activation::gelu ? activate_kernel<Activation::gelu, T>
                                                         : activate_kernel<Activation::tanh, T>;
    launch("activate", lane.stream, blocks_for_rows(z.rows, lane.most_blocks), kernel,
           static_cast<const T*>(biases.data), static_cast<T*>(z.data), static_cast<T*>(slope.data), z.rows,
           z.columns);
  });
}

void multiply_entries(ConstMatrixPart x, MatrixPart out) {
  require(x.rows == out.rows && x.columns == out.columns && x.dtype == out.dtype, "multiply_entries");
  const Lane lane = card_lane();
  with_type(out.dtype, [&]<class T>(T) {
    const bool packs = aligned({x.data, out.data});
    launch("multiply_entries", lane.stream, blocks_for(out.size() / (packs ? wide<T> : 1), lane.most_blocks),
           packs ? multiply_kernel<T, wide<T>> : multiply_kernel<T, 1>, static_cast<const T*>(x.data),
           static_cast<T*>(out.data), out.size());
  });
}

void sum_rows(ConstMatrixPart x, double beta, Part out) {
  require(out.size == x.columns && out.dtype == x.dtype, "sum_rows");
  const Lane lane = card_lane();
  const std::size_t height = summed_rows(x.rows), tiles = (x.rows + height - 1) / height,
                    across = (x.columns + warp_size - 1) / warp_size;
  with_type(x.dtype, [&]<class T>(T) {
    const auto result = static_cast<T*>(out.data);
    const auto weight = static_cast<T>(beta);
    const auto sums = tiles == 1 ? result : static_cast<T*>(room(tiles * x.columns * sizeof(T)));
    launch("sum_rows", lane.stream, static_cast<unsigned>(tiles * across), sum_rows_kernel<T>,
           static_cast<const T*>(x.data), x.rows, x.columns, height, across, tiles == 1 ? weight : T{0},
           sums);
    if (tiles == 1) return;
    launch("a sum of tiles", lane.stream, blocks_for(x.columns, lane.most_blocks), add_sums_kernel<T>, sums,
           tiles, x.columns, weight, result);
  });
}

}  // namespace trivium::gpu
