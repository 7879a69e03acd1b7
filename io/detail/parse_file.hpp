#pragma once
#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/errors.hpp>

#include "text_file.hpp"
#include "tokens.hpp"

namespace trivium::io::detail {

/// The end of the last whole token of a block; its size when it is one token without an end.
inline std::size_t last_break(std::span<const char> block) {
  for (std::size_t size = block.size(); size > 0; --size)
    if (ends_token(block[size - 1])) return size;
  return block.size();
}

/// Feeds a text file, plain or gzipped, to `parser` in blocks that end between tokens. A Parser has
///   void feed(const char* at, const char* end), void finish(), std::size_t line() const
template <class Parser>
void parse_file(const std::string& path, Parser& parser) {
  constexpr std::size_t block_size = 1 << 20;
  TextFile file(path);
  std::vector<char> buffer(block_size);
  std::size_t left = 0;  // bytes of a token that the last block cut
  for (bool more = true; more;) {
    const std::size_t size = left + file.read(std::span(buffer).subspan(left));
    const char* data = buffer.data();
    if (const std::string failure = file.failure(); !failure.empty())
      reject("{}:{}: found {}; get the file again", path, parser.line() + std::count(data, data + size, '\n'),
             failure);
    more = size == block_size;
    const std::size_t whole = more ? last_break({data, size}) : size;
    parser.feed(data, data + whole);
    left = size - whole;
    std::copy(data + whole, data + size, buffer.begin());
  }
  parser.finish();
}

}  // namespace trivium::io::detail
