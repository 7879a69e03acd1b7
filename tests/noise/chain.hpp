#pragma once
#include <memory>
#include <string>

#include <trivium/core/errors.hpp>
#include <trivium/noise/chains.hpp>

/// A chain of the catalogue.
inline std::unique_ptr<trivium::noise::chains::Chain> make_chain(
    const std::string& name, const trivium::Table& parameters,
    const trivium::noise::chains::Place& place = {}) {
  return trivium::noise::chains::catalogue().make({name, parameters, ""}, place);
}

/// The complaint about a chain that cannot be made; empty when it can.
inline std::string complaint(const std::string& name, const trivium::Table& parameters,
                             const trivium::noise::chains::Place& place = {}) {
  try {
    make_chain(name, parameters, place);
  } catch (const trivium::InputError& error) {
    return error.what();
  }
  return "";
}
