#pragma once
#include <algorithm>
#include <cstddef>
#include <span>

#include <trivium/gpu/compress.hpp>

namespace trivium::compressors {

// Sums over the entries of a vector that host and card add up alike: blocks of gpu::summed_block entries, of
// which sixteen lanes take every sixteenth, from front to back; the lanes as a tree, the blocks from first to
// last.

inline constexpr std::size_t sum_lanes = 16;

/// The sum of the lanes, which are zeros afterwards.
inline double fold(double (&lanes)[sum_lanes]) {
  for (std::size_t width = sum_lanes / 2; width > 0; width /= 2)
    for (std::size_t lane = 0; lane < width; ++lane) lanes[lane] += lanes[lane + width];
  const double sum = lanes[0];
  for (double& lane : lanes) lane = 0;
  return sum;
}

inline double sum_of_blocks(std::span<const double> blocks) {
  double sum = 0;
  for (const double block : blocks) sum += block;
  return sum;
}

/// sum x_i^2.
template <class T>
double sum_of_squares(std::span<const T> x) {
  double sum = 0, lanes[sum_lanes] = {};
  while (!x.empty()) {
    const std::span<const T> block = x.first(std::min(gpu::summed_block, x.size()));
    std::size_t i = 0;
    for (; i + sum_lanes <= block.size(); i += sum_lanes)
      for (std::size_t lane = 0; lane < sum_lanes; ++lane)
        lanes[lane] += double{block[i + lane]} * double{block[i + lane]};
    for (std::size_t lane = 0; i < block.size(); ++i, ++lane)
      lanes[lane] += double{block[i]} * double{block[i]};
    sum += fold(lanes);
    x = x.subspan(block.size());
  }
  return sum;
}

}  // namespace trivium::compressors
