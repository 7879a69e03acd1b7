#pragma once
#include "compression.hpp"
#include "difference.hpp"

namespace trivium::solvers {

/// Parameters of MASHA1 and of its form with batches.
struct Masha1Params {
  Tunable step;
  Plugin uplink{"rand_k", {{"k", 0.1}}, ""}, downlink{"identity", {}, ""};
  std::int64_t participants = 0;
  SnapshotParams snapshot;
  void describe(Fields& fields);
};

/// MASHA1 around whatever difference the workers send; the listing is in masha1.cpp.
class Masha1 : public Solver {
 public:
  void start() override { snapshot_.exchange(); }
  void step() override;
  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override;

 protected:
  Masha1(const char* name, const Masha1Params& params, Difference difference, const Context& context);

 private:
  void use_theory(const Tunable& step, problems::Constants& constants);

  problems::Problem& problem_;
  mpi::Network& network_;
  int workers_, participants_;
  Compression up_, down_;
  Snapshot snapshot_;
  Difference difference_;
  double gamma_ = 0;
  Vector z_, next_, mixed_, half_, correction_;
  Theory theory_;
};

}  // namespace trivium::solvers
