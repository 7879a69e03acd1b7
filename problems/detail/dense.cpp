#include "dense.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <trivium/core/errors.hpp>
#include <trivium/core/small_copy.hpp>

namespace trivium::problems::detail {
namespace {

constexpr std::size_t cache_line = 64;
constexpr double most_bytes = 1e15;  // above this sizes might overflow
constexpr std::size_t panel_bytes =
    16384;  // y and out of one panel share a first-level cache of 32 KiB or more

#if defined(__AVX512F__)
constexpr std::size_t register_bytes = 64;
#elif defined(__AVX__)
constexpr std::size_t register_bytes = 32;
#else
constexpr std::size_t register_bytes = 16;
#endif

template <class T, std::size_t width>
struct LanesOf {
  typedef T type __attribute__((vector_size(width * sizeof(T))));
};
template <class T>
inline constexpr std::size_t lanes = register_bytes / sizeof(T);
template <class T>
using Lanes = typename LanesOf<T, lanes<T>>::type;

template <class T>
inline Lanes<T> load(const T* from) {
  Lanes<T> value;
  std::memcpy(&value, from, sizeof value);  // any alignment
  return value;
}
template <class T>
inline void store(T* to, Lanes<T> value) {
  std::memcpy(to, &value, sizeof value);
}
template <class T>
inline Lanes<T> load_part(const T* from, std::size_t count) {
  alignas(register_bytes) T part[lanes<T>] = {};
  for (std::size_t i = 0; i < count; ++i) part[i] = from[i];
  return load(part);
}

// The sum of all lanes, halves added to halves.
template <class T, std::size_t width>
inline T total(typename LanesOf<T, width>::type value) {
  if constexpr (width == 2) {
    return value[0] + value[1];
  } else {
    using Half = typename LanesOf<T, width / 2>::type;
    Half halves[2];
    std::memcpy(halves, &value, sizeof value);
    return total<T, width / 2>(halves[0] + halves[1]);
  }
}

// One panel of columns: `whole` of them fill registers, `part` are left over. The left-over columns of y are
// padded with zeros, so that whatever a row of A holds there does not count.
template <class T>
struct Panel {
  std::size_t whole, part;
  const T* y;
  T* out_columns;
  Lanes<T> y_part, out_part;
};

// `height` rows at `a` against one panel: forward adds A y to out_rows, transposed adds A^T x to the panel's
// out_columns.
template <class T, int height, bool forward, bool transposed>
inline void add_rows(const T* a, std::size_t leading, Panel<T>& panel, T row_weight, T* out_rows,
                     T column_weight, const T* x) {
  Lanes<T> sum[height] = {};
  Lanes<T> factor[height] = {};
  if constexpr (transposed)
    for (int r = 0; r < height; ++r) factor[r] += column_weight * x[r];
  const auto fuse = [&](std::size_t j, Lanes<T> y, Lanes<T> out) {
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r) {
      const Lanes<T> entries = load(a + static_cast<std::size_t>(r) * leading + j);
      if constexpr (forward) sum[r] += entries * y;
      if constexpr (transposed) out += entries * factor[r];
    }
    return out;
  };
  for (std::size_t j = 0; j < panel.whole; j += lanes<T>) {
    Lanes<T> y = {}, out = {};
    if constexpr (forward) y = load(panel.y + j);
    if constexpr (transposed) out = load(panel.out_columns + j);
    out = fuse(j, y, out);
    if constexpr (transposed) store(panel.out_columns + j, out);
  }
  if (panel.part > 0) panel.out_part = fuse(panel.whole, panel.y_part, panel.out_part);
  if constexpr (forward)
    for (int r = 0; r < height; ++r) out_rows[r] += row_weight * total<T, lanes<T>>(sum[r]);
}

template <class T, bool forward, bool transposed>
void add_panel(const Matrix<T>& A, std::size_t first, Panel<T>& panel, T row_weight, T* out_rows,
               T column_weight, const T* x) {
  std::size_t i = 0;
  const auto advance = [&]<int height>(std::integral_constant<int, height>) {
    for (; i + height <= A.rows(); i += height)
      add_rows<T, height, forward, transposed>(A.row(i) + first, A.leading(), panel, row_weight, out_rows + i,
                                               column_weight, x + i);
  };
  advance(std::integral_constant<int, 8>{});
  advance(std::integral_constant<int, 2>{});
  advance(std::integral_constant<int, 1>{});
}

template <class T, bool forward, bool transposed>
void add(const Matrix<T>& A, T row_weight, const T* y, T* out_rows, T column_weight, const T* x,
         T* out_columns) {
  const std::size_t width = panel_bytes / sizeof(T);
  for (std::size_t first = 0; first < A.columns(); first += width) {
    const std::size_t count = std::min(width, A.columns() - first);
    const std::size_t part = count % lanes<T>, whole = count - part;
    Panel<T> panel{whole, part, nullptr, nullptr, {}, {}};
    if constexpr (forward) {
      panel.y = y + first;
      if (part > 0) panel.y_part = load_part(panel.y + whole, part);
    }
    if constexpr (transposed) {
      panel.out_columns = out_columns + first;
      if (part > 0) panel.out_part = load_part(panel.out_columns + whole, part);
    }
    add_panel<T, forward, transposed>(A, first, panel, row_weight, out_rows, column_weight, x);
    if constexpr (transposed)
      for (std::size_t j = 0; j < part; ++j) panel.out_columns[whole + j] = panel.out_part[j];
  }
}

// A few registers of columns: out = start + weight A^T x stays in them over all rows, even and odd rows apart
// so that products need not wait for one another. Whole registers are read also at the end of `start` and of
// a row of A.
template <class T, int registers>
void narrow_transposed(const Matrix<T>& A, T weight, const T* x, const T* start, T* out) {
  const std::size_t last = (registers - 1) * lanes<T>, part = A.columns() - last;
  Lanes<T> even[registers], odd[registers] = {};
  for (int r = 0; r < registers; ++r) even[r] = load(start + static_cast<std::size_t>(r) * lanes<T>);
  const auto add_row = [&](Lanes<T>* sum, std::size_t i) {
    const T* row = A.row(i);
    const Lanes<T> factor = weight * x[i] + Lanes<T>{};
#pragma GCC unroll 4
    for (int r = 0; r < registers; ++r) sum[r] += factor * load(row + static_cast<std::size_t>(r) * lanes<T>);
  };
  std::size_t i = 0;
  for (; i + 2 <= A.rows(); i += 2) {
    add_row(even, i);
    add_row(odd, i + 1);
  }
  if (i < A.rows()) add_row(even, i);
  for (int r = 0; r + 1 < registers; ++r)
    store(out + static_cast<std::size_t>(r) * lanes<T>, even[r] + odd[r]);
  const Lanes<T> end = even[registers - 1] + odd[registers - 1];
  alignas(register_bytes) T ends[lanes<T>];
  store(ends, end);
  small_copy<sizeof(T)>(out + last, ends, part);
}

// Rows of some length start on a cache line of their own; short ones are kept dense, since many of them may
// be held.
template <class T>
std::size_t leading_for(std::size_t columns) {
  const std::size_t line = cache_line / sizeof(T);
  return columns < 2 * line ? columns : (columns + line - 1) / line * line;
}

}  // namespace

template <class T>
Matrix<T>::Matrix(std::size_t rows, std::size_t columns)
    : rows_(rows), columns_(columns), leading_(leading_for<T>(columns)) {
  const double asked = static_cast<double>(rows) * static_cast<double>(leading_) * sizeof(T);
  const std::size_t bytes = (rows * leading_ * sizeof(T) + 2 * cache_line - 1) / cache_line * cache_line;
  if (asked < most_bytes) data_.reset(static_cast<T*>(std::aligned_alloc(cache_line, bytes)));
  if (!data_)
    reject(
        "a matrix of {} x {} entries needs {:.3g} GB of memory, which is not there; take a smaller problem",
        rows, columns, asked * 1e-9);
  std::memset(data_.get(), 0, bytes);
}

template <class T>
void add_product(const Matrix<T>& A, T weight, const T* y, T* out) {
  add<T, true, false>(A, weight, y, out, T{}, nullptr, nullptr);
}

template <class T>
void add_transposed_product(const Matrix<T>& A, T weight, const T* x, T* out) {
  add<T, false, true>(A, T{}, nullptr, nullptr, weight, x, out);
}

template <class T>
void affine_transposed_product(const Matrix<T>& A, T weight, const T* x, const T* start, T* out) {
  switch ((A.columns() + lanes<T> - 1) / lanes<T>) {
    case 1:
      return narrow_transposed<T, 1>(A, weight, x, start, out);
    case 2:
      return narrow_transposed<T, 2>(A, weight, x, start, out);
    case 3:
      return narrow_transposed<T, 3>(A, weight, x, start, out);
    case 4:
      return narrow_transposed<T, 4>(A, weight, x, start, out);
    default:
      std::copy_n(start, A.columns(), out);
      add_transposed_product(A, weight, x, out);
  }
}

template <class T>
void add_both_products(const Matrix<T>& A, T row_weight, const T* y, T* out_rows, T column_weight, const T* x,
                       T* out_columns) {
  add<T, true, true>(A, row_weight, y, out_rows, column_weight, x, out_columns);
}

#define INSTANTIATE(T)                                                                  \
  template class Matrix<T>;                                                             \
  template void add_product(const Matrix<T>&, T, const T*, T*);                         \
  template void add_transposed_product(const Matrix<T>&, T, const T*, T*);              \
  template void affine_transposed_product(const Matrix<T>&, T, const T*, const T*, T*); \
  template void add_both_products(const Matrix<T>&, T, const T*, T*, T, const T*, T*);
INSTANTIATE(double)
INSTANTIATE(float)
#undef INSTANTIATE

}  // namespace trivium::problems::detail
