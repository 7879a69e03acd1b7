// Products with dense matrices by cuBLAS.
#include <cublas_v2.h>

#include <trivium/gpu/operators.hpp>

#include "detail/card.cuh"
#include "detail/check.cuh"
#include "detail/memory.cuh"
#include "detail/sentences.hpp"

namespace trivium::gpu {
namespace {

using namespace detail;

bool refused(cublasStatus_t status) { return status == CUBLAS_STATUS_ALLOC_FAILED; }

void check(cublasStatus_t status, const char* what) {
  if (refused(status)) reject_with(no_memory_for(what));
  if (status != CUBLAS_STATUS_SUCCESS) fail(what, cublasGetStatusString(status));
}

constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // what NVIDIA advises since Hopper

cublasHandle_t make_handle() {
  const cudaStream_t stream = card_lane().stream;
  cublasHandle_t handle = nullptr;
  const auto create = [&] { return cublasCreate(&handle); };
  check(with_memory(stream, create, refused), "cublasCreate");
  check(cublasSetStream(handle, stream), "cublasSetStream");
  // After the stream, which sets the workspace back to cuBLAS's own.
  check(cublasSetWorkspace(handle, detail::allocate(stream, workspace_bytes), workspace_bytes),
        "cublasSetWorkspace");
  return handle;
}

/// Never destroyed, like the card itself.
cublasHandle_t handle() {
  static const cublasHandle_t only = make_handle();
  return only;
}

}  // namespace

// cuBLAS reads columns first: what lies in memory is to it A^T, of shape (columns, rows).
void multiply(double alpha, const Matrix& A, Op op, ConstPart x, double beta, Part out) {
  const bool plain = op == Op::plain;
  const Dtype dtype = A.entries().dtype();
  require(x.dtype == dtype && out.dtype == dtype && x.size == (plain ? A.columns() : A.rows()) &&
              out.size == (plain ? A.rows() : A.columns()),
          "multiply");
  const cublasOperation_t to_cublas = plain ? CUBLAS_OP_T : CUBLAS_OP_N;
  const auto rows = static_cast<std::int64_t>(A.rows()), columns = static_cast<std::int64_t>(A.columns()),
             leading = static_cast<std::int64_t>(A.leading());
  const auto call = [&]<class T>(auto gemv, T a, T b) {
    check(gemv(handle(), to_cublas, columns, rows, &a, static_cast<const T*>(A.entries().data()), leading,
               static_cast<const T*>(x.data), 1, &b, static_cast<T*>(out.data), 1),
          "cublas gemv");
  };
  if (dtype == Dtype::float64)
    call(cublasDgemv_64, alpha, beta);
  else
    call(cublasSgemv_64, static_cast<float>(alpha), static_cast<float>(beta));
}

// Columns first, out^T = op_B(B)^T op_A(A)^T, and each factor lies in memory as it is needed.
void multiply(double alpha, ConstMatrixPart A, Op op_A, ConstMatrixPart B, Op op_B, double beta,
              MatrixPart out) {
  const std::size_t depth = op_A == Op::plain ? A.columns : A.rows;
  require(A.dtype == out.dtype && B.dtype == out.dtype &&
              out.rows == (op_A == Op::plain ? A.rows : A.columns) &&
              out.columns == (op_B == Op::plain ? B.columns : B.rows) &&
              depth == (op_B == Op::plain ? B.rows : B.columns),
          "multiply");
  const auto to_cublas = [](Op op) { return op == Op::plain ? CUBLAS_OP_N : CUBLAS_OP_T; };
  const auto number = [](std::size_t size) { return static_cast<std::int64_t>(size); };
  const auto call = [&]<class T>(auto gemm, T a, T b) {
    check(
        gemm(handle(), to_cublas(op_B), to_cublas(op_A), number(out.columns), number(out.rows), number(depth),
             &a, static_cast<const T*>(B.data), number(B.columns), static_cast<const T*>(A.data),
             number(A.columns), &b, static_cast<T*>(out.data), number(out.columns)),
        "cublas gemm");
  };
  if (out.dtype == Dtype::float64)
    call(cublasDgemm_64, alpha, beta);
  else
    call(cublasSgemm_64, static_cast<float>(alpha), static_cast<float>(beta));
}

}  // namespace trivium::gpu
