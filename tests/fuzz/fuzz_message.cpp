// Any bytes are a message or a MessageError, for every compressor of the catalogue.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/core/message.hpp>

#include "compressors/variants.hpp"

using namespace trivium;

namespace {

/// Takes numbers off the front of the input; zeros when it is used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const std::byte*>(data), size) {}
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    bytes = std::min(bytes, rest_.size());
    if (bytes > 0) std::memcpy(&value, rest_.data(), bytes);
    rest_ = rest_.subspan(bytes);
    return value;
  }
  std::span<const std::byte> rest() const { return rest_; }

 private:
  std::span<const std::byte> rest_;
};

struct Target {
  std::unique_ptr<compressors::Compressor> compressor;
  std::size_t dimension;
};

/// Every compressor with its defaults and with the parameter sets of the contract suite, in a few dimensions;
/// those that cannot be made for one are left out.
std::vector<Target> make_targets() {
  std::vector<Target> targets;
  for (const std::string& name : compressors::catalogue().names())
    for (const std::size_t dimension : {1, 2, 7, 64, 1000}) {
      std::vector<Table> all = contract::variants(name, dimension);
      all.emplace_back();
      for (const Table& parameters : all) try {
          const compressors::Shape shape{dimension, 3};
          targets.push_back({compressors::catalogue().make(Plugin{name, parameters, ""}, shape), dimension});
        } catch (const InputError&) {
        }
    }
  return targets;
}

void read_everything(const Message& message, Input& input) try {
  MessageReader reader(message);
  std::vector<double> values(input.number(1));
  reader.read_values(values, static_cast<ValueFormat>(input.number(1) % 3));
  while (reader.remaining() > 0) reader.read(static_cast<int>(64 - input.number(1) % 64));
  reader.finish();
} catch (const MessageError&) {
}

void decode(Target& target, const Message& message) try {
  Vector out(target.dimension);
  target.compressor->decode_add(message, 0.5, out);
} catch (const MessageError&) {
}

Message envelope(Input& input) {
  Message message;
  message.from = {input.number(1), Purpose::uplink, input.number(1) % 3, 3, input.number(1)};
  return message;
}

/// The rest of the input cut into parts at random: most lengths fit no compressor.
Message any_message(Input& input) {
  Message message = envelope(input);
  std::array<std::uint64_t, parts> split{};
  for (std::size_t part = 1; part < parts; ++part) split[part] = input.number(2);
  const std::uint64_t others = split[1] + split[2] + split[3], bits = 8 * input.rest().size();
  split[0] = bits >= others ? bits - others : input.number(1);
  message.receive(input.rest(), split);
  return message;
}

/// A message of the right lengths whose bytes are replaced by the input's.
Message damaged_message(Target& target, Input& input) {
  Message message = envelope(input);
  Vector x(target.dimension);
  fill(x, static_cast<double>(static_cast<std::int8_t>(input.number(1))));
  target.compressor->encode(x, message);
  std::array<std::uint64_t, parts> split{};
  for (std::size_t part = 0; part < parts; ++part) split[part] = message.bits(static_cast<Part>(part));
  std::vector<std::byte> bytes(message.bytes().begin(), message.bytes().end());
  const std::size_t start = bytes.empty() ? 0 : input.number(2) % bytes.size();
  const std::size_t count = std::min(bytes.size() - start, input.rest().size());
  std::copy_n(input.rest().begin(), count, bytes.begin() + static_cast<std::ptrdiff_t>(start));
  if (const auto used = message.bits() % 8; used != 0)
    bytes.back() &= static_cast<std::byte>((1u << used) - 1);
  message.receive(bytes, split);
  return message;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::vector<Target> targets = make_targets();
  Input input(data, size);
  const bool right_length = input.number(1) % 4 != 0;
  Target& target = targets[input.number(2) % targets.size()];
  try {
    const Message message = right_length ? damaged_message(target, input) : any_message(input);
    decode(target, message);
    read_everything(message, input);
  } catch (const MessageError&) {
  }
  return 0;
}
