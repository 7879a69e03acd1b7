#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <trivium/core/stream.hpp>

namespace trivium {

/// How real numbers travel.
enum class ValueFormat { float64, float32, bfloat16 };
int bits_of(ValueFormat format);
std::string name_of(ValueFormat format);

/// What a bit of a message is spent on; the ledger keeps them apart.
enum class Part { values, indices, scalars, seeds };
inline constexpr std::size_t parts = 4;

/// How many messages a message may lie inside: a place takes four of the key's 32 bits at every level.
inline constexpr int deepest_nest = 8;

/// Who sends: the key of every random choice made while encoding. Both ends know it, so nothing of it
/// travels.
struct Sender {
  std::uint64_t seed = 0;
  Purpose purpose = Purpose::uplink;
  std::uint64_t worker = 0;   ///< number of the sending worker; `everyone` for the server
  std::uint64_t workers = 1;  ///< number of workers M, for codecs that split the coordinates among them
  std::uint64_t round = 0;
  std::uint64_t nest = 0;  ///< place of a message inside others: 0 for the outermost

  Stream stream() const { return {seed, key(), worker, round}; }  ///< this sender's own
  Stream shared_stream() const {
    return {seed, key(), everyone, round};
  }  ///< the same for all senders of the round

 private:
  Purpose key() const { return static_cast<Purpose>(static_cast<std::uint64_t>(purpose) + (nest << 32)); }
};

/// While it lives, an envelope is that of a message inside a message, so that the random choices of the inner
/// codec are not those of the outer one. `child`: 0..14, its place among the messages inside. Throws
/// std::logic_error beyond `deepest_nest`.
class Inside {
 public:
  Inside(Sender& from, unsigned child) : from_(from), outer_(from.nest) {
    if (from.nest >> 4 * (deepest_nest - 1) != 0)
      throw std::logic_error("a message lies inside too many others");
    from.nest = from.nest * 16 + child + 1;
  }
  ~Inside() { from_.nest = outer_; }
  Inside(const Inside&) = delete;

 private:
  Sender& from_;
  std::uint64_t outer_;
};

/// Bits needed to write one of `count` different things: ceil(log2 count).
int bits_for(std::uint64_t count);

/// What a codec encoded: a byte string and its exact length in bits. Bits are filled from the least
/// significant end of each byte; the bits of the last byte beyond the length are zero. A message keeps its
/// memory when cleared.
class Message {
 public:
  Sender from;  ///< the envelope: known to both ends, not part of the bytes

  void clear();
  /// Appends the low `width` bits of `word`, 0 <= width <= 64.
  void append(Part part, std::uint64_t word, int width);
  /// Appends the low `width` bits of every word, 0 <= width <= 32.
  void append_words(Part part, std::span<const std::uint32_t> words, int width);
  /// Appends the first `count` bits of `words`, each from its least significant end; what lies beyond them in
  /// the last word is left out.
  void append_bits(Part part, std::span<const std::uint64_t> words, std::uint64_t count);
  /// Appends numbers in a format. float32 rounds to nearest; bfloat16 rounds stochastically with bits of
  /// `rounding`, so that it stays unbiased.
  void append_values(Part part, std::span<const double> values, ValueFormat format, Stream& rounding);

  /// Takes the last bit off, one that was appended as `part`. Throws MessageError when there is none.
  bool take_last_bit(Part part);

  std::uint64_t bits() const { return bits_; }
  const std::array<std::uint64_t, parts>& split() const { return split_; }
  std::uint64_t bits(Part part) const { return split_[static_cast<std::size_t>(part)]; }
  std::span<const std::byte> bytes() const { return {buffer_.data(), (bits_ + 7) / 8}; }

  /// Becomes the message that travelled as `bytes` with the given bits per part. Throws MessageError when
  /// they disagree.
  void receive(std::span<const std::byte> bytes, const std::array<std::uint64_t, parts>& split);

 private:
  friend class MessageReader;
  std::vector<std::byte>
      buffer_;  // always 8 bytes longer than the content, so that words can be stored whole
  std::uint64_t bits_ = 0;
  std::array<std::uint64_t, parts> split_{};
};

/// Reads a message from its first bit on, or from bit `start` on. Every read past the end throws
/// MessageError.
class MessageReader {
 public:
  explicit MessageReader(const Message& message) : from(message.from), message_(message) {}
  /// Throws MessageError when the message has fewer than `start` bits.
  MessageReader(const Message& message, std::uint64_t start);
  Sender from;  ///< the message's envelope
  std::uint64_t read(int width);
  void read_words(std::span<std::uint32_t> words, int width);
  /// The next `count` bits as `append_bits` takes them; the rest of the last word is zero.
  void read_bits(std::span<std::uint64_t> words, std::uint64_t count);
  void read_values(std::span<double> values, ValueFormat format);
  /// At least the next 57 bits, zeros beyond the end; nothing counts as read.
  std::uint64_t peek() const;
  /// Passes over `count` bits.
  void skip(std::uint64_t count);
  std::uint64_t remaining() const { return message_.bits_ - position_; }
  /// Throws MessageError unless everything was read.
  void finish() const;

 private:
  const Message& message_;
  std::uint64_t position_ = 0;
};

}  // namespace trivium
