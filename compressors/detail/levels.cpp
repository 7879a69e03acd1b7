#include "levels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "blocked_sum.hpp"
#include "entries.hpp"

namespace trivium::compressors {
namespace {

/// Sizes of numbers are ordered like their bit patterns, and whole numbers may be compared in any order. Many
/// comparisons at once do not wait for one another.
template <class T>
double largest(std::span<const T> x) {
  using Bits = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  constexpr Bits size = std::numeric_limits<Bits>::max() >> 1;
  constexpr std::size_t at_once = 256 / sizeof(T);
  const auto take = [](Bits& most, T entry) {
    most = std::max(most, static_cast<Bits>(std::bit_cast<Bits>(entry) & size));
  };
  Bits most[at_once] = {};
  std::size_t i = 0;
  for (; i + at_once <= x.size(); i += at_once)
    for (std::size_t lane = 0; lane < at_once; ++lane) take(most[lane], x[i + lane]);
  for (std::size_t lane = 0; i < x.size(); ++i, ++lane) take(most[lane], x[i]);
  return std::bit_cast<T>(*std::max_element(most, most + at_once));
}

/// sum x_i^2; nothing is known of it where it leaves the range of numbers.
double squares_of(const Vector& x) {
  if (!gpu::holds(x)) return with_entries(x, [](auto entries) { return sum_of_squares(entries); });
  // Whether the host's compiler fuses products and sums: 1 + 2^-26 + 2^-54 and 1.5625 2^-54 together are more
  // than half a unit above 1 + 2^-26, and less when 2^-54 was rounded off before.
  static const bool fused = [] {
    std::vector<double> probe(sum_lanes + 1);
    probe.front() = 1.25 * 0x1p-27;
    probe.back() = 1 + 0x1p-27;
    return sum_of_squares(std::span<const double>(probe)) > 1 + 0x1p-26;
  }();
  std::vector<double> blocks(gpu::summed_blocks(x.size()));
  gpu::squares(x, fused, blocks);
  return sum_of_blocks(blocks);
}

/// The smallest float32 that is at least `norm`.
float rounded_up(double norm) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (norm > std::numeric_limits<float>::max()) return infinity;
  const auto nearest = static_cast<float>(norm);
  return nearest < norm ? std::nextafter(nearest, infinity) : nearest;
}

}  // namespace

double max_norm(const Vector& x) {
  if (gpu::holds(x)) return gpu::largest_size(x);
  return with_entries(x, [](auto entries) { return largest(entries); });
}

double l2_norm(const Vector& x) {
  const double plain = std::sqrt(squares_of(x));
  if (plain > 1e-140 && plain <= std::numeric_limits<double>::max()) return plain;
  const double most = max_norm(x);  // the squares may have left the range of numbers
  if (most == 0 || !std::isfinite(most)) return most;
  const int exponent = std::ilogb(most);
  double sum = 0;
  with_entries(x, [&](auto entries) {
    for (const double entry : entries) {
      const double small = std::scalbn(entry, -exponent);
      sum += small * small;
    }
  });
  return std::min(std::scalbn(std::sqrt(sum), exponent), std::numeric_limits<double>::max());
}

void NormFormat::Field::describe(Fields& fields) {
  fields.choice("values", name, {"float64", "float32"},
                "how the norm travels; float32 is rounded up, so that the rest stays unbiased");
}

double NormFormat::append(Message& message, double norm) const {
  if (format_ == ValueFormat::float32) {
    const float sent = rounded_up(norm);
    message.append(Part::scalars, std::bit_cast<std::uint32_t>(sent), 32);
    return sent;
  }
  message.append(Part::scalars, std::bit_cast<std::uint64_t>(norm), 64);
  return norm;
}

double NormFormat::read(MessageReader& reader) const {
  const std::uint64_t word = reader.read(bits());
  if (format_ == ValueFormat::float32) return std::bit_cast<float>(static_cast<std::uint32_t>(word));
  return std::bit_cast<double>(word);
}

Scaled::Scaled(const Vector& x, double norm) : x_(&x), norm_(norm) {
  if (!std::isfinite(norm)) {
    copy_.emplace(x.size());
    norm_ = 0;
  } else if (norm > 0 && norm < 0x1p-900) {
    copy_.emplace(std::span<const double>(x.to_host()));
    for (double& entry : copy_->span<double>()) entry *= 0x1p200;
    norm_ = norm * 0x1p200;
  }
}

}  // namespace trivium::compressors
