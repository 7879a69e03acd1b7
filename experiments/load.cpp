#include "load.hpp"

#include <cstdlib>
#include <filesystem>

#include "toml_reader.hpp"

namespace trivium::experiments {

Experiment load(const Request& request) {
  Table table = read_toml(request.file);
  for (const std::string& assignment : request.overrides) override_value(table, assignment);
  return read_experiment(table, std::filesystem::path(request.file).stem().string());
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
