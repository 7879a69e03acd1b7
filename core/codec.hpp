#pragma once
#include <optional>
#include <string>

#include <trivium/core/archive.hpp>
#include <trivium/core/message.hpp>
#include <trivium/core/vector.hpp>

namespace trivium {

/// Turns vectors into messages and back: what the network needs to know of a compressor.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Appends C(x) to `message`, whose envelope `message.from` is set. Not const: a codec may keep scratch
  /// memory.
  virtual void encode(const Vector& x, Message& message) = 0;
  /// out += weight * C(x), reading exactly what `encode` appended. Throws MessageError when the bits are not
  /// those of this codec.
  virtual void read_add(MessageReader& reader, double weight, Vector& out) = 0;
  /// The same for a message that holds nothing else.
  void decode_add(const Message& message, double weight, Vector& out) {
    MessageReader reader(message);
    read_add(reader, weight, out);
    reader.finish();
  }
  /// Set when every entry is sent, in order, in this format and without randomness beyond rounding: the
  /// network may then sum such vectors along its tree instead of carrying every message to the server.
  virtual std::optional<ValueFormat> dense() const { return std::nullopt; }
  /// Names what a codec with a memory must keep in a checkpoint; `name` comes first in the entries' names.
  virtual void state(Archive& archive, const std::string& name) {
    static_cast<void>(archive);
    static_cast<void>(name);
  }
};

}  // namespace trivium
