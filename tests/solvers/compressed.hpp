// What the tests of the methods with a compressed uplink share.
#pragma once
#include <trivium/core/errors.hpp>

#include "masha1.hpp"

namespace trivium::solvers::testing {

inline const Table small{{"n", 10}, {"workers", 5}, {"mu", 0.2}, {"samples", 10}};
inline const Table identity{{"type", "identity"}};
inline const Table ball{{"type", "l2_ball"}, {"radius", 1.0}};

inline Arena problem_C() { return arena("quadratic_game", {{"samples", 10}}); }

inline std::string rejection(Arena& here, const Plugin& plugin) {
  try {
    Method(here, plugin);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

inline Theory theory_of(Arena& here, const Plugin& plugin) { return Method(here, plugin).solver->theory(); }

/// The mean of |z - z*|^2 / |z0 - z*|^2 over iterations burn .. burn + count - 1 and over the seeds 1..seeds.
inline double floor_of(Arena& here, const Plugin& plugin, int burn, int count, int seeds) {
  double mean = 0;
  for (int seed = 1; seed <= seeds; ++seed) {
    Method method(here, plugin, static_cast<std::uint64_t>(seed));
    method.start();
    method.steps(burn);
    for (int k = 0; k < count; ++k) {
      mean += method.distance() / count / seeds;
      method.steps(1);
    }
  }
  return mean;
}

/// Row m of an entry of the workers.
inline Vector row_of(Method& method, const char* name, int m) {
  const Archive saved = method.save();
  const Archive::Rows& rows = saved.worker_entries.at(name);
  return Vector(
      std::span(rows.values).subspan(static_cast<std::size_t>(m) * rows.row_length, rows.row_length));
}
inline Vector common_of(Method& method, const char* name) {
  Vector out = method.arena.start.like();
  out.assign(method.save().common_entries.at(name));
  return out;
}

}  // namespace trivium::solvers::testing
