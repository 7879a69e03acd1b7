#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>

namespace trivium {

/// One row of a run's history; row 0 is the starting point. All counts are cumulative; "mean" is over
/// workers.
struct Record {
  double iteration = 0;
  double round = 0;            ///< uses of the network, at most one message each way per worker
  double bits_up = 0;          ///< mean bits sent by a worker
  double bits_down = 0;        ///< mean bits received by a worker
  double bits_up_max = 0;      ///< most bits sent by one worker
  double bits_up_values = 0;   ///< part of bits_up spent on values (and scalars)
  double bits_up_indices = 0;  ///< part of bits_up spent on indices (and seeds)
  double bits_initial = 0;     ///< part of bits_up spent before the first iteration
  double messages = 0;         ///< messages sent by all workers
  double calls = 0;            ///< mean evaluations of a local operator F_m by a worker
  double calls_max = 0;        ///< most evaluations by one worker
  double samples = 0;          ///< mean evaluations of a summand of F_m by a worker
  double local_steps = 0;      ///< the server's evaluations of its own F_1 while the workers wait
  double prox_calls = 0;       ///< projections or proximal maps
  double seconds = 0;          ///< wall seconds of the method, measuring left out
  double seconds_compute = 0;  ///< of them in operators
  double seconds_server = 0;   ///< in sub-problems of the server, while the workers wait
  double seconds_encode = 0;   ///< in encoding and decoding
  double seconds_network = 0;  ///< in moving and summing
  double distance = std::numeric_limits<double>::quiet_NaN();  ///< |z - z*|^2 / |z0 - z*|^2
  double residual =
      std::numeric_limits<double>::quiet_NaN();           ///< natural residual squared, relative to the start
  double gap = std::numeric_limits<double>::quiet_NaN();  ///< max over u in Z of <F(z), z - u>, absolute
  double gap_average = std::numeric_limits<double>::quiet_NaN();  ///< the same at the mean of the points
  /// What else the problem measures, by name, mean over workers; NaN where it was not measured. Every row of
  /// a history has the same names.
  std::map<std::string, double> measures = {};
};

struct Column {
  const char* name;
  double Record::*member;
  bool reproducible;  ///< equal for every number of ranks (all but the seconds)
  const char* help;
  bool optional = false;  ///< only there when asked for: may lack in a file, then NaN
};

/// Every number that is a member of Record, in order: the columns of a result file before the measures.
extern const std::array<Column, 23> record_columns;

/// The column of that name, or nullptr.
const Column* find_column(const std::string& name);

/// The number in the column or measure of that name; NaN when the record has neither.
double entry(const Record& record, const std::string& name);

/// When to stop; a limit that is not set never holds.
struct Limits {
  std::optional<double> distance, residual, gap;                               ///< stop at or below
  std::optional<double> iterations, rounds, bits_up, calls, samples, seconds;  ///< stop at or above
  double explosion = 1e8;  ///< a merit above this multiple of its start is divergence
};

enum class Status { running, reached, limit, diverged };
std::string name_of(Status status);

struct Stop {
  Status status;
  std::string reason;  ///< "distance 9.7e-10 <= 1e-09"
};

/// The first rule that ends a run at this record, or nothing. Pure: the same record gives the same answer on
/// every rank.
std::optional<Stop> stop_reason(const Record& record, const Limits& limits);

/// A running 64-bit hash (FNV-1a over whole words, high half folded in) of the reproducible part of a history
/// and of the points. The columns that are optional count where they were measured, measures always.
class Fingerprint {
 public:
  void add(double number);
  void add(const Record& record);
  std::uint64_t value = 14695981039346656037ull;
};

}  // namespace trivium
