#include "load.hpp"

#include <cstdlib>
#include <filesystem>

#include "sections.hpp"
#include "toml_reader.hpp"

namespace trivium::experiments {

Experiment load(const Request& request) {
  Table table = read_toml(request.file);
  const std::string name = std::filesystem::path(request.file).stem().string();
  if (request.overrides.empty()) return read_experiment(table, name);
  for (const std::string& assignment : request.overrides) override_value(table, assignment);
  const List* claims = sections(table, "claim");
  Experiment experiment = read_experiment(without(table, {"claim"}), name);
  experiment.claims_left_out = claims == nullptr ? 0 : claims->size();
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
