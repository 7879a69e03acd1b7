// `trivium list` and `trivium describe`: what the plug-in files say about themselves.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/noise/chains.hpp>
#include <trivium/noise/estimators.hpp>
#include <trivium/problems/oracles.hpp>
#include <trivium/problems/partitioners.hpp>
#include <trivium/problems/problem.hpp>
#include <trivium/problems/sets.hpp>
#include <trivium/solvers/solver.hpp>

#include "commands.hpp"

namespace trivium::experiments {
namespace {

struct Room {
  std::string name;
  const AnyCatalogue* catalogue;
};

std::vector<Room> rooms() {
  return {{"solvers", &solvers::catalogue()},
          {"compressors", &compressors::catalogue()},
          {"problems", &problems::catalogue()},
          {"sets", &problems::sets::catalogue()},
          {"partitioners", &problems::partitioners::catalogue()},
          {"oracles", &problems::oracles::catalogue()},
          {"chains", &noise::chains::catalogue()},
          {"estimators", &noise::estimators::catalogue()}};
}

/// One line of text in lines of up to 100 columns, all but the first a little further in; a longer word stays
/// whole.
void print_line(std::string_view line, std::size_t indent) {
  constexpr std::size_t columns = 100;
  for (std::size_t in = indent;; in = indent + 2) {
    const std::size_t room = columns - in, begin = std::min(line.find_first_not_of(' '), line.size());
    std::size_t end = line.size();
    if (end > room) {
      end = line.rfind(' ', room);
      if (end == std::string_view::npos || end < begin) end = std::min(line.find(' ', begin), line.size());
    }
    fmt::print("{:{}}{}\n", "", in, line.substr(0, end));
    if (end == line.size()) return;
    line.remove_prefix(std::min(line.find_first_not_of(' ', end), line.size()));
  }
}

/// Text with its own line breaks, and more where its lines are long.
void print_indented(std::string_view text, std::size_t indent) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    print_line(text.substr(at, end - at), indent);
    at = end + 1;
  }
}

void print_plugin(const Room& room, const std::string& name) {
  const About about = room.catalogue->about(name);
  print_indented(fmt::format("{} ({}): {}", name, room.catalogue->kind(), about.summary), 0);
  fmt::print("\n");
  if (!about.rule.empty()) {
    print_indented(about.rule, 4);
    fmt::print("\n");
  }
  if (!about.source.empty()) {
    print_indented("Source: " + about.source, 2);
    fmt::print("\n");
  }
  const std::vector<FieldInfo> fields = room.catalogue->fields(name);
  fmt::print("  Parameters{}\n", fields.empty() ? ": none" : ":");
  for (const FieldInfo& field : fields) {
    print_indented(fmt::format("{} = {}    ({}{}{})", field.name, field.default_value, field.type,
                               field.range.empty() ? "" : ", ", field.range),
                   4);
    print_indented(field.help, 8);
  }
}

}  // namespace

void list_plugins(const std::string& kind) {
  std::vector<std::string> kinds;
  bool found = false;
  for (const Room& room : rooms()) {
    kinds.push_back(room.name);
    if (!kind.empty() && room.name != kind) continue;
    found = true;
    fmt::print("{}\n", room.name);
    for (const std::string& name : room.catalogue->names())
      fmt::print("  {:25} {}\n", name, room.catalogue->about(name).summary);
  }
  if (!found) reject("no kind of plug-in named '{}'{}", kind, did_you_mean(kind, kinds));
}

void describe_plugin(const std::string& name) {
  std::vector<std::string> names;
  bool found = false;
  for (const Room& room : rooms())
    for (const std::string& known : room.catalogue->names()) {
      names.push_back(known);
      if (known != name) continue;
      if (found) fmt::print("\n");
      print_plugin(room, name);
      found = true;
    }
  if (!found) reject("nothing is named '{}'{}", name, did_you_mean(name, names));
}

}  // namespace trivium::experiments
