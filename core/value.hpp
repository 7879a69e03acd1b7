#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace trivium {

struct Value;
struct Entry;
using List = std::vector<Value>;

/// Named values in the order written: a parsed configuration, whatever file format it came from.
class Table {
 public:
  Table();
  Table(std::initializer_list<Entry> entries);
  Table(const Table&);
  Table(Table&&) noexcept;
  Table& operator=(const Table&);
  Table& operator=(Table&&) noexcept;
  ~Table();

  const Value* find(std::string_view name) const;  ///< nullptr when absent
  void set(std::string name, Value value);         ///< replaces or appends
  const std::vector<Entry>& entries() const { return entries_; }
  bool empty() const;

 private:
  std::vector<Entry> entries_;
};

/// One value of a configuration and where it stands ("file.toml:12"), for error messages.
struct Value {
  Value() : data(false) {}
  Value(bool flag) : data(flag) {}
  Value(int number) : data(std::int64_t{number}) {}
  Value(std::int64_t number) : data(number) {}
  Value(double number) : data(number) {}
  Value(const char* text) : data(std::string(text)) {}
  Value(std::string text) : data(std::move(text)) {}
  Value(List list) : data(std::move(list)) {}
  Value(Table table) : data(std::move(table)) {}

  std::variant<bool, std::int64_t, double, std::string, List, Table> data;
  std::string where;

  bool is_number() const {
    return std::holds_alternative<std::int64_t>(data) || std::holds_alternative<double>(data);
  }
  double number() const;     ///< of an integer or a real; std::bad_variant_access otherwise
  const char* kind() const;  ///< "an integer", "a text", ...
  const Table* table() const { return std::get_if<Table>(&data); }
  const List* list() const { return std::get_if<List>(&data); }
  const std::string* text() const { return std::get_if<std::string>(&data); }
};

struct Entry {
  std::string name;
  Value value;
};

// Defined once Entry is complete.
inline Table::Table() = default;
inline Table::Table(const Table&) = default;
inline Table::Table(Table&&) noexcept = default;
inline Table& Table::operator=(const Table&) = default;
inline Table& Table::operator=(Table&&) noexcept = default;
inline Table::~Table() = default;
inline bool Table::empty() const { return entries_.empty(); }

/// One line of TOML for a value: tables inline, reals with the shortest digits that read back exactly. Equal
/// values give equal text, so it can be hashed and compared.
std::string to_toml(const Value& value);
/// A whole table as a TOML document fragment, one key a line, nested tables inline.
std::string to_toml_document(const Table& table);

}  // namespace trivium
