#pragma once
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <trivium/core/errors.hpp>

#include "tokens.hpp"

namespace trivium::io::detail {

/// Reads a real number at `at` into `value`; returns where it ends, or `at` when there is none. A `+` in
/// front is fine.
inline const char* read_real(const char* at, const char* end, double& value) {
  // Most numbers of such files are one digit long.
  if (end - at >= 2 && static_cast<unsigned char>(at[0] - '0') < 10 && ends_token(at[1])) {
    value = at[0] - '0';
    return at + 1;
  }
  const bool plus = end - at >= 2 && at[0] == '+' && at[1] != '-';
  const auto [stop, error] = std::from_chars(at + plus, end, value);
  if (error == std::errc::result_out_of_range) value = HUGE_VAL;
  return error == std::errc::invalid_argument ? at : stop;
}

/// One pass over LIBSVM text, fed in blocks that end between tokens. A Sink has
///   bool begin_row(std::size_t row)   is the row wanted? its label and pairs follow only then
///   void label(double), void pair(std::uint32_t column, double value), void end_row()
template <class Sink>
class LibsvmParser {
 public:
  LibsvmParser(std::string name, Sink& sink) : name_(std::move(name)), sink_(sink) {}

  void feed(const char* at, const char* end) {
    while (at != end) {
      if (skipping_) {
        at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        if (at == nullptr) return;
      }
      if (*at == '\n') {
        end_line();
        ++at;
      } else if (is_space(*at)) {
        ++at;
      } else if (*at == '#') {
        skipping_ = true;
      } else {
        at = in_row_ ? pair(at, end) : label(at, end);
      }
    }
  }
  /// After the last block.
  void finish() {
    end_line();
    if (row_ == 0) reject("{}:1: found no rows, expected lines 'label index:value index:value ...'", name_);
  }
  std::size_t line() const { return line_; }

 private:
  void end_line() {
    if (in_row_) sink_.end_row();
    in_row_ = skipping_ = false;
    ++line_;
  }

  const char* label(const char* at, const char* end) {
    if (!sink_.begin_row(row_++)) {
      skipping_ = true;
      return at;
    }
    double value = 0;
    const char* stop = read_real(at, end, value);
    if (!complete(at, stop, end) || !std::isfinite(value))
      fail("label '{}', expected a finite number and then pairs index:value", at, end);
    sink_.label(value);
    in_row_ = true;
    next_index_ = 1;
    return stop;
  }

  const char* pair(const char* at, const char* end) {
    std::uint32_t index = 0;
    const auto [colon, error] = std::from_chars(at, end, index);
    if (error != std::errc() || colon == end || *colon != ':')
      fail("'{}', expected a pair index:value with an index from 1 to 4294967295", at, end);
    if (index == 0) fail("index 0 in '{}', expected indices from 1", at, end);
    if (index < next_index_)
      fail("'{}' after index " + std::to_string(next_index_ - 1) + ", expected ascending indices", at, end);
    double value = 0;
    const char* stop = read_real(colon + 1, end, value);
    if (!complete(colon + 1, stop, end)) fail("'{}', expected a number after the colon", at, end);
    if (!std::isfinite(value)) fail("'{}', expected a finite number that a double can hold", at, end);
    sink_.pair(index - 1, value);
    next_index_ = std::uint64_t{index} + 1;
    return stop;
  }

  static bool complete(const char* start, const char* stop, const char* end) {
    return stop != start && (stop == end || ends_token(*stop));
  }

  /// Throws "path:line: found ..." with the token at `at` in place of {}.
  [[noreturn]] void fail(const std::string& found, const char* at, const char* end) const {
    const std::string token = shown_token(at, end);
    throw InputError(fmt::format("{}:{}: found ", name_, line_) + fmt::format(fmt::runtime(found), token));
  }

  std::string name_;
  Sink& sink_;
  std::size_t line_ = 1;
  std::size_t row_ = 0;
  std::uint64_t next_index_ = 1;  // the smallest index that may follow
  bool in_row_ = false;           // a row's label has been read
  bool skipping_ = false;         // the rest of the line is a comment or not wanted
};

}  // namespace trivium::io::detail
