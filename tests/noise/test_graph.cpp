// Graphs, their components, and measures of labels on them.
#include <cmath>
#include <stdexcept>

#include <catch2/catch.hpp>

#include <trivium/noise/graph.hpp>
#include <trivium/noise/graph_measures.hpp>

#include "support/folder.hpp"

using namespace trivium;
using noise::Graph;
using Pairs = std::vector<std::array<std::uint32_t, 2>>;
using Nodes = std::vector<std::uint32_t>;
using Labels = std::vector<double>;

namespace {

Nodes neighbours(const Graph& graph, std::size_t u) {
  const auto all = graph.neighbours(u);
  return {all.begin(), all.end()};
}

// A triangle 1, 4, 6 and an edge 0-2; 3 only with itself, 5 alone.
const Pairs some_pairs{{4, 1}, {0, 2}, {3, 3}, {6, 1}, {4, 6}, {1, 1}};

}  // namespace

TEST_CASE("a graph knows its neighbours, and leaves out edges from a node to itself") {
  const Graph graph(7, some_pairs);
  CHECK(graph.nodes() == 7);
  CHECK(graph.edges() == 4);
  CHECK(neighbours(graph, 1) == Nodes{4, 6});
  CHECK(neighbours(graph, 4) == Nodes{1, 6});
  CHECK(neighbours(graph, 3).empty());
  CHECK(graph.degree(5) == 0);
  CHECK(graph.ends().size() == 8);
  CHECK_THROWS_AS(Graph(6, some_pairs), std::invalid_argument);
}

TEST_CASE("an edge that is named twice, in either direction, is one") {
  const Graph graph(4, Pairs{{2, 1}, {1, 0}, {1, 2}, {3, 1}, {0, 1}, {0, 1}, {2, 3}});
  CHECK(graph.edges() == 4);
  CHECK(neighbours(graph, 0) == Nodes{1});
  CHECK(neighbours(graph, 1) == Nodes{0, 2, 3});
  CHECK(neighbours(graph, 2) == Nodes{1, 3});
  CHECK(neighbours(graph, 3) == Nodes{1, 2});
}

TEST_CASE("the largest component is kept in ascending order") {
  const Graph graph(7, some_pairs);
  const Nodes kept = noise::largest_component(graph);
  CHECK(kept == Nodes{1, 4, 6});
  const Graph part = noise::restricted(graph, kept);
  CHECK(part.nodes() == 3);
  CHECK(part.edges() == 3);
  CHECK(neighbours(part, 2) == Nodes{0, 1});
  CHECK(noise::largest_component(Graph(4, Pairs{{2, 3}, {0, 1}})) == Nodes{0, 1});  // of two the first
}

TEST_CASE("a graph without odd cycles is bipartite") {
  CHECK_FALSE(noise::is_bipartite(Graph(7, some_pairs)));
  CHECK(noise::is_bipartite(Graph(4, Pairs{{0, 1}, {1, 2}, {2, 3}, {3, 0}})));
  CHECK_FALSE(noise::is_bipartite(Graph(5, Pairs{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}})));
}

TEST_CASE("a graph file may be told of more nodes than it names") {
  const Folder folder;
  const std::string path = folder.write("edges", "0 1\n1 2\n");
  CHECK(noise::read_graph(path).nodes() == 3);
  CHECK(noise::read_graph(path, 5).nodes() == 5);
  CHECK(noise::read_graph(path, 2).nodes() == 3);
}

// A path a a b b: of 6 ends of edges 3 are a's and 3 b's, 2 of 3 edges join equal labels.
// Adjusted homophily (2/3 - 1/2) / (1 - 1/2) = 1/3. Both ends are aa, bb with 1/3 each, ab, ba with 1/6 each:
// LI = 2 - (2/3 log 3 + 1/3 log 6) / log 2.
TEST_CASE("measures of a path of two labels") {
  const Graph path(4, Pairs{{0, 1}, {1, 2}, {2, 3}});
  const Labels labels{5, 5, 7, 7};
  CHECK(noise::edge_homophily(path, labels) == Approx(2.0 / 3));
  CHECK(noise::adjusted_homophily(path, labels) == Approx(1.0 / 3));
  const double expected = 2 - (2 * std::log(3) + std::log(6)) / 3 / std::log(2);
  CHECK(noise::label_informativeness(path, labels) == Approx(expected));
}

TEST_CASE("measures at their ends") {
  const Graph square(4, Pairs{{0, 1}, {1, 2}, {2, 3}, {3, 0}});
  // Neighbours never agree: -(1/2) / (1/2), and a label says everything about the next one.
  CHECK(noise::adjusted_homophily(square, Labels{0, 1, 0, 1}) == Approx(-1));
  CHECK(noise::label_informativeness(square, Labels{0, 1, 0, 1}) == Approx(1));
  // Two edges agree, two do not: as good as independent.
  CHECK(noise::adjusted_homophily(square, Labels{0, 0, 1, 1}) == Approx(0).margin(1e-15));
  CHECK(noise::label_informativeness(square, Labels{0, 0, 1, 1}) == Approx(0).margin(1e-15));
  // Two pairs that never meet.
  const Graph pairs(4, Pairs{{0, 1}, {2, 3}});
  CHECK(noise::adjusted_homophily(pairs, Labels{0, 0, 1, 1}) == Approx(1));
  CHECK(noise::label_informativeness(pairs, Labels{0, 0, 1, 1}) == Approx(1));
  CHECK(std::isnan(noise::adjusted_homophily(square, Labels{3, 3, 3, 3})));
  CHECK(std::isnan(noise::label_informativeness(square, Labels{3, 3, 3, 3})));
}
