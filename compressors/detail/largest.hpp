#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <trivium/core/vector.hpp>

namespace trivium::compressors {

/// Finds a vector's entries of largest magnitude in time linear in its length: a random sample tells a bound
/// that a little more than k entries reach, one pass collects those, a selection among them is exact. What is
/// found does not depend on the sample, only the time does. Among a few thousand entries the k-th magnitude
/// is found by halving its range.
class Largest {
 public:
  /// Makes room for the search of k entries among `dimension`; a vector with more candidates than usual
  /// makes more.
  Largest(std::size_t dimension, std::size_t k);

  /// The k = indices.size() entries of x largest in magnitude, by ascending index; 1 <= k <= d < 2^32. Of
  /// equal magnitudes the lowest index comes first. NaNs are equal, and larger than infinity.
  void select(const Vector& x, std::span<std::uint32_t> indices, std::span<double> values);

 private:
  template <class T>
  void select_among(std::span<const T> x, std::span<std::uint32_t> indices, std::span<double> values);
  template <class T>
  void select_few(std::span<const T> x, std::span<std::uint32_t> indices, std::span<double> values);
  template <class T>
  void collect(std::span<const T> x, T bound, std::size_t k);
  std::int64_t smallest_kept(std::size_t k);

  std::vector<std::int64_t> sample_;   // magnitudes
  std::vector<double> values_;         // the candidates: their entries,
  std::vector<std::uint32_t> places_;  // their indices, ascending,
  std::vector<std::int64_t> ranked_;   // and their magnitudes, in the order that the selection leaves
  std::size_t count_ = 0;              // of candidates; the arrays may be longer
  std::size_t above_ = 0;              // candidates beyond the bound itself
  std::int64_t bound_ = 0;
};

}  // namespace trivium::compressors
