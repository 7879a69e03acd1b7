#include <stdexcept>

#include <trivium/core/constant.hpp>

namespace trivium {

std::string name_of(Origin origin) {
  switch (origin) {
    case Origin::known:
      return "known";
    case Origin::computed:
      return "computed";
    case Origin::estimated:
      return "estimated";
  }
  throw std::logic_error("no such origin");
}

}  // namespace trivium
