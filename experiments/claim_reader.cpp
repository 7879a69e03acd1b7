#include "claim_reader.hpp"

#include <algorithm>

#include <trivium/core/errors.hpp>

#include "claim_runs.hpp"

namespace trivium::experiments {
namespace {

using Texts = std::vector<std::string>;
using Kind = Claim::Kind;

struct KindKeys {
  Kind kind;
  const char* name;
  Texts others;  ///< the keys that have a meaning beside text, of and where
};

const std::vector<KindKeys>& kinds() {
  static const std::vector<KindKeys> all = {
      {Kind::ratio,
       "ratio",
       {"at", "mean", "to", "of_where", "to_where", "at_most", "at_least", "expected", "within"}},
      {Kind::value, "value", {"at", "unit", "value_bits", "at_most", "at_least", "expected", "within"}},
      {Kind::floor, "floor", {"mean", "at_most", "at_least", "expected", "within"}},
      {Kind::status, "status", {}},
      {Kind::slope, "slope", {"at", "mean", "over", "at_most", "at_least", "expected", "within"}}};
  return all;
}

const Texts& merits() {
  static const Texts all = {"distance", "residual", "gap", "gap_average"};
  return all;
}

/// Reads one claim. The members are what all of its parts need.
class Reader {
 public:
  Reader(const ClaimText& given, const Experiment& experiment)
      : given_(given), table_(given.table), owner_(given.owner), experiment_(experiment) {}

  Claim read() {
    const KindKeys& keys = find_kind();
    claim_.kind = keys.kind;
    claim_.text = required_text(table_, "text", owner_, given_.place);
    if (keys.kind == Kind::floor) read_merit(keys.name);
    if (keys.kind == Kind::status) read_status();
    if (contains(keys.others, "at")) read_what(keys);
    if (contains(keys.others, "mean")) read_mean();
    if (contains(keys.others, "unit")) read_unit();
    if (contains(keys.others, "at_most")) read_expectation();
    choose_runs(given_, experiment_, claim_);
    if (claim_.at.merit.empty() && claim_.of_points.size() > 1)
      given_.refuse("where",
                    ": '{}' has several grid points and no `at` that chooses the best; name one with where",
                    claim_.of);
    return claim_;
  }

 private:
  /// The kind, once every key is one that a claim of this kind has.
  const KindKeys& find_kind() const {
    Texts names, known = {"text", "of", "where"}, given;
    for (const KindKeys& keys : kinds()) {
      names.emplace_back(keys.name);
      if (table_.find(keys.name) != nullptr) given.emplace_back(keys.name);
    }
    known.insert(known.end(), names.begin(), names.end());
    for (const KindKeys& keys : kinds())
      for (const std::string& key : keys.others)
        if (!contains(known, key)) known.push_back(key);
    for (const Entry& entry : table_.entries())
      if (!contains(known, entry.name))
        reject("{}unknown key '{}' in {}{}", at(entry.value), entry.name, owner_,
               did_you_mean(entry.name, known));
    if (given.size() != 1)
      given_.refuse("", " needs exactly one of {}; got {}", join(names),
                    given.empty() ? "none" : join(given));
    const KindKeys& keys = *std::find_if(kinds().begin(), kinds().end(),
                                         [&](const KindKeys& k) { return k.name == given.front(); });
    for (const Entry& entry : table_.entries())
      if (!contains({"text", "of", "where", keys.name}, entry.name) && !contains(keys.others, entry.name))
        reject("{}{}: '{}' has no meaning in a claim about a {}", at(entry.value), owner_, entry.name,
               keys.name);
    return keys;
  }

  /// A column and the accuracy at which it is read; without one a measure at the end, or a floor.
  void read_what(const KindKeys& keys) {
    read_column(keys.name);
    if (table_.find("at") != nullptr) return read_accuracy();
    if (keys.kind == Kind::value && of_measure_) return claim_.at.merit.clear();
    claim_.of_floors = keys.kind != Kind::value && contains(merits(), claim_.column);
    if (!claim_.of_floors) return read_accuracy();
    read_merit(keys.name);
  }

  void read_mean() {
    std::string mean = "geometric";
    Fields fields(&table_, owner_);
    fields.choice("mean", mean, {"geometric", "arithmetic"}, "");
    if (table_.find("mean") != nullptr && claim_.kind != Kind::floor && !claim_.of_floors)
      given_.refuse("mean", ": 'mean' has a meaning for floors only, and with `at` there is none");
    if (mean == "arithmetic") claim_.mean = Mean::arithmetic;
  }

  void read_column(const char* key) {
    claim_.column = required_text(table_, key, owner_, given_.place);
    Texts known = {"bits_both"};
    for (const Column& column : record_columns) known.emplace_back(column.name);
    of_measure_ = !contains(known, claim_.column);
    if (of_measure_)
      claim_.measures.push_back(
          {claim_.column, fmt::format("{}{}: no column named '{}'", given_.where(key), owner_, claim_.column),
           known});
  }

  void read_merit(const char* key) {
    Fields fields(&table_, owner_);
    fields.choice(key, claim_.at.merit, merits(), "");
    check_recorded(key);
  }

  void read_status() {
    Fields fields(&table_, owner_);
    fields.choice("status", claim_.status,
                  {name_of(Status::reached), name_of(Status::limit), name_of(Status::diverged)}, "");
  }

  void read_accuracy() {
    const Value* value = table_.find("at");
    if (value == nullptr || value->table() == nullptr || value->table()->entries().size() != 1)
      given_.refuse("at", " needs at = {{ distance = 1e-6 }} or {{ residual = 1e-6 }}");
    const std::string& name = value->table()->entries().front().name;
    if (find_column(name) == nullptr) return read_measure(*value, name);
    Fields fields(value->table(), owner_ + ".at");
    const Limits& limits = experiment_.settings.limits;
    std::optional<double> stop;
    const auto read = [&](const char* merit, const std::optional<double>& limit) {
      double accuracy = 0;
      fields.real(merit, accuracy, positive, "");
      if (accuracy <= 0) return;
      claim_.at = {merit, accuracy};
      stop = limit;
    };
    read("distance", limits.distance);
    read("residual", limits.residual);
    read("gap", limits.gap);
    read("gap_average", {});
    fields.finish();
    check_recorded("at");
    if (stop && claim_.at.value < *stop)
      given_.refuse("at", ": [stop] {} = {:g} ends runs before they reach {:g}; lower that or raise this",
                    claim_.at.merit, *stop, claim_.at.value);
  }

  void read_measure(const Value& value, const std::string& name) {
    Fields fields(value.table(), owner_ + ".at");
    claim_.at.merit = name;
    fields.real(name.c_str(), claim_.at.value, {}, "");
    fields.finish();
    claim_.measures.push_back(
        {name,
         fmt::format("{}unknown key '{}' in {}.at", at(*value.table()->find(name)), name, owner_),
         {"distance", "residual", "gap"}});
  }

  void check_recorded(const char* key) const {
    const solvers::RunSettings& settings = experiment_.settings;
    if (claim_.at.merit == "residual" && !settings.residual && !settings.limits.residual)
      given_.refuse(key, ": residuals are not recorded; add `residual = true` to [record]");
    if (claim_.at.merit == "gap" && !settings.gap && !settings.limits.gap)
      given_.refuse(key, ": gaps are not recorded; add `gap = true` to [record]");
    if (claim_.at.merit == "gap_average" && !settings.gap_average)
      given_.refuse(key, ": gaps of the mean are not recorded; add `gap_average = true` to [record]");
  }

  void read_unit() {
    std::string unit = "plain";
    std::int64_t bits = 64;
    Fields fields(&table_, owner_);
    fields.choice("unit", unit, {"plain", "dense"}, "");
    fields.integer("value_bits", bits, {1, 64}, "");
    const bool dense = unit == "dense";
    if (bits != 32 && bits != 64) given_.refuse("value_bits", ".value_bits must be 32 or 64, got {}", bits);
    if (!dense && table_.find("value_bits") != nullptr)
      given_.refuse("value_bits", ": value_bits has a meaning with unit = \"dense\" only");
    if (dense && !claim_.column.starts_with("bits"))
      given_.refuse("unit", ": only bits are counted in dense vectors, not '{}'", claim_.column);
    if (dense) claim_.unit_bits = static_cast<double>(bits);
  }

  void read_expectation() {
    Expectation& expectation = claim_.expectation;
    Fields fields(&table_, owner_);
    const auto number = [&](const char* name, Range range) {
      std::optional<double> given;
      double value = 0;
      fields.real(name, value, range, "");
      if (table_.find(name) != nullptr) given = value;
      return given;
    };
    const Range any = claim_.kind == Kind::slope || of_measure_ ? Range{} : positive;
    expectation.at_most = number("at_most", any);
    expectation.at_least = number("at_least", any);
    expectation.expected = number("expected", any);
    const std::optional<double> within = number("within", positive);
    expectation.within = within.value_or(0);
    expectation.relative = claim_.kind != Kind::slope;
    const bool bounds = expectation.at_most || expectation.at_least;
    if (expectation.expected.has_value() != within.has_value() || bounds == within.has_value())
      given_.refuse("", " needs at_most, at_least or both, or else expected and within");
    if (expectation.at_most && expectation.at_least && *expectation.at_most < *expectation.at_least)
      given_.refuse("at_most", ": at_least = {:g} is above at_most = {:g}", *expectation.at_least,
                    *expectation.at_most);
  }

  const ClaimText& given_;
  const Table& table_;
  const std::string& owner_;
  const Experiment& experiment_;
  Claim claim_;
  bool of_measure_ = false;  ///< the column can only be a measure
};

Claim read_claim(const Value& value, const std::string& owner, const Experiment& experiment) {
  return Reader({value.where, owner, item_table(value, owner, "claim")}, experiment).read();
}

}  // namespace

std::vector<Claim> read_claims(const Table& table, const Experiment& experiment) {
  std::vector<Claim> claims;
  const List* list = sections(table, "claim");
  if (list == nullptr && table.find("claim") != nullptr)
    reject("{}claims are written as [[claim]], got {}", at(*table.find("claim")),
           table.find("claim")->kind());
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i)
    claims.push_back(read_claim((*list)[i], fmt::format("claim {}", i + 1), experiment));
  return claims;
}

void check_measures(const std::vector<Claim>& claims, const std::vector<std::string>& measures) {
  for (const Claim& claim : claims)
    for (const MeasureName& asked : claim.measures) {
      if (contains(measures, asked.name)) continue;
      Texts known = asked.known;
      known.insert(known.end(), measures.begin(), measures.end());
      reject("{}{}", asked.mistake, did_you_mean(asked.name, known));
    }
}

}  // namespace trivium::experiments
