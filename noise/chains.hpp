#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/catalogue.hpp>
#include <trivium/core/constant.hpp>
#include <trivium/core/stream.hpp>

namespace trivium::noise::chains {

/// Where a walker on a chain is: a numbered state, a point of the real line, or both.
struct State {
  std::uint64_t index = 0;
  double x = 0;
};

/// What a chain settles to.
struct Law {
  std::string stationary;             ///< "uniform on 16 states", "the standard normal law"
  std::vector<double> probabilities;  ///< of the numbered states; empty for a chain on the real line
  /// The correlation of two values `lag` steps apart; empty where it is not known.
  std::function<double(std::size_t lag)> correlation;
};

/// How fast a chain forgets, in steps. The first two are infinite for a periodic chain, which never forgets
/// where in its period it started; the third is finite all the same.
struct Times {
  /// 1 / (1 - |lambda|), lambda the largest eigenvalue but 1 in absolute value. Without reversibility it says
  /// how fast the law settles in the end; of the variance of a mean only `autocorrelation` speaks.
  Constant relaxation;
  /// Steps, at least 1, until the law of the state is within 1/4 of the stationary one in total variation,
  /// from the worst start; `how` names the start where there is no worst one, as on the real line.
  Constant mixing;
  /// 1 + 2 sum over k >= 1 of the correlation of values k steps apart: the variance of a long mean is this
  /// many times that of independent values. Below 1 when values alternate.
  Constant autocorrelation;
};

/// A further number that a chain has to say of itself: "second eigenvalue".
struct Measure {
  std::string name;
  Constant value;
};

/// A Markov chain: a law of motion, the same for every walker on it.
///
/// Its values are numbers of mean 0 and variance 1 under the stationary law: noise is made of them. A chain
/// on numbered states 0..n-1 can be asked for the states themselves.
class Chain {
 public:
  virtual ~Chain() = default;
  /// A state drawn from the stationary law.
  virtual State start(Stream& stream) const = 0;
  /// `values.size()` steps; writes the value after each.
  virtual void walk(State& state, Stream& stream, std::span<double> values) const = 0;
  /// The same with the numbers of the states. Throws std::logic_error for a chain on the real line.
  virtual void walk(State& state, Stream& stream, std::span<std::uint32_t> states) const;
  virtual Law law() const = 0;
  /// Can take a while: of a large chain the eigenvalue is computed.
  virtual Times times() const = 0;
  /// For reports; can take a while too.
  virtual std::vector<Measure> measures() const { return {}; }
};

/// What a chain is made with.
struct Place {
  std::size_t states = 0;                 ///< how many states are wanted; 0 leaves it to the chain
  std::vector<std::string> data_folders;  ///< where relative file names are looked up, in order
};

using Catalogue = trivium::Catalogue<Chain, const Place&>;
/// Every chain, by name.
Catalogue& catalogue();

/// Chains that were made are given again for the same type, parameters and number of states: what takes a
/// while of a chain is then found once. Copies share them.
class Supply {
 public:
  Supply(std::vector<std::string> data_folders = {}) : data_folders_(std::move(data_folders)) {}
  /// Throws InputError as making the chain does.
  std::shared_ptr<const Chain> get(const Plugin& plugin, std::size_t states) const;

 private:
  std::vector<std::string> data_folders_;
  using Made = std::map<std::string, std::shared_ptr<const Chain>>;  // by description
  std::shared_ptr<Made> made_ = std::make_shared<Made>();
};

}  // namespace trivium::noise::chains
