// What the room gpu uses of cuBLAS, on the emulated card. Matrices lie in memory column by column.
#pragma once
#include "cuda_runtime.h"

enum cublasStatus_t {
  CUBLAS_STATUS_SUCCESS = 0,
  CUBLAS_STATUS_NOT_INITIALIZED = 1,
  CUBLAS_STATUS_ALLOC_FAILED = 3,
  CUBLAS_STATUS_INVALID_VALUE = 7,
};
enum cublasOperation_t { CUBLAS_OP_N = 0, CUBLAS_OP_T = 1 };

using cublasHandle_t = struct cublasContext*;
const char* cublasGetStatusString(cublasStatus_t status);
cublasStatus_t cublasCreate(cublasHandle_t* handle);
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream);
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* workspace, std::size_t bytes);

/// y = alpha op(A) x + beta y, A of shape (m, n) with columns lda apart. alpha and beta are read at the call;
/// with beta = 0, y is not read.
cublasStatus_t cublasDgemv_64(cublasHandle_t handle, cublasOperation_t op, std::int64_t m, std::int64_t n,
                              const double* alpha, const double* A, std::int64_t lda, const double* x,
                              std::int64_t incx, const double* beta, double* y, std::int64_t incy);
cublasStatus_t cublasSgemv_64(cublasHandle_t handle, cublasOperation_t op, std::int64_t m, std::int64_t n,
                              const float* alpha, const float* A, std::int64_t lda, const float* x,
                              std::int64_t incx, const float* beta, float* y, std::int64_t incy);

/// C = alpha op(A) op(B) + beta C, op(A) of shape (m, k), op(B) (k, n); with beta = 0, C is not read.
cublasStatus_t cublasDgemm_64(cublasHandle_t handle, cublasOperation_t op_A, cublasOperation_t op_B,
                              std::int64_t m, std::int64_t n, std::int64_t k, const double* alpha,
                              const double* A, std::int64_t lda, const double* B, std::int64_t ldb,
                              const double* beta, double* C, std::int64_t ldc);
cublasStatus_t cublasSgemm_64(cublasHandle_t handle, cublasOperation_t op_A, cublasOperation_t op_B,
                              std::int64_t m, std::int64_t n, std::int64_t k, const float* alpha,
                              const float* A, std::int64_t lda, const float* B, std::int64_t ldb,
                              const float* beta, float* C, std::int64_t ldc);
