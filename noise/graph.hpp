#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace trivium::noise {

/// An undirected graph on nodes 0..n-1. Edges from a node to itself are left out, and an edge that is named
/// twice, in either direction, is one.
class Graph {
 public:
  /// Throws std::invalid_argument when a pair names a node that is not below `nodes`.
  Graph(std::size_t nodes, std::span<const std::array<std::uint32_t, 2>> pairs);

  std::size_t nodes() const { return first_.size() - 1; }
  std::size_t edges() const { return ends_.size() / 2; }
  std::size_t degree(std::size_t u) const { return first_[u + 1] - first_[u]; }
  /// In ascending order.
  std::span<const std::uint32_t> neighbours(std::size_t u) const {
    return {ends_.data() + first_[u], degree(u)};
  }
  /// The neighbours of node 0, of node 1, ...: a node occurs as often as it has edges.
  std::span<const std::uint32_t> ends() const { return ends_; }
  /// Where in `ends` the neighbours of u start.
  std::size_t first(std::size_t u) const { return first_[u]; }

 private:
  std::vector<std::size_t> first_;
  std::vector<std::uint32_t> ends_;
};

/// The graph of a file of edges (io/edges.hpp) on at least `least` nodes.
Graph read_graph(const std::string& path, std::size_t least = 0);

/// The nodes of the largest connected component, ascending; of several the one with the smallest node. A walk
/// on a graph file, and the rows that belong to its states, are those of these nodes in this order.
std::vector<std::uint32_t> largest_component(const Graph& graph);

/// The graph on the nodes `kept`, ascending and renumbered from 0, and the edges between them.
Graph restricted(const Graph& graph, std::span<const std::uint32_t> kept);

/// Whether every edge goes from one of two sides to the other.
bool is_bipartite(const Graph& graph);

}  // namespace trivium::noise
