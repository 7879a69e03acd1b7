#include "grid.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

#include <trivium/core/errors.hpp>

namespace trivium::experiments {
namespace {

struct Choice {
  Value value;
  std::vector<std::string> parts;
};

using Names = std::vector<std::string>;

std::vector<Choice> choices(const Value& value, const std::string& name);
std::string shown(const Value& value) { return value.text() != nullptr ? *value.text() : to_toml(value); }

/// Of a parameter that is a list itself: [1, 2] is one value, [[1, 2], [3]] a grid of two.
std::vector<Choice> choices_of_lists(const Value& value, const std::string& name) {
  const List* list = value.list();
  const auto is_list = [](const Value& item) { return item.list() != nullptr; };
  if (list == nullptr || list->empty() || !std::all_of(list->begin(), list->end(), is_list))
    return {{value, {}}};
  std::vector<Choice> all;
  for (const Value& item : *list) all.push_back({item, {fmt::format("{} = {}", name, shown(item))}});
  return all;
}

/// Every way of choosing in each entry of a table, of which those named are lists themselves.
std::vector<Choice> choices(const Table& table, const std::string& prefix, const Names& lists = {}) {
  std::vector<Choice> all{{Table{}, {}}};
  for (const Entry& entry : table.entries()) {
    std::vector<Choice> longer;
    const std::string name = prefix.empty() ? entry.name : prefix + "." + entry.name;
    const bool is_list = std::find(lists.begin(), lists.end(), entry.name) != lists.end();
    for (const Choice& so_far : all)
      for (const Choice& next : is_list ? choices_of_lists(entry.value, name) : choices(entry.value, name)) {
        Table with = *so_far.value.table();
        with.set(entry.name, next.value);
        std::vector<std::string> parts = so_far.parts;
        parts.insert(parts.end(), next.parts.begin(), next.parts.end());
        longer.push_back({std::move(with), std::move(parts)});
      }
    all = std::move(longer);
  }
  return all;
}

std::vector<Choice> choices(const Value& value, const std::string& name) {
  std::vector<Choice> all;
  if (const List* list = value.list()) {
    if (list->empty())
      reject("{}{} is an empty list: a grid needs at least one value",
             value.where.empty() ? "" : value.where + ": ", name);
    for (const Value& item : *list) {
      for (Choice inner : choices(item, name)) {
        // Of plug-ins with grids of their own the inner names alone could be equal.
        const bool plugin = list->size() > 1 && inner.value.table() != nullptr &&
                            inner.value.table()->find("type") != nullptr;
        if (inner.parts.empty() || plugin) inner.parts = {fmt::format("{} = {}", name, shown(inner.value))};
        all.push_back(std::move(inner));
      }
    }
    return all;
  }
  if (const Table* table = value.table()) {
    const Value* multiples = table->entries().size() == 1 ? table->find("theory") : nullptr;
    if (multiples != nullptr && multiples->list() != nullptr) {
      if (multiples->list()->empty())
        reject("{}{}.theory is an empty list: a grid needs at least one value",
               multiples->where.empty() ? "" : multiples->where + ": ", name);
      for (const Value& item : *multiples->list()) {
        Value point(Table{{"theory", item}});
        point.where = value.where;
        const std::string multiple = item.is_number() ? fmt::format("{}", item.number()) : shown(item);
        all.push_back({point, {fmt::format("{} = {} x theory", name, multiple)}});
      }
      return all;
    }
    for (Choice& inner : all = choices(*table, name)) inner.value.where = value.where;
    return all;
  }
  return {{value, {}}};
}

}  // namespace

std::vector<GridPoint> expand(const Table& parameters, const std::string& owner, const Names& lists) {
  std::vector<GridPoint> points;
  for (const Choice& choice : choices(parameters, owner, lists))
    points.push_back({*choice.value.table(), choice.parts});
  return points;
}

std::string grid_name(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> grid_parts(const std::string& name) {
  std::vector<std::string> parts{""};
  int depth = 0;
  bool quoted = false;
  for (const char c : name) {
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '{' || c == '[')) ++depth;
    if (!quoted && (c == '}' || c == ']')) --depth;
    if (c == ',' && depth == 0 && !quoted)
      parts.emplace_back();
    else if (c != ' ' || !parts.back().empty())
      parts.back() += c;
  }
  for (std::string& part : parts)
    while (part.ends_with(' ')) part.pop_back();
  return parts;
}

std::optional<double> grid_number(const std::string& part) {
  const std::size_t equals = part.find(" = ");
  if (equals == std::string::npos) return std::nullopt;
  double number = 0;
  const char* last = part.data() + part.size();
  const auto [end, error] = std::from_chars(part.data() + equals + 3, last, number);
  const std::string_view rest(end, static_cast<std::size_t>(last - end));
  if (error != std::errc{} || (!rest.empty() && rest != " x theory")) return std::nullopt;
  return number;
}

std::string safe_file_name(const std::string& text) {
  std::string name;
  for (const unsigned char c : text) {
    const bool keep =
        c >= 0x80 || std::isalnum(c) != 0 || c == '.' || c == '+' || c == '%' || c == '=' || c == '-';
    if (keep)
      name += static_cast<char>(c);
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() || name.front() == '.' ? "_" + name : name;
}

}  // namespace trivium::experiments
