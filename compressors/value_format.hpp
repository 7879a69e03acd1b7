#pragma once
#include <trivium/core/fields.hpp>
#include <trivium/core/message.hpp>

namespace trivium::compressors {

inline std::vector<std::string> format_names() { return {"float64", "float32", "bfloat16"}; }
inline bool is_format(const std::string& name) {
  return name == "float64" || name == "float32" || name == "bfloat16";
}
/// bfloat16 for what is no format's name.
inline ValueFormat format_of(const std::string& name) {
  return name == "float64"   ? ValueFormat::float64
         : name == "float32" ? ValueFormat::float32
                             : ValueFormat::bfloat16;
}

/// Stochastic rounding to 8 significant bits: variance at most (2^-7 |x_i| / 2)^2 for each entry.
inline constexpr double bfloat16_omega = 0x1p-16;

/// The field `values` of compressors whose numbers travel in a plain format.
struct ValueField {
  std::string name = "float64";
  void describe(Fields& fields) {
    fields.choice("values", name, format_names(),
                  "how numbers travel; bfloat16 is rounded stochastically, so it stays unbiased");
  }
  ValueFormat format() const { return format_of(name); }
};

}  // namespace trivium::compressors
