#include "claim_runs.hpp"

namespace trivium::experiments {
namespace {

using Texts = std::vector<std::string>;
using Kind = Claim::Kind;

/// The members are what all parts of the choice need.
class Chooser {
 public:
  Chooser(const ClaimText& given, const Experiment& experiment, Claim& claim)
      : given_(given), experiment_(experiment), claim_(claim) {}

  void choose() {
    claim_.of = read_label("of");
    claim_.of_points = read_points(claim_.of, "of_where");
    if (claim_.kind == Kind::ratio) {
      claim_.to = read_label("to");
      claim_.to_points = read_points(claim_.to, "to_where");
      check_one_problem(claim_.to, claim_.to_points);
    }
    if (claim_.kind == Kind::slope) read_over();
    if (claim_.kind != Kind::status) check_one_problem(claim_.of, claim_.of_points);
  }

 private:
  std::string read_label(const char* key) const {
    const std::string& label = required_text(given_.table, key, given_.owner, given_.place);
    Texts known;
    for (const MethodRun& run : experiment_.runs)
      if (!contains(known, run.label)) known.push_back(run.label);
    if (!contains(known, label))
      given_.refuse(key, ": no method has the label '{}'{}", label, did_you_mean(label, known));
    return label;
  }

  /// The runs with this label whose grid points hold every part that `where` and `more` name.
  std::vector<std::size_t> read_points(const std::string& label, const char* more) const {
    std::vector<std::size_t> points;
    for (std::size_t i = 0; i < experiment_.runs.size(); ++i)
      if (experiment_.runs[i].label == label) points.push_back(i);
    for (const char* key : {"where", more}) {
      if (given_.table.find(key) == nullptr) continue;
      for (const std::string& part : grid_parts(required_text(given_.table, key, given_.owner, given_.place)))
        points = with_part(points, part, label, key);
    }
    return points;
  }

  std::vector<std::size_t> with_part(const std::vector<std::size_t>& points, const std::string& part,
                                     const std::string& label, const char* key) const {
    Texts known;
    std::vector<std::size_t> kept;
    for (const std::size_t i : points) {
      const Texts& parts = experiment_.runs[i].parts;
      if (contains(parts, part)) kept.push_back(i);
      for (const std::string& other : parts)
        if (!contains(known, other)) known.push_back(other);
    }
    if (kept.empty())
      given_.refuse(key, ": no such grid point of '{}': '{}'{}", label, part, did_you_mean(part, known));
    return kept;
  }

  void read_over() {
    claim_.over = required_text(given_.table, "over", given_.owner, given_.place);
    for (const std::size_t i : claim_.of_points) claim_.over_values.push_back(over_value(i));
    if (std::equal(claim_.over_values.begin() + 1, claim_.over_values.end(), claim_.over_values.begin()))
      given_.refuse("over", ": a slope needs at least two values of '{}'", claim_.over);
  }

  double over_value(std::size_t run) const {
    Texts known;
    for (const std::string& part : experiment_.runs[run].parts) {
      known.push_back(part.substr(0, part.find(" = ")));
      if (known.back() != claim_.over) continue;
      const std::optional<double> number = grid_number(part);
      if (!number || !(*number > 0)) given_.refuse("over", ": a slope needs numbers > 0, got '{}'", part);
      return *number;
    }
    given_.refuse("over", ": no grid of '{}' goes over '{}'{}", claim_.of, claim_.over,
                  did_you_mean(claim_.over, known));
  }

  /// The best of several points is chosen; that has a meaning on one problem only (of a slope: at one value).
  void check_one_problem(const std::string& label, const std::vector<std::size_t>& points) const {
    for (std::size_t i = 0; i < points.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const MethodRun &a = experiment_.runs[points[i]], &b = experiment_.runs[points[j]];
        const bool apart = claim_.kind == Kind::slope && claim_.over_values[i] != claim_.over_values[j];
        if (a.problem != b.problem && !apart)
          given_.refuse("where", ": '{}' runs on several problems; choose with where = \"{}\"", label,
                        grid_name(experiment_.problems[b.problem].parts));
      }
  }

  const ClaimText& given_;
  const Experiment& experiment_;
  Claim& claim_;
};

}  // namespace

void choose_runs(const ClaimText& given, const Experiment& experiment, Claim& claim) {
  Chooser(given, experiment, claim).choose();
}

}  // namespace trivium::experiments
