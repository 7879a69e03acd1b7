#include "grid.hpp"

#include <cctype>

#include <trivium/core/errors.hpp>

namespace trivium::experiments {
namespace {

struct Choice {
  Value value;
  std::string name;
};

std::vector<Choice> choices(const Value& value, const std::string& name);

/// Every way of choosing in each entry of a table.
std::vector<Choice> choices(const Table& table, const std::string& prefix) {
  std::vector<Choice> all{{Table{}, ""}};
  for (const Entry& entry : table.entries()) {
    std::vector<Choice> longer;
    for (const Choice& so_far : all)
      for (const Choice& next :
           choices(entry.value, prefix.empty() ? entry.name : prefix + "." + entry.name)) {
        Table with = *so_far.value.table();
        with.set(entry.name, next.value);
        const bool both = !so_far.name.empty() && !next.name.empty();
        longer.push_back({std::move(with), so_far.name + (both ? ", " : "") + next.name});
      }
    all = std::move(longer);
  }
  return all;
}

std::string shown(const Value& value) { return value.text() != nullptr ? *value.text() : to_toml(value); }

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
        if (inner.name.empty() || plugin) inner.name = fmt::format("{} = {}", name, shown(inner.value));
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
        all.push_back({point, fmt::format("{} = {} x theory", name, multiple)});
      }
      return all;
    }
    for (Choice& inner : all = choices(*table, name)) inner.value.where = value.where;
    return all;
  }
  return {{value, ""}};
}

}  // namespace

std::vector<GridPoint> expand(const Table& parameters) {
  std::vector<GridPoint> points;
  for (const Choice& choice : choices(parameters, "")) points.push_back({*choice.value.table(), choice.name});
  return points;
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
