#pragma once
#include <catch2/catch.hpp>

#include <trivium/solvers/solve.hpp>

namespace trivium::solvers {

/// The run on the card stayed there and sent, at every record, what the run on the host did.
inline void same_messages(const Solved& card, const Solved& host) {
  CHECK_FALSE(card.point.on_host());
  REQUIRE(card.history.size() == host.history.size());
  for (std::size_t i = 0; i < host.history.size(); ++i) {
    const Record &there = card.history[i], &here = host.history[i];
    CHECK(there.bits_up == here.bits_up);
    CHECK(there.bits_down == here.bits_down);
    CHECK(there.messages == here.messages);
    CHECK(there.calls == here.calls);
  }
}

}  // namespace trivium::solvers
