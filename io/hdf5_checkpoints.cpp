#include <optional>
#include <stdexcept>

#include <trivium/core/errors.hpp>
#include <trivium/io/checkpoints.hpp>

#include "detail/hdf5_image.hpp"
#include "detail/seal.hpp"

namespace trivium::io {
namespace {

// One dataset for each entry: /common/<name> of shape (n), /workers/<name> of shape (M, row length),
// /history/<column>. A checksum
// follows the HDF5 file.

/// M, from the entries that have rows to count; 0 when there are none.
std::size_t count_workers(const std::map<std::string, Archive::Rows>& entries) {
  std::optional<std::size_t> workers;
  for (const auto& [name, rows] : entries) {
    if (rows.row_length == 0) continue;
    const std::size_t count = rows.values.size() / rows.row_length;
    if (rows.values.size() % rows.row_length != 0 || count != workers.value_or(count))
      throw std::logic_error("checkpoint entry '" + name + "' does not have one row for each worker");
    workers = count;
  }
  return workers.value_or(0);
}

Archive::Rows read_rows(const ArrayFile& file, const std::string& name, const WorkerRange& range) {
  const std::vector<std::size_t> shape = file.shape(name);
  if (shape.size() != 2)
    reject("'{}' is no checkpoint: '{}' is not a table with a row for each worker", file.path(), name);
  if (shape[1] == 0) return {};
  if (shape[0] != static_cast<std::size_t>(range.total))
    reject(
        "checkpoint '{}' holds the state of {} workers, the run has {}; resume it with the experiment that "
        "wrote it",
        file.path(), shape[0], range.total);
  return {shape[1], file.read_rows(name, static_cast<std::size_t>(range.first),
                                   static_cast<std::size_t>(range.count()))};
}

}  // namespace

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  const std::size_t workers = count_workers(checkpoint.workers);
  detail::Hdf5Image image(path);
  for (const auto& [name, values] : checkpoint.common) image.write("common/" + name, {values.size()}, values);
  for (const auto& [name, rows] : checkpoint.workers)
    image.write("workers/" + name, {workers, rows.row_length}, rows.values);
  image.write_history(checkpoint.history);
  image.write(checkpoint.attributes);
  image.save(detail::Hdf5Image::Sealed::yes);
}

Checkpoint read_checkpoint(const std::string& path, const WorkerRange& range) {
  detail::check_seal(path, "checkpoint");
  const ArrayFile file(path);
  Checkpoint checkpoint;
  checkpoint.history = detail::read_history(file);
  checkpoint.attributes = file.attributes();
  for (const std::string& name : file.names("common")) checkpoint.common[name] = file.read("common/" + name);
  for (const std::string& name : file.names("workers"))
    checkpoint.workers[name] = read_rows(file, "workers/" + name, range);
  return checkpoint;
}

}  // namespace trivium::io
