#include "experiment.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <trivium/core/errors.hpp>
#include <trivium/noise/estimators.hpp>
#include <trivium/problems/oracles.hpp>
#include <trivium/solvers/make.hpp>

#include "claim_reader.hpp"
#include "sections.hpp"

namespace trivium::experiments {
namespace {

std::vector<std::int64_t> read_seeds(const Table& table) {
  const Value* value = table.find("seeds");
  if (value == nullptr) return {1};
  const auto bad = [&]() {
    reject("{}seeds must be a count >= 1 or a list of different integers >= 0, got {}", at(*value),
           to_toml(*value));
  };
  std::vector<std::int64_t> seeds;
  if (const auto* count = std::get_if<std::int64_t>(&value->data)) {
    if (*count < 1) bad();
    for (std::int64_t seed = 1; seed <= *count; ++seed) seeds.push_back(seed);
    return seeds;
  }
  if (value->list() == nullptr || value->list()->empty()) bad();
  for (const Value& item : *value->list()) {
    const auto* seed = std::get_if<std::int64_t>(&item.data);
    if (seed == nullptr || *seed < 0 || std::find(seeds.begin(), seeds.end(), *seed) != seeds.end()) bad();
    seeds.push_back(*seed);
  }
  return seeds;
}

struct StopFields {
  Limits limits;
  void describe(Fields& fields, const Table& given) {
    const auto limit = [&](const char* name, std::optional<double>& field, double otherwise,
                           const char* help) {
      double value = otherwise;
      fields.real(name, value, positive, help);
      if (given.find(name) != nullptr || std::isfinite(otherwise)) field = value;
    };
    const double none = std::numeric_limits<double>::infinity();
    limit("distance", limits.distance, none, "stop when |z - z*|^2 / |z0 - z*|^2 is at most this");
    limit("residual", limits.residual, none,
          "stop when the squared natural residual, relative to the start, is at most this");
    limit("gap", limits.gap, none,
          "stop when the gap, max over u in Z of <F(z), z - u>, is at most this; needs bounded sets");
    limit("iterations", limits.iterations, 1e6, "most iterations");
    limit("rounds", limits.rounds, none, "most rounds");
    limit("bits_up", limits.bits_up, none, "most bits sent per worker (mean)");
    limit("calls", limits.calls, none, "most oracle calls per worker (mean)");
    limit("samples", limits.samples, none, "most samples drawn per worker (mean)");
    limit("seconds", limits.seconds, none, "most seconds of the method on rank 0");
    fields.real("explosion", limits.explosion, positive,
                "a merit above this multiple of its start is divergence");
  }
};

void read_sections(const Table& table, Experiment& experiment) {
  const Table& stop = section(table, "stop");
  Fields stop_fields(&stop, "stop");
  StopFields limits;
  limits.describe(stop_fields, stop);
  stop_fields.finish();
  experiment.settings.limits = limits.limits;
  for (const Entry& entry : stop_fields.resolved().entries())
    if (!(entry.value.is_number() && std::isinf(entry.value.number())))
      experiment.resolved_stop.set(entry.name, entry.value);

  const Table& record = section(table, "record");
  Fields record_fields(&record, "record");
  record_fields.integer("every", experiment.settings.every, {1, 1e15}, "iterations between records");
  record_fields.flag("residual", experiment.settings.residual, "measure the natural residual too");
  record_fields.flag("gap", experiment.settings.gap, "measure the gap too; needs bounded sets");
  record_fields.flag("gap_average", experiment.settings.gap_average,
                     "measure the gap at the mean of the points so far too");
  record_fields.integer("measures", experiment.settings.measures, {1, 1e15},
                        "iterations between the problem's own measures: taken at records that are multiples");
  record_fields.finish();
  experiment.resolved_record = record_fields.resolved();

  const Table& checkpoint = section(table, "checkpoint");
  Fields checkpoint_fields(&checkpoint, "checkpoint");
  checkpoint_fields.real("seconds", experiment.settings.checkpoint_seconds, non_negative,
                         "wall seconds between checkpoints; 0 for none");
  checkpoint_fields.finish();
}

/// Takes the plug-in under `name` out of the parameters; none when there is no such entry. Throws InputError
/// for unknown names and wrong parameters.
std::optional<Plugin> take_plugin(const std::string& owner, Table& parameters, const char* name,
                                  const PluginList& catalogue) {
  struct OnePlugin {
    Plugin plugin;
  } one;
  const Value* value = parameters.find(name);
  if (value == nullptr) return std::nullopt;
  const Table only{{name, *value}};
  Fields fields(&only, owner);
  fields.plugin(name, one.plugin, catalogue, "");
  parameters = without(parameters, {name});
  return one.plugin;
}

/// The parameters of a problem that take a list; none of a type that does not exist, which is refused later.
std::vector<std::string> lists_of(const std::string& type) {
  const std::vector<std::string> known = problems::catalogue().names();
  std::vector<std::string> lists;
  if (std::find(known.begin(), known.end(), type) == known.end()) return lists;
  for (const FieldInfo& field : problems::catalogue().fields(type))
    if (field.type == "list of numbers") lists.push_back(field.name);
  return lists;
}

std::vector<ProblemPoint> read_problems(const Table& table) {
  const Value* problem = table.find("problem");
  if (problem == nullptr || problem->table() == nullptr)
    reject("the experiment needs a [problem] with a type; `trivium list problems` shows them");
  const std::string& type = required_text(*problem->table(), "type", "[problem]", problem->where);
  std::vector<ProblemPoint> points;
  for (GridPoint& point : expand(without(*problem->table(), {"type"}), "problem", lists_of(type))) {
    const std::optional<Plugin> noise =
        take_plugin("problem", point.parameters, "noise", problems::oracles::catalogue());
    const Plugin plugin{type, std::move(point.parameters), problem->table()->find("type")->where};
    Table resolved{{"type", type}};
    const Table parameters = problems::catalogue().resolve(plugin);
    for (const Entry& entry : parameters.entries()) resolved.set(entry.name, entry.value);
    points.push_back({plugin, std::move(resolved), noise, std::move(point.parts)});
  }
  return points;
}

/// One [[method]]: its runs on any of the problems.
std::vector<MethodRun> read_method(const Value& value, const std::string& owner) {
  const Table& table = item_table(value, owner, "method");
  const std::string& type = required_text(table, "type", owner, value.where);
  const std::string label =
      table.find("label") != nullptr ? required_text(table, "label", owner, value.where) : type;
  std::vector<MethodRun> runs;
  for (GridPoint& point : expand(without(table, {"label", "type"}))) {
    const std::vector<std::string> known = solvers::catalogue().names();
    std::optional<Plugin> estimator;
    if (std::find(known.begin(), known.end(), type) != known.end() && !solvers::has_estimator(type))
      estimator = take_plugin(type, point.parameters, "estimator", noise::estimators::catalogue());
    Plugin solver{type, std::move(point.parameters), table.find("type")->where};
    solvers::catalogue().resolve(solver);  // checks names, types and ranges
    runs.push_back({label, "", std::move(solver), std::move(estimator), 0, std::move(point.parts)});
  }
  return runs;
}

/// Every [[method]] at every grid point, as on a problem without a grid.
std::vector<MethodRun> read_methods(const Table& table) {
  const List* methods = sections(table, "method");
  if (methods == nullptr || methods->empty())
    reject("the experiment needs at least one [[method]] with a type; `trivium list solvers` shows them");
  std::vector<MethodRun> runs;
  for (std::size_t i = 0; i < methods->size(); ++i) {
    const Value& value = (*methods)[i];
    const std::string owner = fmt::format("method {}", i + 1);
    const std::vector<MethodRun> more = read_method(value, owner);
    for (const MethodRun& earlier : runs)
      if (earlier.label == more.front().label) {
        const Value* named = value.table()->find("label");
        reject("{}{} has the label '{}' of an earlier one; give it a label of its own",
               at(named != nullptr ? *named : value), owner, earlier.label);
      }
    runs.insert(runs.end(), more.begin(), more.end());
  }
  return runs;
}

/// Every method on every problem, problem by problem.
std::vector<MethodRun> on_problems(const std::vector<MethodRun>& methods,
                                   const std::vector<ProblemPoint>& problems) {
  std::vector<MethodRun> runs;
  for (std::size_t i = 0; i < problems.size(); ++i)
    for (MethodRun run : methods) {
      if (run.estimator && !problems[i].noise)
        reject(
            "{}the method '{}' has an estimator, but the problem has no noise; give [problem] a noise or "
            "leave it "
            "out",
            run.solver.where.empty() ? "" : run.solver.where + ": ", run.label);
      run.problem = i;
      run.parts.insert(run.parts.begin(), problems[i].parts.begin(), problems[i].parts.end());
      run.grid = grid_name(run.parts);
      runs.push_back(std::move(run));
    }
  return runs;
}

/// Type and parameters of a plug-in with all defaults.
Table resolved_plugin(const Plugin& plugin, const PluginList& catalogue) {
  Table table{{"type", plugin.type}};
  const Table parameters = catalogue.resolve(plugin);
  for (const Entry& entry : parameters.entries()) table.set(entry.name, entry.value);
  return table;
}

void check_paths(const std::vector<MethodRun>& runs) {
  std::map<std::string, const MethodRun*> paths;
  for (const MethodRun& run : runs) {
    const auto [taken, fresh] = paths.emplace(run_path(run, 0), &run);
    if (fresh) continue;
    if (taken->second->label == run.label)
      reject("the grid of '{}' holds the point '{}' twice; leave one out", run.label, run.grid);
    reject("the labels '{}' and '{}' make the same folder name '{}'; let them differ in letters or digits",
           taken->second->label, run.label, safe_file_name(run.label));
  }
}

}  // namespace

Experiment read_experiment(const Table& table, const std::string& default_name) {
  const std::vector<std::string> known = {"name",   "seeds",      "problem", "stop",
                                          "record", "checkpoint", "method",  "claim"};
  for (const Entry& entry : table.entries())
    if (std::find(known.begin(), known.end(), entry.name) == known.end())
      reject("{}unknown key '{}'{}", at(entry.value), entry.name, did_you_mean(entry.name, known));

  Experiment experiment;
  experiment.name =
      table.find("name") != nullptr ? required_text(table, "name", "the experiment", "") : default_name;
  experiment.seeds = read_seeds(table);
  experiment.problems = read_problems(table);
  read_sections(table, experiment);
  experiment.runs = on_problems(read_methods(table), experiment.problems);
  check_paths(experiment.runs);
  experiment.claims = read_claims(table, experiment);
  return experiment;
}

std::string resolved_config(const Experiment& experiment, const MethodRun& run, std::int64_t seed) {
  Table method{{"label", run.label}, {"type", run.solver.type}};
  const Table resolved = solvers::catalogue().resolve(run.solver);
  for (const Entry& entry : resolved.entries()) method.set(entry.name, entry.value);
  const ProblemPoint& point = experiment.problems[run.problem];
  Table problem = point.resolved;
  if (point.noise) problem.set("noise", resolved_plugin(*point.noise, problems::oracles::catalogue()));
  if (run.estimator) method.set("estimator", resolved_plugin(*run.estimator, noise::estimators::catalogue()));
  return to_toml_document(Table{{"name", experiment.name},
                                {"seed", seed},
                                {"problem", problem},
                                {"method", method},
                                {"stop", experiment.resolved_stop},
                                {"record", experiment.resolved_record}});
}

std::string run_path(const MethodRun& run, std::int64_t seed) {
  std::string path = safe_file_name(run.label);
  if (!run.grid.empty()) path += "/" + safe_file_name(run.grid);
  return fmt::format("{}/seed-{}", path, seed);
}

}  // namespace trivium::experiments
