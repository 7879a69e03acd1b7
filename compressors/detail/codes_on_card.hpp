#pragma once
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <trivium/core/message.hpp>
#include <trivium/gpu/compress.hpp>

namespace trivium::compressors {

// What append_rounded and add_rounded in rounded.hpp, and the loops of ternary, do with a vector on the card.
// The codes after the last whole group are packed and unpacked by the host: `append_rest` and `read_rest`
// take them as a span.

template <class AppendRest>
void append_codes_on_card(Message& message, const Vector& x, const gpu::Rounding& rounding,
                          const gpu::CodeLayout& layout, AppendRest append_rest) {
  std::vector<std::uint64_t> packed(layout.room());
  gpu::pack_codes(x, rounding, message.from.stream().key(), layout, packed);
  message.append_bits(Part::values, packed, 64 * layout.words());
  std::vector<std::uint32_t> rest(layout.rest());
  if (!rest.empty()) std::memcpy(rest.data(), &packed[layout.words()], 4 * rest.size());
  append_rest(std::span<const std::uint32_t>(rest));
}

/// Returns whether all codes are ones that `values` knows.
template <class ReadRest>
bool add_codes_on_card(MessageReader& reader, const gpu::CodeValues& values, const gpu::CodeLayout& layout,
                       Vector& out, ReadRest read_rest) {
  std::vector<std::uint64_t> packed(layout.room());
  reader.read_bits(packed, 64 * layout.words());
  std::vector<std::uint32_t> rest(layout.rest());
  read_rest(std::span(rest));
  if (!rest.empty()) std::memcpy(&packed[layout.words()], rest.data(), 4 * rest.size());
  return gpu::add_codes(packed, layout, values, out);
}

/// The same for codes of layout.width bits each.
inline void append_codes_on_card(Message& message, const Vector& x, const gpu::Rounding& rounding,
                                 const gpu::CodeLayout& layout) {
  append_codes_on_card(message, x, rounding, layout, [&](std::span<const std::uint32_t> rest) {
    message.append_words(Part::values, rest, layout.width);
  });
}
inline bool add_codes_on_card(MessageReader& reader, const gpu::CodeValues& values,
                              const gpu::CodeLayout& layout, Vector& out) {
  return add_codes_on_card(reader, values, layout, out,
                           [&](std::span<std::uint32_t> rest) { reader.read_words(rest, layout.width); });
}

}  // namespace trivium::compressors
