#pragma once
#include <optional>
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace trivium::experiments {

/// One point of a grid: the parameters with every list replaced by one of its values.
struct GridPoint {
  Table parameters;
  std::vector<std::string>
      parts;  ///< "step = 2 x theory", "uplink.k = 0.1"; none when the table has no lists
};

/// All points of a parameter table, the last list varying fastest. A list of values stands for one value
/// each; `{ theory = [1, 2] }` for multiples of the theory's value. A parameter named in `lists` takes a
/// list: of it only a list of lists is a grid. In the names `owner` and a dot stand before every key, unless
/// it is empty. Throws InputError for an empty list.
std::vector<GridPoint> expand(const Table& parameters, const std::string& owner = "",
                              const std::vector<std::string>& lists = {});

/// The name of a grid point: its parts as "step = 2 x theory, uplink.k = 0.1"; empty when it has none.
std::string grid_name(const std::vector<std::string>& parts);
/// The parts in a text of that form. A comma within brackets, braces or quotes ends no part.
std::vector<std::string> grid_parts(const std::string& name);
/// 4 of "problem.workers = 4", 2 of "step = 2 x theory"; nothing of a part without a number.
std::optional<double> grid_number(const std::string& part);

/// A text as a file or folder name: letters (of any alphabet), digits, '.', '+', '%', '=' and '-' stay, runs
/// of anything else become one '_'.
std::string safe_file_name(const std::string& text);

}  // namespace trivium::experiments
