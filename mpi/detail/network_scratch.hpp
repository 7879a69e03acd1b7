#pragma once
#include <algorithm>
#include <chrono>
#include <numeric>

#include <trivium/mpi/network.hpp>

#include "dense_sum.hpp"

namespace trivium::mpi {

using Split = std::array<std::uint64_t, parts>;

/// Vectors that are worked on between two looks at the clock: about as many as stay in the first-level cache.
inline constexpr std::size_t batch_bytes = std::size_t{32} << 10;
inline constexpr std::size_t batch_most = 64;

class Stopwatch {
 public:
  /// Seconds since the last lap.
  double lap() {
    const auto now = std::chrono::steady_clock::now();
    const double seconds = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    return seconds;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// What a network works with between its calls.
struct Network::Scratch {
  Scratch(const Vector& prototype, int workers)
      : sum(prototype), accumulator(prototype.like()), all(static_cast<std::size_t>(workers)) {
    std::iota(all.begin(), all.end(), 0);
    const std::size_t fit =
        std::max<std::size_t>(1, batch_bytes / std::max<std::size_t>(1, prototype.bytes()));
    for (std::size_t i = 0; i < std::min({fit, batch_most, all.size()}); ++i)
      batch.push_back(prototype.like());
  }
  DenseSum sum;
  Cut cut;             // participants by rank
  Vector accumulator;  // the mean while it is being summed: `out` may be read by the workers until the end
  std::vector<Vector> batch;  // what workers fill before it is encoded
  std::vector<int> all;       // 0..M-1
  std::vector<std::uint32_t> chosen;
  std::vector<int> sampled;  // participants
  Message message;
  std::vector<std::byte> payload;                // this rank's messages, one after another
  std::vector<Split> headers;                    // and their lengths
  std::vector<std::vector<std::byte>> payloads;  // per rank, on the server
  std::vector<std::vector<Split>> header_lists;
  std::vector<Send> sends;
  std::vector<Receive> receives;
};

}  // namespace trivium::mpi
