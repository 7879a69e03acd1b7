#pragma once
#include <span>

#include <trivium/noise/graph.hpp>

// What the labels of neighbours have to do with each other (Platonov, Kuznedelev, Babenko, Prokhorenkova:
// Characterizing graph datasets for node classification: homophily-heterophily dichotomy and beyond, 2023).
// A label is a class number; `labels` has one for every node. p_k is the share of class k among the ends of
// edges. Nodes without edges count for nothing.

namespace trivium::noise {

/// The share of edges whose two nodes have the same label.
double edge_homophily(const Graph& graph, std::span<const double> labels);

/// (h - sum_k p_k^2) / (1 - sum_k p_k^2), h the edge homophily: 1 when all edges join equal labels, 0 when
/// labels are as good as independent. It is the lag-one autocorrelation of the one-hot labels along the
/// simple walk on the graph. Not a number when all labels are equal.
double adjusted_homophily(const Graph& graph, std::span<const double> labels);

/// LI_edge = 2 - H(labels of both ends of an edge) / H(p): what share of the entropy of a node's label a
/// neighbour's label takes away. Not a number when all labels are equal.
double label_informativeness(const Graph& graph, std::span<const double> labels);

}  // namespace trivium::noise
