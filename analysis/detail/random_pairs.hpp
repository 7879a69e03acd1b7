#pragma once
#include <map>

#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis::detail {

/// Constants without Jacobians: the quotients |F(a) - F(b)| / |a - b| and their like on 64 pairs of feasible
/// points near a point. Every 16th pair has a random direction; the 15 after it turn step by step to where F
/// is steep, or, every other time, to where it is flat. All constants are estimated together when the first
/// is asked for. Collective; the same bits on all ranks.
class RandomPairs {
 public:
  RandomPairs(problems::Problem& problem, mpi::Network& network, const Vector& at)
      : problem_(problem), network_(network), at_(at) {}
  problems::Constant measure(problems::Which which);

 private:
  /// What one pair says, of F_m(a) - F_m(b) = D_m with mean D.
  struct Quotients {
    double inner;                          // <D, a - b>
    double whole, first, server;           // |D|^2, |D - D_1|^2, |D_1|^2
    double worker_mean, worker_max;        // of |D_m|^2
    double cocoercivity_max;               // of |D_m|^2 / <D_m, a - b>
    double inner_min;                      // of <D_m, a - b>
    double deviation_mean, deviation_max;  // of |D_m - D|^2
  };
  void estimate();
  Quotients quotients(const Vector& a, const Vector& b, Vector& D);
  void keep(const Quotients& found, double squared_length);

  problems::Problem& problem_;
  mpi::Network& network_;
  Vector at_;
  std::map<problems::Which, double> found_;
};

}  // namespace trivium::analysis::detail
