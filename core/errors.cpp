#include <algorithm>
#include <numeric>
#include <utility>

#include <trivium/core/errors.hpp>

namespace trivium {
namespace {

/// Insertions, deletions, replacements and swaps of neighbours that turn a into b (optimal string alignment).
std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
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
