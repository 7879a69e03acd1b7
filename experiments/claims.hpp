#pragma once
#include <string>
#include <vector>

#include "claim_numbers.hpp"

namespace trivium::experiments {

/// What came of a claim, as a reader is told.
struct Verdict {
  std::string expected, measured;
  bool holds = false;
};

/// `of` and `to` are the points that the claim's of_points and to_points name, in that order.
Verdict judge(const Claim& claim, const std::vector<MeasuredPoint>& of, const std::vector<MeasuredPoint>& to);

}  // namespace trivium::experiments
