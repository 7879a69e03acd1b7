#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <trivium/core/catalogue.hpp>

namespace trivium::problems::partitioners {

/// Deals the rows of a data set to workers.
class Partitioner {
 public:
  virtual ~Partitioner() = default;
  /// owner[i] in 0..workers-1 for each row. Every worker gets at least one row; throws InputError when there
  /// are fewer rows than workers.
  virtual std::vector<int> deal(std::span<const double> labels, int workers) const = 0;
};

using Catalogue = trivium::Catalogue<Partitioner>;
Catalogue& catalogue();

}  // namespace trivium::problems::partitioners
