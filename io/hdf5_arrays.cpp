#include <algorithm>
#include <filesystem>
#include <new>
#include <stdexcept>

#include <fmt/ranges.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/arrays.hpp>

#include "detail/hdf5_attributes.hpp"
#include "detail/hdf5_handle.hpp"
#include "detail/hdf5_image.hpp"

namespace trivium::io {
namespace {

using detail::Handle;
using Shape = std::vector<std::size_t>;

/// No file locks: a file that is replaced by renaming never changes while it is open, and some network file
/// systems have no locks.
Handle read_access() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
#if H5_VERSION_GE(1, 10, 7)
  H5Pset_file_locking(access, false, true);
#endif
  return access;
}

Handle open_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) reject("there is no file '{}'; expected an HDF5 file", path);
  if (std::filesystem::is_directory(status)) reject("'{}' is a folder; expected an HDF5 file", path);
  const Handle access = read_access();  // closed after the complaint is read: a call that succeeds forgets it
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (file.valid()) return file;
  const std::string complaint = detail::last_complaint();
  if (H5Fis_hdf5(path.c_str()) <= 0) reject("'{}' is not an HDF5 file ({})", path, complaint);
  reject("'{}' is an HDF5 file but it is damaged ({}); use another copy", path, complaint);
}

herr_t note_dataset(hid_t group, const char* name, const H5L_info_t*, void* names) {
  H5O_info_t info;
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) >= 0 &&
      info.type == H5O_TYPE_DATASET)
    static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

/// Number of entries. Throws std::length_error when no machine can count them: a damaged file.
std::size_t entries(const Shape& shape) {
  std::size_t product = 1;
  for (std::size_t size : shape)
    if (__builtin_mul_overflow(product, size, &product)) throw std::length_error("shape");
  return product;
}

}  // namespace

bool hdf5_available() { return true; }

struct ArrayFile::Open {
  std::string path;
  Handle file;

  Handle dataset(const std::string& name, const ArrayFile& owner) const {
    Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) {
      const std::string complaint = detail::last_complaint();
      const std::vector<std::string> known = owner.names();
      if (std::binary_search(known.begin(), known.end(), name)) damaged(name, complaint);
      reject("'{}' has no dataset '{}'{}", path, name, did_you_mean(name, known));
    }
    const Handle type(H5Dget_type(dataset), H5Tclose);
    const H5T_class_t kind = H5Tget_class(type);
    if (kind != H5T_FLOAT && kind != H5T_INTEGER)
      reject("dataset '{}' of '{}' does not hold numbers; expected integers or reals", name, path);
    return dataset;
  }
  Shape shape(hid_t dataset) const {
    const Handle space(H5Dget_space(dataset), H5Sclose);
    const int rank = H5Sget_simple_extent_ndims(space);
    std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(rank, 0)));
    H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
    return {sizes.begin(), sizes.end()};
  }
  std::vector<double> read(hid_t dataset, const std::string& name, const Shape& block, hid_t memory,
                           hid_t selected) const try {
    std::vector<double> values(entries(block));
    if (!values.empty() &&
        H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, selected, H5P_DEFAULT, values.data()) < 0)
      damaged(name, detail::last_complaint());
    return values;
  } catch (const std::length_error&) {
    too_large(name, block);
  } catch (const std::bad_alloc&) {
    too_large(name, block);
  }
  [[noreturn]] void damaged(const std::string& name, const std::string& complaint) const {
    reject("dataset '{}' of '{}' cannot be read ({}); use another copy of the file", name, path, complaint);
  }
  [[noreturn]] void too_large(const std::string& name, const Shape& block) const {
    reject("dataset '{}' of '{}' has shape ({}), more than fits into memory", name, path,
           fmt::join(block, ", "));
  }
};

ArrayFile::ArrayFile(const std::string& path) : open_(std::make_unique<Open>()) {
  const detail::Quiet quiet;
  open_->path = path;
  open_->file = open_file(path);
}
ArrayFile::~ArrayFile() = default;
ArrayFile::ArrayFile(ArrayFile&&) noexcept = default;
ArrayFile& ArrayFile::operator=(ArrayFile&&) noexcept = default;

const std::string& ArrayFile::path() const { return open_->path; }

std::vector<std::string> ArrayFile::names(const std::string& group) const {
  const detail::Quiet quiet;
  std::vector<std::string> names;
  H5Lvisit_by_name(open_->file, group.c_str(), H5_INDEX_NAME, H5_ITER_INC, note_dataset, &names, H5P_DEFAULT);
  std::sort(names.begin(), names.end());
  return names;
}

bool ArrayFile::has(const std::string& name) const {
  const detail::Quiet quiet;
  return Handle(H5Dopen2(open_->file, name.c_str(), H5P_DEFAULT), H5Dclose).valid();
}

std::vector<std::size_t> ArrayFile::shape(const std::string& name) const {
  const detail::Quiet quiet;
  return open_->shape(open_->dataset(name, *this));
}

std::vector<double> ArrayFile::read(const std::string& name) const {
  const detail::Quiet quiet;
  const Handle dataset = open_->dataset(name, *this);
  return open_->read(dataset, name, open_->shape(dataset), H5S_ALL, H5S_ALL);
}

std::vector<double> ArrayFile::read_rows(const std::string& name, std::size_t first,
                                         std::size_t count) const {
  const detail::Quiet quiet;
  const Handle dataset = open_->dataset(name, *this);
  Shape block = open_->shape(dataset);
  if (block.empty()) reject("dataset '{}' of '{}' is a single number; expected rows", name, path());
  if (first > block[0] || count > block[0] - first)
    reject("dataset '{}' of '{}' has {} rows; rows {} to {} were asked for", name, path(), block[0], first,
           first + count);
  block[0] = count;
  std::vector<hsize_t> start(block.size()), size(block.begin(), block.end());
  start[0] = first;
  const Handle selected(H5Dget_space(dataset), H5Sclose);
  H5Sselect_hyperslab(selected, H5S_SELECT_SET, start.data(), nullptr, size.data(), nullptr);
  const Handle memory(H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), H5Sclose);
  return open_->read(dataset, name, block, memory, selected);
}

Attributes ArrayFile::attributes() const {
  const detail::Quiet quiet;
  return detail::read_attributes(open_->file);
}

void write_arrays(const std::string& path, const std::map<std::string, Array>& arrays,
                  const Attributes& attributes) {
  detail::Hdf5Image image(path);
  for (const auto& [name, array] : arrays) image.write(name, array.shape, array.values);
  image.write(attributes);
  image.save();
}

}  // namespace trivium::io
