#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace trivium::experiments {

/// What is compared with a measured number: bounds, or a value and how far from it one may be.
struct Expectation {
  std::optional<double> at_most, at_least;
  std::optional<double> expected;
  double within = 0;     ///< of `expected`
  bool relative = true;  ///< `within` is a fraction of |expected|
};

/// An accuracy: "distance", "residual", "gap" or "gap_average" and how small; or a measure of the problem and
/// its value, which is reached from below where it is above the measure's first value, else from above.
struct Accuracy {
  std::string merit = "distance";
  double value = 0;
};

/// Which mean of an error over the last quarter of the records is its floor.
enum class Mean { geometric, arithmetic };

/// A name in a claim that has a meaning only where the problem has a measure of that name.
struct MeasureName {
  std::string name;
  std::string mistake;  ///< the sentence where it has none: "a.toml:15: claim 1: no column named 'x'"
  std::vector<std::string> known;  ///< what else could stand there
};

/// One [[claim]] of an experiment, checked: its methods and grid points exist.
struct Claim {
  enum class Kind { ratio, value, floor, status, slope };

  std::string text;
  Kind kind = Kind::ratio;
  std::string column;  ///< of /history, or "bits_both"; unused by floor and status
  Accuracy at;  ///< where the column is read, without a merit at the end; of floors only the merit counts
  bool of_floors = false;  ///< a ratio or a slope of where errors stall, of no column
  Mean mean = Mean::geometric;
  std::string status;  ///< the one expected
  Expectation expectation;
  double unit_bits = 0;  ///< bits of one number of a dense vector, the unit; 0: the column's own unit

  std::string of, to;                  ///< labels; `to` is for ratios
  std::vector<std::size_t> of_points;  ///< the candidates among Experiment::runs
  std::vector<std::size_t> to_points;
  std::string over;                   ///< the grid parameter of a slope
  std::vector<double> over_values;    ///< its value at each of of_points
  std::vector<MeasureName> measures;  ///< what the claim names that only the problem can know
};

}  // namespace trivium::experiments
