#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <trivium/core/catalogue.hpp>
#include <trivium/io/libsvm.hpp>

namespace trivium::problems::partitioners {

/// The rows of a data set as a partitioner sees them: all of them, whichever rank asks, so that the dealing
/// does not depend on the number of ranks.
class DataRows {
 public:
  using Read = std::function<io::SparseRows()>;
  /// `read` gives every row of the data; it is called at most once, when `features` is first asked for.
  DataRows(std::span<const double> labels, std::size_t columns, Read read)
      : labels_(labels), columns_(columns), read_(std::move(read)) {}

  std::size_t count() const { return labels_.size(); }
  std::span<const double> labels() const { return labels_; }
  std::size_t columns() const { return columns_; }
  /// The features of all rows, in the order of the file. They stay in memory as long as this object.
  const io::SparseRows& features() const {
    if (!features_) features_ = read_();
    return *features_;
  }

 private:
  std::span<const double> labels_;
  std::size_t columns_;
  Read read_;
  mutable std::optional<io::SparseRows> features_;
};

/// Deals the rows of a data set to workers.
class Partitioner {
 public:
  virtual ~Partitioner() = default;
  /// owner[i] in 0..workers-1 for each row. Every worker gets at least one row; throws InputError when there
  /// are fewer rows than workers.
  virtual std::vector<int> deal(const DataRows& rows, int workers) const = 0;
};

using Catalogue = trivium::Catalogue<Partitioner>;
Catalogue& catalogue();

}  // namespace trivium::problems::partitioners
