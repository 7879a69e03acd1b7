#pragma once
#include <memory>
#include <string>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/archive.hpp>
#include <trivium/core/catalogue.hpp>
#include <trivium/mpi/network.hpp>
#include <trivium/problems/oracles.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::solvers {

/// What a method is made with. Everything outlives the solver.
struct Context {
  problems::Problem& problem;  ///< counts oracle calls
  mpi::Network& network;
  problems::Constants& constants;  ///< measured when asked for
  const Vector& start;             ///< z0
  problems::oracles::Oracle* oracle =
      nullptr;  ///< what workers see of the problem, for methods that estimate; null without noise
};

/// What theory says of a method with its compressors on this problem.
struct Theory {
  double step = 0;       ///< the theorem's step size
  double step_used = 0;  ///< the one in use: a multiple of it, or a number given
  double rate =
      1;  ///< predicted factor on the squared distance per iteration at the step in use; 1: none stated
  double bits_up = 0;    ///< expected bits up per worker and iteration
  double bits_down = 0;  ///< expected bits down per worker and iteration
  std::string rule;      ///< "1 / (2 L)"
};

/// A method: one iteration at a time. Loop, stopping, measuring, recording and checkpoints are the shared
/// runner's work.
class Solver {
 public:
  virtual ~Solver() = default;
  /// Communication before the first iteration (an initial exchange); counted as `bits_initial`.
  virtual void start() {}
  /// One iteration. Does not allocate after the first of its kind.
  virtual void step() = 0;
  /// The vector whose error is reported; equal on all ranks.
  virtual const Vector& point() const = 0;
  /// Names everything that a checkpoint must hold, for saving and for loading.
  virtual void state(Archive& archive) = 0;
  virtual Theory theory() const = 0;
};

using Catalogue = trivium::Catalogue<Solver, const Context&>;
/// Every method of this room, by name.
Catalogue& catalogue();

}  // namespace trivium::solvers
