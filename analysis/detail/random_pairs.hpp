#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::analysis::detail {

/// Constants without Jacobians: the quotients |F(a) - F(b)| / |a - b| and their like on 64 pairs of feasible
/// points near a point. Every 16th pair has a random direction; the 15 after it turn step by step to where F
/// is steep, or, every other time, to where it is flat. All constants are estimated together when the first
/// is asked for. Collective; the same bits on all ranks.
///
/// Of a problem that is not solvable, a network say, the constants are only a hint: 16 pairs near the start,
/// and of every worker at most the first 128 summands.
class RandomPairs {
 public:
  RandomPairs(problems::Problem& problem, mpi::Network& network, const Vector& at)
      : problem_(problem), network_(network), quick_(!problem.traits().solvable), at_(at) {}
  /// L_loc only of problems that are not solvable: InputError otherwise.
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
  /// The root of (1/M) sum over m, mean over j of |(F_{m,j} - F_m)(a) - (F_{m,j} - F_m)(b)|^2 / |a - b|^2 at
  /// the last pair, the steepest.
  double sample_spread();
  void evaluate(int m, const Vector& z, Vector& out);
  /// The numbers of the summands of worker m that are looked at.
  std::span<const std::uint32_t> some_samples(int m);
  Quotients quotients(const Vector& a, const Vector& b, Vector& D);
  void keep(const Quotients& found, double squared_length);

  problems::Problem& problem_;
  mpi::Network& network_;
  bool quick_;
  Vector at_, a_, b_;  // the last pair
  std::vector<std::uint32_t> samples_;
  std::map<problems::Which, double> found_;
};

}  // namespace trivium::analysis::detail
