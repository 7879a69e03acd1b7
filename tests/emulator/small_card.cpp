// Part of the program on an emulated card: the card is small.
#include "emulator.hpp"

namespace {

[[maybe_unused]] const std::size_t small = trivium::emulated::card().memory = std::size_t{1} << 20;

}  // namespace
