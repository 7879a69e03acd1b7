#pragma once
#include <string>
#include <vector>

#include <trivium/core/record.hpp>
#include <trivium/io/attributes.hpp>

namespace trivium::io {

/// What a run leaves behind.
struct Result {
  std::vector<Record> history;
  Attributes attributes;      ///< configuration, constants, theory, versions, fingerprint
  std::vector<double> point;  ///< the final point, shape (d)
};

/// Writes `/history/<column>` for every column and every measure of a Record (float64, one entry a row, its
/// meaning in the attribute `help`), `/point` and the root attributes. The file at `path` is always whole,
/// also when the process is killed meanwhile: it is written aside and renamed. Throws InputError when it
/// cannot be written.
void write_result(const std::string& path, const Result& result);

/// Reads it back. A column that the file lacks keeps the default of its member; one that no Record has is a
/// measure. Throws InputError when the
/// file is missing, damaged or no result.
Result read_result(const std::string& path);

}  // namespace trivium::io
