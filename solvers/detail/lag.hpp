#pragma once
#include <vector>

#include "snapshot.hpp"

namespace trivium::solvers {

/// The values at w_{k-1}: those of the snapshot, but in the iteration after a new one still those of the one
/// before.
class Lag {
 public:
  Lag(const Snapshot& snapshot, const Context& context)
      : snapshot_(snapshot),
        workers_(context.network.workers()),
        F_(context.start.like()),
        F_m_(static_cast<std::size_t>(workers_.count()), F_) {}

  const Vector& mean() const { return lags_ ? F_ : snapshot_.mean(); }                ///< F(w_{k-1})
  const Vector& of(int m) const { return lags_ ? F_m_[local(m)] : snapshot_.of(m); }  ///< F_m(w_{k-1})
  /// Called before the snapshot is renewed.
  void end_iteration(bool fresh) {
    if (fresh) {
      copy(F_, snapshot_.mean());
      for (int m = workers_.first; m < workers_.last; ++m) copy(F_m_[local(m)], snapshot_.of(m));
    }
    lags_ = fresh;
  }
  void state(Archive& archive) {
    archive.common("lags", lags_);
    archive.common("F_lag", F_);
    archive.workers("F_m_lag", F_m_);
  }

 private:
  std::size_t local(int m) const { return static_cast<std::size_t>(m - workers_.first); }

  const Snapshot& snapshot_;
  WorkerRange workers_;
  bool lags_ = false;
  Vector F_;
  std::vector<Vector> F_m_;
};

}  // namespace trivium::solvers
