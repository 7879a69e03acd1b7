#pragma once
#include <initializer_list>
#include <string>
#include <string_view>

#include <trivium/core/value.hpp>

namespace trivium::experiments {

/// "a.toml:12: ", the beginning of a sentence about a value; empty when its place is not known.
std::string at(const Value& value);

/// The table under `name`, or an empty one. Throws InputError when it is something else.
const Table& section(const Table& table, const char* name);

/// The table without these entries.
Table without(const Table& table, std::initializer_list<std::string_view> names);

/// A text that must be there. `owner` is what needs it, `where` the owner's place. Throws InputError.
const std::string& required_text(const Table& table, const char* name, const std::string& owner,
                                 const std::string& where);

/// The list under `name` ([[name]] in the file); nullptr when there is none. Throws InputError for [name].
const List* sections(const Table& table, const char* name);

/// The table that an item of such a list must be. `owner` names it: "method 2". Throws InputError.
const Table& item_table(const Value& item, const std::string& owner, const char* name);

}  // namespace trivium::experiments
