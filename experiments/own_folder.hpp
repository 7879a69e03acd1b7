#pragma once
#include <string>

namespace trivium::experiments {

/// A folder of this room, "plot" or "" for the room itself: beside an installed program, or in the source
/// tree it was built from. Throws InputError when it is in neither.
std::string own_folder(const std::string& name);

}  // namespace trivium::experiments
