#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>

namespace trivium::emulated {

/// What a card would answer with wrong numbers, a hang or a crash.
[[noreturn]] inline void fault(const std::string& sentence) {
  std::fprintf(stderr, "emulated card: %s\n", sentence.c_str());
  std::abort();
}

}  // namespace trivium::emulated
