#pragma once
#include <string>
#include <vector>

#include "commands.hpp"
#include "experiment.hpp"

namespace trivium::experiments {

/// The experiment a request names, with its overrides applied. These leave the claims out: claims are about
/// the file as it is written.
Experiment load(const Request& request);
/// Where data files are looked up: --data, $TRIVIUM_DATA, the experiment file's folder, ./data.
std::vector<std::string> folders(const Request& request);

}  // namespace trivium::experiments
