#include <cstdlib>

#include <unistd.h>

#include <trivium/core/errors.hpp>

#include "commands.hpp"
#include "own_folder.hpp"

namespace trivium::experiments {

void plot_results(const std::vector<std::string>& arguments, const std::string& program) {
  const char* chosen = std::getenv("TRIVIUM_PYTHON");
  const std::string python = chosen != nullptr ? chosen : TRIVIUM_PYTHON;
  std::vector<std::string> command = {python, "-B", own_folder("plot")};
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
