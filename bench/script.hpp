#pragma once
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

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

/// The text after "name": in a line of JSON.
inline std::string text_in(const std::string& json, const std::string& name) {
  const std::string before = "\"" + name + "\": \"";
  const auto at = json.find(before);
  if (at == std::string::npos) throw std::runtime_error("no '" + name + "' in: " + json);
  const auto begin = at + before.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

/// What a script of numpy/ prints, run with one thread.
inline std::string output_of_script(const std::string& script, const std::string& arguments) {
  return output_of(fmt::format("OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 {} {}/{} {}", TRIVIUM_PYTHON,
                               TRIVIUM_NUMPY_SCRIPTS, script, arguments));
}

/// A folder of this process that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() { std::filesystem::create_directories(path_); }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / fmt::format("trivium-bench-{}", getpid());
};

}  // namespace trivium::bench
