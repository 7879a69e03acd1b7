#pragma once
#include <optional>

#include <trivium/core/message.hpp>
#include <trivium/core/vector.hpp>

namespace trivium {

/// Turns vectors into messages and back: what the network needs to know of a compressor.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Writes C(x) into `message`, whose envelope `message.from` is set and whose content is empty. Not const:
  /// a codec may keep scratch memory.
  virtual void encode(const Vector& x, Message& message) = 0;
  /// out += weight * C(x). Throws MessageError when the bytes are not a message of this codec.
  virtual void decode_add(const Message& message, double weight, Vector& out) = 0;
  /// Set when every entry is sent, in order, in this format and without randomness beyond rounding: the
  /// network may then sum such vectors along its tree instead of carrying every message to the server.
  virtual std::optional<ValueFormat> dense() const { return std::nullopt; }
};

}  // namespace trivium
