#pragma once
#include <algorithm>

#include "walkers.hpp"

namespace trivium::problems::oracles {

/// Noise of the form F_m(z, xi) = F_m(z) + xi G(z), xi the value of a chain: an estimate needs F_m and G
/// once, whatever the number of samples, for it is F_m(z) + (weighted mean of xi) G(z).
class Shifts : public Oracle {
 public:
  std::span<const Piece> draw(int m, Estimator& estimator) final {
    Stream stream = walkers_.next_stream(m);
    const std::span<const Piece> pieces = estimator.draw(stream);
    double& mean = means_[walkers_.local(m)];
    mean = 0;
    for (const Piece& piece : pieces) mean += piece.weight * mean_over(piece.samples, walkers_.of(m), stream);
    return pieces;
  }
  double calls_per_sample(int) const final { return 1; }
  const noise::chains::Chain& chain(int) const final { return chain(); }
  void state(Archive& archive) final { walkers_.state(archive); }

 protected:
  Shifts(const Plugin& chain, const Setting& setting)
      : problem_(setting.problem),
        chain_(setting.chains.get(chain, 0)),
        walkers_(setting, [this](int) -> const noise::chains::Chain& { return *chain_; }),
        means_(walkers_.count()) {}
  const noise::chains::Chain& chain() const { return *chain_; }
  /// The weighted mean of xi over the samples last drawn by worker m.
  double mean(int m) const { return means_[walkers_.local(m)]; }

  Problem& problem_;

 private:
  double mean_over(std::size_t samples, noise::chains::State& state, Stream& stream) const {
    if (samples == 0) return 0;
    double values[256], sum = 0;
    for (std::size_t left = samples; left > 0;) {
      const std::span<double> some(values, std::min(left, std::size(values)));
      chain_->walk(state, stream, some);
      for (const double value : some) sum += value;
      left -= some.size();
    }
    return sum / static_cast<double>(samples);
  }

  std::shared_ptr<const noise::chains::Chain> chain_;
  Walkers walkers_;
  std::vector<double> means_;
};

/// The parameters that such noise always has.
struct ShiftParams {
  Plugin chain{"two_state", {}, ""};
  double sigma = 1;
  void describe(Fields& fields) {
    fields.plugin("chain", chain, noise::chains::catalogue(), "what xi walks on, one walker for each worker");
    fields.real("sigma", sigma, non_negative, "standard deviation of the noise");
  }
};

}  // namespace trivium::problems::oracles
