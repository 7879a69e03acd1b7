#pragma once
#include <chrono>
#include <optional>
#include <string>

#include <trivium/core/record.hpp>

namespace trivium::experiments {

/// What a user sees of a sweep: a live line on a terminal, one line a finished run everywhere else. Rank 0
/// only.
class Progress {
 public:
  explicit Progress(std::size_t runs);
  void begin(const std::string& name, const Limits& limits);
  void update(const Record& record);
  void end(const Record& record, const Stop& stop);
  /// A run that was not needed: its result was there already.
  void kept(const std::string& name);

 private:
  void clear_line();

  std::size_t runs_, number_ = 0;
  bool terminal_;
  std::string name_;
  Limits limits_;
  std::chrono::steady_clock::time_point begun_, shown_;
};

/// The distance, or else the residual, and the first by name of the problem's measures.
std::string merit(const Record& record);
/// 1234567 as "1.23 M".
std::string with_unit(double number);
/// The share of a run that is done, in [0, 1]: the nearest of its limits, accuracies on a log scale.
double share_done(const Record& record, const Limits& limits);

}  // namespace trivium::experiments
