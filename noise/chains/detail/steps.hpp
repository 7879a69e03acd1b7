#pragma once
#include <cmath>
#include <string>

#include <trivium/core/errors.hpp>
#include <trivium/noise/chains.hpp>

namespace trivium::noise::chains {

/// A chain from its single step. `Rule` has `void step(State&, Stream&) const` and `double value(const
/// State&) const`; neither costs a virtual call.
template <class Rule>
class RealSteps : public Chain {
 public:
  void walk(State& state, Stream& stream, std::span<double> values) const override {
    for (double& value : values) {
      rule().step(state, stream);
      value = rule().value(state);
    }
  }

 protected:
  const Rule& rule() const { return static_cast<const Rule&>(*this); }
};

/// The same for a chain on numbered states.
template <class Rule>
class NumberedSteps : public RealSteps<Rule> {
 public:
  using RealSteps<Rule>::walk;
  void walk(State& state, Stream& stream, std::span<std::uint32_t> states) const override {
    for (std::uint32_t& number : states) {
      this->rule().step(state, stream);
      number = static_cast<std::uint32_t>(state.index);
    }
  }
};

/// The parameter `relaxation` that several chains have; `rule` says what it sets: "h = 1 - 1 / tau".
inline void describe_relaxation(Fields& fields, double& relaxation, const std::string& rule) {
  const std::string help = "tau: relaxation time, at least 1: " + rule + "; 0: the parameter above counts";
  fields.real("relaxation", relaxation, non_negative, help.c_str());
}

/// Whether a relaxation time is given. Throws InputError naming the chain when no chain has it.
inline bool given_relaxation(const char* chain, double relaxation) {
  if (relaxation == 0) return false;
  if (!(relaxation >= 1 && relaxation < INFINITY))
    reject("{}.relaxation = {:g}, and a relaxation time is at least 1 and finite", chain, relaxation);
  return true;
}

/// The number of states of a chain: its own parameter, or as many as are wanted when that is 0. Throws
/// InputError naming the chain when both are given and differ, or neither is.
inline std::size_t state_count(const char* chain, std::int64_t own, const Place& place) {
  const auto count = static_cast<std::size_t>(own);
  if (count == 0 && place.states == 0)
    reject("{} needs a number of states here; give {}.states", chain, chain);
  if (count != 0 && place.states != 0 && count != place.states)
    reject("{}.states = {}, but {} are needed; leave it out", chain, count, place.states);
  return count != 0 ? count : place.states;
}

/// The same, or `usual` when neither is given.
inline std::size_t state_count_or(const char* chain, std::int64_t own, const Place& place,
                                  std::size_t usual) {
  return own == 0 && place.states == 0 ? usual : state_count(chain, own, place);
}

}  // namespace trivium::noise::chains
