#include <algorithm>
#include <cmath>
#include <string_view>

#include <trivium/core/errors.hpp>
#include <trivium/io/number_rows.hpp>

#include "detail/libsvm_parser.hpp"
#include "detail/text_file.hpp"

namespace trivium::io {
namespace {

std::string whole_text(const std::string& path) {
  detail::TextFile file(path);
  std::string text;
  for (std::size_t size = 0, got = 1; got > 0; size += got) {
    text.resize(size + (std::size_t{1} << 16));
    got = file.read(std::span(text).subspan(size));
    text.resize(size + got);
  }
  if (const std::string failure = file.failure(); !failure.empty())
    reject("{}:{}: found {}; get the file again", path, 1 + std::count(text.begin(), text.end(), '\n'),
           failure);
  return text;
}

bool separates(char c) { return c == ',' || detail::is_space(c); }

std::vector<double> numbers_of(std::string_view text, const std::string& path, std::size_t line) {
  std::vector<double> numbers;
  const char *at = text.data(), *end = std::find(at, at + text.size(), '#');
  while ((at = std::find_if_not(at, end, separates)) != end) {
    const char* stop = std::find_if(at, end, separates);
    double number = 0;
    if (detail::read_real(at, stop, number) != stop || !std::isfinite(number))
      reject("{}:{}: found '{}', expected a finite number", path, line, std::string_view(at, stop));
    numbers.push_back(number);
    at = stop;
  }
  return numbers;
}

}  // namespace

std::vector<NumberRow> read_number_rows(const std::string& path) {
  const std::string text = whole_text(path);
  std::vector<NumberRow> rows;
  std::size_t line = 1;
  for (std::size_t first = 0; first < text.size(); ++line) {
    const std::size_t last = std::min(text.find('\n', first), text.size());
    std::vector<double> numbers = numbers_of(std::string_view(text).substr(first, last - first), path, line);
    if (!numbers.empty()) rows.push_back({line, std::move(numbers)});
    first = last + 1;
  }
  if (rows.empty()) reject("{}:1: found no numbers, expected rows of them", path);
  return rows;
}

}  // namespace trivium::io
