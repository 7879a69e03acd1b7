#include "load.hpp"

#include <cstdlib>
#include <filesystem>

#include <trivium/core/errors.hpp>

#include "sections.hpp"
#include "toml_reader.hpp"

namespace trivium::experiments {

Experiment load(const Request& request) {
  Table table = read_toml(request.file);
  const std::string name = std::filesystem::path(request.file).stem().string();
  if (request.overrides.empty()) return read_experiment(table, name);
  // Claims are about the file as it is written: they are read there.
  const std::size_t claims = table.find("claim") != nullptr ? read_experiment(table, name).claims.size() : 0;
  for (const std::string& assignment : request.overrides) {
    if (assignment.starts_with("claim")) reject("--set {}: claims are not for --set", assignment);
    override_value(table, assignment);
  }
  Experiment experiment = read_experiment(without(table, {"claim"}), name);
  experiment.claims_left_out = claims;
  return experiment;
}

std::vector<std::string> folders(const Request& request) {
  std::vector<std::string> all = request.data_folders;
  if (const char* variable = std::getenv("TRIVIUM_DATA"); variable != nullptr && *variable != '\0')
    all.emplace_back(variable);
  const std::string beside = std::filesystem::path(request.file).parent_path().string();
  all.push_back(beside.empty() ? "." : beside);
  all.emplace_back("data");
  return all;
}

}  // namespace trivium::experiments
