#include "toml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <toml++/toml.h>

#include <trivium/core/errors.hpp>

namespace trivium::experiments {
namespace {

/// Where values come from: a file, whose lines matter, or a --set assignment.
struct Source {
  std::string name;
  bool has_lines;
  std::string at(const toml::node& node) const {
    return has_lines ? fmt::format("{}:{}", name, node.source().begin.line) : name;
  }
};

Value convert(const toml::node& node, const Source& source) {
  Value value;
  if (const auto* table = node.as_table()) {
    Table entries;
    // toml++ sorts keys; the order written is kept by the position in the file.
    std::vector<std::pair<std::string, const toml::node*>> items;
    for (const auto& [key, item] : *table) items.emplace_back(std::string(key.str()), &item);
    std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) {
      const auto &p = a.second->source().begin, &q = b.second->source().begin;
      return p.line != q.line ? p.line < q.line : p.column < q.column;
    });
    for (const auto& [key, item] : items) entries.set(key, convert(*item, source));
    value = std::move(entries);
  } else if (const auto* array = node.as_array()) {
    List list;
    for (const toml::node& item : *array) list.push_back(convert(item, source));
    value = std::move(list);
  } else if (const auto* text = node.as_string()) {
    value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value = std::int64_t{integer->get()};
  } else if (const auto* real = node.as_floating_point()) {
    value = real->get();
  } else if (const auto* flag = node.as_boolean()) {
    value = flag->get();
  } else {
    reject("{}: dates and times have no meaning here", source.at(node));
  }
  value.where = source.at(node);
  return value;
}

/// What must stand in the place of `keys[i]`, below a list: "the number of a method, 0..1: method.0.step".
std::string number_expected(const List& list, const std::vector<std::string>& keys, std::size_t i) {
  const bool tables =
      std::all_of(list.begin(), list.end(), [](const Value& item) { return item.table() != nullptr; });
  const bool number = keys[i].find_first_not_of("-0123456789") == std::string::npos;
  std::string example;
  for (std::size_t at = 0; at < keys.size(); ++at) {
    if (at == i)
      example += number ? ".0" : ".0." + keys[i];
    else
      example += (at == 0 ? "" : ".") + keys[at];
  }
  return fmt::format("the number of {}, 0..{}: {}", tables ? "a " + keys[i - 1] : "an entry", list.size() - 1,
                     example);
}

/// The value at `keys[i..]` below `value`, replaced. Lists are entered by number.
Value replaced(Value value, const std::vector<std::string>& keys, std::size_t i, const Value& with,
               const std::string& assignment) {
  if (i == keys.size()) return with;
  if (const List* list = value.list()) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(keys[i].data(), keys[i].data() + keys[i].size(), index);
    if (error != std::errc{} || *end != '\0' || index >= list->size())
      reject("--set {}: '{}' must be {}", assignment, keys[i],
             list->empty() ? "left out: the list is empty" : number_expected(*list, keys, i));
    List changed = *list;
    changed[index] = replaced(changed[index], keys, i + 1, with, assignment);
    Value result(std::move(changed));
    result.where = value.where;
    return result;
  }
  const Table* table = value.table();
  if (table == nullptr)
    reject("--set {}: '{}' stands below {}, which has no parts", assignment, keys[i], value.kind());
  Table changed = *table;
  const Value* below = changed.find(keys[i]);
  changed.set(keys[i],
              replaced(below != nullptr ? *below : Value(i + 1 < keys.size() ? Value(Table{}) : Value()),
                       keys, i + 1, with, assignment));
  Value result(std::move(changed));
  result.where = value.where;
  return result;
}

}  // namespace

Table read_toml(const std::string& path) {
  if (!std::filesystem::is_regular_file(path)) reject("no experiment file '{}'", path);
  try {
    return *convert(toml::parse_file(path), {path, true}).table();
  } catch (const toml::parse_error& error) {
    reject("{}:{}: {}", path, error.source().begin.line, std::string(error.description()));
  }
}

void override_value(Table& table, const std::string& assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos) reject("--set takes key=value, got '{}'", assignment);
  const std::string key = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  Value value(text);
  try {
    const toml::table parsed = toml::parse("value = " + text);
    if (parsed.size() == 1) value = convert(*parsed.get("value"), {"--set " + assignment, false});
  } catch (const toml::parse_error&) {  // not TOML: the text itself
  }
  value.where = "--set " + assignment;
  std::vector<std::string> keys;
  for (std::size_t at = 0; at <= key.size();) {
    const std::size_t dot = std::min(key.find('.', at), key.size());
    if (dot == at) reject("--set takes key=value, got '{}'", assignment);
    keys.push_back(key.substr(at, dot - at));
    at = dot + 1;
  }
  table = *replaced(Value(table), keys, 0, value, assignment).table();
}

}  // namespace trivium::experiments
