#include "detail/hdf5_image.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <optional>

#include <fmt/ranges.h>

#include <trivium/core/errors.hpp>

#include "detail/hdf5_attributes.hpp"
#include "detail/replace_file.hpp"
#include "detail/seal.hpp"

namespace trivium::io::detail {
namespace {

constexpr std::size_t growth = 1 << 16;  // bytes by which the image grows

Handle in_memory() {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access, growth, false);
  return access;
}

/// Datasets in groups that need not exist yet.
Handle make_groups() {
  Handle creation(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(creation, 1);
  return creation;
}

Handle dataspace(const std::vector<std::size_t>& shape) {
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return {shape.empty() ? H5Screate(H5S_SCALAR)
                        : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr),
          H5Sclose};
}

herr_t note_complaint(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc != nullptr && *error->desc != '\0') *static_cast<std::string*>(text) = error->desc;
  return 0;
}

}  // namespace

std::string last_complaint() {
  std::string text = "no reason given";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_complaint, &text);
  return text;
}

Hdf5Image::Hdf5Image(std::string path) : path_(std::move(path)) {
  const Handle access = in_memory();
  file_ = Handle(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  check(file_.valid(), "the file");
}

void Hdf5Image::check(bool fine, const std::string& what) const {
  if (!fine) reject("'{}' cannot be written: HDF5 could not make {}: {}", path_, what, last_complaint());
}

void Hdf5Image::write(const std::string& name, const std::vector<std::size_t>& shape,
                      std::span<const double> values) {
  const std::size_t expected =
      std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
  if (expected != values.size())
    reject("array '{}' for '{}' has {} values, expected {} for shape ({})", name, path_, values.size(),
           expected, fmt::join(shape, ", "));
  const Handle space = dataspace(shape);
  const Handle links = make_groups();
  const Handle dataset(
      H5Dcreate2(file_, name.c_str(), H5T_IEEE_F64LE, space, links, H5P_DEFAULT, H5P_DEFAULT), H5Dclose);
  check(dataset.valid(), "dataset '" + name + "'");
  if (values.empty()) return;
  check(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0,
        "dataset '" + name + "'");
}

void Hdf5Image::write_history(const std::vector<Record>& history) {
  std::vector<double> values(history.size());
  const auto write_column = [&](const std::string& column, const std::string& help, auto entry_of) {
    std::transform(history.begin(), history.end(), values.begin(), entry_of);
    const std::string name = "history/" + column;
    write(name, {history.size()}, values);
    const Handle dataset(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), H5Dclose);
    check(write_attribute(dataset, "help", help), "the help of '" + name + "'");
  };
  for (const Column& column : record_columns)
    write_column(column.name, column.help, [&](const Record& record) { return record.*column.member; });
  if (history.empty()) return;
  for (const auto& [measure, start] : history.front().measures)
    write_column(measure, "a measure of the problem, mean over workers",
                 [name = measure](const Record& record) { return entry(record, name); });
}

void Hdf5Image::write(const Attributes& attributes) {
  for (const auto& [name, value] : attributes)
    check(write_attribute(file_, name, value), "attribute '" + name + "'");
}

void Hdf5Image::save(Sealed sealed) {
  check(H5Fflush(file_, H5F_SCOPE_LOCAL) >= 0, "the file");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  check(size > 0, "the file");
  std::vector<std::byte> bytes;
  bytes.reserve(static_cast<std::size_t>(size) + 64);  // a seal may follow
  bytes.resize(static_cast<std::size_t>(size));
  check(H5Fget_file_image(file_, bytes.data(), bytes.size()) == size, "the file");
  if (sealed == Sealed::yes) seal(bytes);
  replace_file(path_, bytes);
}

std::vector<Record> read_history(const ArrayFile& file) {
  std::vector<Record> history;
  std::optional<std::size_t> rows;
  const auto read_column = [&](const std::string& column, auto place) {
    const std::string name = "history/" + column;
    const std::vector<double> values = file.read(name);
    if (!rows) history.resize(*(rows = values.size()));
    if (values.size() != *rows)
      reject("'{}' has {} rows in '{}' and {} in an earlier column; it is damaged", file.path(),
             values.size(), name, *rows);
    for (std::size_t row = 0; row < values.size(); ++row) place(history[row]) = values[row];
  };
  const std::vector<std::string> names = file.names("history");
  for (const Column& column : record_columns)
    if (std::binary_search(names.begin(), names.end(), column.name))
      read_column(column.name, [&](Record& record) -> double& { return record.*column.member; });
  for (const std::string& name : names)
    if (find_column(name) == nullptr)
      read_column(name, [&](Record& record) -> double& { return record.measures[name]; });
  if (!rows) reject("'{}' has no history; expected a file that 'trivium run' wrote", file.path());
  return history;
}

}  // namespace trivium::io::detail
