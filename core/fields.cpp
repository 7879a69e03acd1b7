#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/fields.hpp>

namespace trivium {
namespace {

std::string text_of(Range range) {
  const bool low = std::isfinite(range.low), high = std::isfinite(range.high);
  if (low && high) return fmt::format("in {}{}, {}]", range.low_open ? "(" : "[", range.low, range.high);
  if (low) return fmt::format("{} {}", range.low_open ? ">" : ">=", range.low);
  if (high) return fmt::format("<= {}", range.high);
  return "";
}

bool inside(double number, Range range) {
  return std::isfinite(number) && (range.low_open ? range.low < number : range.low <= number) &&
         number <= range.high;
}

Value value_of(const Tunable& tunable) {
  if (!tunable.theory) return tunable.value;
  if (tunable.value == 1) return "theory";
  return Table{{"theory", tunable.value}};
}

Value value_of(const Amount& amount) {
  if (amount.value >= 1) return static_cast<std::int64_t>(amount.value);
  return amount.value;
}

}  // namespace

std::uint32_t Amount::of(std::uint64_t n, const char* name) const {
  if (value < 1) return static_cast<std::uint32_t>(std::max(1.0, std::round(value * static_cast<double>(n))));
  if (value > static_cast<double>(n))
    reject("{} = {} is more than the {} there are; give at most that, or a fraction below 1", name, value, n);
  return static_cast<std::uint32_t>(value);
}

Fields::Fields(const Table* given, std::string owner) : given_(given), owner_(std::move(owner)) {}

const Value* Fields::take(const char* name, const char* type, const std::string& range,
                          const std::string& default_value, const char* help) {
  infos_.push_back({name, type, range, default_value, help});
  return given_ == nullptr ? nullptr : given_->find(name);
}

void Fields::wrong(const char* name, const Value& value, const std::string& expected) const {
  const std::string shown =
      value.table() != nullptr || value.list() != nullptr ? std::string(value.kind()) : to_toml(value);
  reject("{}{}.{} must be {}, got {}", value.where.empty() ? "" : value.where + ": ", owner_, name, expected,
         shown);
}

void Fields::check(const char* name, const Value& value, double number, Range range) const {
  if (!inside(number, range)) wrong(name, value, std::isfinite(number) ? text_of(range) : "a finite number");
}

void Fields::real(const char* name, double& field, Range range, const char* help) {
  if (const Value* value = take(name, "number", text_of(range), fmt::format("{}", field), help)) {
    if (!value->is_number()) wrong(name, *value, "a number");
    check(name, *value, value->number(), range);
    field = value->number();
  }
  resolved_.set(name, field);
}

void Fields::integer(const char* name, std::int64_t& field, Range range, const char* help) {
  if (const Value* value = take(name, "integer", text_of(range), fmt::format("{}", field), help)) {
    const auto* number = std::get_if<std::int64_t>(&value->data);
    if (number == nullptr) wrong(name, *value, "an integer");
    check(name, *value, static_cast<double>(*number), range);
    field = *number;
  }
  resolved_.set(name, field);
}

void Fields::flag(const char* name, bool& field, const char* help) {
  if (const Value* value = take(name, "flag", "", field ? "true" : "false", help)) {
    if (!std::holds_alternative<bool>(value->data)) wrong(name, *value, "true or false");
    field = std::get<bool>(value->data);
  }
  resolved_.set(name, field);
}

void Fields::text(const char* name, std::string& field, const char* help) {
  if (const Value* value = take(name, "text", "", fmt::format("\"{}\"", field), help)) {
    if (value->text() == nullptr) wrong(name, *value, "a text");
    field = *value->text();
  }
  resolved_.set(name, field);
}

void Fields::choice(const char* name, std::string& field, const std::vector<std::string>& options,
                    const char* help) {
  if (const Value* value = take(name, "text", fmt::format("{}", fmt::join(options, " | ")),
                                fmt::format("\"{}\"", field), help)) {
    const std::string* chosen = value->text();
    if (chosen == nullptr || std::find(options.begin(), options.end(), *chosen) == options.end())
      wrong(name, *value, fmt::format("one of {}", join(options)));
    field = *chosen;
  }
  resolved_.set(name, field);
}

void Fields::reals(const char* name, std::vector<double>& field, Range range, const char* help) {
  if (const Value* value =
          take(name, "list of numbers", text_of(range), fmt::format("[{}]", fmt::join(field, ", ")), help)) {
    if (value->list() == nullptr) wrong(name, *value, "a list of numbers");
    field.clear();
    for (const Value& item : *value->list()) {
      if (!item.is_number()) wrong(name, item, "a list of numbers");
      check(name, item, item.number(), range);
      field.push_back(item.number());
    }
  }
  List list;
  for (const double number : field) list.emplace_back(number);
  resolved_.set(name, std::move(list));
}

void Fields::amount(const char* name, Amount& field, const char* help) {
  if (const Value* value = take(name, "count or fraction", "integer >= 1, or in (0, 1) as a fraction",
                                fmt::format("{}", field.value), help)) {
    if (!value->is_number()) wrong(name, *value, "a number");
    const double number = value->number();
    const bool count = number >= 1 && std::floor(number) == number && number <= 0xFFFFFFFFu;
    if (!count && !(number > 0 && number < 1))
      wrong(name, *value, "an integer count >= 1 or a fraction in (0, 1)");
    field.value = number;
  }
  resolved_.set(name, value_of(field));
}

void Fields::tunable(const char* name, Tunable& field, Range range, const char* help) {
  const Value* value = take(name, "number or theory", text_of(range), to_toml(value_of(field)), help);
  if (value != nullptr) {
    const std::string expected = fmt::format("\"theory\", a number{}{} or {{ theory = multiple }}",
                                             text_of(range).empty() ? "" : " ", text_of(range));
    if (value->text() != nullptr && *value->text() == "theory") {
      field = {true, 1};
    } else if (value->is_number()) {
      check(name, *value, value->number(), range);
      field = {false, value->number()};
    } else if (value->table() != nullptr && value->table()->entries().size() == 1 &&
               value->table()->find("theory") != nullptr && value->table()->find("theory")->is_number()) {
      const Value& multiple = *value->table()->find("theory");
      check(name, multiple, multiple.number(), positive);
      field = {true, multiple.number()};
    } else {
      wrong(name, *value, expected);
    }
  }
  resolved_.set(name, value_of(field));
}

void Fields::plugin(const char* name, Plugin& field, const PluginList& catalogue, const char* help,
                    const std::vector<std::string>& words) {
  const std::string shown = field.parameters.empty() ? fmt::format("\"{}\"", field.type) : [&] {
    Table all{{"type", field.type}};
    for (const Entry& entry : field.parameters.entries()) all.set(entry.name, entry.value);
    return to_toml(all);
  }();
  std::string kind = catalogue.kind();
  for (auto word = words.rbegin(); word != words.rend(); ++word)
    kind = fmt::format("\"{}\", {}", *word, kind);
  if (const Value* value = take(name, kind.c_str(), "", shown, help)) {
    if (value->text() != nullptr) {
      field = {*value->text(), {}, value->where};
    } else if (value->table() != nullptr && value->table()->find("type") != nullptr &&
               value->table()->find("type")->text() != nullptr) {
      field = {*value->table()->find("type")->text(), {}, value->where};
      for (const Entry& entry : value->table()->entries())
        if (entry.name != "type") field.parameters.set(entry.name, entry.value);
    } else {
      const std::string what = catalogue.kind();
      const char* article =
          std::string_view("aeiou").find(what.front()) == std::string_view::npos ? "a" : "an";
      wrong(name, *value, fmt::format("the name of {} {} or {{ type = name, ... }}", article, what));
    }
  }
  if (std::find(words.begin(), words.end(), field.type) != words.end() && field.parameters.empty()) {
    resolved_.set(name, field.type);
    return;
  }
  Table resolved{{"type", field.type}};
  // Without given values only names and defaults are wanted, and a plug-in may hold plug-ins of its own kind.
  if (given_ != nullptr) {
    const Table nested = catalogue.resolve(field);
    for (const Entry& entry : nested.entries()) resolved.set(entry.name, entry.value);
  }
  resolved_.set(name, std::move(resolved));
}

void Fields::finish() const {
  if (given_ == nullptr) return;
  for (const Entry& entry : given_->entries()) {
    std::vector<std::string> known;
    bool found = false;
    for (const FieldInfo& info : infos_) {
      known.push_back(info.name);
      found = found || info.name == entry.name;
    }
    if (!found)
      reject("{}unknown key '{}' in {}{}", entry.value.where.empty() ? "" : entry.value.where + ": ",
             entry.name, owner_, did_you_mean(entry.name, known));
  }
}

}  // namespace trivium
