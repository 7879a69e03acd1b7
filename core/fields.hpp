#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <trivium/core/value.hpp>

namespace trivium {

/// Bounds of a number. `low_open`: the lower bound itself is not allowed.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
};
inline constexpr Range positive{0, std::numeric_limits<double>::infinity(), true};
inline constexpr Range non_negative{0};
inline constexpr Range fraction{0, 1};

/// A plug-in chosen by name together with its parameters: `"rand_k"` or `{ type = "rand_k", k = 0.1 }`.
struct Plugin {
  std::string type;
  Table parameters;
  std::string where;
};

/// A parameter that theory can set: `"theory"`, a number, or `{ theory = c }` for c times the theory's value.
struct Tunable {
  bool theory = true;
  double value = 1;  ///< the multiple when `theory`, else the number itself
  double resolve(double theory_value) const { return theory ? value * theory_value : value; }
};

/// A number of things out of n: an integer count >= 1, or a fraction of n in (0, 1).
struct Amount {
  double value = 1;
  /// The count out of n, at least 1. Throws InputError, naming the parameter, when a count exceeds n.
  std::uint32_t of(std::uint64_t n, const char* name) const;
};

/// What a field is, for `trivium describe`.
struct FieldInfo {
  std::string name, type, range, default_value, help;
};

/// What Fields needs to know of a catalogue to check a nested plug-in.
class PluginList {
 public:
  virtual ~PluginList() = default;
  virtual std::string kind() const = 0;  ///< "compressor"
  virtual std::vector<std::string> names() const = 0;
  /// The parameters with every default filled in. Throws InputError for an unknown name or a wrong parameter.
  virtual Table resolve(const Plugin& plugin) const = 0;
};

/// Reads a plug-in's parameters from a table. A parameter struct has one `describe(Fields&)` that names every
/// field once; the reader, the range checks, `trivium describe` and the resolved configuration all come from
/// it.
class Fields {
 public:
  /// Reads from `given`. `owner` names the plug-in in error messages. With given == nullptr all defaults
  /// stay.
  Fields(const Table* given, std::string owner);

  void real(const char* name, double& field, Range range, const char* help);
  void integer(const char* name, std::int64_t& field, Range range, const char* help);
  void flag(const char* name, bool& field, const char* help);
  void text(const char* name, std::string& field, const char* help);
  void choice(const char* name, std::string& field, const std::vector<std::string>& options,
              const char* help);
  void reals(const char* name, std::vector<double>& field, Range range, const char* help);
  void amount(const char* name, Amount& field, const char* help);
  void tunable(const char* name, Tunable& field, Range range, const char* help);
  /// `words`: names that need no plug-in and stand for themselves.
  void plugin(const char* name, Plugin& field, const PluginList& catalogue, const char* help,
              const std::vector<std::string>& words = {});

  /// Throws InputError when the table holds a name that no field has read.
  void finish() const;
  const std::vector<FieldInfo>& fields() const { return infos_; }
  /// Every field with the value it ended up with.
  const Table& resolved() const { return resolved_; }

 private:
  const Value* take(const char* name, const char* type, const std::string& range,
                    const std::string& default_value, const char* help);
  [[noreturn]] void wrong(const char* name, const Value& value, const std::string& expected) const;
  void check(const char* name, const Value& value, double number, Range range) const;

  const Table* given_;
  std::string owner_;
  std::vector<FieldInfo> infos_;
  Table resolved_;
};

}  // namespace trivium
