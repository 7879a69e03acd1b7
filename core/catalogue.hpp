#pragma once
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include <trivium/core/errors.hpp>
#include <trivium/core/fields.hpp>

namespace trivium {

/// What a plug-in says about itself; `trivium list` shows the summary, `trivium describe` everything.
struct About {
  std::string summary;  ///< one line
  std::string rule;     ///< the formula or listing, several lines
  std::string source;   ///< paper or theorem
};

/// A catalogue without its interface's type: enough to list, describe and check plug-ins.
class AnyCatalogue : public PluginList {
 public:
  virtual About about(const std::string& name) const = 0;
  virtual std::vector<FieldInfo> fields(const std::string& name) const = 0;
};

/// The plug-ins of one interface, by name. `Context...` is what a maker needs beside the parameters.
///
/// A plug-in class P has `struct Params` with `describe(Fields&)`, `static About about()` and the constructor
/// P(const Params&, Context...).
template <class Interface, class... Context>
class Catalogue final : public AnyCatalogue {
 public:
  explicit Catalogue(std::string kind) : kind_(std::move(kind)) {}

  template <class P>
  void add(const std::string& name) {
    Item item;
    item.about = &P::about;
    item.read = [name](const Table* given) {
      typename P::Params params;
      return read<P>(params, given, name);
    };
    item.make = [name](const Table& given, Context... context) -> std::unique_ptr<Interface> {
      typename P::Params params;
      read<P>(params, &given, name);
      return std::make_unique<P>(params, context...);
    };
    if (!items_.emplace(name, std::move(item)).second)
      throw std::logic_error("two plug-ins are named '" + name + "'");
  }

  std::string kind() const override { return kind_; }
  std::vector<std::string> names() const override {
    std::vector<std::string> all;
    for (const auto& [name, item] : items_) all.push_back(name);
    return all;
  }
  About about(const std::string& name) const override { return find(name, "").about(); }
  std::vector<FieldInfo> fields(const std::string& name) const override {
    return find(name, "").read(nullptr).fields();
  }
  Table resolve(const Plugin& plugin) const override {
    return find(plugin.type, plugin.where).read(&plugin.parameters).resolved();
  }
  /// Throws InputError for an unknown name or wrong parameters.
  std::unique_ptr<Interface> make(const Plugin& plugin, Context... context) const {
    return find(plugin.type, plugin.where).make(plugin.parameters, context...);
  }

 private:
  struct Item {
    std::function<About()> about;
    std::function<Fields(const Table*)> read;
    std::function<std::unique_ptr<Interface>(const Table&, Context...)> make;
  };

  template <class P>
  static Fields read(typename P::Params& params, const Table* given, const std::string& name) {
    Fields fields(given, name);
    params.describe(fields);
    fields.finish();
    return fields;
  }
  const Item& find(const std::string& name, const std::string& where) const {
    if (auto it = items_.find(name); it != items_.end()) return it->second;
    reject("{}no {} named '{}'{}", where.empty() ? "" : where + ": ", kind_, name,
           did_you_mean(name, names()));
  }

  std::string kind_;
  std::map<std::string, Item> items_;
};

}  // namespace trivium
