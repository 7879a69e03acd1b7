#pragma once
#include <cstdio>
#include <stdexcept>
#include <string>

namespace trivium::bench {

/// What the command prints. Throws when it fails.
inline std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start: " + command);
  std::string text;
  char buffer[256];
  while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) text += buffer;
  if (pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return text;
}

/// The number after "name": in a line of JSON.
inline double number_in(const std::string& json, const std::string& name) {
  const auto at = json.find("\"" + name + "\": ");
  if (at == std::string::npos) throw std::runtime_error("no '" + name + "' in: " + json);
  return std::stod(json.substr(at + name.size() + 4));
}

}  // namespace trivium::bench
