#pragma once
#include <functional>
#include <span>

#include <trivium/problems/problem.hpp>

namespace trivium::problems {

/// Your own operator from a function that writes F_m(z): the shortest way into the library. float64 on the
/// host; the whole space unless `project` is given. Its constants are estimated from random pairs when a
/// method asks for them.
class FromFunction final : public Problem {
 public:
  using Operator = std::function<void(int m, std::span<const double> z, std::span<double> F_m)>;
  using Projection = std::function<void(std::span<double> z)>;

  /// F_m : R^dimension -> R^dimension for m = 0..workers-1. Under MPI give the rank's place.
  FromFunction(std::size_t dimension, int workers, Operator F, Projection project = {},
               const Place& place = {})
      : Problem({.dimension = dimension,
                 .workers = worker_block(workers, place.rank, place.ranks),
                 .constrained = static_cast<bool>(project)}),
        F_(std::move(F)),
        project_(std::move(project)) {}

  void evaluate(int m, const Vector& z, Vector& out) override { F_(m, z.span<double>(), out.span<double>()); }
  void prox(double, Vector& z) override {
    if (project_) project_(z.span<double>());
  }

 private:
  Operator F_;
  Projection project_;
};

}  // namespace trivium::problems
