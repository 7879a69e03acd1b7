#include <filesystem>
#include <system_error>

#include <trivium/core/errors.hpp>
#include <trivium/io/data_files.hpp>

namespace trivium::io {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  return fs::exists(status) && !fs::is_directory(status);
}

}  // namespace

std::string find_data(const std::string& name, const std::vector<std::string>& folders) {
  if (name.empty()) reject("the name of a data file is empty");
  if (is_file(name)) return name;
  if (fs::path(name).is_absolute()) reject("there is no data file '{}'", name);
  const fs::path inside = fs::path(name) / fs::path(name).filename();
  for (const std::string& folder : folders)
    for (const fs::path& candidate :
         {fs::path(name), fs::path(name + ".gz"), inside, fs::path(inside.string() + ".gz")})
      if (is_file(folder / candidate)) return (folder / candidate).string();
  reject(
      "there is no data file '{}', neither in the current folder nor as '{}', '{}.gz', '{}' or '{}.gz' in {}",
      name, name, name, inside.string(), inside.string(),
      folders.empty() ? "a data folder: none is set" : join(folders));
}

}  // namespace trivium::io
