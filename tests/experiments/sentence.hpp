#pragma once
#include <string>

#include <trivium/core/errors.hpp>

/// The sentence that `work` is refused with, or "" when it is taken.
template <class Work>
std::string sentence(Work work) {
  try {
    work();
    return "";
  } catch (const trivium::InputError& error) {
    return error.what();
  }
}
