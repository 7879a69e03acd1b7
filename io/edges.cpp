#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

#include <trivium/core/errors.hpp>
#include <trivium/io/edges.hpp>

#include "detail/parse_file.hpp"

namespace trivium::io {
namespace {

/// One pass over the text, fed in blocks that end between tokens.
class EdgeParser {
 public:
  explicit EdgeParser(std::string name) : name_(std::move(name)) {}

  void feed(const char* at, const char* end) {
    while (at != end) {
      if (comment_) {
        at = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        if (at == nullptr) return;
      }
      if (*at == '\n') {
        end_line();
        ++at;
      } else if (detail::is_space(*at)) {
        ++at;
      } else if (*at == '#') {
        comment_ = true;
      } else {
        at = node(at, end);
      }
    }
  }
  void finish() {
    end_line();
    if (edges_.pairs.empty()) reject("{}:1: found no edges, expected lines 'u v'", name_);
    refuse_repetitions();
  }
  std::size_t line() const { return line_; }
  Edges take() { return std::move(edges_); }

 private:
  void end_line() {
    if (found_ == 1)
      reject("{}:{}: found '{}' alone, expected the two nodes of an edge", name_, line_, pair_[0]);
    if (found_ == 2) {
      edges_.pairs.push_back(pair_);
      lines_.push_back(line_);
    }
    found_ = 0;
    comment_ = false;
    ++line_;
  }

  const char* node(const char* at, const char* end) {
    if (found_ == 2)
      reject("{}:{}: found '{}' after two nodes, expected one edge a line", name_, line_,
             detail::shown_token(at, end));
    std::uint32_t number = 0;
    const auto [stop, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (stop != end && !detail::ends_token(*stop)) || number > largest)
      reject("{}:{}: found '{}', expected a node from 0 to {}", name_, line_, detail::shown_token(at, end),
             largest);
    edges_.nodes = std::max<std::size_t>(edges_.nodes, std::size_t{number} + 1);
    pair_[found_++] = number;
    return stop;
  }

  /// An edge that is written twice would count twice.
  void refuse_repetitions() const {
    const auto key = [&](std::size_t i) { return std::minmax(edges_.pairs[i][0], edges_.pairs[i][1]); };
    std::vector<std::size_t> order(edges_.pairs.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    const auto twice = std::adjacent_find(order.begin(), order.end(),
                                          [&](std::size_t a, std::size_t b) { return key(a) == key(b); });
    if (twice == order.end()) return;
    const auto& [u, v] = edges_.pairs[twice[1]];
    reject("{}:{}: found the edge '{} {}' again, it is in line {}; expected every edge once", name_,
           lines_[twice[1]], u, v, lines_[twice[0]]);
  }

  static constexpr std::uint32_t largest = 999'999'999;

  std::string name_;
  Edges edges_;
  std::vector<std::size_t> lines_;  // of the edges
  std::array<std::uint32_t, 2> pair_{};
  std::size_t found_ = 0;  // nodes in this line
  std::size_t line_ = 1;
  bool comment_ = false;  // the rest of the line is one
};

}  // namespace

Edges read_edges(const std::string& path) {
  EdgeParser parser(path);
  detail::parse_file(path, parser);
  return parser.take();
}

Edges parse_edges(std::string_view text, const std::string& name) {
  EdgeParser parser(name);
  parser.feed(text.data(), text.data() + text.size());
  parser.finish();
  return parser.take();
}

}  // namespace trivium::io
