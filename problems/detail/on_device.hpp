#pragma once
#include <span>
#include <string>

#include <trivium/core/errors.hpp>
#include <trivium/core/fields.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/gpu/device.hpp>

namespace trivium::problems::detail {

/// The parameter `device` of problems that can live on the card.
inline void describe_device(Fields& fields, std::string& device) {
  fields.choice("device", device, {"host", "cuda"}, "where vectors live and operators are evaluated");
}

/// The device that the parameter names. Throws InputError for "cuda" when there is no card.
inline Device& device_named(const std::string& name) {
  if (name == "host") return host();
  if (!gpu::available())
    reject("device = \"cuda\" cannot be used: {}; with device = \"host\" the problem runs on the processor",
           gpu::why_not());
  return gpu::device();
}

/// A vector on `device` with these entries.
template <class T>
Vector placed(std::span<const T> entries, Device& device) {
  Vector out(entries.size(), dtype_of<T>(), device);
  device.upload(out.data(), entries.data(), entries.size_bytes());
  return out;
}

}  // namespace trivium::problems::detail
