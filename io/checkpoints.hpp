#pragma once
#include <map>
#include <string>
#include <vector>

#include <trivium/core/archive.hpp>
#include <trivium/core/record.hpp>
#include <trivium/core/workers.hpp>
#include <trivium/io/attributes.hpp>

namespace trivium::io {

/// Everything a run needs to go on as if it had not been interrupted. All numbers come back bit for bit, NaN
/// payloads included, so a 64-bit pattern may travel as a double.
struct Checkpoint {
  std::map<std::string, std::vector<double>> common;  ///< as rank 0 has them
  std::map<std::string, Archive::Rows>
      workers;  ///< a row for each worker: of all M when writing, of a block when read
  std::vector<Record> history;
  Attributes attributes;
};

/// Writes a checkpoint, an HDF5 file followed by its checksum, aside and renames it, so that the file at
/// `path` is always whole. Throws InputError when it cannot be written, std::logic_error when entries of
/// `workers` do not have the same number of rows.
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

/// Reads the rows of workers [first, last) and all the rest. Throws InputError when the file is missing,
/// damaged, no checkpoint, or one of another number of workers than `range.total`.
Checkpoint read_checkpoint(const std::string& path, const WorkerRange& range);

}  // namespace trivium::io
