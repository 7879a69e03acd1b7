#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

#include <Random123/philox.h>
#include <fmt/format.h>

#include <trivium/core/stream.hpp>

namespace trivium {
namespace {

/// A set of 32-bit numbers with a fast clear: open addressing, at most half full. One per thread, kept
/// between calls.
class NumberSet {
 public:
  void prepare(std::size_t count) {
    const std::size_t slots = std::bit_ceil(2 * count);
    if (slots > slots_.size()) slots_.resize(slots);
    std::fill_n(slots_.begin(), slots, empty);
    mask_ = slots - 1;
    shift_ = 64 - std::countr_zero(slots);
  }
  /// False when the number was there already.
  bool insert(std::uint32_t number) {
    std::size_t slot = (number * 0x9E3779B97F4A7C15ull) >> shift_;
    while (slots_[slot] != empty) {
      if (slots_[slot] == number) return false;
      slot = (slot + 1) & mask_;
    }
    slots_[slot] = number;
    return true;
  }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  std::vector<std::uint64_t> slots_;
  std::size_t mask_ = 0;
  int shift_ = 64;
};

/// The same with a bit for each number below n: faster when the bits fit a cache, wasteful when few numbers
/// are drawn from many.
class BitSet {
 public:
  void prepare(std::uint32_t n) {
    if (n / 64 + 1 > words_.size()) words_.resize(n / 64 + 1);
  }
  bool insert(std::uint32_t number) {
    std::uint64_t& word = words_[number / 64];
    const std::uint64_t bit = std::uint64_t{1} << (number % 64);
    const bool fresh = (word & bit) == 0;
    word |= bit;
    return fresh;
  }
  void clear(std::span<const std::uint32_t> inserted) {
    for (const std::uint32_t number : inserted) words_[number / 64] = 0;
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// Below this many numbers a linear search beats both.
constexpr std::size_t few = 24;
/// From one number in this many on, a bit for each number costs less than a hash set.
constexpr std::uint32_t dense_share = 128;

}  // namespace

void Stream::refill() {
  const philox4x64_ctr_t counter{{counter_++, round_, worker_, 0}};
  const philox4x64_key_t key{{seed_, purpose_}};
  const philox4x64_ctr_t words = philox4x64(counter, key);
  for (std::size_t i = 0; i < 4; ++i) block_[i] = words.v[i];
  left_ = 4;
}

void Stream::fill(std::span<std::uint64_t> words) {
  std::size_t i = 0;
  for (; i < words.size() && left_ > 0; ++i) words[i] = (*this)();
  // Philox once more, with the keys of all rounds at hand: blocks do not wait for one another.
  std::uint64_t keys[philox4x64_rounds][2];
  for (std::uint64_t r = 0; r < philox4x64_rounds; ++r) {
    keys[r][0] = seed_ + r * PHILOX_W64_0;
    keys[r][1] = purpose_ + r * PHILOX_W64_1;
  }
  for (; i + 4 <= words.size(); i += 4) {
    std::uint64_t a = counter_++, b = round_, c = worker_, d = 0;
    for (const auto& key : keys) {
      const unsigned __int128 x = a * static_cast<unsigned __int128>(PHILOX_M4x64_0),
                              y = c * static_cast<unsigned __int128>(PHILOX_M4x64_1);
      a = static_cast<std::uint64_t>(y >> 64) ^ b ^ key[0];
      c = static_cast<std::uint64_t>(x >> 64) ^ d ^ key[1];
      b = static_cast<std::uint64_t>(y);
      d = static_cast<std::uint64_t>(x);
    }
    words[i] = a, words[i + 1] = b, words[i + 2] = c, words[i + 3] = d;
  }
  for (; i < words.size(); ++i) words[i] = (*this)();
}

void Stream::skip(std::uint64_t count) {
  const std::uint64_t to = drawn() + count;
  counter_ = to / 4;
  left_ = 0;
  if (to % 4 == 0) return;
  refill();
  left_ = static_cast<int>(4 - to % 4);
}

double Stream::normal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));  // Box-Muller; 1 - u is in (0, 1]
  const double angle = 2 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

std::uint64_t Stream::geometric(double p) {
  if (!(p > 0 && p <= 1))
    throw std::invalid_argument(fmt::format("geometric: p must be in (0, 1], got {}", p));
  if (p == 1) return 1;
  if (p == 0.5) {  // exactly: one fair coin per trial
    std::uint64_t trials = 1, word = 0;
    while ((word = (*this)()) == 0) trials += 64;
    return trials + static_cast<std::uint64_t>(std::countr_zero(word));
  }
  const double failures = std::floor(std::log1p(-uniform()) / std::log1p(-p));
  return 1 + static_cast<std::uint64_t>(
                 std::min(failures, 0x1p63));  // p below 2^-57 may ask for more than 64 bits hold
}

std::uint64_t Stream::redraw(std::uint64_t n, unsigned __int128 product) {
  const std::uint64_t threshold = (0 - n) % n;  // 2^64 mod n: numbers below it would be drawn too often
  while (static_cast<std::uint64_t>(product) < threshold)
    product = static_cast<unsigned __int128>((*this)()) * n;
  return static_cast<std::uint64_t>(product >> 64);
}

namespace {

/// Numbers below n <= 2^32 from half words of a stream: sampling is mostly waiting for random bits.
class HalfWords {
 public:
  explicit HalfWords(Stream& stream) : stream_(stream) {}
  std::uint32_t below(std::uint64_t n) {
    std::uint64_t product = next() * n;
    if (static_cast<std::uint32_t>(product) < n) [[unlikely]] {
      const std::uint64_t threshold = (std::uint64_t{1} << 32) % n;
      while (static_cast<std::uint32_t>(product) < threshold) product = next() * n;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  std::uint64_t next() {
    half_ = !half_;
    if (!half_) return word_ >> 32;
    word_ = stream_();
    return word_ & 0xFFFFFFFFu;
  }
  Stream& stream_;
  std::uint64_t word_ = 0;
  bool half_ = false;
};

/// Floyd: for j = n-k..n-1 take a random number up to j, or j itself when the number is taken.
template <class Set>
void floyd(Set& taken, HalfWords& random, std::uint32_t n, std::span<std::uint32_t> chosen) {
  std::uint32_t j = n - static_cast<std::uint32_t>(chosen.size());
  for (std::uint32_t& number : chosen) {
    number = random.below(std::uint64_t{j} + 1);
    if (!taken.insert(number)) {
      number = j;
      taken.insert(j);
    }
    ++j;
  }
}

/// The numbers chosen so far, searched one by one.
class FewNumbers {
 public:
  explicit FewNumbers(const std::uint32_t* chosen) : chosen_(chosen) {}
  bool insert(std::uint32_t number) {  // stands in `chosen` already, at its end, when it is asked for
    return std::find(chosen_, chosen_ + count_, number) == chosen_ + count_ ? (++count_, true) : false;
  }

 private:
  const std::uint32_t* chosen_;
  std::size_t count_ = 0;
};

}  // namespace

void Stream::sample(std::uint32_t n, std::span<std::uint32_t> chosen) {
  const std::size_t k = chosen.size();
  if (k > n) throw std::invalid_argument(fmt::format("cannot sample {} distinct numbers below {}", k, n));
  HalfWords random(*this);
  if (k <= few) {
    FewNumbers taken(chosen.data());
    floyd(taken, random, n, chosen);
  } else if (n / dense_share <= k) {
    thread_local BitSet taken;
    taken.prepare(n);
    floyd(taken, random, n, chosen);
    taken.clear(chosen);
  } else {
    thread_local NumberSet taken;
    taken.prepare(k);
    floyd(taken, random, n, chosen);
  }
}

void Stream::permutation(std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
}

}  // namespace trivium
