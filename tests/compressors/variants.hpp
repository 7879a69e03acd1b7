#pragma once
// What the suites run beside the defaults. To add a compressor: lines at the end of `variants`, and of
// `hard_vectors` where the suite's own vectors stay far from its constant.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace contract {

/// A nested compressor: nested("rand_k", {{"k", 1}}) is { type = "rand_k", k = 1 }.
inline trivium::Table nested(const std::string& type, const trivium::Table& parameters = {}) {
  trivium::Table all{{"type", type}};
  for (const trivium::Entry& entry : parameters.entries()) all.set(entry.name, entry.value);
  return all;
}

/// The parameter sets that the contract suite runs a compressor with, for vectors of d entries. A name
/// without sets runs with its defaults, so a new compressor is covered at once; add its sets here.
inline std::vector<trivium::Table> variants(const std::string& name, std::size_t d) {
  using trivium::Table;
  const auto all = static_cast<std::int64_t>(d);
  const Table half = nested("rand_k", {{"k", 0.5}}),
              unscaled = nested("rand_k", {{"k", 0.5}, {"scaled", false}}),
              narrow = nested("identity", {{"values", "float32"}}),
              noisy = nested("identity", {{"values", "bfloat16"}});
  const Table coin = nested("bernoulli", {{"p", 0.5}});
  if (name == "identity") return {{}, {{"values", "float32"}}, {{"values", "bfloat16"}}};
  if (name == "rand_k")
    return {{{"k", 1}},
            {{"k", all}},
            {{"k", 0.3}},
            {{"k", 0.3}, {"indices", "seed"}},
            {{"k", 0.3}, {"scaled", false}},
            {{"k", 0.3}, {"values", "float32"}, {"indices", "seed"}},
            {{"k", 0.3}, {"values", "bfloat16"}},
            {{"k", 0.3}, {"values", "bfloat16"}, {"scaled", false}},
            {{"k", 0.3}, {"values", narrow}},
            {{"k", 0.3}, {"values", noisy}, {"indices", "seed"}},
            {{"k", 0.5}, {"values", half}},
            {{"k", 0.5}, {"values", half}, {"indices", "seed"}},
            {{"k", 0.5}, {"values", nested("rand_k", {{"k", 0.5}, {"values", half}})}},
            {{"k", 0.5}, {"values", unscaled}, {"scaled", false}},
            {{"k", 0.5}, {"values", nested("scaled", {{"of", half}})}, {"scaled", false}},
            {{"k", 0.5}, {"values", nested("induced")}},
            {{"k", 0.5}, {"values", nested("composed", {{"first", half}, {"then", half}})}},
            {{"k", 0.5}, {"values", nested("uniform_8bit")}, {"scaled", false}},
            {{"k", 0.5}, {"values", "natural"}},
            {{"k", 0.5}, {"values", nested("qsgd", {{"levels", 3}})}, {"indices", "seed"}},
            {{"k", 0.5}, {"values", "ternary"}}};
  if (name == "scaled")
    return {{},
            {{"of", "identity"}},
            {{"of", noisy}},
            {{"of", nested("rand_k", {{"k", 0.5}, {"values", half}, {"indices", "seed"}})}},
            {{"of", nested("induced")}},
            {{"of", nested("composed")}}};
  if (name == "induced")
    return {{},
            {{"first", unscaled}, {"rest", half}},
            {{"first", unscaled}, {"rest", nested("rand_k", {{"k", 1}})}},
            {{"first", nested("scaled", {{"of", half}})}, {"rest", half}},
            {{"first", noisy}, {"rest", half}},
            {{"first", "uniform_8bit"}, {"rest", half}},
            {{"first", nested("top_k", {{"k", 0.3}})}, {"rest", half}},
            {{"first", unscaled}, {"rest", "identity"}},
            {{"first", unscaled}, {"rest", nested("induced", {{"first", unscaled}, {"rest", half}})}}};
  if (name == "composed")
    return {{},
            {{"first", "qsgd"}, {"then", half}},
            {{"first", "natural"}, {"then", half}},
            {{"first", half}, {"then", half}},
            {{"first", noisy}, {"then", half}},
            {{"first", half}, {"then", noisy}},
            {{"first", half}, {"then", nested("induced", {{"first", unscaled}, {"rest", half}})}},
            {{"first", nested("composed", {{"first", half}, {"then", half}})}, {"then", half}}};
  if (name == "uniform_8bit")
    return {{}, {{"bits", 1}}, {{"bits", 2}}, {{"bits", 5}}, {{"bits", 8}, {"values", "float64"}}};
  if (name == "perm_k")
    return {
        {}, {{"values", "float32"}}, {{"values", "bfloat16"}}, {{"values", coin}}, {{"values", "natural"}}};
  if (name == "block_rand_k")
    return {{},
            {{"blocks", 1}, {"k", 1}},
            {{"blocks", all}, {"k", 0.3}},
            {{"blocks", 0.3}, {"k", 0.5}, {"indices", "seed"}},
            {{"blocks", 0.3}, {"k", 0.5}, {"scaled", false}},
            {{"blocks", 0.3}, {"k", 0.999}, {"values", "float32"}},
            {{"blocks", 0.3}, {"k", 0.5}, {"values", "bfloat16"}},
            {{"blocks", 0.3}, {"k", 0.5}, {"values", coin}},
            {{"blocks", 0.3}, {"k", 0.5}, {"values", "threshold"}, {"scaled", false}}};
  if (name == "bernoulli")
    return {{},
            {{"p", 1}},
            {{"p", 0.7}, {"scaled", false}},
            {{"p", 0.3}, {"values", "float32"}},
            {{"p", 0.3}, {"values", "bfloat16"}},
            {{"p", 0.3}, {"values", half}},
            {{"p", 0.3}, {"values", "threshold"}, {"scaled", false}}};
  if (name == "threshold")
    return {{},
            {{"level", 1}},
            {{"level", 0.3}},
            {{"level", 0.3}, {"values", "float32"}},
            {{"level", 0.3}, {"values", "bfloat16"}}};
  if (name == "top_k")
    return {{{"k", 1}},
            {{"k", all}},
            {{"k", 0.3}},
            {{"k", 0.3}, {"values", "float32"}},
            {{"k", 0.3}, {"values", "bfloat16"}},
            {{"k", 0.3}, {"values", nested("top_k", {{"k", 0.5}})}},
            {{"k", 0.3}, {"values", "natural"}},
            {{"k", 0.3}, {"values", "sign_norm"}}};
  if (name == "rank_r")
    return {{},
            {{"start", "fresh"}},
            {{"rank", 1}, {"start", "fresh"}},
            {{"rank", 3}, {"start", "fresh"}, {"values", "float32"}},
            {{"rank", all}, {"rows", 1}},
            {{"values", "bfloat16"}},
            {{"values", "bfloat16"}, {"start", "fresh"}}};
  if (name == "natural") return {{}, {{"values", "float32"}}};
  if (name == "sign_norm") return {{}, {{"norm", "float32"}}};
  if (name == "ternary") return {{}, {{"packing", "two_bits"}}, {{"values", "float32"}}};
  if (name == "qsgd")
    return {{},
            {{"levels", 1}},
            {{"levels", 3}},
            {{"levels", 100}},
            {{"levels", 32767}},
            {{"levels", 1}, {"norm", "max"}},
            {{"levels", 4}, {"norm", "max"}},
            {{"levels", 1}, {"coding", "elias"}},
            {{"levels", 20}, {"coding", "elias"}},
            {{"levels", 4}, {"norm", "max"}, {"coding", "elias"}},
            {{"levels", 5}, {"values", "float32"}}};
  return {{}};
}

/// Vectors of d entries on which a compressor with these parameters comes near its constant. The suite has
/// them beside its own.
inline std::vector<std::vector<double>> hard_vectors(const std::string& name,
                                                     const trivium::Table& parameters, std::size_t d) {
  if (name == "uniform_8bit" && d >= 4) {
    // One bucket is [-1, 1), and all entries but the extremes lie at its ends; for two buckets at the cut.
    const trivium::Value* bits = parameters.find("bits");
    const double buckets = std::exp2(bits != nullptr ? bits->number() : 8);
    const bool two = buckets == 2;
    std::vector<double> x(d);
    for (std::size_t i = 0; i < d; ++i) x[i] = (i % 2 == 0 ? 1 : -1) * (two ? 1e-6 : 0.999);
    x[0] = two ? -1 : -buckets - 1;
    x[1] = two ? 1 : buckets - 1;
    return {x};
  }
  const trivium::Value* first = parameters.find("first");
  if (name == "induced" && first != nullptr && first->text() != nullptr)
    return hard_vectors(*first->text(), {}, d);
  return {};
}

}  // namespace contract
