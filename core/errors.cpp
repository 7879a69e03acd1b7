#include <algorithm>
#include <numeric>

#include <trivium/core/errors.hpp>

namespace trivium {
namespace {

/// Levenshtein distance.
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string join(const std::vector<std::string>& known) {
  return known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "));
}

std::string did_you_mean(const std::string& asked, const std::vector<std::string>& known) {
  std::string best;
  std::size_t least = std::max<std::size_t>(1, asked.size() / 3) + 1;
  for (const std::string& name : known)
    if (const std::size_t d = edit_distance(asked, name); d < least) {
      least = d;
      best = name;
    }
  return best.empty() ? fmt::format("; known: {}", join(known))
                      : fmt::format("; did you mean '{}'? known: {}", best, join(known));
}

}  // namespace trivium
