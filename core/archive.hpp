#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/vector.hpp>

namespace trivium {

/// The state of a run as named arrays: what a checkpoint holds. A solver writes one function
/// `state(Archive&)` that names its members; the same function saves and restores.
///
/// `common` entries are one for the whole run: what rank 0 has is saved, and loaded on every rank. They are
/// equal on all ranks, or the server's alone and used nowhere else. `workers` entries hold one row for each
/// worker of this rank (shape (local workers, row)); a checkpoint file holds the rows of all workers in
/// order, so that it can be read on another number of ranks.
class Archive {
 public:
  /// Row r of an entry is worker `first_worker + r`.
  struct Rows {
    std::size_t row_length = 0;
    std::vector<double> values;
  };

  static Archive saving() { return Archive(true); }
  static Archive loading() { return Archive(false); }
  bool is_saving() const { return saving_; }

  void common(const std::string& name, Vector& vector);
  void common(const std::string& name, std::int64_t& number);
  void common(const std::string& name, std::uint64_t& number);
  void common(const std::string& name, double& number);
  void common(const std::string& name, bool& flag);
  /// One vector for each local worker.
  void workers(const std::string& name, std::vector<Vector>& vectors);
  /// `per_worker` integers for each local worker, stored as worker-major rows. Exact below 2^53.
  void workers(const std::string& name, std::span<std::uint64_t> numbers, std::size_t per_worker);

  std::map<std::string, std::vector<double>> common_entries;
  std::map<std::string, Rows> worker_entries;

 private:
  explicit Archive(bool saving) : saving_(saving) {}
  std::vector<double>& common_slot(const std::string& name, std::size_t size);
  Rows& worker_slot(const std::string& name, std::size_t rows, std::size_t row_length);
  bool saving_;
};

}  // namespace trivium
