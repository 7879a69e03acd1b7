// Part of every test binary that runs on the emulated card: none can fall back to another card, or to none.
#include <catch2/catch.hpp>

#include <trivium/gpu/device.hpp>

#include "emulator.hpp"

TEST_CASE("the card of this binary is the emulated one") {
  CHECK(trivium::gpu::available());
  CHECK(trivium::gpu::card_name() == trivium::emulated::card_name);
}
