#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <trivium/gpu/operators.hpp>

/// What a multilayer perceptron on labelled images is made of on the card, besides the products of
/// operators.hpp, whose rules hold here too. A row of a matrix belongs to an image; what stands behind a
/// matrix' name in the comments is its shape. What is not a number stays so.
namespace trivium::gpu {

/// Labelled images on the card, one byte a pixel. They never change; copies share them.
class Images {
 public:
  Images() = default;
  /// `values` has shape (labels.size(), pixels) and is uploaded.
  Images(std::size_t pixels, std::span<const std::uint8_t> values, std::span<const std::uint8_t> labels);
  std::size_t pixels() const { return pixels_; }
  std::size_t count() const { return count_; }
  const std::uint8_t* values() const { return static_cast<const std::uint8_t*>(values_.get()); }
  const std::uint8_t* labels() const { return static_cast<const std::uint8_t*>(labels_.get()); }

 private:
  std::size_t pixels_ = 0, count_ = 0;
  std::shared_ptr<void> values_, labels_;
};

/// Numbers of images on the card.
class ImageList {
 public:
  /// Room for `most`.
  explicit ImageList(std::size_t most);
  /// Overwrites the first numbers.size() of them, without waiting: they travel with kernels that write them,
  /// and `numbers` may be reused at once.
  void assign(std::span<const std::uint32_t> numbers);
  std::size_t most() const { return most_; }
  const std::uint32_t* data() const { return static_cast<const std::uint32_t*>(memory_.get()); }

 private:
  std::size_t most_;
  std::shared_ptr<void> memory_;
};

/// `count` images: first, first + 1, ..., or with a list first + its numbers, which stay below the images'
/// count.
struct Picked {
  const Images& images;
  std::size_t first, count;
  const ImageList* list = nullptr;
};

/// out (count, pixels) = the pixels / 255, plus `shift` in every row unless null.
void unpack(const Picked& images, const ConstPart* shift, MatrixPart out);

enum class Activation { relu, gelu, tanh };

/// z (count, width) becomes phi(z + biases) and slope phi'(z + biases): max(z, 0) with slope 0 at 0, z Phi(z)
/// with Phi the normal law, or tanh.
void activate(Activation activation, ConstPart biases, MatrixPart z, MatrixPart slope);

/// z (count, classes) becomes the derivative of weight * cross-entropy in the logits z + biases: weight times
/// softmax(z + biases) less the label's unit vector.
void cross_entropy_slope(const Picked& images, double weight, ConstPart biases, MatrixPart z);

/// sum += weight times the sum over the images of -log softmax(z + biases)_label, added up in float64 in one
/// fixed order. `sum` is one float64 entry.
void add_cross_entropy(const Picked& images, double weight, ConstPart biases, ConstMatrixPart z, Part sum);

/// count += how many images have their largest logit z + biases at their label; a tie is no success. `count`
/// is one float64 entry.
void add_correct(const Picked& images, ConstPart biases, ConstMatrixPart z, Part count);

/// out = x * out, entry by entry.
void multiply_entries(ConstMatrixPart x, MatrixPart out);

/// out (columns) = the sum of the rows of x + beta out, in one fixed order; with beta = 0 what `out` held
/// does not matter.
void sum_rows(ConstMatrixPart x, double beta, Part out);

/// A step of projected ascent from a row's perturbation delta, g the gradient of its loss:
///   l2: delta = P(delta + step g / |g|)    else: delta = P(delta + step sign g)
///   penalty > 0, and no ball: delta = delta + step (g - penalty delta)
struct Ascent {
  bool l2;
  double radius, penalty, step;
};

/// A step in every row: moved (count, pixels) holds the perturbations, and input = clean + moved.
void ascend(const Ascent& rule, ConstMatrixPart gradient, ConstMatrixPart clean, MatrixPart moved,
            MatrixPart input);

/// The projection of one vector onto |.|_inf <= radius, the box, or |.|_2 <= radius, the ball. In the ball
/// the result's own norm, added up in float64, is at most the radius: projecting twice changes no bit.
void project_on_box(double radius, Part x);
void project_on_ball(double radius, Part x);

}  // namespace trivium::gpu
