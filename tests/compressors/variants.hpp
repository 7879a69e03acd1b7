#pragma once
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace contract {

/// The parameter sets that the contract suite runs a compressor with, for vectors of d entries. A name
/// without sets runs with its defaults, so a new compressor is covered at once; add its sets here.
inline std::vector<trivium::Table> variants(const std::string& name, std::size_t d) {
  const auto all = static_cast<std::int64_t>(d);
  if (name == "identity") return {{}, {{"values", "float32"}}, {{"values", "bfloat16"}}};
  if (name == "rand_k")
    return {{{"k", 1}},
            {{"k", all}},
            {{"k", 0.3}},
            {{"k", 0.3}, {"indices", "seed"}},
            {{"k", 0.3}, {"scaled", false}},
            {{"k", 0.3}, {"values", "float32"}, {"indices", "seed"}},
            {{"k", 0.3}, {"values", "bfloat16"}},
            {{"k", 0.3}, {"values", "bfloat16"}, {"scaled", false}}};
  return {{}};
}

}  // namespace contract
