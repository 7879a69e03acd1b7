// Products with sparse matrices by cuSPARSE.
#include <algorithm>
#include <memory>
#include <vector>

#include <cusparse.h>

#include <trivium/gpu/operators.hpp>

#include "detail/card.cuh"
#include "detail/check.cuh"
#include "detail/csr.hpp"
#include "detail/memory.cuh"
#include "detail/sentences.hpp"

namespace trivium::gpu {
namespace {

using namespace detail;

bool refused(cusparseStatus_t status) {
  return status == CUSPARSE_STATUS_ALLOC_FAILED || status == CUSPARSE_STATUS_INSUFFICIENT_RESOURCES;
}

void check(cusparseStatus_t status, const char* what) {
  if (refused(status)) reject_with(no_memory_for(what));
  if (status != CUSPARSE_STATUS_SUCCESS) fail(what, cusparseGetErrorString(status));
}

cusparseHandle_t make_handle() {
  const cudaStream_t stream = card_lane().stream;
  cusparseHandle_t handle = nullptr;
  const auto create = [&] { return cusparseCreate(&handle); };
  check(with_memory(stream, create, refused), "cusparseCreate");
  check(cusparseSetStream(handle, stream), "cusparseSetStream");
  return handle;
}

/// Never destroyed, like the card itself.
cusparseHandle_t handle() {
  static const cusparseHandle_t only = make_handle();
  return only;
}

// The one algorithm for rows that gives the same bits in every run.
constexpr cusparseSpMVAlg_t algorithm = CUSPARSE_SPMV_CSR_ALG2;

struct Release {
  void operator()(void* memory) const { device().release(memory); }
  void operator()(cusparseSpMatDescr* matrix) const { cusparseDestroySpMat(matrix); }
  void operator()(cusparseDnVecDescr* vector) const { cusparseDestroyDnVec(vector); }
};
using Memory = std::unique_ptr<void, Release>;

template <class T>
Memory uploaded(const std::vector<T>& values) {
  Memory memory(device().allocate(values.size() * sizeof(T)));
  device().upload(memory.get(), values.data(), values.size() * sizeof(T));
  return memory;
}

Memory uploaded(const std::vector<double>& values, Dtype dtype) {
  return dtype == Dtype::float64 ? uploaded(values)
                                 : uploaded(std::vector<float>(values.begin(), values.end()));
}

/// The rows of one matrix, with what cuSPARSE has found out about them.
class Rows {
 public:
  Rows(const Csr& A, Dtype dtype);
  /// out = alpha A x + beta out.
  void multiply(double alpha, const void* x, double beta, void* out) const;
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  Dtype dtype() const { return dtype_; }

 private:
  cudaDataType type() const { return dtype_ == Dtype::float64 ? CUDA_R_64F : CUDA_R_32F; }
  void describe(Vector& x, Vector& out);
  void prepare();

  std::size_t rows_, columns_, entries_;
  Dtype dtype_;
  Memory offsets_, column_of_, values_, workspace_;
  std::unique_ptr<cusparseSpMatDescr, Release> matrix_;
  std::unique_ptr<cusparseDnVecDescr, Release> x_, out_;
};

Rows::Rows(const Csr& A, Dtype dtype)
    : rows_(A.rows), columns_(A.columns), entries_(A.values.size()), dtype_(dtype) {
  if (entries_ == 0) return;  // cuSPARSE has nothing to do
  offsets_ = uploaded(A.offsets);
  column_of_ = uploaded(A.column_of);
  values_ = uploaded(A.values, dtype);
  Vector x(columns_, dtype, device()), out(rows_, dtype, device());  // stand-ins
  describe(x, out);
  prepare();
}

void Rows::describe(Vector& x, Vector& out) {
  cusparseSpMatDescr_t matrix = nullptr;
  check(
      cusparseCreateCsr(&matrix, static_cast<std::int64_t>(rows_), static_cast<std::int64_t>(columns_),
                        static_cast<std::int64_t>(entries_), offsets_.get(), column_of_.get(), values_.get(),
                        CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, type()),
      "cusparseCreateCsr");
  matrix_.reset(matrix);
  const auto described = [&](Vector& vector) {
    cusparseDnVecDescr_t descriptor = nullptr;
    check(cusparseCreateDnVec(&descriptor, static_cast<std::int64_t>(vector.size()), vector.data(), type()),
          "cusparseCreateDnVec");
    return descriptor;
  };
  x_.reset(described(x));
  out_.reset(described(out));
}

// Once for all products: afterwards only alpha, beta and the two vectors change, and the workspace, which
// belongs to this matrix alone, is kept as it is.
void Rows::prepare() {
  const Scalar alpha(1, dtype_), beta(0, dtype_);
  std::size_t bytes = 0;
  check(cusparseSpMV_bufferSize(handle(), CUSPARSE_OPERATION_NON_TRANSPOSE, alpha.address(), matrix_.get(),
                                x_.get(), beta.address(), out_.get(), type(), algorithm, &bytes),
        "cusparseSpMV_bufferSize");
  workspace_.reset(device().allocate(std::max<std::size_t>(bytes, 1)));
  check(cusparseSpMV_preprocess(handle(), CUSPARSE_OPERATION_NON_TRANSPOSE, alpha.address(), matrix_.get(),
                                x_.get(), beta.address(), out_.get(), type(), algorithm, workspace_.get()),
        "cusparseSpMV_preprocess");
}

void Rows::multiply(double alpha, const void* x, double beta, void* out) const {
  if (entries_ == 0) {
    const ConstBlock scaled{beta, out};
    return beta == 0 ? device().fill(out, 0, rows_, dtype_)
                     : device().combine(out, {&scaled, 1}, rows_, dtype_);
  }
  const Scalar a(alpha, dtype_), b(beta, dtype_);
  check(cusparseDnVecSetValues(x_.get(), const_cast<void*>(x)), "cusparseDnVecSetValues");
  check(cusparseDnVecSetValues(out_.get(), out), "cusparseDnVecSetValues");
  check(cusparseSpMV(handle(), CUSPARSE_OPERATION_NON_TRANSPOSE, a.address(), matrix_.get(), x_.get(),
                     b.address(), out_.get(), type(), algorithm, workspace_.get()),
        "cusparseSpMV");
}

}  // namespace

struct SparseMatrix::Stored {
  Rows plain, transposed;
};

SparseMatrix::SparseMatrix(std::size_t columns, std::span<const std::size_t> offsets,
                           std::span<const std::uint32_t> column_of, std::span<const double> values,
                           Dtype dtype) {
  const Csr A = cut_rows(columns, offsets, column_of, values);
  stored_.reset(new Stored{Rows(A, dtype), Rows(transpose(A), dtype)});
  synchronize();
}

void multiply(double alpha, const SparseMatrix& A, Op op, ConstPart x, double beta, Part out) {
  const Rows& rows = op == Op::plain ? A.stored().plain : A.stored().transposed;
  require(x.dtype == rows.dtype() && out.dtype == rows.dtype() && x.size == rows.columns() &&
              out.size == rows.rows(),
          "multiply");
  rows.multiply(alpha, x.data, beta, out.data);
}

}  // namespace trivium::gpu
