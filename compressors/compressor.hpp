#pragma once
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <trivium/core/catalogue.hpp>
#include <trivium/core/codec.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/core/matrix_shape.hpp>
#include <trivium/core/workers.hpp>

namespace trivium::compressors {

/// What a compressor promises about C for vectors of its dimension.
struct Guarantee {
  /// E C(x) = x. Then E|C(x) - x|^2 <= omega |x|^2.
  bool unbiased = true;
  double omega = 0;
  /// Contractive: E|C(x) - x|^2 <= (1 - 1/delta) |x|^2. For an unbiased compressor delta = 1 + omega holds
  /// for C/(1 + omega).
  double delta = 1;
  /// False: delta is what is seen, and inputs exist for which it does not hold (a warm start).
  bool proven = true;
  /// All workers together: E|mean C_m(x_m) - xbar|^2 <= joint_a (1/M) sum |x_m|^2 - joint_b |xbar|^2
  /// (Szlendak et al. 2022). Independent compressors have joint_a = omega / M, joint_b = 0.
  double joint_a = 0;
  double joint_b = 0;
  /// Only all workers of a round together keep the promise: no sampled workers, no use on the way down.
  bool needs_all_workers = false;
  /// C(a) - C(b) = C(a - b) for one envelope, up to rounding of values: the server can take the share of what
  /// it knows out of a message.
  bool linear = false;
  double expected_bits = 0;  ///< expected length of a message

  /// delta of C itself: E|C(x) - x|^2 <= (1 - 1/delta) |x|^2. Infinite for an unbiased compressor with omega
  /// >= 1.
  double contraction() const {
    if (!unbiased) return delta;
    return omega < 1 ? 1 / (1 - omega) : std::numeric_limits<double>::infinity();
  }
};

/// A map C from vectors to messages with a stated guarantee.
class Compressor : public Codec {
 public:
  virtual Guarantee guarantee() const = 0;
};

/// What a compressor is made for.
struct Shape {
  std::size_t dimension = 1;
  int workers = 1;
  std::vector<MatrixShape> matrices = {};  ///< parts of the vector that are matrices, in order
  /// The workers whose messages are encoded here; all when absent, none for the server's codec.
  std::optional<WorkerRange> local = {};
  int nest = 0;  ///< how many compressors' messages its own lies inside

  /// For a compressor of `count` numbers whose message lies inside one made for this shape. Throws InputError
  /// beyond `deepest_nest`; `field` ("induced.rest") names it in the message.
  Shape inside(std::size_t count, std::string_view field, const std::string& name) const {
    if (nest >= deepest_nest)
      reject("{}: '{}' lies inside {} other compressors, and {} is the most; nest fewer", field, name,
             nest + 1, deepest_nest);
    return {count, workers, {}, local, nest + 1};
  }
};

/// Throws std::logic_error unless a vector has the dimension its compressor was made for.
inline void require_dimension(std::size_t found, std::size_t expected, const char* name) {
  if (found != expected)
    throw std::logic_error(
        fmt::format("{} was made for vectors of {}, got one of {}", name, expected, found));
}

using Catalogue = trivium::Catalogue<Compressor, const Shape&>;
/// Every compressor of this room, by name.
Catalogue& catalogue();

}  // namespace trivium::compressors
