#pragma once
#include <string>

#include <fmt/format.h>

namespace trivium::io::detail {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }
inline bool ends_token(char c) { return c == ' ' || c == '\n' || is_space(c) || c == '#'; }

/// The token at `at` as an error shows it: what cannot be printed as its code, at most 40 characters.
inline std::string shown_token(const char* at, const char* end) {
  std::string token;
  for (; at != end && !ends_token(*at) && token.size() < 40; ++at) {
    const auto c = static_cast<unsigned char>(*at);
    token += c >= 0x20 && c < 0x7f ? std::string(1, *at) : fmt::format("\\x{:02x}", c);
  }
  if (at != end && !ends_token(*at)) token += "...";
  return token;
}

}  // namespace trivium::io::detail
