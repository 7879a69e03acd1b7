#pragma once
#include <string>

#include <trivium/io/attributes.hpp>

#include "hdf5_handle.hpp"

namespace trivium::io::detail {

/// The texts, reals and integers attached to an object; attributes of other types are left out.
Attributes read_attributes(hid_t object);

/// False when HDF5 refuses, see last_complaint.
bool write_attribute(hid_t object, const std::string& name, const Attribute& value);

}  // namespace trivium::io::detail
