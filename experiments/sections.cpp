#include "sections.hpp"

#include <algorithm>

#include <trivium/core/errors.hpp>

namespace trivium::experiments {

std::string at(const Value& value) { return value.where.empty() ? "" : value.where + ": "; }

const Table& section(const Table& table, const char* name) {
  static const Table empty;
  const Value* value = table.find(name);
  if (value == nullptr) return empty;
  if (value->table() == nullptr) reject("{}[{}] must be a table, got {}", at(*value), name, value->kind());
  return *value->table();
}

Table without(const Table& table, std::initializer_list<std::string_view> names) {
  Table rest;
  for (const Entry& entry : table.entries())
    if (std::find(names.begin(), names.end(), entry.name) == names.end()) rest.set(entry.name, entry.value);
  return rest;
}

const std::string& required_text(const Table& table, const char* name, const std::string& owner,
                                 const std::string& where) {
  const Value* value = table.find(name);
  if (value == nullptr) reject("{}{} needs '{}'", where.empty() ? "" : where + ": ", owner, name);
  if (value->text() == nullptr)
    reject("{}{}.{} must be a text, got {}", at(*value), owner, name, value->kind());
  return *value->text();
}

const List* sections(const Table& table, const char* name) {
  const Value* value = table.find(name);
  if (value != nullptr && value->table() != nullptr)
    reject("{}write [[{}]] with double brackets: there may be several", at(*value), name);
  return value == nullptr ? nullptr : value->list();
}

const Table& item_table(const Value& item, const std::string& owner, const char* name) {
  if (item.table() == nullptr)
    reject("{}{} must be a table [[{}]], got {}", at(item), owner, name, item.kind());
  return *item.table();
}

}  // namespace trivium::experiments
