#include <cmath>
#include <map>
#include <utility>

#include <trivium/noise/graph_measures.hpp>

namespace trivium::noise {
namespace {

/// The law of the labels at both ends of a uniform edge in a uniform direction, and of one of them.
struct Ends {
  Ends(const Graph& graph, std::span<const double> labels) {
    const double each = 1 / static_cast<double>(graph.ends().size());
    for (std::size_t u = 0; u < graph.nodes(); ++u)
      for (const std::uint32_t v : graph.neighbours(u)) {
        both[{labels[u], labels[v]}] += each;
        one[labels[u]] += each;
      }
  }
  std::map<std::pair<double, double>, double> both;
  std::map<double, double> one;
};

template <class Law>
double entropy(const Law& law) {
  double sum = 0;
  for (const auto& [label, p] : law) sum -= p * std::log(p);
  return sum;
}

double agreement(const Ends& ends) {
  double same = 0;
  for (const auto& [labels, p] : ends.both)
    if (labels.first == labels.second) same += p;
  return same;
}

}  // namespace

double edge_homophily(const Graph& graph, std::span<const double> labels) {
  return agreement(Ends(graph, labels));
}

double adjusted_homophily(const Graph& graph, std::span<const double> labels) {
  const Ends ends(graph, labels);
  if (ends.one.size() < 2) return NAN;
  double by_chance = 0;  // sum_k p_k^2
  for (const auto& [label, p] : ends.one) by_chance += p * p;
  return (agreement(ends) - by_chance) / (1 - by_chance);
}

double label_informativeness(const Graph& graph, std::span<const double> labels) {
  const Ends ends(graph, labels);
  if (ends.one.size() < 2) return NAN;
  return 2 - entropy(ends.both) / entropy(ends.one);
}

}  // namespace trivium::noise
