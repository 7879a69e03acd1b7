#include <stdexcept>

#include <trivium/noise/chains.hpp>

namespace trivium::noise::chains {

void Chain::walk(State&, Stream&, std::span<std::uint32_t>) const {
  throw std::logic_error("this chain moves on the real line: it has no numbered states");
}

}  // namespace trivium::noise::chains
