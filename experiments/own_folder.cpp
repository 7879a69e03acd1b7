#include "own_folder.hpp"

#include <filesystem>

#include <trivium/core/errors.hpp>

namespace trivium::experiments {

std::string own_folder(const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code unreadable;
  const fs::path self = fs::read_symlink("/proc/self/exe", unreadable);
  const fs::path installed = self.parent_path().parent_path() / TRIVIUM_EXPERIMENTS_INSTALLED / name;
  if (!unreadable && fs::exists(installed)) return installed;
  const fs::path source = fs::path(TRIVIUM_EXPERIMENTS_SOURCE) / name;
  if (fs::exists(source)) return source;
  reject("neither {} nor {} is there; install trivium again", installed.string(), source.string());
}

}  // namespace trivium::experiments
