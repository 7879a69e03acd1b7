#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace trivium::problems::detail {

/// The symmetric orthogonal matrix U_ij = sqrt(2/(n+1)) sin(pi (i+1)(j+1)/(n+1)), i, j = 0..n-1, and matrices
/// diagonal in it. O(n) memory, so that a solution in this basis costs O(n^2) operations and no matrix.
class SineBasis {
 public:
  explicit SineBasis(std::size_t n);
  /// U x, which is also U^-1 x. x has shape (n).
  std::vector<double> transform(std::span<const double> x) const;

 private:
  std::size_t n_;
  std::vector<double> sines_;  // sqrt(2/(n+1)) sin(pi k/(n+1)), one period of k
};

/// U diag(spectrum) U, entry by entry.
class SineMatrix {
 public:
  explicit SineMatrix(std::span<const double> spectrum);
  double entry(std::size_t i, std::size_t j) const;

 private:
  std::vector<double> waves_;  // entry (i, j) is waves[|i - j|] - waves[i + j + 2]
};

}  // namespace trivium::problems::detail
