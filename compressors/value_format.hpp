#pragma once
#include <trivium/core/fields.hpp>
#include <trivium/core/message.hpp>

namespace trivium::compressors {

/// The field `values` that every compressor carrying numbers has.
struct ValueField {
  std::string name = "float64";
  void describe(Fields& fields) {
    fields.choice("values", name, {"float64", "float32", "bfloat16"},
                  "how numbers travel; bfloat16 is rounded stochastically, so it stays unbiased");
  }
  ValueFormat format() const {
    return name == "float64"   ? ValueFormat::float64
           : name == "float32" ? ValueFormat::float32
                               : ValueFormat::bfloat16;
  }
};

}  // namespace trivium::compressors
