#pragma once
#include <span>

#include <trivium/core/catalogue.hpp>

namespace trivium::problems::sets {

/// A closed convex set in R^n with its Euclidean projection.
class FeasibleSet {
 public:
  virtual ~FeasibleSet() = default;
  /// x = the nearest point of the set, in place.
  virtual void project(std::span<double> x) = 0;
  /// max over the set of <c, x>; infinity when unbounded. For restricted gaps and as an independent check of
  /// projections.
  virtual double support(std::span<const double> c) const = 0;
  /// True for the whole space, where projecting is doing nothing.
  virtual bool is_whole_space() const { return false; }
  /// True when `support` is finite for every c.
  bool is_bounded() const { return !is_whole_space(); }
};

/// Sets by name, made for a dimension.
using Catalogue = trivium::Catalogue<FeasibleSet, std::size_t>;
Catalogue& catalogue();

}  // namespace trivium::problems::sets
