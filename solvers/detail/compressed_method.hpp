#pragma once
#include <algorithm>

#include "compression.hpp"

namespace trivium::solvers {

/// Parameters of methods with a compressed uplink and a dense downlink.
struct CompressedParams {
  Tunable step;
  Plugin uplink{"rand_k", {{"k", 0.1}}, ""};
  std::string values = "float64";
  void describe(Fields& fields, const char* of_uplink = "Q_m, unbiased: workers to server") {
    fields.tunable("step", step, positive, "step size gamma: a number, \"theory\", or { theory = multiple }");
    fields.plugin("uplink", uplink, compressors::catalogue(), of_uplink);
    fields.choice("values", values, {"float64", "float32"},
                  "how the entries of dense vectors travel: broadcasts and full exchanges");
  }
};

/// What methods with a compressed uplink and a dense downlink share: the iterate, the step size and the ways
/// to a mean that everybody knows.
class CompressedMethod : public Solver {
 public:
  const Vector& point() const override { return z_; }
  Theory theory() const override { return theory_; }
  void state(Archive& archive) override {
    archive.common("z", z_);
    up_.codec->state(archive, "uplink");
  }

 protected:
  using WorkerFunction = mpi::Network::WorkerFunction;
  using SentFunction = mpi::Network::SentFunction;

  CompressedMethod(const char* name, const CompressedParams& params, const Context& context)
      : problem_(context.problem),
        network_(context.network),
        up_(uplink(params.uplink, context)),
        dense_(downlink({"identity", {{"values", params.values}}, ""}, context)),
        mu_(std::max(context.constants.mu(), 0.0)),
        z_(context.start),
        name_(name),
        step_(params.step) {}

  /// mean = what the server decodes of the workers' compressed vectors, in the mean; everybody hears it.
  void average(WorkerFunction worker, Vector& mean) {
    network_.average(*up_.codec, worker, mean);
    network_.broadcast(*dense_.codec, mean);
  }
  void average(WorkerFunction worker, SentFunction sent, Vector& mean) {
    network_.average(*up_.codec, worker, sent, mean);
    network_.broadcast(*dense_.codec, mean);
  }
  /// The same with uncompressed vectors up.
  void average_dense(WorkerFunction worker, SentFunction sent, Vector& mean) {
    network_.average(*dense_.codec, worker, sent, mean);
    network_.broadcast(*dense_.codec, mean);
  }

  /// Throws InputError unless prox is the identity.
  void require_whole_space() const {
    if (problem_.traits().constrained)
      reject("{}: nothing is proven for problems with constraints; use diana_sgda or masha1 for them", name_);
  }

  /// Fixes gamma_ for a biased uplink, of which no theorem speaks. Throws InputError unless the step is a
  /// number.
  void use_given_step(int rounds) {
    if (step_.theory)
      reject(
          "{}: uplink '{}' is biased, and the theory step is for unbiased ones such as rand_k; give step a "
          "number "
          "to see what it does",
          name_, up_.type);
    use_theory(0, "none: the uplink is biased", rounds, [](double) { return 1.0; });
  }

  /// Fixes gamma_. `bound` is the theorem's step size, 0 for none; `rate(g)` its factor per iteration, which
  /// holds up to the bound. Throws InputError when the theorem's step is asked for and there is none.
  template <class Rate>
  void use_theory(double bound, const std::string& rule, int rounds, Rate rate) {
    if (step_.theory && !(bound > 0))
      reject(
          "{}: the theory step needs a strongly monotone operator (mu > 0), and this one is not; give "
          "step a number or use masha1",
          name_);
    gamma_ = step_.resolve(bound);
    theory_ = {bound,
               gamma_,
               gamma_ <= bound * (1 + 1e-12) ? rate(gamma_) : 1,
               rounds * up_.guarantee.expected_bits,
               rounds * dense_.guarantee.expected_bits,
               rule};
  }

  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }
  /// A zero vector for each local worker.
  std::vector<Vector> for_workers() const {
    return std::vector<Vector>(static_cast<std::size_t>(network_.workers().count()), z_.like());
  }

  problems::Problem& problem_;
  mpi::Network& network_;
  Compression up_, dense_;
  double mu_, gamma_ = 0;  // mu_: 0 for operators that are not strongly monotone
  Vector z_;
  Theory theory_;

 private:
  const char* name_;
  Tunable step_;
};

}  // namespace trivium::solvers
