#pragma once
#include "prepared.hpp"

namespace trivium::experiments {

/// Prints how noise enters a problem, what chain it comes from and how fast that forgets; nothing for an
/// exact problem. Collective; rank 0 prints.
void print_noise(Prepared& prepared);

}  // namespace trivium::experiments
