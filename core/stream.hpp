#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace trivium {

/// What a stream of random numbers is for: streams with different purposes never share a number.
enum class Purpose : std::uint64_t {
  problem = 1,
  partition,
  start,
  uplink,
  downlink,
  refresh,
  participants,
  samples,
  noise,
  test,
  user = 1000,  ///< this and above are free for code outside the library
};

/// Stands where a worker's number stands when all workers share a stream.
inline constexpr std::uint64_t everyone = std::numeric_limits<std::uint64_t>::max();

/// Random numbers from the counter-based generator Philox 4x64-10 (Salmon et al. 2011; Random123), keyed by
/// (seed, purpose, worker, round). A stream is a value: making one costs nothing, two with the same key give
/// the same numbers on any rank, in any order, after any restart. Satisfies
/// std::uniform_random_bit_generator.
class Stream {
 public:
  using result_type = std::uint64_t;
  Stream(std::uint64_t seed, Purpose purpose, std::uint64_t worker, std::uint64_t round)
      : seed_(seed), purpose_(static_cast<std::uint64_t>(purpose)), worker_(worker), round_(round) {}

  /// What Philox is keyed by. Word 4 b + i of a stream from its beginning is word i of Philox's block for the
  /// counter (b, round, worker, 0) and the key (seed, purpose): whoever has the key can draw it anywhere.
  struct Key {
    std::uint64_t seed, purpose, worker, round;
  };
  Key key() const { return {seed_, purpose_, worker_, round_}; }

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<std::uint64_t>::max(); }
  /// 64 uniform bits.
  result_type operator()() {
    if (left_ == 0) refill();
    return block_[4 - left_--];
  }
  /// The next `words.size()` of these numbers, faster than one by one.
  void fill(std::span<std::uint64_t> words);
  /// How many of these numbers were drawn.
  std::uint64_t drawn() const { return 4 * counter_ - static_cast<std::uint64_t>(left_); }
  /// Passes over the next `count` of them.
  void skip(std::uint64_t count);

  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }  ///< in [0, 1), 53 bits
  double normal();                                                             ///< mean 0, variance 1
  bool bernoulli(double p) { return uniform() < p; }
  /// Number of trials up to and including the first success, on {1, 2, ...}: P(J = j) = (1 - p)^(j-1) p. 0 <
  /// p <= 1.
  std::uint64_t geometric(double p);
  /// Uniform on {0, ..., n-1}, exactly (rejection, Lemire 2019). n >= 1.
  std::uint64_t below(std::uint64_t n) {
    const unsigned __int128 product = static_cast<unsigned __int128>((*this)()) * n;
    if (static_cast<std::uint64_t>(product) < n) [[unlikely]]
      return redraw(n, product);
    return static_cast<std::uint64_t>(product >> 64);
  }
  /// `chosen.size()` distinct numbers below n, every subset equally likely, in O(k) time (Floyd). The order
  /// is not random. Throws std::invalid_argument when more are asked for than there are.
  void sample(std::uint32_t n, std::span<std::uint32_t> chosen);
  /// A uniformly random permutation of 0..order.size()-1 (Fisher-Yates).
  void permutation(std::span<std::uint32_t> order);

 private:
  void refill();
  std::uint64_t redraw(std::uint64_t n, unsigned __int128 product);

  std::uint64_t seed_, purpose_, worker_, round_;
  std::uint64_t counter_ = 0;
  std::array<std::uint64_t, 4> block_{};
  int left_ = 0;
  bool has_spare_normal_ = false;
  double spare_normal_ = 0;
};

}  // namespace trivium
