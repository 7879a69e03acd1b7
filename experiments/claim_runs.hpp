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
    reject("{}{}{}", where(key), owner, fmt::format(sentence, std::forward<Args>(args)...));
  }

  /// "a.toml:15: ", the place of the value under `key`, or of the claim.
  std::string where(const char* key) const {
    const Value* value = table.find(key);
    return value != nullptr ? at(*value) : place.empty() ? "" : place + ": ";
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
