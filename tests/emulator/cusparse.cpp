// Row after row, and the checks of the documentation. The buffer of a matrix holds a stamp, so that a product
// with a buffer that was not prepared for it, or that something else wrote into, is found.
#include "cusparse.h"

#include <array>
#include <memory>

#include "fault.hpp"
#include "runtime.hpp"

using namespace trivium::emulated;

struct cusparseContext {};
struct cusparseSpMatDescr {
  std::int64_t rows, columns, entries;
  const std::int32_t *offsets, *column_of;
  const void* values;
  cudaDataType type;
};
struct cusparseDnVecDescr {
  std::int64_t size;
  void* values;
  cudaDataType type;
};

namespace {

std::size_t bytes_of(std::int64_t count, cudaDataType type) {
  return static_cast<std::size_t>(count) * (type == CUDA_R_64F ? 8 : 4);
}

using Stamp = std::array<std::uint64_t, 4>;
Stamp stamp_of(const cusparseSpMatDescr& A) {
  return {0x7472697669756D20, reinterpret_cast<std::uintptr_t>(A.values), static_cast<std::uint64_t>(A.rows),
          static_cast<std::uint64_t>(A.entries)};
}

cusparseStatus_t check_product(cusparseHandle_t handle, const void* alpha, cusparseConstSpMatDescr_t A,
                               cusparseConstDnVecDescr_t x, const void* beta, cusparseConstDnVecDescr_t y,
                               cudaDataType compute_type) {
  if (handle == nullptr) return CUSPARSE_STATUS_NOT_INITIALIZED;
  if (alpha == nullptr || beta == nullptr || A == nullptr || x == nullptr || y == nullptr ||
      x->size != A->columns || y->size != A->rows)
    return CUSPARSE_STATUS_INVALID_VALUE;
  if (A->type != compute_type || x->type != compute_type || y->type != compute_type)
    return CUSPARSE_STATUS_NOT_SUPPORTED;
  for (const cusparseConstDnVecDescr_t v : {x, y})
    if (!on_card(v->values, bytes_of(v->size, v->type))) fault("a vector of cuSPARSE is not on the card");
  return CUSPARSE_STATUS_SUCCESS;
}

/// The rows are rows: offsets ascend from 0 to the number of entries, columns are below theirs.
void check_rows(const cusparseSpMatDescr& A) {
  bool fit = A.offsets[0] == 0 && A.offsets[A.rows] == A.entries;
  for (std::int64_t i = 0; i < A.rows; ++i) fit = fit && A.offsets[i] <= A.offsets[i + 1];
  for (std::int64_t e = 0; fit && e < A.entries; ++e) fit = A.column_of[e] >= 0 && A.column_of[e] < A.columns;
  if (!fit) fault("the arrays of a sparse matrix are no rows");
}

template <class T>
void multiply(const cusparseSpMatDescr& A, T alpha, const void* x_values, T beta, void* y_values) {
  const T *const values = static_cast<const T*>(A.values), *const x = static_cast<const T*>(x_values);
  T* const y = static_cast<T*>(y_values);
  for (std::int64_t i = 0; i < A.rows; ++i) {
    T sum = 0;
    for (std::int32_t e = A.offsets[i]; e < A.offsets[i + 1]; ++e) sum += values[e] * x[A.column_of[e]];
    y[i] = beta == 0 ? alpha * sum : alpha * sum + beta * y[i];
  }
}

}  // namespace

const char* cusparseGetErrorString(cusparseStatus_t status) {
  switch (status) {
    case CUSPARSE_STATUS_SUCCESS:
      return "success";
    case CUSPARSE_STATUS_NOT_INITIALIZED:
      return "initialization error";
    case CUSPARSE_STATUS_ALLOC_FAILED:
      return "out of memory";
    case CUSPARSE_STATUS_INVALID_VALUE:
      return "invalid value";
    case CUSPARSE_STATUS_NOT_SUPPORTED:
      return "operation not supported";
    case CUSPARSE_STATUS_INSUFFICIENT_RESOURCES:
      return "insufficient resources";
  }
  return "unknown";
}

cusparseStatus_t cusparseCreate(cusparseHandle_t* handle) {
  *handle = nullptr;
  if (!has_memory_for("cusparseCreate")) return CUSPARSE_STATUS_ALLOC_FAILED;
  *handle = new cusparseContext;
  return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseSetStream(cusparseHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUSPARSE_STATUS_NOT_INITIALIZED;
  return is_stream(stream) ? CUSPARSE_STATUS_SUCCESS : CUSPARSE_STATUS_INVALID_VALUE;
}

cusparseStatus_t cusparseCreateCsr(cusparseSpMatDescr_t* matrix, std::int64_t rows, std::int64_t columns,
                                   std::int64_t entries, void* offsets, void* column_of, void* values,
                                   cusparseIndexType_t, cusparseIndexType_t, cusparseIndexBase_t,
                                   cudaDataType type) {
  if (rows < 0 || columns < 0 || entries < 0 || (rows > 0 && columns > 0 && entries / rows > columns) ||
      !on_card(offsets, static_cast<std::size_t>(rows + 1) * 4) ||
      !on_card(column_of, static_cast<std::size_t>(entries) * 4) || !on_card(values, bytes_of(entries, type)))
    return CUSPARSE_STATUS_INVALID_VALUE;
  *matrix = new cusparseSpMatDescr{rows,
                                   columns,
                                   entries,
                                   static_cast<const std::int32_t*>(offsets),
                                   static_cast<const std::int32_t*>(column_of),
                                   values,
                                   type};
  return CUSPARSE_STATUS_SUCCESS;
}
cusparseStatus_t cusparseDestroySpMat(cusparseConstSpMatDescr_t matrix) {
  delete matrix;
  return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseCreateDnVec(cusparseDnVecDescr_t* vector, std::int64_t size, void* values,
                                     cudaDataType type) {
  if (size < 0 || (size > 0 && values == nullptr)) return CUSPARSE_STATUS_INVALID_VALUE;
  *vector = new cusparseDnVecDescr{size, values, type};
  return CUSPARSE_STATUS_SUCCESS;
}
cusparseStatus_t cusparseDnVecSetValues(cusparseDnVecDescr_t vector, void* values) {
  if (vector == nullptr || values == nullptr) return CUSPARSE_STATUS_INVALID_VALUE;
  vector->values = values;
  return CUSPARSE_STATUS_SUCCESS;
}
cusparseStatus_t cusparseDestroyDnVec(cusparseConstDnVecDescr_t vector) {
  delete vector;
  return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseSpMV_bufferSize(cusparseHandle_t handle, cusparseOperation_t, const void* alpha,
                                         cusparseConstSpMatDescr_t A, cusparseConstDnVecDescr_t x,
                                         const void* beta, cusparseDnVecDescr_t y, cudaDataType compute_type,
                                         cusparseSpMVAlg_t, std::size_t* bytes) {
  *bytes = sizeof(Stamp);
  return check_product(handle, alpha, A, x, beta, y, compute_type);
}

cusparseStatus_t cusparseSpMV_preprocess(cusparseHandle_t handle, cusparseOperation_t, const void* alpha,
                                         cusparseConstSpMatDescr_t A, cusparseConstDnVecDescr_t x,
                                         const void* beta, cusparseDnVecDescr_t y, cudaDataType compute_type,
                                         cusparseSpMVAlg_t, void* buffer) {
  const cusparseStatus_t status = check_product(handle, alpha, A, x, beta, y, compute_type);
  if (status != CUSPARSE_STATUS_SUCCESS) return status;
  if (!on_card(buffer, sizeof(Stamp))) return CUSPARSE_STATUS_INVALID_VALUE;
  enqueue([matrix = *A, buffer] {
    check_rows(matrix);
    *static_cast<Stamp*>(buffer) = stamp_of(matrix);
  });
  return CUSPARSE_STATUS_SUCCESS;
}

cusparseStatus_t cusparseSpMV(cusparseHandle_t handle, cusparseOperation_t, const void* alpha,
                              cusparseConstSpMatDescr_t A, cusparseConstDnVecDescr_t x, const void* beta,
                              cusparseDnVecDescr_t y, cudaDataType compute_type, cusparseSpMVAlg_t,
                              void* buffer) {
  const cusparseStatus_t status = check_product(handle, alpha, A, x, beta, y, compute_type);
  if (status != CUSPARSE_STATUS_SUCCESS) return status;
  if (!on_card(buffer, sizeof(Stamp))) return CUSPARSE_STATUS_INVALID_VALUE;
  const auto put = [&]<class T>(T) {
    enqueue([matrix = *A, a = *static_cast<const T*>(alpha), b = *static_cast<const T*>(beta),
             from = x->values, to = y->values, buffer] {
      if (*static_cast<const Stamp*>(buffer) != stamp_of(matrix))
        fault("a product of cuSPARSE got a buffer that was not prepared for its matrix");
      multiply(matrix, a, from, b, to);
    });
  };
  compute_type == CUDA_R_64F ? put(double{}) : put(float{});
  return CUSPARSE_STATUS_SUCCESS;
}
