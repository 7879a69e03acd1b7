#pragma once
#include <vector>

#include "experiment.hpp"

namespace trivium::experiments {

/// The [[claim]] entries of an experiment file about an experiment whose problems, methods, limits and
/// records are read already. Throws InputError for unknown keys, wrong types, labels and grid points that do
/// not exist, accuracies that no run reaches or that are not recorded.
std::vector<Claim> read_claims(const Table& table, const Experiment& experiment);

}  // namespace trivium::experiments
