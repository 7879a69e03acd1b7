// Both products of a saddle-point operator, A y and A^T x, in one pass over A: cuBLAS would read it twice.
//
// A block takes a tile of A. A lane keeps its columns of the tile, their entries of y and their sums; a warp
// takes every block_warps-th row and adds its row up across the lanes. Sums of tiles wait in memory for a
// second kernel: no addition depends on which block came first.
#include <trivium/gpu/operators.hpp>

#include "detail/card.cuh"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/memory.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

template <class T>
constexpr int lane_columns = lane_bytes / sizeof(T);

/// Entries c, c + 1, ... of a row; zeros behind its end.
template <int W, class T>
__device__ Pack<T, W> load_within(const T* row, std::size_t c, std::size_t columns) {
  if (c + W <= columns) return load<W>(row, c);
  Pack<T, W> pack;
#pragma unroll
  for (int l = 0; l < W; ++l) pack.at[l] = c + l < columns ? row[c + l] : T{0};
  return pack;
}

/// row_sums has shape (column tiles, rows), column_sums (row tiles, columns).
template <class T, int W>
__global__ void __launch_bounds__(block_threads, 2)  // two blocks at once, or too few loads are on their way
    tile_sums_kernel(const T* A, Tiles tiles, std::size_t leading, const T* y, const T* x, T* row_sums,
                     T* column_sums) {
  constexpr int packs = lane_columns<T> / W;
  constexpr unsigned width = warp_size * lane_columns<T>;
  const unsigned lane = threadIdx.x % warp_size, warp = threadIdx.x / warp_size;
  const std::size_t column_tile = blockIdx.x % tiles.across, row_tile = blockIdx.x / tiles.across;
  const std::size_t first_column = column_tile * width, first_row = row_tile * tiles.height;
  const std::size_t end_row = min(first_row + tiles.height, tiles.rows);
  const auto column = [&](int k) { return first_column + (k * warp_size + lane) * W; };

  Pack<T, W> along[packs], sums[packs];
#pragma unroll
  for (int k = 0; k < packs; ++k)
#pragma unroll
    for (int l = 0; l < W; ++l) {
      along[k].at[l] = column(k) + l < tiles.columns ? y[column(k) + l] : T{0};
      sums[k].at[l] = 0;
    }
  const auto add_rows = [&](auto load_pack) {
    for (std::size_t row = first_row + warp; row < end_row; row += block_warps) {
      const T* const entries = A + row * leading;
      const T weight = x[row];
      Pack<T, W> a[packs];
#pragma unroll
      for (int k = 0; k < packs; ++k) a[k] = load_pack(entries, column(k));
      T sum = 0;
#pragma unroll
      for (int k = 0; k < packs; ++k)
#pragma unroll
        for (int l = 0; l < W; ++l) {
          sum += a[k].at[l] * along[k].at[l];
          sums[k].at[l] += a[k].at[l] * weight;
        }
      sum = warp_sum(sum);
      if (lane == 0) row_sums[column_tile * tiles.rows + row] = sum;
    }
  };
  if (first_column + width <= tiles.columns)
    add_rows([](const T* entries, std::size_t c) { return load<W>(entries, c); });
  else  // the last tile of a row
    add_rows([&](const T* entries, std::size_t c) { return load_within<W>(entries, c, tiles.columns); });

  __shared__ T of_warps[block_warps][width];
#pragma unroll
  for (int k = 0; k < packs; ++k)
#pragma unroll
    for (int l = 0; l < W; ++l) of_warps[warp][column(k) + l - first_column] = sums[k].at[l];
  __syncthreads();
  for (unsigned c = threadIdx.x; c < width && first_column + c < tiles.columns; c += block_threads) {
    T sum = 0;
    for (unsigned w = 0; w < block_warps; ++w) sum += of_warps[w][c];
    column_sums[row_tile * tiles.columns + first_column + c] = sum;
  }
}

/// One thread for each row and then for each column: its sums from the first tile to the last.
template <class T>
__global__ void __launch_bounds__(block_threads)
    add_tiles_kernel(Tiles tiles, T row_weight, const T* row_sums, T* out_rows, T column_weight,
                     const T* column_sums, T* out_columns) {
  for_packs<1>(tiles.rows + tiles.columns, [&](std::size_t i, auto) {
    const bool is_row = i < tiles.rows;
    const std::size_t at = is_row ? i : i - tiles.rows, step = is_row ? tiles.rows : tiles.columns;
    const T* const sums = is_row ? row_sums : column_sums;
    T sum = 0;
    for (std::size_t t = 0; t < (is_row ? tiles.across : tiles.down); ++t) sum += sums[t * step + at];
    if (is_row)
      out_rows[at] += row_weight * sum;
    else
      out_columns[at] += column_weight * sum;
  });
}

template <class T>
void add_products(const Matrix& A, double row_weight, ConstPart y, Part out_rows, double column_weight,
                  ConstPart x, Part out_columns) {
  static Scratch& room = *new Scratch;
  const Lane lane = card_lane();
  const Tiles tiles = tiles_of(A.rows(), A.columns(), sizeof(T));
  T* const row_sums = static_cast<T*>(room.of(lane.stream, tiles.sums() * sizeof(T)));
  T* const column_sums = row_sums + tiles.across * tiles.rows;
  const T *const entries = static_cast<const T*>(A.entries().data()),
                 *const along = static_cast<const T*>(y.data), *const across = static_cast<const T*>(x.data);
  const unsigned blocks = static_cast<unsigned>(tiles.across * tiles.down);
  const bool wide_loads = aligned({entries}) && A.leading() % wide<T> == 0;
  launch("both products", lane.stream, blocks,
         wide_loads ? tile_sums_kernel<T, wide<T>> : tile_sums_kernel<T, 1>, entries, tiles, A.leading(),
         along, across, row_sums, column_sums);
  launch("the sum of tiles", lane.stream, blocks_for(tiles.rows + tiles.columns, lane.most_blocks),
         add_tiles_kernel<T>, tiles, static_cast<T>(row_weight), row_sums, static_cast<T*>(out_rows.data),
         static_cast<T>(column_weight), column_sums, static_cast<T*>(out_columns.data));
}

}  // namespace

void add_both_products(const Matrix& A, double row_weight, ConstPart y, Part out_rows, double column_weight,
                       ConstPart x, Part out_columns) {
  const Dtype dtype = A.entries().dtype();
  require(y.dtype == dtype && x.dtype == dtype && out_rows.dtype == dtype && out_columns.dtype == dtype &&
              y.size == A.columns() && out_rows.size == A.rows() && x.size == A.rows() &&
              out_columns.size == A.columns(),
          "add_both_products");
  with_type(dtype,
            [&]<class T>(T) { add_products<T>(A, row_weight, y, out_rows, column_weight, x, out_columns); });
}

}  // namespace trivium::gpu
