#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace trivium::io {

/// A fact about a file: a text, a real or an integer.
using Attribute = std::variant<std::string, double, std::int64_t>;
using Attributes = std::map<std::string, Attribute>;

/// False in a build with -DTRIVIUM_HDF5=OFF, where every function that reads or writes HDF5 throws
/// InputError.
bool hdf5_available();

}  // namespace trivium::io
