// Plain loops in the type of the arguments, and the checks of the documentation.
#include <algorithm>

#include "cublas_v2.h"
#include "fault.hpp"
#include "runtime.hpp"

using namespace trivium::emulated;

struct cublasContext {};

namespace {

/// Columns of a matrix, or a vector with `leading` as its step.
template <class T>
struct Columns {
  T* data;
  std::int64_t rows, columns, leading;
  bool transposed = false;
  T& operator()(std::int64_t i, std::int64_t j) const {
    return transposed ? data[j + i * leading] : data[i + j * leading];
  }
  void check_place() const {
    if (rows > 0 && columns > 0 &&
        !on_card(data, static_cast<std::size_t>((columns - 1) * leading + rows) * sizeof(T)))
      fault("a matrix or vector of cuBLAS reaches beyond the card's arrays");
  }
};

template <class T>
cublasStatus_t gemm(cublasHandle_t handle, Columns<const T> A, Columns<const T> B, Columns<T> C,
                    std::int64_t m, std::int64_t n, std::int64_t k, const T* alpha, const T* beta) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const auto fits = [](const auto& M) { return M.leading >= std::max<std::int64_t>(1, M.rows); };
  if (m < 0 || n < 0 || k < 0 || !fits(A) || !fits(B) || !fits(C) || alpha == nullptr || beta == nullptr)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (m == 0 || n == 0) return CUBLAS_STATUS_SUCCESS;
  A.check_place();
  B.check_place();
  C.check_place();
  enqueue([=, a = *alpha, b = *beta] {
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t i = 0; i < m; ++i) {
        T sum = 0;
        for (std::int64_t l = 0; l < k; ++l) sum += A(i, l) * B(l, j);
        C(i, j) = b == 0 ? a * sum : a * sum + b * C(i, j);
      }
    check_zones();
  });
  return CUBLAS_STATUS_SUCCESS;
}

template <class T>
cublasStatus_t gemm(cublasHandle_t handle, cublasOperation_t op_A, cublasOperation_t op_B, std::int64_t m,
                    std::int64_t n, std::int64_t k, const T* alpha, const T* A, std::int64_t lda, const T* B,
                    std::int64_t ldb, const T* beta, T* C, std::int64_t ldc) {
  const bool turn_A = op_A == CUBLAS_OP_T, turn_B = op_B == CUBLAS_OP_T;
  return gemm<T>(handle, {A, turn_A ? k : m, turn_A ? m : k, lda, turn_A},
                 {B, turn_B ? n : k, turn_B ? k : n, ldb, turn_B}, {C, m, n, ldc}, m, n, k, alpha, beta);
}

/// A product with a matrix of one column. Steps other than 1 make x and y rows of matrices.
template <class T>
cublasStatus_t gemv(cublasHandle_t handle, cublasOperation_t op, std::int64_t m, std::int64_t n,
                    const T* alpha, const T* A, std::int64_t lda, const T* x, std::int64_t incx,
                    const T* beta, T* y, std::int64_t incy) {
  if (incx == 0 || incy == 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (incx < 0 || incy < 0) fault("steps backwards are not emulated");
  const bool turn = op == CUBLAS_OP_T;
  const std::int64_t rows = turn ? n : m, columns = turn ? m : n;
  return gemm<T>(handle, {A, m, n, lda, turn}, {x, 1, columns, incx, true}, {y, 1, rows, incy, true}, rows, 1,
                 columns, alpha, beta);
}

}  // namespace

const char* cublasGetStatusString(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
  }
  return "unrecognized status";
}

cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = nullptr;
  if (!has_memory_for("cublasCreate")) return CUBLAS_STATUS_ALLOC_FAILED;
  *handle = new cublasContext;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  return is_stream(stream) ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes) {
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  const bool fits = on_card(workspace, bytes) && reinterpret_cast<std::uintptr_t>(workspace) % 256 == 0;
  return fits ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
}

cublasStatus_t cublasDgemv_64(cublasHandle_t handle, cublasOperation_t op, std::int64_t m, std::int64_t n,
                              const double* alpha, const double* A, std::int64_t lda, const double* x,
                              std::int64_t incx, const double* beta, double* y, std::int64_t incy) {
  return gemv(handle, op, m, n, alpha, A, lda, x, incx, beta, y, incy);
}
cublasStatus_t cublasSgemv_64(cublasHandle_t handle, cublasOperation_t op, std::int64_t m, std::int64_t n,
                              const float* alpha, const float* A, std::int64_t lda, const float* x,
                              std::int64_t incx, const float* beta, float* y, std::int64_t incy) {
  return gemv(handle, op, m, n, alpha, A, lda, x, incx, beta, y, incy);
}
cublasStatus_t cublasDgemm_64(cublasHandle_t handle, cublasOperation_t op_A, cublasOperation_t op_B,
                              std::int64_t m, std::int64_t n, std::int64_t k, const double* alpha,
                              const double* A, std::int64_t lda, const double* B, std::int64_t ldb,
                              const double* beta, double* C, std::int64_t ldc) {
  return gemm(handle, op_A, op_B, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}
cublasStatus_t cublasSgemm_64(cublasHandle_t handle, cublasOperation_t op_A, cublasOperation_t op_B,
                              std::int64_t m, std::int64_t n, std::int64_t k, const float* alpha,
                              const float* A, std::int64_t lda, const float* B, std::int64_t ldb,
                              const float* beta, float* C, std::int64_t ldc) {
  return gemm(handle, op_A, op_B, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
}
