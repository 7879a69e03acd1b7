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

/// A set of 32-bit numbers with a fast clear: open addressing, at most half full. One per thread, kept between calls.
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

/// Below this many numbers a linear search beats a hash set.
constexpr std::size_t few = 24;

}  // namespace

void Stream::refill() {
  const philox4x64_ctr_t counter{{counter_++, round_, worker_, 0}};
  const philox4x64_key_t key{{seed_, purpose_}};
  const philox4x64_ctr_t words = philox4x64(counter, key);
  for (std::size_t i = 0; i < 4; ++i) block_[i] = words.v[i];
  left_ = 4;
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
  if (!(p > 0 && p <= 1)) throw std::invalid_argument(fmt::format("geometric: p must be in (0, 1], got {}", p));
  if (p == 1) return 1;
  if (p == 0.5) {  // exactly: one fair coin per trial
    std::uint64_t trials = 1, word = 0;
    while ((word = (*this)()) == 0) trials += 64;
    return trials + static_cast<std::uint64_t>(std::countr_zero(word));
  }
  const double failures = std::floor(std::log1p(-uniform()) / std::log1p(-p));
  return 1 + static_cast<std::uint64_t>(std::min(failures, 0x1p63));  // p below 2^-57 may ask for more than 64 bits hold
}

std::uint64_t Stream::below(std::uint64_t n) {
  using Wide = unsigned __int128;
  Wide product = static_cast<Wide>((*this)()) * n;
  if (auto low = static_cast<std::uint64_t>(product); low < n) {
    const std::uint64_t threshold = (0 - n) % n;  // 2^64 mod n: numbers below it would be drawn too often
    while (low < threshold) {
      product = static_cast<Wide>((*this)()) * n;
      low = static_cast<std::uint64_t>(product);
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

void Stream::sample(std::uint32_t n, std::span<std::uint32_t> chosen) {
  const auto k = static_cast<std::uint32_t>(chosen.size());
  if (k > n) throw std::invalid_argument(fmt::format("cannot sample {} distinct numbers below {}", k, n));
  // Floyd: for j = n-k..n-1 take a random number up to j, or j itself when the number is taken.
  if (k <= few) {
    for (std::uint32_t i = 0; i < k; ++i) {
      const std::uint32_t j = n - k + i;
      auto t = static_cast<std::uint32_t>(below(std::uint64_t{j} + 1));
      for (std::uint32_t earlier = 0; earlier < i; ++earlier)
        if (chosen[earlier] == t) {
          t = j;
          break;
        }
      chosen[i] = t;
    }
    return;
  }
  thread_local NumberSet taken;
  taken.prepare(k);
  for (std::uint32_t i = 0; i < k; ++i) {
    const std::uint32_t j = n - k + i;
    auto t = static_cast<std::uint32_t>(below(std::uint64_t{j} + 1));
    if (!taken.insert(t)) {
      t = j;
      taken.insert(j);
    }
    chosen[i] = t;
  }
}

void Stream::permutation(std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), 0u);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[below(i)]);
}

}  // namespace trivium
