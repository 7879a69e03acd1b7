#include <cmath>
#include <numeric>

#include <trivium/problems/partitioners.hpp>

#include "detail/sorted.hpp"

namespace trivium::problems::partitioners {
namespace {

using Point = std::vector<double>;

constexpr int most_iterations = 500;
constexpr double accuracy = 1e-9;  // of the direction

/// <a_i, v> for every row.
void project(const io::SparseRows& rows, const Point& v, Point& scores) {
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] = 0;
    for (std::size_t e = rows.offsets[i]; e < rows.offsets[i + 1]; ++e)
      scores[i] += rows.values[e] * v[rows.columns[e]];
  }
}

/// sum_i weights_i a_i.
void combine(const io::SparseRows& rows, const Point& weights, Point& v) {
  std::fill(v.begin(), v.end(), 0.0);
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (std::size_t e = rows.offsets[i]; e < rows.offsets[i + 1]; ++e)
      v[rows.columns[e]] += weights[i] * rows.values[e];
}

/// v = v / |v|; false when v is zero.
bool normalise(Point& v) {
  const double length = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
  if (!(length > 0)) return false;
  for (double& entry : v) entry /= length;
  return true;
}

/// The entry of largest magnitude, the first of equals, becomes positive: the sign of a direction is free.
void fix_sign(Point& v) {
  const auto larger = [](double a, double b) { return std::abs(a) < std::abs(b); };
  if (*std::max_element(v.begin(), v.end(), larger) < 0)
    for (double& entry : v) entry = -entry;
}

void centre(Point& scores) {
  const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
  for (double& score : scores) score -= mean;
}

/// The scores <a_i - mean, v> of the rows along their first principal component v, by power iteration:
/// v+ = sum_i <a_i - mean, v> a_i / |...|. The centred scores add up to zero, so the second mean drops out.
/// Rows that are all equal have the scores zero.
Point principal_scores(const io::SparseRows& rows, std::size_t columns, std::size_t count) {
  Point v(columns), next(columns), scores(count);
  Stream stream(0, Purpose::partition, everyone, 1);
  for (double& entry : v) entry = stream.normal();
  normalise(v);
  double change = 1;
  for (int k = 0; k < most_iterations && change > accuracy; ++k) {
    project(rows, v, scores);
    centre(scores);
    combine(rows, scores, next);
    if (!normalise(next)) break;
    change = 0;
    for (std::size_t j = 0; j < columns; ++j) change = std::max(change, std::abs(next[j] - v[j]));
    v.swap(next);
  }
  fix_sign(v);
  project(rows, v, scores);
  centre(scores);
  return scores;
}

class ByPrincipalComponent final : public Partitioner {
 public:
  using Params = detail::SortedShare;
  static About about() {
    return {.summary = "rows sorted along the direction in which they vary most",
            .rule = std::string(
                        "a stable sort by <a_i, v>, v the first principal component of the rows: the\n"
                        "direction of largest variance about their mean, by power iteration, its largest\n"
                        "entry positive.\n") +
                    detail::sorted_rule,
            .source = "Pearson 1901: On lines and planes of closest fit to systems of points in space"};
  }
  explicit ByPrincipalComponent(const Params& params) : share_(params) {}

  std::vector<int> deal(const DataRows& rows, int workers) const override {
    detail::require_enough_rows(rows.count(), workers);
    return detail::deal_sorted(principal_scores(rows.features(), rows.columns(), rows.count()), share_,
                               workers);
  }

 private:
  detail::SortedShare share_;
};

}  // namespace

void register_by_principal_component(Catalogue& all) {
  all.add<ByPrincipalComponent>("by_principal_component");
}

}  // namespace trivium::problems::partitioners
