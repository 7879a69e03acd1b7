#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include <trivium/core/errors.hpp>

#include "commands.hpp"

namespace trivium::experiments {
namespace {

/// The plotting package beside an installed program, or in the source tree it was built from.
std::string plot_folder() {
  namespace fs = std::filesystem;
  std::error_code unreadable;
  const fs::path self = fs::read_symlink("/proc/self/exe", unreadable);
  const fs::path installed = self.parent_path().parent_path() / TRIVIUM_PLOT_INSTALLED;
  if (!unreadable && fs::exists(installed)) return installed;
  if (fs::exists(TRIVIUM_PLOT_SOURCE)) return TRIVIUM_PLOT_SOURCE;
  reject("the plotting scripts are neither in {} nor in {}; install trivium again", installed.string(),
         TRIVIUM_PLOT_SOURCE);
}

}  // namespace

void plot_results(const std::vector<std::string>& arguments, const std::string& program) {
  const char* chosen = std::getenv("TRIVIUM_PYTHON");
  const std::string python = chosen != nullptr ? chosen : TRIVIUM_PYTHON;
  std::vector<std::string> command = {python, "-B", plot_folder()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& part : command) pointers.push_back(part.data());
  pointers.push_back(nullptr);
  setenv("TRIVIUM_PROGRAM", program.c_str(), 1);
  execvp(pointers[0], pointers.data());
  reject("cannot start '{}' for plotting; set TRIVIUM_PYTHON to a Python 3 with numpy, h5py and matplotlib",
         python);
}

}  // namespace trivium::experiments
