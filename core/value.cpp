#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include <trivium/core/value.hpp>

namespace trivium {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

std::string real(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::string digits = fmt::format("{}", number);
  return digits.find_first_of(".e") == std::string::npos ? digits + ".0" : digits;
}

std::string key(const std::string& name) {
  const bool bare = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
  return bare ? name : quoted(name);
}

}  // namespace

Table::Table(std::initializer_list<Entry> entries) : entries_(entries) {}

const Value* Table::find(std::string_view name) const {
  for (const Entry& entry : entries_)
    if (entry.name == name) return &entry.value;
  return nullptr;
}

void Table::set(std::string name, Value value) {
  for (Entry& entry : entries_)
    if (entry.name == name) {
      entry.value = std::move(value);
      return;
    }
  entries_.push_back({std::move(name), std::move(value)});
}

double Value::number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&data)) return static_cast<double>(*integer);
  return std::get<double>(data);
}

const char* Value::kind() const {
  static constexpr const char* names[] = {"a flag", "an integer", "a number", "a text", "a list", "a table"};
  return names[data.index()];
}

std::string to_toml(const Value& value) {
  struct Writer {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return real(number); }
    std::string operator()(const std::string& text) const { return quoted(text); }
    std::string operator()(const List& list) const {
      std::string out;
      for (const Value& item : list) out += (out.empty() ? "" : ", ") + to_toml(item);
      return "[" + out + "]";
    }
    std::string operator()(const Table& table) const {
      std::string out;
      for (const Entry& entry : table.entries())
        out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", key(entry.name), to_toml(entry.value));
      return out.empty() ? "{}" : "{ " + out + " }";
    }
  };
  return std::visit(Writer{}, value.data);
}

std::string to_toml_document(const Table& table) {
  std::string out;
  for (const Entry& entry : table.entries())
    out += fmt::format("{} = {}\n", key(entry.name), to_toml(entry.value));
  return out;
}

}  // namespace trivium
