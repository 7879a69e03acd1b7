#include "network_on_card.hpp"

#include <algorithm>

namespace trivium::problems::detail {
namespace {

using gpu::ConstPart, gpu::Part;

constexpr std::size_t most_rows = 8192;  // enough for the largest cards, and a few buffers of 25 MB for MNIST

gpu::Images uploaded(const ImageRows& images, const WorkerRange& workers) {
  const std::size_t count = images.first(workers.last);
  std::vector<std::uint8_t> values, labels;
  values.reserve(count * images.pixels());
  for (std::size_t row = 0; row < count; ++row) {
    const std::span<const std::uint8_t> image = images.image(row);
    values.insert(values.end(), image.begin(), image.end());
    labels.push_back(images.label(row));
  }
  return gpu::Images(images.pixels(), values, labels);
}

/// By the images of all workers: where a batch is cut does not depend on which of them are here.
std::size_t block_for(const ImageRows& train, const ImageRows* test) {
  return std::min(std::max(train.total(), test == nullptr ? 0 : test->total()), most_rows);
}

/// out += weight x.
void add(Part out, double weight, ConstPart x) {
  const ConstBlock terms[] = {{1, out.data}, {weight, x.data}};
  gpu::device().combine(out.data, terms, out.size, out.dtype);
}

}  // namespace

NetworkOnCard::NetworkOnCard(const PerceptronShape& shape, const ObjectiveRule& rule, Dtype dtype,
                             const WorkerRange& workers, const ImageRows& train, const ImageRows* test)
    : rule_(rule),
      block_(block_for(train, test)),
      train_(uploaded(train, workers)),
      list_(block_),
      network_(shape, dtype, block_),
      scores_(3, Dtype::float64, gpu::device()),
      square_(1, Dtype::float64, gpu::device()) {
  if (test != nullptr) test_ = uploaded(*test, workers);
  if (test == nullptr && rule.shared) return;  // no image is attacked
  clean_ = Vector(block_ * shape.inputs(), dtype, gpu::device());
  moved_ = clean_.like();
}

template <class Body>
void NetworkOnCard::in_blocks(const gpu::Images& images, ImageRange rows, Body body) {
  for (std::size_t from = 0; from < rows.count; from += block_)
    body(gpu::Picked{images, rows.first + from, std::min(block_, rows.count - from)});
}

void NetworkOnCard::evaluate(ImageRange rows, const Vector& z, Vector& F) {
  bool later = false;
  in_blocks(train_, rows, [&](const gpu::Picked& images) {
    add_gradient(std::exchange(later, true), 1 / static_cast<double>(rows.count), images, z, F);
  });
  finish(z, F);
}

void NetworkOnCard::evaluate(ImageRange rows, std::span<const std::uint32_t> samples, const Vector& z,
                             Vector& F) {
  for (std::size_t from = 0; from < samples.size(); from += block_) {
    const auto some = samples.subspan(from, std::min(block_, samples.size() - from));
    list_.assign(some);
    add_gradient(from > 0, 1 / static_cast<double>(samples.size()), {train_, rows.first, some.size(), &list_},
                 z, F);
  }
  finish(z, F);
}

/// The images become the network's input, each where its perturbation takes it.
void NetworkOnCard::load_training(const gpu::Picked& images, const Vector& z) {
  if (rule_.shared) {
    const ConstPart shift = delta(z);
    gpu::unpack(images, &shift, network_.input(images.count));
  } else {
    gpu::unpack(images, nullptr, network_.input(images.count));
    attack(rule_.training, images, z);
  }
}

/// The entries of theta in F become, or grow by, grad_theta of weight * the cross-entropies.
void NetworkOnCard::add_gradient(bool add, double weight, const gpu::Picked& images, const Vector& z,
                                 Vector& F) {
  load_training(images, z);
  network_.run(z, images.count);
  network_.backward(z, images, weight);
  network_.gradient(add, F);
}

/// -grad_delta f = penalty delta - W_1^T g, g the gradient in the first biases so far, see
/// network_objective.cpp; and then the weight decay.
void NetworkOnCard::finish(const Vector& z, Vector& F) {
  const std::size_t size = shape().size(), inputs = shape().inputs(), width = shape().widths[1];
  if (rule_.shared) {
    const Part out(F, size, inputs);
    gpu::copy(out, delta(z));
    gpu::multiply(-1, {{F, shape().biases(0), width}, 1}, gpu::Op::plain, {{z, 0, inputs * width}, width},
                  gpu::Op::plain, rule_.training.penalty, {out, 1});
  }
  add({F, 0, size}, rule_.weight_decay, theta(z));
}

/// As Attack, on the network's input.
void NetworkOnCard::attack(const AttackRule& rule, const gpu::Picked& images, const Vector& z) {
  const std::size_t rows = images.count, size = rows * shape().inputs();
  const gpu::MatrixPart input = network_.input(rows), clean({clean_, 0, size}, rows),
                        moved({moved_, 0, size}, rows);
  const gpu::Ascent ascent{rule.l2, rule.radius, rule.penalty, rule.step};
  gpu::unpack(images, nullptr, clean);
  gpu::device().fill(moved.data, 0, size, moved.dtype);
  for (int k = 0; k < rule.steps; ++k) {
    network_.run(z, rows);
    network_.backward(z, images, 1);
    gpu::ascend(ascent, network_.input_gradient(z), clean, moved, input);
  }
}

/// The objective += weight |x|^2.
void NetworkOnCard::add_square(double weight, ConstPart x) {
  gpu::dot(x, x, square_);
  add({scores_, 0, 1}, weight, square_);
}

void NetworkOnCard::add_objective(ImageRange rows, const Vector& z) {
  const double weight = 1 / static_cast<double>(rows.count), penalty = rule_.training.penalty;
  in_blocks(train_, rows, [&](const gpu::Picked& images) {
    load_training(images, z);
    network_.run(z, images.count);
    network_.add_loss(z, images, weight, {scores_, 0, 1});
    if (!rule_.shared) add_square(-penalty / 2 * weight, {moved_, 0, images.count * shape().inputs()});
  });
  if (rule_.shared) add_square(-penalty / 2, delta(z));
  add_square(rule_.weight_decay / 2, theta(z));
}

void NetworkOnCard::add_correct(ImageRange rows, const AttackRule& rule, const Vector& z, Part count) {
  in_blocks(test_, rows, [&](const gpu::Picked& images) {
    gpu::unpack(images, nullptr, network_.input(images.count));
    if (rule.steps > 0) attack(rule, images, z);
    network_.run(z, images.count);
    network_.add_correct(z, images, count);
  });
}

Scores NetworkOnCard::measure(ImageRange train, ImageRange test, const AttackRule& rule, const Vector& z) {
  fill(scores_, 0);
  add_objective(train, z);
  add_correct(test, {.steps = 0}, z, {scores_, 1, 1});
  add_correct(test, rule, z, {scores_, 2, 1});
  const std::vector<double> found = scores_.to_host();
  return {found[0], found[1], found[2]};
}

void NetworkOnCard::project(Vector& z) {
  const Part delta(z, shape().size(), shape().inputs());
  if (rule_.training.l2)
    gpu::project_on_ball(rule_.training.radius, delta);
  else
    gpu::project_on_box(rule_.training.radius, delta);
}

}  // namespace trivium::problems::detail
