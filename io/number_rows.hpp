#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace trivium::io {

/// A line of numbers, and where it stood, counted from 1.
struct NumberRow {
  std::size_t line;
  std::vector<double> numbers;
};

/// The rows of a text file, plain or gzipped: numbers between blanks or commas, a row a line; `#` starts a
/// comment, and lines without a number are left out. Throws InputError that names file and line for anything
/// but a finite number, and for a file without numbers.
std::vector<NumberRow> read_number_rows(const std::string& path);

}  // namespace trivium::io
