// Part of the program on an emulated card: the card is small, and the call that the environment names wants
// more than there is.
#include <cstdlib>

#include "emulator.hpp"

namespace {

[[maybe_unused]] const bool is_small = [] {
  auto& card = trivium::emulated::card();
  card.memory = std::size_t{1} << 20;
  card.demand = card.memory + 1;
  if (const char* call = std::getenv("EMULATED_CARD_REFUSES")) card.demanding_call = call;
  return true;
}();

}  // namespace
