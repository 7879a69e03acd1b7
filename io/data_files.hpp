#pragma once
#include <string>
#include <vector>

namespace trivium::io {

/// The path of a data file. A name that is a file as it stands (absolute, or relative to the current folder)
/// is returned unchanged; else the first file among `name`, `name.gz`, `name/name` and `name/name.gz` in each
/// folder, in order. Throws InputError that says where it looked.
std::string find_data(const std::string& name, const std::vector<std::string>& folders);

}  // namespace trivium::io
