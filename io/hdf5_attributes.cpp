#include "detail/hdf5_attributes.hpp"

#include <optional>
#include <vector>

namespace trivium::io::detail {
namespace {

/// UTF-8 of any length: what h5py reads as `str`.
Handle text_type() {
  Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

herr_t note_attribute(hid_t, const char* name, const H5A_info_t*, void* names) {
  static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

std::optional<Attribute> read_text(hid_t attribute, hid_t type) {
  const Handle memory(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_cset(memory, H5Tget_cset(type));
  if (H5Tis_variable_str(type) > 0) {
    H5Tset_size(memory, H5T_VARIABLE);
    char* start = nullptr;
    if (H5Aread(attribute, memory, &start) < 0) return std::nullopt;
    std::string text = start == nullptr ? "" : start;
    H5free_memory(start);
    return text;
  }
  H5Tset_size(memory, H5Tget_size(type) + 1);  // room for the zero that ends it
  std::string text(H5Tget_size(type) + 1, '\0');
  if (H5Aread(attribute, memory, text.data()) < 0) return std::nullopt;
  return std::string(text.c_str());
}

template <class T>
std::optional<Attribute> read_number(hid_t attribute, hid_t memory) {
  T number{};
  if (H5Aread(attribute, memory, &number) < 0) return std::nullopt;
  return number;
}

std::optional<Attribute> read_attribute(hid_t object, const std::string& name) {
  const Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  if (H5Sget_simple_extent_npoints(space) != 1) return std::nullopt;
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      return read_text(attribute, type);
    case H5T_FLOAT:
      return read_number<double>(attribute, H5T_NATIVE_DOUBLE);
    case H5T_INTEGER:
    case H5T_ENUM:
      return read_number<std::int64_t>(attribute, H5T_NATIVE_INT64);  // an h5py bool is an enumeration
    default:
      return std::nullopt;
  }
}

bool put(hid_t object, const std::string& name, hid_t stored, hid_t memory, const void* data) {
  const Handle space(H5Screate(H5S_SCALAR), H5Sclose);
  const Handle attribute(H5Acreate2(object, name.c_str(), stored, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  return attribute.valid() && H5Awrite(attribute, memory, data) >= 0;
}

}  // namespace

Attributes read_attributes(hid_t object) {
  std::vector<std::string> names;
  H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, note_attribute, &names);
  Attributes attributes;
  for (const std::string& name : names)
    if (auto value = read_attribute(object, name)) attributes.emplace(name, std::move(*value));
  return attributes;
}

bool write_attribute(hid_t object, const std::string& name, const Attribute& value) {
  if (const auto* real = std::get_if<double>(&value))
    return put(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, real);
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return put(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, integer);
  const char* text = std::get<std::string>(value).c_str();
  const Handle type = text_type();
  return put(object, name, type, type, &text);
}

}  // namespace trivium::io::detail
