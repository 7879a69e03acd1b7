#pragma once
#include <cstdio>
#include <exception>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/device.hpp>

#include "measure.hpp"

namespace trivium::bench {

/// Seconds of one call of each piece of work on the card: `repeats` calls one after another, then a wait, so
/// that launching overlaps with the work before it as it does in a run. Median over turns, by the wall.
template <class... Work>
std::array<double, sizeof...(Work)> card_seconds(int repeats, Work&&... work) {
  const auto repeated = [repeats](auto& piece) {
    return [repeats, &piece] {
      for (int i = 0; i < repeats; ++i) piece();
      gpu::synchronize();
    };
  };
  std::array<double, sizeof...(Work)> seconds = median_seconds(Clock::wall, 11, repeated(work)...);
  for (double& each : seconds) each /= repeats;
  return seconds;
}

inline void row_without_target(const std::string& what, const std::string& measured) {
  row(what, measured, "none", "");
}

/// What main() returns after these rows: 2 after an InputError, 1 after any other exception; both are
/// printed.
template <class Rows>
int reported(Rows rows) {
  try {
    rows();
    return 0;
  } catch (const InputError& mistake) {
    std::fprintf(stderr, "%s\n", mistake.what());
    return 2;
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}

/// The same for rows that are measured on the card: 2 without a card or memory.
template <class Rows>
int on_card(Rows rows) {
  return reported([&] {
    gpu::device();
    note("card: {}", gpu::card_name());
    rows();
  });
}

}  // namespace trivium::bench
