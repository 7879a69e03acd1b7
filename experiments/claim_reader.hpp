#pragma once
#include <vector>

#include "experiment.hpp"

namespace trivium::experiments {

/// The [[claim]] entries of an experiment file about an experiment whose problems, methods, limits and
/// records are read already. Names that may be measures of a problem are left to `check_measures`. Throws
/// InputError for unknown keys, wrong types, labels and grid points that do not exist, accuracies that no run
/// reaches or that are not recorded.
std::vector<Claim> read_claims(const Table& table, const Experiment& experiment);

/// Throws InputError when a claim names something that is neither a column nor one of these measures of the
/// problem, which is known only once the problem is made.
void check_measures(const std::vector<Claim>& claims, const std::vector<std::string>& measures);

}  // namespace trivium::experiments
