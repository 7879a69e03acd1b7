#pragma once
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace trivium::experiments {

/// A TOML file as a table; every value knows its "file:line". Throws InputError with file, line and what was
/// expected.
Table read_toml(const std::string& path);

/// Sets one value, "key=value" with dotted keys ("problem.workers=10", "method.0.step=0.5"); the value is
/// TOML, or a text when it is not. Missing tables are made. Throws InputError for a malformed assignment.
void override_value(Table& table, const std::string& assignment);

}  // namespace trivium::experiments
