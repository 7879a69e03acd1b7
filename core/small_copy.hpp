#pragma once
#include <cstddef>
#include <cstring>

namespace trivium {

/// Copies `count` items of `size` bytes, without a call for the few that most messages carry. Any alignment.
template <std::size_t size>
inline void small_copy(void* to, const void* from, std::size_t count) {
  if (count >= 16) {
    std::memcpy(to, from, count * size);
    return;
  }
  auto* target = static_cast<std::byte*>(to);
  const auto* source = static_cast<const std::byte*>(from);
  const auto piece = [&]<std::size_t items>() {
    if ((count & items) == 0) return;
    std::memcpy(target, source, items * size);
    target += items * size;
    source += items * size;
  };
  piece.template operator()<8>();
  piece.template operator()<4>();
  piece.template operator()<2>();
  piece.template operator()<1>();
}

}  // namespace trivium
