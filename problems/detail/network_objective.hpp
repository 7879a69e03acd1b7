#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include <trivium/core/function_ref.hpp>

#include "attack.hpp"
#include "image_rows.hpp"

namespace trivium::problems::detail {

/// The objective of adversarial training of a perceptron:
///   f(theta, delta) = mean_i cross-entropy(network(x_i + delta; theta), l_i) + weight_decay/2 |theta|^2
///                     - penalty/2 |delta|^2
/// over some labelled images x_i with pixels from 0 to 1; z = (theta, delta) when delta is shared by the
/// rows, else z = theta and every row has the delta_i that `training` finds, mean |delta_i|^2 in place of
/// |delta|^2.
struct ObjectiveRule {
  bool shared = true;
  double weight_decay = 0;
  AttackRule training;  ///< its penalty is the objective's; the rest is for a delta per sample
};

/// What is measured at a point: f, and how many test images are put into their class as they are, and
/// attacked.
struct Scores {
  double loss = 0, clean = 0, robust = 0;
};

/// Works on blocks of rows with buffers of its own. T = float or double; z and what is written have shape
/// (|theta|) or (|theta| + inputs).
template <class T>
class NetworkObjective {
 public:
  using RowAt = FunctionRef<std::size_t(std::size_t)>;
  NetworkObjective(const PerceptronShape& shape, const ObjectiveRule& rule)
      : rule_(rule), network_(shape, block), attack_(network_), labels_(block) {}

  /// f over the rows row_at(0), ..., row_at(count - 1).
  double value(const ImageRows& images, std::size_t count, RowAt row_at, std::span<const T> z) {
    return pass(images, count, row_at, z, {});
  }
  /// F = (grad_theta f, -grad_delta f) over the same rows.
  void evaluate(const ImageRows& images, std::size_t count, RowAt row_at, std::span<const T> z,
                std::span<T> F) {
    pass(images, count, row_at, z, F);
  }
  /// How many of the rows first, ..., last - 1 the network puts into their class, each moved by an attack of
  /// its own; no steps of attack: as they are.
  std::size_t correct(const ImageRows& images, std::size_t first, std::size_t last, const AttackRule& rule,
                      std::span<const T> z);

 private:
  static constexpr std::size_t block = 128;  // the attack's buffers then stay in a core's cache
  /// Row `from` + i of the images becomes row i of the network's input, plus delta unless that is empty.
  std::span<const std::uint8_t> load(const ImageRows& images, std::size_t count, RowAt row_at,
                                     std::size_t from, std::span<const T> delta);
  double pass(const ImageRows& images, std::size_t count, RowAt row_at, std::span<const T> z, std::span<T> F);

  ObjectiveRule rule_;
  Perceptron<T> network_;
  Attack<T> attack_;
  std::vector<std::uint8_t> labels_;  // of the rows in the network's input
};

}  // namespace trivium::problems::detail
