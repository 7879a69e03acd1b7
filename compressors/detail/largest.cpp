#include "largest.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <type_traits>

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

/// Below this many entries all are candidates.
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

}  // namespace

Largest::Largest(std::size_t dimension, std::size_t k) {
  const std::size_t room = std::min(dimension, std::max(few, 2 * k)) + block;
  places_.resize(room);
  values_.resize(room);
  ranked_.reserve(room);
  sample_.reserve(std::min(largest_sample, dimension / sampled_share));
}

void Largest::select(const Vector& x, std::span<std::uint32_t> indices, std::span<double> values) {
  if (!x.on_host())
    select_among<double>(x.to_host(), indices, values);
  else if (x.dtype() == Dtype::float64)
    select_among(x.span<double>(), indices, values);
  else
    select_among(x.span<float>(), indices, values);
}

template <class T>
void Largest::select_among(std::span<const T> x, std::span<std::uint32_t> indices, std::span<double> values) {
  const std::size_t k = indices.size();
  // The rank in the sample that k has in x, and four standard deviations more: seldom too small. A bound that
  // fewer than k entries reach is replaced by a lower one, at last by zero.
  const std::size_t sampled = x.size() < few ? 0 : std::min(largest_sample, x.size() / sampled_share);
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
