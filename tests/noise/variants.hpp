#pragma once
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace contract {

/// Parameter sets to run the contract with. A plug-in that is not named here is tested with its defaults.
/// Files are those of `data_files`.
inline std::vector<trivium::Table> variants(const std::string& name) {
  if (name == "iid") return {{}, {{"states", 7}}};
  if (name == "two_state") return {{}, {{"switching", 0.05}}, {{"switching", 0.8}}, {{"switching", 1}}};
  if (name == "lazy") return {{}, {{"hold", 0}}, {{"hold", 0.9}, {"states", 12}}};
  if (name == "ar1") return {{}, {{"correlation", 0}}, {{"correlation", 0.9}}, {{"correlation", -0.8}}};
  if (name == "cycle")
    return {{},
            {{"hold", 0}, {"states", 6}},  // of period 2
            {{"hold", 0}, {"states", 7}},
            {{"hold", 0.8}, {"states", 3}},
            {{"hold", 0.3}, {"states", 2}}};
  if (name == "token")
    return {{}, {{"jump", 0.05}, {"states", 40}}, {{"jump", 0.4}, {"states", 2}}, {{"jump", 1}}};
  if (name == "finite")
    return {{{"matrix", "three"}},
            {{"matrix", "three"}, {"values", "marks"}},
            {{"matrix", "cheap_cycle"}},
            {{"matrix", "periodic"}}};
  if (name == "graph_walk")
    return {{{"edges", "kite"}},
            {{"edges", "kite"}, {"kind", "lazy"}, {"hold", 0.3}},
            {{"edges", "kite"}, {"kind", "simple"}}};
  if (name == "metropolis") return {{}, {{"scale", 0.7}}, {{"scale", 8}}};
  return {{}};
}

struct DataFile {
  const char *name, *content;
};
/// What the variants read.
inline constexpr DataFile data_files[] = {
    {"three", "0.5 0.5 0\n0.2 0.3 0.5  # goes round\n0, 0.75, 0.25\n"},
    {"marks", "3\n-1\n10\n"},
    {"cheap_cycle", "0.1 0.9 0 0\n0 0.1 0.9 0\n0 0 0.1 0.9\n0.6 0 0 0.4\n"},  // not reversible, not uniform
    {"kite", "0 1\n1 2\n2 0\n2 3\n3 4\n"},
    {"periodic", "0 0.5 0 0.5\n0.25 0 0.75 0\n0 1 0 0\n1 0 0 0\n"},  // of period 2
};

}  // namespace contract
