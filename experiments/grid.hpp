#pragma once
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace trivium::experiments {

/// One point of a grid: the parameters with every list replaced by one of its values.
struct GridPoint {
  Table parameters;
  std::string name;  ///< "step = 2 x theory, uplink.k = 0.1"; empty when the table has no lists
};

/// All points of a parameter table, the last list varying fastest. A list of values stands for one value
/// each; `{ theory = [1, 2] }` for multiples of the theory's value. Throws InputError for an empty list.
std::vector<GridPoint> expand(const Table& parameters);

/// A text as a file or folder name: letters (of any alphabet), digits, '.', '+', '%', '=' and '-' stay, runs
/// of anything else become one '_'.
std::string safe_file_name(const std::string& text);

}  // namespace trivium::experiments
