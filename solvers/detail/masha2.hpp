#pragma once
#include "compression.hpp"
#include "difference.hpp"

namespace trivium::solvers {

/// Parameters of MASHA2 and of its form with batches.
struct Masha2Params {
  Tunable step;
  std::string rule = "stable";
  Plugin uplink{"top_k", {{"k", 0.1}}, ""}, downlink{"identity", {}, ""};
  bool error_feedback = true;
  SnapshotParams snapshot;
  void describe(Fields& fields);
};

/// MASHA2 around whatever difference the workers send; the listing is in masha2.cpp.
class Masha2 : public Solver {
 public:
  void start() override { snapshot_.exchange(); }
  void step() override;
  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override;

 protected:
  Masha2(const char* name, const Masha2Params& params, Difference difference, const Context& context);

 private:
  void average_with_feedback();
  void broadcast_with_feedback(bool& fresh);
  void use_theory(const Masha2Params& params, problems::Constants& constants);
  Vector& error(int m) { return errors_[static_cast<std::size_t>(m - network_.workers().first)]; }

  mpi::Network& network_;
  Compression up_, down_;
  Snapshot snapshot_;
  Difference difference_;
  bool error_feedback_;
  double gamma_ = 0;
  Vector z_, next_, half_, correction_, server_error_;
  std::vector<Vector> errors_;  // e_m
  Theory theory_;
};

}  // namespace trivium::solvers
