#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/workers.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::problems::detail {

/// Which labelled rows a problem is made of.
struct DataSource {
  std::string file;                       ///< LIBSVM text, looked up in Place::data_folders
  std::string labels = "plus_minus_one";  ///< or "as_they_are"
  std::int64_t positive = -1;             ///< a label that becomes +1, all others -1; -1: as `labels` says
  std::string graph;          ///< edges between rows: only the largest component is kept; empty: all
  std::int64_t features = 0;  ///< number of columns; 0 is as many as the file has
  Plugin partition{"shuffled", {}, {}};  ///< how rows are dealt to workers
  bool shared_rows = false;              ///< nothing is dealt: every worker owns all rows
};

/// The labelled rows of this rank's workers, worker after worker, each worker's in the order of the file;
/// shared rows are held once. With a graph rows are kept that noise::largest_component names, so that the
/// rows of a worker who owns all of them are numbered like the states of a walk on that graph. Rows are
/// sparse: (column, value) pairs, columns from 0.
class SparseRows {
 public:
  /// Reads the file twice: labels first, to deal the rows, then only the rows that `workers` hosts. For a
  /// partitioner that looks at features all of it is read once more in between. Throws InputError naming
  /// `owner` when there is no file, no feature, fewer columns than the file has, more workers than rows to
  /// deal, a graph with more nodes than rows, or no row of the positive label.
  SparseRows(const std::string& owner, const DataSource& source, const WorkerRange& workers,
             const Place& place);

  std::size_t features() const { return features_; }
  /// Worker m's rows are first(m), ..., first(m) + count(m) - 1.
  std::size_t first(int m) const { return shared_ ? 0 : first_[static_cast<std::size_t>(m - first_worker_)]; }
  std::size_t count(int m) const { return shared_ ? labels_.size() : first(m + 1) - first(m); }

  /// All rows as arrays: row i has the entries offsets[i] to offsets[i + 1] - 1 of columns and values.
  /// Worker m's part of the offsets has one number more than its rows.
  std::span<const std::size_t> offsets(int m) const {
    return std::span(offsets_).subspan(first(m), count(m) + 1);
  }
  std::span<const std::uint32_t> columns() const { return columns_; }
  std::span<const double> values() const { return values_; }
  std::span<const double> labels(int m) const { return std::span(labels_).subspan(first(m), count(m)); }

  double label(std::size_t row) const { return labels_[row]; }
  /// <a_row, x>; x has `features` entries.
  double dot(std::size_t row, const double* x) const {
    double even = 0, odd = 0;  // two chains of additions, so that neither waits for the other
    std::size_t e = offsets_[row];
    const std::size_t end = offsets_[row + 1];
    for (; e + 2 <= end; e += 2) {
      even += values_[e] * x[columns_[e]];
      odd += values_[e + 1] * x[columns_[e + 1]];
    }
    if (e < end) even += values_[e] * x[columns_[e]];
    return even + odd;
  }
  /// |a_row|^2.
  double squared_norm(std::size_t row) const {
    double sum = 0;
    for (std::size_t e = offsets_[row]; e < offsets_[row + 1]; ++e) sum += values_[e] * values_[e];
    return sum;
  }
  /// out += weight * a_row.
  void add(std::size_t row, double weight, double* out) const {
    for (std::size_t e = offsets_[row]; e < offsets_[row + 1]; ++e) out[columns_[e]] += weight * values_[e];
  }

 private:
  int first_worker_;
  bool shared_;
  std::size_t features_ = 0;
  std::vector<std::size_t> first_, offsets_;
  std::vector<std::uint32_t> columns_;
  std::vector<double> values_, labels_;
};

}  // namespace trivium::problems::detail
