// The adjusted homophily is the lag-one autocorrelation of the one-hot labels of the simple walk: by
// enumeration, and along a walk.
#include <cmath>
#include <cstdlib>
#include <map>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/io/libsvm.hpp>
#include <trivium/noise/chains.hpp>
#include <trivium/noise/graph_measures.hpp>

#include "support/folder.hpp"

using namespace trivium;
using namespace trivium::noise;
using Labels = std::vector<double>;

namespace {

// sum_k (E 1_k(X_0) 1_k(X_1) - p_k^2) / sum_k (p_k - p_k^2), X_0 stationary: node u with deg u / sum of
// degrees, X_1 one of its neighbours.
double lag_one(const Graph& graph, const Labels& labels) {
  std::map<double, double> p;
  double together = 0;
  for (std::size_t u = 0; u < graph.nodes(); ++u) {
    const double here = static_cast<double>(graph.degree(u)) / static_cast<double>(graph.ends().size());
    p[labels[u]] += here;
    for (const std::uint32_t v : graph.neighbours(u))
      if (labels[u] == labels[v]) together += here / static_cast<double>(graph.degree(u));
  }
  double squares = 0;
  for (const auto& [label, share] : p) squares += share * share;
  return (together - squares) / (1 - squares);
}

struct Estimate {
  double mean, error;
};

// The share of `steps` steps along the walk that keep the label, with its standard error from 100 batches.
Estimate share_kept(const chains::Chain& chain, const Labels& labels, std::size_t steps) {
  Stream stream(4, Purpose::test, 0, 0);
  chains::State state = chain.start(stream);
  std::vector<std::uint32_t> nodes(steps / 100);
  double sum = 0, squares = 0;
  for (int batch = 0; batch < 100; ++batch) {
    double label = labels[state.index], kept = 0;
    chain.walk(state, stream, nodes);
    for (const std::uint32_t node : nodes) {
      kept += labels[node] == label ? 1 : 0;
      label = labels[node];
    }
    kept /= static_cast<double>(nodes.size());
    sum += kept / 100;
    squares += kept * kept / 100;
  }
  return {sum, std::sqrt((squares - sum * sum) / 99)};
}

// Four standard errors, which are to be small enough to tell.
void walk_agrees(const chains::Chain& chain, const Graph& graph, const Labels& labels, std::size_t steps) {
  std::map<double, double> p;
  for (const std::uint32_t node : graph.ends())
    p[labels[node]] += 1 / static_cast<double>(graph.ends().size());
  double squares = 0;
  for (const auto& [label, share] : p) squares += share * share;
  const Estimate kept = share_kept(chain, labels, steps);
  const double correlation = (kept.mean - squares) / (1 - squares), error = kept.error / (1 - squares);
  INFO(correlation << " +- " << error);
  CHECK(error < 0.01);
  CHECK(std::abs(correlation - adjusted_homophily(graph, labels)) <= 4 * error);
}

}  // namespace

TEST_CASE("adjusted homophily is an autocorrelation, on a small graph") {
  // Two triangles of unequal labels, joined by a bridge, and a pendant node.
  const Folder folder;
  const std::string path = folder.write("edges", "0 1\n1 2\n2 0\n3 4\n4 5\n5 3\n2 3\n5 6\n");
  const Graph graph = read_graph(path);
  const Labels labels{0, 0, 1, 2, 2, 0, 1};
  // Ends: label 0 has degrees 2 + 2 + 3, label 1 3 + 1, label 2 3 + 2, of 16. Equal: edges 0-1 and 3-4 of 8.
  const double squares = (49 + 16 + 25) / 256.0;
  CHECK(adjusted_homophily(graph, labels) == Approx((0.25 - squares) / (1 - squares)).epsilon(1e-12));
  CHECK(lag_one(graph, labels) == Approx(adjusted_homophily(graph, labels)).epsilon(1e-12));
  const auto chain = chains::catalogue().make({"graph_walk", {{"edges", path}, {"kind", "simple"}}, ""}, {});
  walk_agrees(*chain, graph, labels, 200000);
}

// Published for cora: adjusted homophily .77, edge label informativeness .59 (Platonov et al. 2023).
TEST_CASE("adjusted homophily is an autocorrelation, on cora", "[data]") {
  const char* folder = std::getenv("TRIVIUM_DATA");
  if (folder == nullptr) {
    WARN("skipped: set TRIVIUM_DATA to a folder with graph_cora");
    return;
  }
  const std::string edges = io::find_data("graph_cora/cora.edges.txt", {folder});
  const Labels labels = io::scan_libsvm(io::find_data("graph_cora/cora.nodes.svm", {folder})).labels;
  const Graph whole = read_graph(edges, labels.size());
  CHECK(adjusted_homophily(whole, labels) == Approx(0.77).margin(0.005));
  CHECK(label_informativeness(whole, labels) == Approx(0.59).margin(0.005));
  CHECK(lag_one(whole, labels) == Approx(adjusted_homophily(whole, labels)).epsilon(1e-12));

  const std::vector<std::uint32_t> kept = largest_component(whole);
  CHECK(kept.size() == 2485);
  const Graph part = restricted(whole, kept);
  CHECK(part.edges() == 5069);
  Labels of_part;
  for (const std::uint32_t node : kept) of_part.push_back(labels[node]);
  CHECK(lag_one(part, of_part) == Approx(adjusted_homophily(part, of_part)).epsilon(1e-12));
  const auto chain =
      chains::catalogue().make({"graph_walk", {{"edges", edges}, {"kind", "simple"}}, ""}, {kept.size(), {}});
  walk_agrees(*chain, part, of_part, 4000000);
}
