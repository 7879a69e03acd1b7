#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include <trivium/core/message.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/gpu/device.hpp>

/// What compressors do on the card: select, round, pack and unpack, so that one copy of what a message holds
/// crosses to the host, and one comes back. Vectors of these functions live on the card and are not empty;
/// every function returns when its result may be used. They throw as gpu::device() does.
namespace trivium::gpu {

/// Whether a vector lives on the card, so that the functions below take it.
inline bool holds(const Vector& x) { return !x.on_host() && available() && &x.device() == &device(); }

/// The k = indices.size() entries of x largest in magnitude, by ascending index; 1 <= k <= d < 2^32. Of equal
/// magnitudes the lowest index comes first. NaNs are equal, and larger than infinity. Radix selection: about
/// five reads of x, at most eight.
void select_largest(const Vector& x, std::span<std::uint32_t> indices, std::span<double> values);

/// Entries that were chosen: `length` neighbours from each of `begins` on, one after another.
struct Stretches {
  std::span<const std::uint32_t> begins;
  std::size_t length = 1;
  std::size_t count() const { return begins.size() * length; }
};
/// Words that `count` numbers fill, the last one perhaps not to its end.
inline std::size_t words_of(std::size_t count, ValueFormat format) {
  const auto numbers = 64 / static_cast<std::size_t>(bits_of(format));
  return (count + numbers - 1) / numbers;
}
/// The chosen entries of x, bit for bit as Message::append_values writes them, in
/// words_of(count, format) words. One copy of the begins to the card, one of the words back; the random bits
/// of bfloat16 are drawn on the card, and `rounding` passes over them.
void pack_entries(const Vector& x, const Stretches& chosen, ValueFormat format, Stream& rounding,
                  std::span<std::uint64_t> packed);
/// The chosen entries of out += weight times the numbers in `packed`; no entry is chosen twice. One copy.
void add_entries(std::span<const std::uint64_t> packed, const Stretches& chosen, ValueFormat format,
                 double weight, Vector& out);

/// max |x_i|; infinite or not a number when an entry is.
double largest_size(const Vector& x);

/// Sums over parts of x are taken of this many entries each: see compressors/detail/blocked_sum.hpp.
inline constexpr std::size_t summed_block = 4096;
constexpr std::size_t summed_blocks(std::size_t size) { return (size + summed_block - 1) / summed_block; }

/// sums[b] = |.|_1 of block b, in the host's order; bit i of `signs` is set when x_i < 0, in ceil(d / 64)
/// words.
void signs_and_sizes(const Vector& x, std::span<std::uint64_t> signs, std::span<double> sums);
/// sums[b] = |.|_2^2 of block b in the host's order; `fused`: products are not rounded before they are added.
void squares(const Vector& x, bool fused, std::span<double> sums);
/// out_i -= size where bit i of `signs` is set, out_i += size elsewhere.
void add_signs(std::span<const std::uint64_t> signs, double size, Vector& out);

/// How every entry becomes a code of its own, at random: compressors/natural.cpp and LevelCodes in
/// compressors/detail/levels.hpp.
struct Rounding {
  enum class Rule { natural_float64, natural_float32, levels };
  Rule rule;
  int fraction = 0;  ///< this and the next three only of levels
  double factor = 0, zero = 0;
  bool fused = false;  ///< a product is not rounded before it is added to
};
/// What a code stands for: `unit` times a power of two, or unit (code + 2^52 - zero) for codes up to `most`.
struct CodeValues {
  Rounding::Rule rule;
  double unit;
  double zero = 0;
  std::uint64_t most = 0;
};

/// How codes lie in a message: groups of eight lanes, packed lane by lane as in
/// compressors/detail/rounded.hpp
/// (`width` <= 16 bits a code) or ternary.cpp (width 0: five digits of base 3 in a byte), then the codes of
/// the entries after the last whole group, which the host packs.
struct CodeLayout {
  std::size_t entries;
  int width;
  constexpr std::size_t group() const { return 8 * (width > 0 ? 64 : 40); }
  constexpr std::size_t groups() const { return entries / group(); }
  constexpr std::size_t words() const {
    return groups() * 8 * (width > 0 ? static_cast<unsigned>(width) : 1);
  }
  constexpr std::size_t rest() const { return entries % group(); }
  /// Words of `packed` below: those of the groups, then the codes of the rest, two in a word.
  constexpr std::size_t room() const { return words() + (rest() + 1) / 2; }
};

/// The codes of all entries as `layout` has them, rounded with the words of the stream `key` from its
/// beginning. `packed` has layout.room() words.
void pack_codes(const Vector& x, const Rounding& rounding, const Stream::Key& key, const CodeLayout& layout,
                std::span<std::uint64_t> packed);
/// out += the values of the codes. False when there was one above `most`; then `out` holds anything.
bool add_codes(std::span<const std::uint64_t> packed, const CodeLayout& layout, const CodeValues& values,
               Vector& out);

}  // namespace trivium::gpu
