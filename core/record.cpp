#include <bit>
#include <cmath>

#include <fmt/format.h>

#include <trivium/core/record.hpp>

namespace trivium {

const std::array<Column, 23> record_columns{{
    {"iteration", &Record::iteration, true, "iterations of the method"},
    {"round", &Record::round, true, "uses of the network, at most one message each way per worker"},
    {"bits_up", &Record::bits_up, true, "bits sent per worker, mean over workers"},
    {"bits_down", &Record::bits_down, true, "bits received per worker, mean over workers"},
    {"bits_up_max", &Record::bits_up_max, true, "most bits sent by one worker"},
    {"bits_up_values", &Record::bits_up_values, true, "part of bits_up spent on values and scalars"},
    {"bits_up_indices", &Record::bits_up_indices, true, "part of bits_up spent on indices and seeds"},
    {"bits_initial", &Record::bits_initial, true, "part of bits_up spent before the first iteration"},
    {"messages", &Record::messages, true, "messages sent by all workers and the server"},
    {"calls", &Record::calls, true, "evaluations of F_m per worker, mean over workers"},
    {"calls_max", &Record::calls_max, true, "most evaluations by one worker"},
    {"samples", &Record::samples, true, "evaluations of a summand per worker, mean over workers"},
    {"local_steps", &Record::local_steps, true, "the server's own evaluations of F_1 while the workers wait"},
    {"prox_calls", &Record::prox_calls, true, "projections or proximal maps"},
    {"seconds", &Record::seconds, false, "wall seconds of the method, measuring left out"},
    {"seconds_compute", &Record::seconds_compute, false, "of them in the workers' operators (rank 0)"},
    {"seconds_server", &Record::seconds_server, false,
     "of them in the server's own evaluations and sub-problems while the workers wait"},
    {"seconds_encode", &Record::seconds_encode, false, "of them encoding and decoding (rank 0)"},
    {"seconds_network", &Record::seconds_network, false, "of them moving and summing (rank 0)"},
    {"distance", &Record::distance, true, "|z - z*|^2 / |z0 - z*|^2"},
    {"residual", &Record::residual, true, "natural residual squared, relative to the start"},
    {"gap", &Record::gap, true, "max over u in Z of <F(z), z - u>", true},
    {"gap_average", &Record::gap_average, true, "the gap at the mean of the points so far", true},
}};

const Column* find_column(const std::string& name) {
  for (const Column& column : record_columns)
    if (name == column.name) return &column;
  return nullptr;
}

double entry(const Record& record, const std::string& name) {
  if (const Column* column = find_column(name)) return record.*column->member;
  const auto measure = record.measures.find(name);
  return measure == record.measures.end() ? std::numeric_limits<double>::quiet_NaN() : measure->second;
}

std::string name_of(Status status) {
  switch (status) {
    case Status::running:
      return "running";
    case Status::reached:
      return "reached";
    case Status::limit:
      return "limit";
    case Status::diverged:
      return "diverged";
  }
  return "unknown";
}

std::optional<Stop> stop_reason(const Record& r, const Limits& limits) {
  const auto exploded = [&](double merit) { return std::isinf(merit) || merit > limits.explosion; };
  if (exploded(r.distance))
    return Stop{Status::diverged,
                fmt::format("distance {:.3g} is above {:g} times its start", r.distance, limits.explosion)};
  if (exploded(r.residual))
    return Stop{Status::diverged,
                fmt::format("residual {:.3g} is above {:g} times its start", r.residual, limits.explosion)};
  for (const double gap : {r.gap, r.gap_average})
    if (std::isinf(gap)) return Stop{Status::diverged, "the gap is not finite"};
  if (limits.distance && r.distance <= *limits.distance)
    return Stop{Status::reached, fmt::format("distance {:.3g} <= {:g}", r.distance, *limits.distance)};
  if (limits.residual && r.residual <= *limits.residual)
    return Stop{Status::reached, fmt::format("residual {:.3g} <= {:g}", r.residual, *limits.residual)};
  if (limits.gap && r.gap <= *limits.gap)
    return Stop{Status::reached, fmt::format("gap {:.3g} <= {:g}", r.gap, *limits.gap)};
  const auto over = [&](const char* what, double value,
                        const std::optional<double>& limit) -> std::optional<Stop> {
    if (limit && value >= *limit)
      return Stop{Status::limit, fmt::format("{} {:g} >= {:g}", what, value, *limit)};
    return std::nullopt;
  };
  if (auto stop = over("iterations", r.iteration, limits.iterations)) return stop;
  if (auto stop = over("rounds", r.round, limits.rounds)) return stop;
  if (auto stop = over("bits_up", r.bits_up, limits.bits_up)) return stop;
  if (auto stop = over("calls", r.calls, limits.calls)) return stop;
  if (auto stop = over("samples", r.samples, limits.samples)) return stop;
  return over("seconds", r.seconds, limits.seconds);
}

void Fingerprint::add(double number) {
  auto bits =
      std::bit_cast<std::uint64_t>(std::isnan(number) ? std::numeric_limits<double>::quiet_NaN() : number);
  value = (value ^ bits) * 1099511628211ull;
  value ^= value >> 32;
}

void Fingerprint::add(const Record& record) {
  for (const Column& column : record_columns)
    if (column.reproducible && !(column.optional && std::isnan(record.*column.member)))
      add(record.*column.member);
  for (const auto& [name, value] : record.measures) add(value);
}

}  // namespace trivium
