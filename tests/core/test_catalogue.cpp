// Plug-ins by name, plug-ins inside plug-ins, and configurations that survive a trip through TOML text.
#include <catch2/catch.hpp>
#include <toml++/toml.h>

#include <trivium/core/catalogue.hpp>

using namespace trivium;

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
using Shapes = Catalogue<Shape, double>;
const Shapes& shapes();

struct Square final : Shape {
  struct Params {
    double side = 1;
    Tunable step;
    std::vector<double> marks{0.1};
    void describe(Fields& fields) {
      fields.real("side", side, positive, "length of a side");
      fields.tunable("step", step, positive, "step");
      fields.reals("marks", marks, {}, "marks");
    }
  };
  static About about() { return {"a square", "side^2", "Euclid"}; }
  Square(const Params& params, double scale) : side_(params.side * scale) {}
  double area() const override { return side_ * side_; }
  double side_;
};

/// Holds a shape of the same catalogue.
struct Hole final : Shape {
  struct Params {
    Plugin around{"square", {{"side", 3.0}}, ""};
    Amount count{2};
    void describe(Fields& fields) {
      fields.plugin("around", around, shapes(), "what the hole is in");
      fields.amount("count", count, "how many");
    }
  };
  static About about() { return {"a hole", "", ""}; }
  Hole(const Params& params, double scale) : inner_(shapes().make(params.around, scale)) {}
  double area() const override { return -inner_->area(); }
  std::unique_ptr<Shape> inner_;
};

const Shapes& shapes() {
  static const Shapes all = [] {
    Shapes filled("shape");
    filled.add<Square>("square");
    filled.add<Hole>("hole");
    return filled;
  }();
  return all;
}

Value from_toml(const toml::node& node) {
  if (const auto* table = node.as_table()) {
    Table out;
    for (const auto& [key, value] : *table) out.set(std::string(key.str()), from_toml(value));
    return out;
  }
  if (const auto* array = node.as_array()) {
    List out;
    for (const toml::node& item : *array) out.push_back(from_toml(item));
    return out;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  return node.as_boolean()->get();
}

Table parsed(const std::string& document) { return *from_toml(toml::parse(document)).table(); }

std::string resolved(const Plugin& plugin) { return to_toml(shapes().resolve(plugin)); }

}  // namespace

TEST_CASE("a plug-in is made from its name and parameters") {
  CHECK(shapes().make({"square", {}, ""}, 2)->area() == 4);
  CHECK(shapes().make({"square", {{"side", 3}}, ""}, 2)->area() == 36);
  CHECK(shapes().make({"hole", {}, ""}, 1)->area() == -9);
}

TEST_CASE("an unknown name is a sentence with the place") {
  CHECK_THROWS_AS(shapes().make({"sqare", {}, ""}, 1), InputError);
  CHECK_THROWS_WITH(shapes().make({"sqare", {}, "run.toml:3"}, 1),
                    "run.toml:3: no shape named 'sqare'; did you mean 'square'? known: hole, square");
  CHECK_THROWS_WITH(shapes().about("circle"), "no shape named 'circle'; known: hole, square");
  CHECK_THROWS_WITH(shapes().make({"square", {{"sides", 4}}, ""}, 1),
                    "unknown key 'sides' in square; did you mean 'side'? known: side, step, marks");
}

TEST_CASE("a nested plug-in is resolved with its defaults") {
  CHECK(resolved({"hole", {{"around", "square"}}, ""}) ==
        "{ around = { type = \"square\", side = 1.0, step = \"theory\", marks = [0.1] }, count = 2 }");
  CHECK(resolved({"hole", {{"around", Table{{"type", "hole"}, {"count", 0.5}}}}, ""}) ==
        "{ around = { type = \"hole\", around = { type = \"square\", side = 3.0, step = \"theory\", marks = "
        "[0.1] }, "
        "count = 0.5 }, count = 2 }");
}

TEST_CASE("a mistake inside a nested plug-in is found before anything is made") {
  CHECK_THROWS_WITH(resolved({"hole", {{"around", Table{{"type", "square"}, {"side", 0}}}}, ""}),
                    "square.side must be > 0, got 0");
  CHECK_THROWS_WITH(resolved({"hole", {{"around", "squar"}}, ""}),
                    "no shape named 'squar'; did you mean 'square'? known: hole, square");
  CHECK_THROWS_WITH(resolved({"hole", {{"around", 3}}, ""}),
                    "hole.around must be the name of a shape or { type = name, ... }, got 3");
  CHECK_THROWS_WITH(resolved({"hole", {{"around", Table{{"side", 3}}}}, ""}),
                    "hole.around must be the name of a shape or { type = name, ... }, got a table");
}

TEST_CASE("what is resolved resolves to itself, through TOML text too") {
  const Plugin plugins[] = {
      {"square", {}, ""},
      {"square",
       {{"side", 0.1 + 0.2}, {"step", Table{{"theory", 1e-7}}}, {"marks", List{1, 1e300, -0.0}}},
       ""},
      {"square", {{"step", 5}}, ""},
      {"hole", {{"around", Table{{"type", "hole"}, {"around", "square"}}}, {"count", 7}}, ""}};
  for (const Plugin& plugin : plugins) {
    const Table once = shapes().resolve(plugin);
    CHECK(resolved({plugin.type, once, ""}) == to_toml(once));
    CHECK(resolved({plugin.type, parsed(to_toml_document(once)), ""}) == to_toml(once));
  }
}

TEST_CASE("TOML text of any value parses to the same value") {
  const Table all{{"flag", true},
                  {"n", -3},
                  {"x", 1e-9},
                  {"one", 1.0},
                  {"text", "a \"b\"\n\\ \x7f\x01"},
                  {"list", List{1, 2.5, "x"}},
                  {"in", Table{{"odd key", Table{}}}},
                  {"inf", -HUGE_VAL}};
  Table sorted;  // the parser orders its keys
  for (const char* name : {"flag", "in", "inf", "list", "n", "one", "text", "x"})
    sorted.set(name, *all.find(name));
  CHECK(to_toml(parsed(to_toml_document(all))) == to_toml(sorted));
}

TEST_CASE("the catalogue lists, describes and refuses a second plug-in of one name") {
  CHECK(shapes().kind() == "shape");
  CHECK(shapes().names() == std::vector<std::string>{"hole", "square"});
  CHECK(shapes().about("square").source == "Euclid");
  const std::vector<FieldInfo> fields = shapes().fields("hole");
  REQUIRE(fields.size() == 2);
  CHECK(fields[0].type == "shape");
  CHECK(fields[0].default_value == "{ type = \"square\", side = 3.0 }");
  CHECK(fields[1].default_value == "2");
  Shapes twice("shape");
  twice.add<Square>("square");
  CHECK_THROWS_AS(twice.add<Hole>("square"), std::logic_error);
}
