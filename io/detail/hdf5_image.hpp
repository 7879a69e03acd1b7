#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/record.hpp>
#include <trivium/io/arrays.hpp>

#include "hdf5_handle.hpp"

namespace trivium::io::detail {

/// An HDF5 file made in memory and saved in one go. HDF5 1.10 may crash at exit when a disk fills up under a
/// file it has open; this way it never sees the disk.
class Hdf5Image {
 public:
  /// `path`: where it will be saved.
  explicit Hdf5Image(std::string path);
  /// A float64 dataset; groups on the way are made. Throws InputError when the shape and the number of values
  /// disagree.
  void write(const std::string& name, const std::vector<std::size_t>& shape, std::span<const double> values);
  /// `/history/<column>` for every column and every measure, with its meaning in the attribute `help`.
  void write_history(const std::vector<Record>& history);
  /// Attributes of the root group.
  void write(const Attributes& attributes);
  /// Whole or not at all, see replace_file; sealed: followed by a checksum, see seal.
  enum class Sealed { no, yes };
  void save(Sealed sealed = Sealed::no);

 private:
  void check(bool fine, const std::string& what) const;

  Quiet quiet_;
  std::string path_;
  Handle file_;
};

/// The history of a result or a checkpoint; what is no column is a measure. Throws InputError when its
/// columns differ in length or there are none.
std::vector<Record> read_history(const ArrayFile& file);

}  // namespace trivium::io::detail
