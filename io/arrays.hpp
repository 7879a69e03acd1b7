#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <trivium/io/attributes.hpp>

namespace trivium::io {

/// An HDF5 file opened for reading: named arrays of numbers, whatever program wrote them. Integers and reals
/// of any width and byte order are read as float64, row by row. A dataset in a group is named by its path,
/// "group/name".
///
/// Every function throws InputError with a sentence that names the file, and the dataset where there is one.
class ArrayFile {
 public:
  explicit ArrayFile(const std::string& path);
  ~ArrayFile();
  ArrayFile(ArrayFile&&) noexcept;
  ArrayFile& operator=(ArrayFile&&) noexcept;

  const std::string& path() const;
  /// The datasets below a group, sorted, as paths relative to it; none when there is no such group.
  std::vector<std::string> names(const std::string& group = "/") const;
  bool has(const std::string& name) const;
  std::vector<std::size_t> shape(const std::string& name) const;
  /// All entries of a dataset of any rank, the last index running fastest.
  std::vector<double> read(const std::string& name) const;
  /// Entries [first, first + count) of the first dimension only: the rows of this rank's workers.
  std::vector<double> read_rows(const std::string& name, std::size_t first, std::size_t count) const;
  /// The texts, reals and integers of the root group; attributes of other types are left out.
  Attributes attributes() const;

 private:
  struct Open;
  std::unique_ptr<Open> open_;
};

/// A dense array; `values` has the product of `shape` entries, the last index running fastest.
struct Array {
  std::vector<std::size_t> shape;
  std::vector<double> values;
};

/// Writes arrays as float64 datasets and the attributes of the root group. The file appears at `path` whole
/// or not at all: it is written under another name in the same folder, then renamed. Makes missing folders.
/// Throws InputError when it cannot be written; a file that was there before is then untouched.
void write_arrays(const std::string& path, const std::map<std::string, Array>& arrays,
                  const Attributes& attributes);

}  // namespace trivium::io
