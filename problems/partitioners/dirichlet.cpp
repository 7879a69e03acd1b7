#include <algorithm>
#include <cmath>
#include <map>
#include <queue>

#include <trivium/core/stream.hpp>
#include <trivium/problems/partitioners.hpp>

#include "detail/blocks.hpp"

namespace trivium::problems::partitioners {
namespace {

using Rows = std::vector<std::uint32_t>;

// log of a Gamma(shape) number, shape >= 1 (Marsaglia and Tsang 2000).
double log_gamma_above_one(double shape, Stream& stream) {
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = stream.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double log_v = 3 * std::log(root);
    const double log_u = std::log(1 - stream.uniform());
    if (log_u < x * x / 2 + d * (1 - std::exp(log_v) + log_v)) return std::log(d) + log_v;
  }
}

// log of a Gamma(shape) number. Below one, Gamma(shape) = Gamma(shape + 1) U^(1/shape); in logarithms,
// because for small shapes most of these numbers underflow.
double log_gamma(double shape, Stream& stream) {
  if (shape >= 1) return log_gamma_above_one(shape, stream);
  return log_gamma_above_one(shape + 1, stream) + std::log(1 - stream.uniform()) / shape;
}

// Shares of the workers ~ Dirichlet(alpha, ..., alpha).
void draw_shares(double alpha, Stream& stream, std::vector<double>& shares) {
  for (double& share : shares) share = log_gamma(alpha, stream);
  const double largest = *std::max_element(shares.begin(), shares.end());
  double total = 0;
  for (double& share : shares) total += share = std::exp(share - largest);
  for (double& share : shares) share /= total;
}

// Cuts the rows in proportion to the shares; the cuts are rounded, so no worker is off by more than a row.
void deal_rows(const Rows& rows, const std::vector<double>& shares, std::vector<Rows>& dealt) {
  double cumulated = 0;
  std::size_t next = 0;
  for (std::size_t worker = 0; worker < shares.size(); ++worker) {
    cumulated += shares[worker];
    const bool last = worker + 1 == shares.size();
    const auto cut = static_cast<std::size_t>(std::llround(cumulated * static_cast<double>(rows.size())));
    const std::size_t end = last ? rows.size() : std::clamp(cut, next, rows.size());
    dealt[worker].insert(dealt[worker].end(), rows.begin() + next, rows.begin() + end);
    next = end;
  }
}

// Every empty worker gets the last row of the worker that has most; among equals, of the one with the lowest
// number.
void fill_empty_workers(std::vector<Rows>& dealt) {
  std::priority_queue<std::pair<std::size_t, int>> richest;
  for (std::size_t worker = 0; worker < dealt.size(); ++worker)
    richest.emplace(dealt[worker].size(), -static_cast<int>(worker));
  for (Rows& rows : dealt) {
    if (!rows.empty()) continue;
    const auto [count, minus_worker] = richest.top();
    richest.pop();
    Rows& from = dealt[static_cast<std::size_t>(-minus_worker)];
    rows.push_back(from.back());
    from.pop_back();
    richest.emplace(count - 1, minus_worker);
  }
}

class Dirichlet final : public Partitioner {
 public:
  struct Params {
    double alpha = 0.5;
    std::int64_t seed = 1;
    void describe(Fields& fields) {
      fields.real("alpha", alpha, {1e-6, 1e9},
                  "concentration: large deals labels evenly, small gives each label to few workers");
      fields.integer("seed", seed, non_negative, "which shares and which rows");
    }
  };
  static About about() {
    return {.summary = "workers' shares of each label drawn from a Dirichlet law",
            .rule =
                "for each label: shares (p_1, ..., p_M) ~ Dirichlet(alpha, ..., alpha), so that\n"
                "E sum p_m^2 = (alpha + 1) / (M alpha + 1); its rows in random order are cut in these\n"
                "proportions. A worker left without a row gets one from the worker that has most",
            .source = "Yurochkin et al. 2019; Gamma numbers by Marsaglia and Tsang 2000"};
  }
  explicit Dirichlet(const Params& params)
      : alpha_(params.alpha), seed_(static_cast<std::uint64_t>(params.seed)) {}

  std::vector<int> deal(const DataRows& all, int workers) const override {
    const std::span<const double> labels = all.labels();
    detail::require_enough_rows(labels.size(), workers);
    std::map<double, Rows> rows_of_label;
    for (std::uint32_t row = 0; row < labels.size(); ++row) rows_of_label[labels[row]].push_back(row);

    Stream stream(seed_, Purpose::partition, everyone, 0);
    std::vector<double> shares(static_cast<std::size_t>(workers));
    std::vector<Rows> dealt(shares.size());
    for (auto& [label, rows] : rows_of_label) {
      draw_shares(alpha_, stream, shares);
      shuffle(rows, stream);
      deal_rows(rows, shares, dealt);
    }
    fill_empty_workers(dealt);
    return owners(dealt, labels.size());
  }

 private:
  static void shuffle(Rows& rows, Stream& stream) {
    Rows order(rows.size()), shuffled(rows.size());
    stream.permutation(order);
    for (std::size_t i = 0; i < rows.size(); ++i) shuffled[i] = rows[order[i]];
    rows = std::move(shuffled);
  }
  static std::vector<int> owners(const std::vector<Rows>& dealt, std::size_t rows) {
    std::vector<int> owner(rows);
    for (std::size_t worker = 0; worker < dealt.size(); ++worker) {
      for (const std::uint32_t row : dealt[worker]) owner[row] = static_cast<int>(worker);
    }
    return owner;
  }

  double alpha_;
  std::uint64_t seed_;
};

}  // namespace

void register_dirichlet(Catalogue& all) { all.add<Dirichlet>("dirichlet"); }

}  // namespace trivium::problems::partitioners
