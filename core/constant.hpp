#pragma once
#include <string>

namespace trivium {

/// How a constant was found.
enum class Origin {
  known,     ///< a closed form
  computed,  ///< by an iteration with a stated accuracy
  estimated  ///< a bound from samples or from other constants, or only valid near the solution
};
std::string name_of(Origin origin);

struct Constant {
  double value = 0;
  Origin origin = Origin::known;
  std::string how;  ///< "closed form", "Lanczos, relative accuracy 1e-6, at the solution"
};

}  // namespace trivium
