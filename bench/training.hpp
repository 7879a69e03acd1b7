#pragma once
#include <cmath>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <trivium/core/stream.hpp>
#include <trivium/problems/problem.hpp>

#include "script.hpp"

namespace trivium::bench {

/// An idx file of bytes.
inline void write_idx(const std::string& path, const std::vector<int>& shape, const std::string& bytes) {
  std::string head{0, 0, 8, static_cast<char>(shape.size())};
  for (const int size : shape)
    for (const int shift : {24, 16, 8, 0}) head += static_cast<char>(size >> shift & 255);
  std::ofstream(path, std::ios::binary) << head << bytes;
}

/// The files "images" and "labels" of so many random images, `side` x `side`, with labels from 0 to 9.
inline void write_images(const TemporaryFolder& folder, int images, int side = 28) {
  Stream stream(1, Purpose::test, everyone, 0);
  const auto bytes = [&](int count, std::uint64_t below) {
    std::string all;
    for (int i = 0; i < count; ++i) all += static_cast<char>(stream.below(below));
    return all;
  };
  write_idx(folder.file("images"), {images, side, side}, bytes(images * side * side, 256));
  write_idx(folder.file("labels"), {images}, bytes(images - 1, 10) + '\x09');
}

/// `adversarial_network` on these images, one worker that has them in the order of the files; `more` are
/// further parameters.
inline std::unique_ptr<problems::Problem> training(const TemporaryFolder& folder, const Table& more) {
  Table parameters{{"images", folder.file("images")},
                   {"labels", folder.file("labels")},
                   {"test_rows", 0},
                   {"workers", 1},
                   {"partition", Table{{"type", "contiguous"}}}};
  for (const Entry& each : more.entries()) parameters.set(each.name, each.value);
  return problems::catalogue().make({"adversarial_network", parameters, ""}, {});
}

/// The weights at the start, and biases and a perturbation that are not 0 but uniform up to `size`. On the
/// problem's device.
inline Vector training_point(const problems::Problem& problem, double size) {
  std::vector<double> z = *problem.known().start;
  Stream stream(2, Purpose::test, everyone, 0);
  for (double& entry : z)
    if (entry == 0) entry = size * (2 * stream.uniform() - 1);
  Vector out(z.size(), problem.traits().dtype, *problem.traits().device);
  out.assign(z);
  return out;
}

/// Raw numbers, one after another.
template <class T>
void write_numbers(const std::string& path, std::span<const T> numbers) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(numbers.data()),
             static_cast<std::streamsize>(numbers.size_bytes()));
}
/// The entries of a vector as raw numbers of its type.
inline void write_entries(const std::string& path, const Vector& x) {
  Vector here(x.size(), x.dtype());
  copy(here, x);
  write_numbers<char>(path, {static_cast<const char*>(here.data()), here.bytes()});
}
inline Vector read_entries(const std::string& path, std::size_t size, Dtype dtype) {
  Vector x(size, dtype);
  std::ifstream file(path, std::ios::binary);
  file.read(static_cast<char*>(x.data()), static_cast<std::streamsize>(x.bytes()));
  if (!file) throw std::runtime_error("cannot read " + path);
  return x;
}

/// |a - b| / |b|.
template <class T>
double difference(std::span<const T> a, std::span<const T> b) {
  double square = 0, norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    square += std::pow(static_cast<double>(a[i]) - b[i], 2);
    norm += std::pow(static_cast<double>(b[i]), 2);
  }
  return std::sqrt(square / norm);
}

}  // namespace trivium::bench
