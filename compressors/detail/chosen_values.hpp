#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <trivium/core/message.hpp>
#include <trivium/gpu/compress.hpp>

namespace trivium::compressors {

using gpu::Stretches;

/// All entries of a vector, in order.
inline Stretches all_entries(std::size_t size) {
  static constexpr std::uint32_t first = 0;
  return {{&first, 1}, size};
}

/// The chosen entries of x as float64, on the host.
void gather(const Vector& x, const Stretches& chosen, std::span<double> values);
/// The chosen entries of out += weight times the values; no entry is chosen twice.
void scatter_add(Vector& out, const Stretches& chosen, double weight, std::span<const double> values);

/// Chosen entries of a vector to a message in a format, and back. Where the vector lives on the card, the
/// card packs and unpacks them: they cross in the message's format.
class ChosenValues {
 public:
  /// Makes room for `count` of them; more are no mistake.
  ChosenValues(ValueFormat format, std::size_t count) : format_(format) { values_.reserve(count); }

  void append(const Vector& x, const Stretches& chosen, Message& message, Stream& rounding);
  /// Takes `count` numbers from a message, which `add` adds to `out` when it is known where.
  void read(MessageReader& reader, std::size_t count, const Vector& out);
  void add(const Stretches& chosen, double weight, Vector& out) const;

 private:
  ValueFormat format_;
  std::vector<double> values_;         // of a vector that is not on the card
  std::vector<std::uint64_t> packed_;  // of one that is
};

}  // namespace trivium::compressors
