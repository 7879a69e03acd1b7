#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <trivium/core/errors.hpp>

#include "experiment.hpp"
#include "sections.hpp"

namespace trivium::experiments {

/// A [[claim]] as it is written.
struct ClaimText {
  std::string place;  ///< "a.toml:12"
  std::string owner;  ///< "claim 3"
  const Table& table;

  /// Throws InputError with a sentence about the value under `key`, or about the whole claim when it is not
  /// there.
  template <class... Args>
  [[noreturn]] void refuse(const char* key, fmt::format_string<Args...> sentence, Args&&... args) const {
    const Value* value = table.find(key);
    const std::string where = value != nullptr ? at(*value) : place.empty() ? "" : place + ": ";
    reject("{}{}{}", where, owner, fmt::format(sentence, std::forward<Args>(args)...));
  }
};

inline bool contains(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

/// Fills in which runs a claim, whose kind is known, is about: its labels, points and the parameter of a
/// slope. Throws InputError for labels, grid points and parameters that do not exist, and when it is left
/// open which problem is meant.
void choose_runs(const ClaimText& given, const Experiment& experiment, Claim& claim);

}  // namespace trivium::experiments
