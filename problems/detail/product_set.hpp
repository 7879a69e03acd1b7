#pragma once
#include <memory>
#include <vector>

#include <trivium/core/vector.hpp>
#include <trivium/problems/sets.hpp>

namespace trivium::problems::detail {

/// A product of feasible sets over consecutive parts of a vector. Sets work on the host: a vector that lives
/// elsewhere is fetched, which waits, and brought back; over the whole space nothing moves.
class ProductSet {
 public:
  /// Constrains the next `size` entries. Throws InputError for an unknown set or wrong parameters.
  void add(const Plugin& set, std::size_t size);
  bool is_whole_space() const;
  /// True when every part is bounded.
  bool is_bounded() const;
  /// Projects every part in place. z is as long as the sizes added.
  void project(Vector& z);
  /// max over u of the set of <F, z - u> = <F, z> + support(-F), for a bounded set. z is a point of the set:
  /// the result is then at least zero, also after rounding. Part by part, so that a large part does not hide
  /// a small one.
  double gap(const Vector& z, const Vector& F);

 private:
  struct Part {
    std::unique_ptr<sets::FeasibleSet> set;
    std::size_t size;
  };
  std::vector<Part> parts_;
  std::vector<double> widened_;  // the largest part as float64: what sets work on
  Vector here_;                  // a vector that lives elsewhere
};

}  // namespace trivium::problems::detail
