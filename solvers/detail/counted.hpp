#pragma once
#include <cmath>

#include <trivium/mpi/network.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::solvers {

/// A problem that enters oracle calls, sample calls and prox calls into the ledger while the network counts.
class Counted final : public problems::Problem {
 public:
  Counted(problems::Problem& problem, mpi::Network& network)
      : Problem(problem.traits()), problem_(problem), network_(network) {}

  void evaluate(int m, const Vector& z, Vector& out) override {
    if (network_.counting()) network_.ledger().of(m).calls += 1;
    problem_.evaluate(m, z, out);
  }
  std::size_t samples(int m) const override { return problem_.samples(m); }
  void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples,
                        Vector& out) override {
    if (network_.counting()) {
      mpi::Account& account = network_.ledger().of(m);
      account.samples += samples.size();
      const double passes = static_cast<double>(samples.size()) / static_cast<double>(problem_.samples(m));
      account.batch_calls += static_cast<std::uint64_t>(std::llround(passes * 0x1p32));
    }
    problem_.evaluate_samples(m, z, samples, out);
  }
  void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out) override {
    problem_.jacobian(m, z, v, transposed, out);
  }
  double gap(const Vector& z, const Vector& F) override { return problem_.gap(z, F); }
  void measure(int m, const Vector& z, std::span<double> out) override { problem_.measure(m, z, out); }
  void samples_gram(int m, const Vector& z, const Vector& v, Vector& out) override {
    problem_.samples_gram(m, z, v, out);
  }
  void prox(double step, Vector& z) override {
    if (network_.counting()) network_.ledger().prox_calls += 1;
    problem_.prox(step, z);
  }
  problems::Known known() const override { return problem_.known(); }

 private:
  problems::Problem& problem_;
  mpi::Network& network_;
};

}  // namespace trivium::solvers
