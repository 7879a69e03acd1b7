#include "largest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <type_traits>

#include <trivium/gpu/compress.hpp>

#include "entries.hpp"
#include "lanes.hpp"

namespace trivium::compressors {
namespace {

template <class T>
using Pattern = std::conditional_t<std::is_same_v<T, double>, std::int64_t, std::int32_t>;

/// The bits without the sign: integers in the order of the magnitudes.
template <class T>
Pattern<T> unsigned_bits(T x) {
  return std::bit_cast<Pattern<T>>(x) & std::numeric_limits<Pattern<T>>::max();
}

/// The same, with one number for all NaNs.
template <class T>
Pattern<T> pattern_of(T x) {
  return std::min(unsigned_bits(x), unsigned_bits(std::numeric_limits<T>::infinity()) + 1);
}
/// That of the number as float64: widening keeps order and ties.
std::int64_t magnitude(double x) { return pattern_of(x); }

/// Below this many entries no bound is looked for first.
constexpr std::size_t few = 4096;
constexpr std::size_t largest_sample = 8192, sampled_share = 32;

/// Magnitudes of one entry from each of `count` equal stretches, at a place that no pattern in x follows.
template <class T>
void draw_sample(std::span<const T> x, std::size_t count, std::vector<std::int64_t>& sample) {
  sample.resize(count);
  const std::size_t stretch = x.size() / count;
  std::uint64_t state = x.size();
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    sample[i] = magnitude(x[i * stretch + (state >> 32) * stretch / (std::uint64_t{1} << 32)]);
  }
}

constexpr std::size_t block = 512;

/// flags[i] = 1 where |x[i]| reaches the bound, for the up to `block` entries from x on; 0 behind them. A
/// loop for vector registers.
template <class T>
void mark(const T* x, std::size_t size, Pattern<T> bound, std::array<std::uint8_t, block>& flags) {
  if (size == block) {
    for (std::size_t i = 0; i < block; ++i) flags[i] = unsigned_bits(x[i]) >= bound;
  } else {
    flags.fill(0);
    for (std::size_t i = 0; i < size; ++i) flags[i] = unsigned_bits(x[i]) >= bound;
  }
}

/// The largest of some magnitudes: all above `cut`, and the first `ties` of those equal to it.
struct Kept {
  std::int64_t cut;
  std::size_t ties;
};

/// The k largest of the first `count` of `sizes`, found by halving the range of what the k-th can be:
/// counting those above a bound takes no branches and fills vector registers. `sizes` are filled up with -1
/// to whole groups of 16.
Kept largest_by_halving(std::span<const std::int64_t> sizes, std::size_t count, std::size_t k) {
  std::int64_t low = sizes[0], high = sizes[0];
  for (const std::int64_t size : sizes.first(count)) {
    low = std::min(low, size);
    high = std::max(high, size);
  }
  if (k == count) return {low - 1, 0};
  ++high;  // k or more reach `low`; fewer, `beyond` of them, reach `high`
  std::size_t beyond = 0;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    Eight<std::int64_t> even = {}, odd = {};  // a comparison is -1 where it holds
    for (std::size_t i = 0; i < count; i += 16) {
      even -= load(&sizes[i]) >= middle;
      odd -= load(&sizes[i + 8]) >= middle;
    }
    even += odd;
    std::size_t reached = 0;
    for (std::size_t lane = 0; lane < 8; ++lane) reached += static_cast<std::size_t>(even[lane]);
    if (reached == k) return {middle - 1, 0};
    if (reached > k) {
      low = middle;
    } else {
      high = middle;
      beyond = reached;
    }
  }
  return {low, k - beyond};
}

}  // namespace

Largest::Largest(std::size_t dimension, std::size_t k) {
  const std::size_t room = std::min(dimension, std::max(few, 2 * k)) + block;
  places_.resize(room);
  values_.resize(room);
  ranked_.reserve(room);
  sample_.reserve(std::min(largest_sample, dimension / sampled_share));
}

void Largest::select(const Vector& x, std::span<std::uint32_t> indices, std::span<double> values) {
  if (gpu::holds(x)) return gpu::select_largest(x, indices, values);
  with_entries(x, [&](auto entries) { select_among(entries, indices, values); });
}

template <class T>
void Largest::select_among(std::span<const T> x, std::span<std::uint32_t> indices, std::span<double> values) {
  const std::size_t k = indices.size();
  if (x.size() < few) return select_few(x, indices, values);
  // The rank in the sample that k has in x, and four standard deviations more: seldom too small. A bound that
  // fewer than k entries reach is replaced by a lower one, at last by zero.
  const std::size_t sampled = std::min(largest_sample, x.size() / sampled_share);
  const double expected =
      static_cast<double>(k) / static_cast<double>(x.size()) * static_cast<double>(sampled);
  auto rank = static_cast<std::size_t>(expected + 4 * std::sqrt(expected) + 8);
  if (rank < sampled) draw_sample(x, sampled, sample_);
  for (count_ = 0; count_ < k; rank *= 2) {
    double bound = 0;
    if (rank < sampled) {
      const auto at = sample_.begin() + static_cast<std::ptrdiff_t>(rank);
      std::nth_element(sample_.begin(), at, sample_.end(), std::greater<>());
      bound = std::bit_cast<double>(*at);
    }
    collect(x, static_cast<T>(bound), k);
  }

  const std::int64_t cut = smallest_kept(k);
  const auto beyond = std::count_if(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count_),
                                    [cut](double value) { return magnitude(value) > cut; });
  std::size_t ties = k - static_cast<std::size_t>(beyond), chosen = 0;
  for (std::size_t i = 0; chosen < k; ++i) {  // without branches: which are taken is hard to foresee
    const std::int64_t size = magnitude(values_[i]);
    const bool tie = size == cut && ties > 0;
    values[chosen] = values_[i];
    indices[chosen] = places_[i];
    chosen += size > cut || tie;
    ties -= tie;
  }
}

template <class T>
void Largest::select_few(std::span<const T> x, std::span<std::uint32_t> indices, std::span<double> values) {
  constexpr std::size_t word_bits = 64;
  ranked_.resize((x.size() + word_bits - 1) / word_bits * word_bits);
  for (std::size_t i = 0; i < x.size(); ++i) ranked_[i] = magnitude(x[i]);
  std::fill(ranked_.begin() + static_cast<std::ptrdiff_t>(x.size()), ranked_.end(), -1);  // kept nowhere
  auto [cut, ties] = largest_by_halving(ranked_, x.size(), indices.size());
  const std::int64_t bound = ties > 0 ? cut : cut + 1;
  std::size_t chosen = 0;
  for (std::size_t begin = 0; begin < x.size(); begin += word_bits) {
    std::uint8_t flags[word_bits];
    for (std::size_t i = 0; i < word_bits; ++i) flags[i] = ranked_[begin + i] >= bound;
    for (std::size_t group = 0; group < word_bits; group += 8) {
      std::uint64_t word;
      std::memcpy(&word, flags + group, 8);
      for (; word != 0; word &= word - 1) {
        const std::size_t i = begin + group + static_cast<std::size_t>(std::countr_zero(word)) / 8;
        if (ranked_[i] == cut) {
          if (ties == 0) continue;
          --ties;
        }
        indices[chosen] = static_cast<std::uint32_t>(i);
        values[chosen++] = x[i];
      }
    }
  }
}

/// The candidates: every entry beyond the bound, and the first k that are equal to it.
template <class T>
void Largest::collect(std::span<const T> x, T bound, std::size_t k) {
  bound_ = magnitude(bound);
  count_ = above_ = 0;
  Pattern<T> reached = pattern_of(bound);
  std::array<std::uint8_t, block> flags;
  for (std::size_t begin = 0; begin < x.size(); begin += block) {
    mark(x.data() + begin, std::min(block, x.size() - begin), reached, flags);
    if (count_ + block > places_.size()) {
      places_.resize(2 * places_.size() + block);
      values_.resize(places_.size());
    }
    for (std::size_t group = 0; group < block; group += 8) {
      std::uint64_t word;
      std::memcpy(&word, &flags[group], 8);
      for (; word != 0; word &= word - 1) {
        const std::size_t i = begin + group + static_cast<std::size_t>(std::countr_zero(word)) / 8;
        places_[count_] = static_cast<std::uint32_t>(i);
        values_[count_] = x[i];
        above_ += magnitude(x[i]) > bound_;
        ++count_;
      }
    }
    if (count_ - above_ >= k) reached = pattern_of(bound) + 1;  // enough of those at the bound
  }
}

/// The k-th largest magnitude of the candidates.
std::int64_t Largest::smallest_kept(std::size_t k) {
  if (above_ < k) return bound_;
  ranked_.resize(count_);
  std::transform(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(count_), ranked_.begin(),
                 magnitude);
  const auto at = ranked_.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(ranked_.begin(), at, ranked_.end(), std::greater<>());
  return *at;
}

}  // namespace trivium::compressors
