#pragma once
#include <Eigen/Core>

namespace trivium::problems::detail {

/// Matrix products that allocate nothing once they have been as large: Eigen's own take memory for their
/// packed blocks at every call, from the heap above 128 KiB. The blocks and sums are Eigen's.
template <class T>
class Products {
 public:
  /// C += A B. Each is a matrix, its transpose, a map of one or a block of some of its rows, none is empty; C
  /// is row-major and apart from the others.
  template <class Left, class Right, class Out>
  void add(const Left& A, const Right& B, Out& C) {
    using Product = Eigen::internal::general_matrix_matrix_product<Eigen::Index, T, order<Left>, false, T,
                                                                   order<Right>, false, Eigen::RowMajor, 1>;
    static_assert(Out::IsRowMajor);
    Blocking blocking(C.rows(), C.cols(), A.cols(), *this);
    Product::run(C.rows(), C.cols(), A.cols(), A.data(), A.outerStride(), B.data(), B.outerStride(), C.data(),
                 1, C.outerStride(), T{1}, blocking);
  }

 private:
  using Buffer = Eigen::Array<T, Eigen::Dynamic, 1>;  // aligned
  template <class Matrix>
  static constexpr int order = Matrix::IsRowMajor ? Eigen::RowMajor : Eigen::ColMajor;

  static T* at_least(Eigen::Index size, Buffer& buffer) {
    if (buffer.size() < size) buffer.resize(size);
    return buffer.data();
  }

  /// Where the blocks of one product are, and how large: of its transpose, which is column-major.
  struct Blocking : Eigen::internal::level3_blocking<T, T> {
    Blocking(Eigen::Index rows, Eigen::Index cols, Eigen::Index depth, Products& memory) {
      this->m_mc = cols, this->m_nc = rows, this->m_kc = depth;
      Eigen::internal::computeProductBlockingSizes<T, T>(this->m_kc, this->m_mc, this->m_nc, Eigen::Index{1});
      this->m_blockA = at_least(this->m_mc * this->m_kc, memory.left_);
      this->m_blockB = at_least(this->m_kc * this->m_nc, memory.right_);
    }
  };

  Buffer left_, right_;
};

}  // namespace trivium::problems::detail
