#pragma once
#include <trivium/core/codec.hpp>

namespace trivium::mpi {

/// C(x) as the server decodes it, for the worker that sent it: error feedback and shifts need it.
class Sent {
 public:
  Sent(Codec& codec, const Message& message) : codec_(&codec), message_(&message) {}
  explicit Sent(const Vector& whole) : whole_(&whole) {}

  /// out += weight * C(x).
  void add_to(Vector& out, double weight = 1) const {
    if (whole_ != nullptr)
      combine(out, {{1, out}, {weight, *whole_}});
    else
      codec_->decode_add(*message_, weight, out);
  }

 private:
  Codec* codec_ = nullptr;
  const Message* message_ = nullptr;
  const Vector* whole_ = nullptr;  // what a dense codec sent
};

}  // namespace trivium::mpi
