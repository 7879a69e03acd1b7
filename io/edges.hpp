#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <trivium/io/data_files.hpp>

// The edges of an undirected graph as text, plain or gzipped: one edge a line, the numbers `u v` of its two
// nodes, from 0, in either direction. Blank lines and what follows a `#` are left out; Windows line ends are
// fine.
//
// Whatever else is found throws InputError "path:line: what was found, what was expected".

namespace trivium::io {

struct Edges {
  std::size_t nodes = 0;                            ///< one more than the largest number
  std::vector<std::array<std::uint32_t, 2>> pairs;  ///< as they are written; from a node to itself too
};

Edges read_edges(const std::string& path);

/// The edges of a text in memory; `name` stands for the path in errors.
Edges parse_edges(std::string_view text, const std::string& name);

}  // namespace trivium::io
