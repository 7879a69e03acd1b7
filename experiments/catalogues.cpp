// `trivium list` and `trivium describe`: what the plug-in files say about themselves.
#include <map>

#include <fmt/format.h>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>
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
          {"partitioners", &problems::partitioners::catalogue()}};
}

void print_indented(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    fmt::print("    {}\n", text.substr(at, end - at));
    at = end + 1;
  }
}

void print_plugin(const Room& room, const std::string& name) {
  const About about = room.catalogue->about(name);
  fmt::print("{} ({}): {}\n\n", name, room.catalogue->kind(), about.summary);
  if (!about.rule.empty()) {
    print_indented(about.rule);
    fmt::print("\n");
  }
  if (!about.source.empty()) fmt::print("  Source: {}\n\n", about.source);
  const std::vector<FieldInfo> fields = room.catalogue->fields(name);
  fmt::print("  Parameters{}\n", fields.empty() ? ": none" : ":");
  for (const FieldInfo& field : fields) {
    fmt::print("    {} = {}    ({}{}{})\n", field.name, field.default_value, field.type,
               field.range.empty() ? "" : ", ", field.range);
    fmt::print("        {}\n", field.help);
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
      fmt::print("  {:26}{}\n", name, room.catalogue->about(name).summary);
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
