// A walk on the nodes of a graph, read from a file of edges. Such walks are reversible, so that the second
// eigenvalue and the autocorrelation of the values come from a symmetric matrix (detail/walk_matrix.hpp).
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>

#include <trivium/io/libsvm.hpp>
#include <trivium/noise/detail/walk_matrix.hpp>
#include <trivium/noise/graph.hpp>
#include <trivium/noise/graph_measures.hpp>

#include "detail/steps.hpp"

namespace trivium::noise::chains {
namespace {

using detail::WalkMatrix;
using detail::WalkRule;

/// What the walk was read from, and the part of it that is walked on.
struct Ground {
  Graph whole;
  std::vector<double> labels;       // of the nodes of the whole graph; none without a file of nodes
  std::vector<std::uint32_t> kept;  // the nodes of the walk
  Graph graph;                      // these, renumbered
};

class GraphWalk final : public NumberedSteps<GraphWalk> {
 public:
  struct Params {
    std::string edges, nodes, kind = "metropolis_hastings", component = "largest";
    double hold = 0.5;
    std::int64_t chosen = -1;
    void describe(Fields& fields) {
      fields.text("edges", edges,
                  "a file of edges 'u v', nodes from 0, looked up in the data folders; required");
      fields.text("nodes", nodes,
                  "LIBSVM text, a row for every node: its label and features; for the values");
      fields.choice("kind", kind, {"metropolis_hastings", "simple", "lazy"}, "how a node is left");
      fields.real("hold", hold, fraction, "probability to stay at a node, of the lazy walk");
      fields.choice("component", component, {"largest", "whole"},
                    "walk on the largest connected component, or want the whole graph to be connected");
      fields.integer("class", chosen, {-1, 1e9},
                     "the values tell nodes of this label from the others; -1: the most frequent label");
    }
  };
  static About about() {
    return {"a walk on the nodes of a graph",
            "from u to a uniform neighbour v:\n"
            "  simple               always; stationary: deg u / sum of degrees\n"
            "  lazy                 with probability 1 - hold, else it stays; stationary: the same\n"
            "  metropolis_hastings  with probability min(1, deg u / deg v), else it stays; P(u, v) =\n"
            "                       min(1 / deg u, 1 / deg v); stationary: uniform, what 'sampled' needs\n"
            "Edges from a node to itself are left out. States are the nodes of the component walked on,\n"
            "in ascending order. On a bipartite graph a walk that always moves never relaxes.\n"
            "Values: whether a node's label is `class`, standardised; without labels its degree, on a\n"
            "regular graph its number. The relaxation time is computed by Lanczos' method on the\n"
            "inverse of I - P, the autocorrelation time of the values by conjugate gradients.",
            "Levin, Peres, Wilmer: Markov Chains and Mixing Times; Even 2023"};
  }
  GraphWalk(const Params& params, const Place& place)
      : rule_(rule_of(params.kind)),
        hold_(params.hold),
        ground_(read(params, place)),
        matrix_(std::make_shared<WalkMatrix>(graph(), rule_, hold_)) {
    if (rule_ == WalkRule::lazy && hold_ == 1)
      reject("graph_walk.hold = 1 is a walk that never moves; give a number below 1");
    if (place.states != 0 && place.states != graph().nodes())
      reject(
          "graph_walk: '{}' has {} nodes, {} of them in its largest component, where the walk is, but {} "
          "states "
          "are needed; take the rows of these nodes only (regression: graph = \"{}\")",
          params.edges, ground_->whole.nodes(), graph().nodes(), place.states, params.edges);
    find_values(static_cast<double>(params.chosen));
  }

  State start(Stream& stream) const override {
    if (rule_ == WalkRule::metropolis_hastings) return {stream.below(graph().nodes()), 0};
    return {graph().ends()[stream.below(graph().ends().size())], 0};  // an end of a uniform edge
  }
  void step(State& state, Stream& stream) const {
    if (rule_ == WalkRule::lazy && stream.bernoulli(hold_)) return;
    const auto neighbours = graph().neighbours(state.index);
    const std::uint32_t to = neighbours[stream.below(neighbours.size())];
    if (rule_ == WalkRule::metropolis_hastings) {
      const std::size_t here = neighbours.size(), there = graph().degree(to);
      if (there > here && stream.below(there) >= here) return;
    }
    state.index = to;
  }
  double value(const State& state) const { return values_[state.index]; }

  Law law() const override {
    const char* name = rule_ == WalkRule::metropolis_hastings ? "uniform" : "proportional to the degree";
    return {name, matrix_->stationary(),
            [ground = ground_, matrix = matrix_, start = weighted_values()](std::size_t lag) {
              Eigen::VectorXd moved = start, next;
              for (std::size_t i = 0; i < lag; ++i) {
                matrix->apply(moved, next);
                moved.swap(next);
              }
              return start.dot(moved);
            }};
  }
  Times times() const override {
    if (!times_) times_ = measure_times();
    return *times_;
  }
  std::vector<Measure> measures() const override;

 private:
  static WalkRule rule_of(const std::string& kind) {
    return kind == "simple" ? WalkRule::simple
           : kind == "lazy" ? WalkRule::lazy
                            : WalkRule::metropolis_hastings;
  }
  static std::shared_ptr<const Ground> read(const Params& params, const Place& place);
  const Graph& graph() const { return ground_->graph; }
  std::vector<double> labels_walked_on() const;
  void find_values(double chosen);
  /// The values times the root of the stationary law: a unit vector orthogonal to that root.
  Eigen::VectorXd weighted_values() const {
    return matrix_->root().cwiseProduct(
        Eigen::Map<const Eigen::VectorXd>(values_.data(), static_cast<Eigen::Index>(values_.size())));
  }
  auto applied() const {
    return [this](const Eigen::VectorXd& x, Eigen::VectorXd& out) { matrix_->apply(x, out); };
  }
  void find_second_eigenvalue() const;
  Times measure_times() const;

  WalkRule rule_;
  double hold_;
  std::shared_ptr<const Ground> ground_;
  std::shared_ptr<const WalkMatrix> matrix_;
  std::vector<double> values_;
  mutable std::optional<Constant> second_;  // what takes a while is found once
  mutable std::optional<Times> times_;
};

std::shared_ptr<const Ground> GraphWalk::read(const Params& params, const Place& place) {
  if (params.edges.empty()) reject("graph_walk: no graph: set edges = \"...\" to a file of edges");
  std::vector<double> labels;
  if (!params.nodes.empty()) labels = io::scan_libsvm(io::find_data(params.nodes, place.data_folders)).labels;
  Graph whole = read_graph(io::find_data(params.edges, place.data_folders), labels.size());
  if (!labels.empty() && whole.nodes() > labels.size())
    reject("graph_walk: '{}' has {} rows, but '{}' names node {}; a row for every node is needed",
           params.nodes, labels.size(), params.edges, whole.nodes() - 1);
  if (whole.edges() == 0) reject("graph_walk: '{}' has no edge between two nodes", params.edges);
  std::vector<std::uint32_t> kept = largest_component(whole);
  if (params.component == "whole" && kept.size() < whole.nodes())
    reject(
        "graph_walk: '{}' is not connected: a walk from its largest component sees {} of {} nodes; set "
        "component = \"largest\" to walk there",
        params.edges, kept.size(), whole.nodes());
  Graph graph = restricted(whole, kept);
  return std::make_shared<Ground>(
      Ground{std::move(whole), std::move(labels), std::move(kept), std::move(graph)});
}

std::vector<double> GraphWalk::labels_walked_on() const {
  std::vector<double> labels;
  if (!ground_->labels.empty())
    for (const std::uint32_t node : ground_->kept) labels.push_back(ground_->labels[node]);
  return labels;
}

void GraphWalk::find_values(double chosen) {
  std::vector<double> labels = labels_walked_on();
  if (labels.empty()) {
    for (std::size_t u = 0; u < graph().nodes(); ++u)
      values_.push_back(static_cast<double>(graph().degree(u)));
    if (std::adjacent_find(values_.begin(), values_.end(), std::not_equal_to<>()) == values_.end())
      for (std::size_t u = 0; u < values_.size(); ++u) values_[u] = static_cast<double>(u);
  } else {
    std::map<double, std::size_t> counts;
    for (const double label : labels) ++counts[label];
    const auto rarer = [](const auto& a, const auto& b) { return a.second < b.second; };
    if (chosen == -1) chosen = std::max_element(counts.begin(), counts.end(), rarer)->first;
    if (counts.count(chosen) == 0 || counts.size() == 1)
      reject(
          "graph_walk: class = {}, but {} of the walk's nodes have that label; values need some and not all",
          chosen, counts.count(chosen) == 0 ? "none" : "all");
    for (const double label : labels) values_.push_back(label == chosen ? 1 : 0);
  }
  const std::vector<double> law = matrix_->stationary();
  double mean = 0, variance = 0;
  for (std::size_t u = 0; u < law.size(); ++u) mean += law[u] * values_[u];
  for (std::size_t u = 0; u < law.size(); ++u) variance += law[u] * (values_[u] - mean) * (values_[u] - mean);
  for (double& value : values_) value = (value - mean) / std::sqrt(variance);
}

void GraphWalk::find_second_eigenvalue() const {
  if (second_) return;
  if (matrix_->periodic()) {
    second_ = Constant{-1, Origin::known, "the graph is bipartite: the walk changes sides at every step"};
    return;
  }
  constexpr double accuracy = 1e-6;
  const auto apply = applied();
  const detail::Second found =
      detail::second_eigenvalue({apply, matrix_->diagonal(), matrix_->root()}, accuracy);
  const bool good = found.error <= accuracy;
  second_ = Constant{found.value, good ? Origin::computed : Origin::estimated,
                     fmt::format("Lanczos on the inverse, 1 - |lambda| to a relative {:.0e}",
                                 good ? accuracy : found.error)};
}

Times GraphWalk::measure_times() const {
  find_second_eigenvalue();
  Times times;
  times.relaxation = {1 / (1 - std::abs(second_->value)), second_->origin, second_->how};
  const Eigen::VectorXd& root = matrix_->root();
  const double least = root.minCoeff() * root.minCoeff();
  if (matrix_->periodic())
    times.mixing = {INFINITY, Origin::known, second_->how};
  else
    times.mixing = {std::ceil(times.relaxation.value * std::log(4 / least)), Origin::estimated,
                    "a bound: relaxation time x log(4 / least stationary probability)"};
  // 1 + 2 sum_{k >= 1} <v, S^k v> = 2 <v, (I - S)^{-1} v> - 1 for the unit vector v.
  const Eigen::VectorXd v = weighted_values();
  Eigen::VectorXd x;
  const auto apply = applied();
  const double residual = detail::solve_resolvent({apply, matrix_->diagonal(), root}, 1, v, 1e-10, x);
  times.autocorrelation = {2 * v.dot(x) - 1, residual <= 1e-9 ? Origin::computed : Origin::estimated,
                           fmt::format("conjugate gradients on I - P, relative residual {:.0e}", residual)};
  return times;
}

std::vector<Measure> GraphWalk::measures() const {
  find_second_eigenvalue();
  std::vector<Measure> all{{"second eigenvalue", *second_}};
  if (ground_->labels.empty()) return all;
  const auto add = [&](const Graph& graph, const std::vector<double>& labels, const char* where) {
    const std::string how = fmt::format("{}, {} nodes, {} edges", where, graph.nodes(), graph.edges());
    all.push_back({"adjusted homophily", {adjusted_homophily(graph, labels), Origin::known, how}});
    all.push_back({"edge label informativeness", {label_informativeness(graph, labels), Origin::known, how}});
  };
  const bool part = graph().nodes() < ground_->whole.nodes();
  add(ground_->whole, ground_->labels, "the whole graph");
  if (part) add(graph(), labels_walked_on(), "the component walked on");
  return all;
}

}  // namespace

void register_graph_walk(Catalogue& all) { all.add<GraphWalk>("graph_walk"); }

}  // namespace trivium::noise::chains
