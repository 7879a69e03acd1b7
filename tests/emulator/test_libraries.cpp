// cuBLAS and cuSPARSE on the emulated card: conventions and refusals, by hand.
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "card_array.hpp"
#include "cublas_v2.h"
#include "cusparse.h"
#include "last_words.hpp"

using Catch::Contains;
using trivium::testing::last_words, trivium::testing::Memory;

namespace {

cublasHandle_t blas() {
  static const cublasHandle_t only = [] {
    cublasHandle_t handle = nullptr;
    cublasCreate(&handle);
    return handle;
  }();
  return only;
}

cusparseHandle_t sparse() {
  static const cusparseHandle_t only = [] {
    cusparseHandle_t handle = nullptr;
    cusparseCreate(&handle);
    return handle;
  }();
  return only;
}

const double one = 1, two = 2, zero = 0, minus = -1;

}  // namespace

TEST_CASE("gemm multiplies matrices that lie column by column") {
  // A = (1 2 3; 4 5 6) with a row of 9s below, B = (1 0; 2 1; 0 3).  A B = (5 11; 14 23).
  const Memory<double> A({1, 4, 9, 2, 5, 9, 3, 6, 9}), B({1, 2, 0, 0, 1, 3}), C({1, 1, 7, 1, 1, 7});
  CHECK(cublasDgemm_64(blas(), CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 3, &two, A.at, 3, B.at, 3, &minus, C.at, 3) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(C.values(6) == std::vector<double>{9, 27, 7, 21, 45, 7});  // 2 A B - 1, and what lies between
  // The same by transposes of A^T = (1 4; 2 5; 3 6) and B^T = (1 2 0; 0 1 3).
  const Memory<float> At({1, 2, 3, 4, 5, 6}), Bt({1, 0, 2, 1, 0, 3}), fresh(4);  // not-a-numbers
  const float alpha = 1, beta = 0;
  CHECK(cublasSgemm_64(blas(), CUBLAS_OP_T, CUBLAS_OP_T, 2, 2, 3, &alpha, At.at, 3, Bt.at, 2, &beta, fresh.at,
                       2) == CUBLAS_STATUS_SUCCESS);
  CHECK(fresh.values(4) == std::vector<float>{5, 14, 11, 23});
}

TEST_CASE("gemv multiplies a matrix that lies column by column, with steps") {
  // A = (1 2 3; 4 5 6), x = (1, 10, 100): A x = (321, 654); (1, 10) A = (41, 52, 63).
  const Memory<double> A({1, 4, 2, 5, 3, 6}), x({1, -1, 10, -1, 100}), y(2), z({1, 8, 1, 8, 1});
  CHECK(cublasDgemv_64(blas(), CUBLAS_OP_N, 2, 3, &one, A.at, 2, x.at, 2, &zero, y.at, 1) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(y.values(2) == std::vector<double>{321, 654});
  CHECK(cublasDgemv_64(blas(), CUBLAS_OP_T, 2, 3, &one, A.at, 2, x.at, 2, &two, z.at, 2) ==
        CUBLAS_STATUS_SUCCESS);
  CHECK(z.values(5) == std::vector<double>{43, 8, 54, 8, 65});
}

TEST_CASE("cuBLAS refuses what does not fit") {
  const Memory<double> A(std::vector<double>(6)), x(std::vector<double>(3)), y(std::vector<double>(3));
  const auto gemv = [&](cublasHandle_t handle, std::int64_t m, std::int64_t n, std::int64_t lda,
                        std::int64_t incx, const double* alpha) {
    return cublasDgemv_64(handle, CUBLAS_OP_N, m, n, alpha, A.at, lda, x.at, incx, &zero, y.at, 1);
  };
  CHECK(gemv(nullptr, 2, 3, 2, 1, &one) == CUBLAS_STATUS_NOT_INITIALIZED);
  CHECK(gemv(blas(), 2, 3, 1, 1, &one) == CUBLAS_STATUS_INVALID_VALUE);  // lda < m
  CHECK(gemv(blas(), -1, 3, 2, 1, &one) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(gemv(blas(), 2, 3, 2, 0, &one) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(gemv(blas(), 2, 3, 2, 1, nullptr) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(cublasSetWorkspace(blas(), A.at + 1, 8) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK_THAT(last_words([&] { gemv(blas(), 2, 4, 2, 1, &one); }), Contains("beyond the card's arrays"));
}

TEST_CASE("cuSPARSE multiplies rows, with the buffer that was prepared for them") {
  // A = (0 2 0; 0 0 0; 1 0 3), x = (1, 10, 100): A x = (20, 0, 301).
  const Memory<std::int32_t> offsets({0, 1, 1, 3}), columns({1, 0, 2});
  const Memory<double> values({2, 1, 3}), x({1, 10, 100}), y(3);
  cusparseSpMatDescr_t A = nullptr;
  cusparseDnVecDescr_t from = nullptr, to = nullptr, shorter = nullptr, narrow = nullptr;
  REQUIRE(cusparseCreateCsr(&A, 3, 3, 3, offsets.at, columns.at, values.at, CUSPARSE_INDEX_32I,
                            CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO,
                            CUDA_R_64F) == CUSPARSE_STATUS_SUCCESS);
  cusparseCreateDnVec(&from, 3, x.at, CUDA_R_64F);
  cusparseCreateDnVec(&to, 3, y.at, CUDA_R_64F);
  cusparseCreateDnVec(&shorter, 2, x.at, CUDA_R_64F);
  cusparseCreateDnVec(&narrow, 3, x.at, CUDA_R_32F);
  std::size_t bytes = 0;
  const auto call = [&](cusparseDnVecDescr_t in, const double* beta, auto function, auto last) {
    return function(sparse(), CUSPARSE_OPERATION_NON_TRANSPOSE, &one, A, in, beta, to, CUDA_R_64F,
                    CUSPARSE_SPMV_CSR_ALG2, last);
  };
  REQUIRE(call(from, &zero, cusparseSpMV_bufferSize, &bytes) == CUSPARSE_STATUS_SUCCESS);
  const Memory<std::byte> buffer(bytes), other(bytes);
  REQUIRE(call(from, &zero, cusparseSpMV_preprocess, static_cast<void*>(buffer.at)) ==
          CUSPARSE_STATUS_SUCCESS);
  CHECK(call(from, &zero, cusparseSpMV, static_cast<void*>(buffer.at)) == CUSPARSE_STATUS_SUCCESS);
  CHECK(y.values(3) == std::vector<double>{20, 0, 301});
  CHECK(call(from, &two, cusparseSpMV, static_cast<void*>(buffer.at)) == CUSPARSE_STATUS_SUCCESS);
  CHECK(y.values(3) == std::vector<double>{60, 0, 903});
  CHECK(call(shorter, &zero, cusparseSpMV, static_cast<void*>(buffer.at)) == CUSPARSE_STATUS_INVALID_VALUE);
  CHECK(call(narrow, &zero, cusparseSpMV, static_cast<void*>(buffer.at)) == CUSPARSE_STATUS_NOT_SUPPORTED);
  CHECK_THAT(last_words([&] {
               call(from, &zero, cusparseSpMV, static_cast<void*>(other.at));
               cudaStreamSynchronize(nullptr);
             }),
             Contains("not prepared for its matrix"));
  cusparseDestroySpMat(A);
  const Memory<std::int32_t> outside({1, 0, 3});
  cusparseCreateCsr(&A, 3, 3, 3, offsets.at, outside.at, values.at, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I,
                    CUSPARSE_INDEX_BASE_ZERO, CUDA_R_64F);
  CHECK_THAT(last_words([&] {
               call(from, &zero, cusparseSpMV_preprocess, static_cast<void*>(buffer.at));
               cudaStreamSynchronize(nullptr);
             }),
             Contains("are no rows"));
  cusparseDestroySpMat(A);
  for (const cusparseDnVecDescr_t vector : {from, to, shorter, narrow}) cusparseDestroyDnVec(vector);
}
