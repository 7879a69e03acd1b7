#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <trivium/io/edges.hpp>
#include <trivium/noise/graph.hpp>

namespace trivium::noise {
namespace {

constexpr std::uint32_t nowhere = ~std::uint32_t{0};

/// Visits all nodes that can be reached from `start`; `visit(from, to)` says whether `to` is new.
template <class Visit>
std::vector<std::uint32_t> reach(const Graph& graph, std::uint32_t start, Visit visit) {
  std::vector<std::uint32_t> reached{start};
  for (std::size_t i = 0; i < reached.size(); ++i)
    for (const std::uint32_t v : graph.neighbours(reached[i]))
      if (visit(reached[i], v)) reached.push_back(v);
  return reached;
}

}  // namespace

Graph::Graph(std::size_t nodes, std::span<const std::array<std::uint32_t, 2>> pairs) : first_(nodes + 1, 0) {
  std::vector<std::array<std::uint32_t, 2>> edges;  // each once, the lesser node first
  edges.reserve(pairs.size());
  for (const auto& [u, v] : pairs) {
    if (u >= nodes || v >= nodes) throw std::invalid_argument("an edge names a node that the graph has not");
    if (u != v) edges.push_back({std::min(u, v), std::max(u, v)});
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  for (const auto& [u, v] : edges) {
    ++first_[u + 1];
    ++first_[v + 1];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  ends_.resize(first_.back());
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  for (const auto& [u, v] : edges) {  // in this order every node's neighbours come in theirs
    ends_[next[u]++] = v;
    ends_[next[v]++] = u;
  }
}

Graph read_graph(const std::string& path, std::size_t least) {
  const io::Edges edges = io::read_edges(path);
  return Graph(std::max(edges.nodes, least), edges.pairs);
}

std::vector<std::uint32_t> largest_component(const Graph& graph) {
  std::vector<bool> seen(graph.nodes(), false);
  std::vector<std::uint32_t> largest;
  for (std::uint32_t u = 0; u < graph.nodes(); ++u) {
    if (seen[u]) continue;
    seen[u] = true;
    std::vector<std::uint32_t> reached = reach(graph, u, [&](std::uint32_t, std::uint32_t v) {
      const bool is_new = !seen[v];
      seen[v] = true;
      return is_new;
    });
    if (reached.size() > largest.size()) largest = std::move(reached);
  }
  std::sort(largest.begin(), largest.end());
  return largest;
}

Graph restricted(const Graph& graph, std::span<const std::uint32_t> kept) {
  std::vector<std::uint32_t> number(graph.nodes(), nowhere);
  for (std::uint32_t i = 0; i < kept.size(); ++i) number[kept[i]] = i;
  std::vector<std::array<std::uint32_t, 2>> pairs;
  for (const std::uint32_t u : kept)
    for (const std::uint32_t v : graph.neighbours(u))
      if (u < v && number[v] != nowhere) pairs.push_back({number[u], number[v]});
  return Graph(kept.size(), pairs);
}

bool is_bipartite(const Graph& graph) {
  std::vector<std::uint32_t> side(graph.nodes(), nowhere);
  bool two_sides = true;
  for (std::uint32_t u = 0; u < graph.nodes(); ++u) {
    if (side[u] != nowhere) continue;
    side[u] = 0;
    reach(graph, u, [&](std::uint32_t from, std::uint32_t to) {
      const bool is_new = side[to] == nowhere;
      if (is_new) side[to] = 1 - side[from];
      two_sides = two_sides && side[to] != side[from];
      return is_new;
    });
  }
  return two_sides;
}

}  // namespace trivium::noise
