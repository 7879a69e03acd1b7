#pragma once
#include <cstdint>
#include <span>

#include <trivium/core/workers.hpp>

#include "image_rows.hpp"
#include "network_objective.hpp"
#include "perceptron_on_card.hpp"

namespace trivium::problems::detail {

/// The images of this rank's workers on the card, and there all that NetworkObjective computes of them. Its
/// rows are those of the ImageRows, by the same numbers.
class NetworkOnCard {
 public:
  /// Without `test` (null) nothing is measured on test images. Throws InputError when there is no card or not
  /// enough memory on it.
  NetworkOnCard(const PerceptronShape& shape, const ObjectiveRule& rule, Dtype dtype,
                const WorkerRange& workers, const ImageRows& train, const ImageRows* test);

  /// F = (grad_theta f, -grad_delta f) over the training images `rows`, or over rows.first + samples[i].
  /// Both return without waiting; of the samples only their numbers cross to the card.
  void evaluate(ImageRange rows, const Vector& z, Vector& F);
  void evaluate(ImageRange rows, std::span<const std::uint32_t> samples, const Vector& z, Vector& F);
  /// Waits for three numbers.
  Scores measure(ImageRange train, ImageRange test, const AttackRule& rule, const Vector& z);
  /// Projects delta onto the ball, on the card; only when it is shared and there is no penalty.
  void project(Vector& z);

 private:
  gpu::ConstPart theta(const Vector& z) const { return {z, 0, shape().size()}; }
  gpu::ConstPart delta(const Vector& z) const { return {z, shape().size(), shape().inputs()}; }
  const PerceptronShape& shape() const { return network_.shape(); }

  /// Calls body(images) for pieces of `rows` that fit into the buffers.
  template <class Body>
  void in_blocks(const gpu::Images& images, ImageRange rows, Body body);
  void load_training(const gpu::Picked& images, const Vector& z);
  void add_gradient(bool add, double weight, const gpu::Picked& images, const Vector& z, Vector& F);
  void finish(const Vector& z, Vector& F);
  void attack(const AttackRule& rule, const gpu::Picked& images, const Vector& z);
  void add_square(double weight, gpu::ConstPart x);
  void add_objective(ImageRange rows, const Vector& z);
  void add_correct(ImageRange rows, const AttackRule& rule, const Vector& z, gpu::Part count);

  ObjectiveRule rule_;
  std::size_t block_;  // most images at a time
  gpu::Images train_, test_;
  gpu::ImageList list_;
  PerceptronOnCard network_;
  Vector clean_, moved_;    // where images are attacked: the input before, and delta
  Vector scores_, square_;  // float64: what `measure` brings, and a |x|^2 on its way there
};

}  // namespace trivium::problems::detail
