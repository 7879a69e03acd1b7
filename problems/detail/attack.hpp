#pragma once
#include "perceptron.hpp"

namespace trivium::problems::detail {

/// Where a perturbation may lie and how it is searched for.
struct AttackRule {
  bool l2 = false;      ///< the ball |delta|_2 <= radius, else |delta|_inf <= radius
  double radius = 0.1;  ///< of the ball; not used with a penalty
  double penalty = 0;   ///< above 0: no ball, penalty/2 |delta|^2 is taken off the loss
  int steps = 10;
  double step = 0.025;
};

/// A perturbation of every row of its own, by `steps` steps of projected ascent on the loss from 0 (Madry et
/// al. 2018): with the gradient g of a row's loss,
///   l2: delta = P(delta + step g / |g|)    l-infinity: delta = P(delta + step sign g)
///   penalty: delta = delta + step (g - penalty delta)
template <class T>
class Attack {
 public:
  explicit Attack(const Perceptron<T>& network)
      : clean_(network.block(), network.shape().inputs()), moved_(clean_.rows(), clean_.cols()) {}

  /// Moves the first rows of the network's input. Returns the sum over rows of |delta|^2.
  double operator()(const AttackRule& rule, Perceptron<T>& network, const T* theta,
                    std::span<const std::uint8_t> labels);

 private:
  using Rows = typename Perceptron<T>::Rows;
  Rows clean_, moved_;  // the input before, and delta
};

}  // namespace trivium::problems::detail
