// Grids: which points a table stands for, in what order, under which names; and names of folders.
#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "experiments/sentence.hpp"
#include "grid.hpp"

using namespace trivium;
using namespace trivium::experiments;

namespace {

using Texts = std::vector<std::string>;

Texts names(const Table& parameters) {
  Texts all;
  for (const GridPoint& point : expand(parameters)) all.push_back(grid_name(point.parts));
  return all;
}

/// Every point's parameters as one line of TOML.
Texts points(const Table& parameters) {
  Texts all;
  for (const GridPoint& point : expand(parameters)) all.push_back(to_toml(point.parameters));
  return all;
}

List numbers(std::initializer_list<double> values) {
  List list;
  for (const double value : values) list.emplace_back(value);
  return list;
}

Value placed(Value value, const std::string& where) {
  value.where = where;
  return value;
}

}  // namespace

TEST_CASE("a table without lists is one point without a name") {
  const Table parameters{{"step", "theory"}, {"uplink", Table{{"type", "rand_k"}, {"k", 3}}}};
  CHECK(names(parameters) == Texts{""});
  CHECK(points(parameters) == Texts{R"({ step = "theory", uplink = { type = "rand_k", k = 3 } })"});
  CHECK(names(Table{}) == Texts{""});
  CHECK(points(Table{}) == Texts{"{}"});
}

TEST_CASE("a list stands for one value each, in the order written") {
  const Table parameters{{"step", List{0.5, "theory", 2}}, {"values", "float32"}};
  CHECK(names(parameters) == Texts{"step = 0.5", "step = theory", "step = 2"});
  CHECK(points(parameters) == Texts{R"({ step = 0.5, values = "float32" })",
                                    R"({ step = "theory", values = "float32" })",
                                    R"({ step = 2, values = "float32" })"});
}

TEST_CASE("an owner stands before every key of a name, not of the parameters") {
  const Table parameters{{"workers", List{2, 4}}, {"set", Table{{"type", "box"}, {"low", List{-1}}}}};
  const std::vector<GridPoint> all = expand(parameters, "problem");
  REQUIRE(all.size() == 2);
  CHECK(all[1].parts == Texts{"problem.workers = 4", "problem.set.low = -1"});
  CHECK(to_toml(all[1].parameters) == R"({ workers = 4, set = { type = "box", low = -1 } })");
}

TEST_CASE("a name is taken apart into what it was made of") {
  for (const Texts& parts :
       {Texts{"step = 2 x theory"}, Texts{"problem.workers = 4", "step = 0.5", "uplink = identity"},
        Texts{R"(uplink = { type = "rand_k", k = 3 })", "step = 1"}, Texts{R"(x = ["a, b", "]"])", "k = 2"}})
    CHECK(grid_parts(grid_name(parts)) == parts);
  CHECK(grid_parts(" problem.workers = 4 ,k = 1") == Texts{"problem.workers = 4", "k = 1"});
}

TEST_CASE("the number of a grid point's part") {
  CHECK(grid_number("problem.workers = 4") == 4);
  CHECK(grid_number("mu = 1e-3") == 1e-3);
  CHECK(grid_number("step = 0.5 x theory") == 0.5);
  for (const char* part : {"uplink = identity", "step = theory", "k = 4 bits", "k = ", "k"})
    CHECK_FALSE(grid_number(part));
}

TEST_CASE("a list of one value is a grid of one named point") {
  CHECK(names({{"step", numbers({0.5})}}) == Texts{"step = 0.5"});
}

TEST_CASE("the last list varies fastest") {
  const Table parameters{{"step", List{1, 2}}, {"refresh", numbers({0.1, 0.2, 0.3})}};
  CHECK(names(parameters) == Texts{"step = 1, refresh = 0.1", "step = 1, refresh = 0.2",
                                   "step = 1, refresh = 0.3", "step = 2, refresh = 0.1",
                                   "step = 2, refresh = 0.2", "step = 2, refresh = 0.3"});
}

TEST_CASE("multiples of the theory's value") {
  const Table parameters{{"step", Table{{"theory", List{1, 2.5}}}}};
  CHECK(names(parameters) == Texts{"step = 1 x theory", "step = 2.5 x theory"});
  CHECK(points(parameters) == Texts{"{ step = { theory = 1 } }", "{ step = { theory = 2.5 } }"});

  SECTION("a single multiple is no grid") { CHECK(names({{"step", Table{{"theory", 2}}}}) == Texts{""}); }
  SECTION("multiples that differ in a late digit have different names") {
    const Texts close = names({{"step", Table{{"theory", numbers({1.00000001, 1.00000002})}}}});
    CHECK(close == Texts{"step = 1.00000001 x theory", "step = 1.00000002 x theory"});
  }
  SECTION("numbers and multiples may stand in one list") {
    const Table mixed{{"step", List{0.5, Table{{"theory", List{1, 2}}}}}};
    CHECK(names(mixed) == Texts{"step = 0.5", "step = 1 x theory", "step = 2 x theory"});
  }
}

TEST_CASE("a list below a nested plug-in is named by its path") {
  const Table parameters{{"uplink", Table{{"type", "rand_k"}, {"k", numbers({0.1, 0.2})}}}};
  CHECK(names(parameters) == Texts{"uplink.k = 0.1", "uplink.k = 0.2"});
  CHECK(points(parameters) == Texts{R"({ uplink = { type = "rand_k", k = 0.1 } })",
                                    R"({ uplink = { type = "rand_k", k = 0.2 } })"});
}

TEST_CASE("a list of plug-ins") {
  const Table parameters{{"uplink", List{"identity", Table{{"type", "rand_k"}, {"k", 3}}}}};
  CHECK(names(parameters) == Texts{"uplink = identity", R"(uplink = { type = "rand_k", k = 3 })"});
}

TEST_CASE("plug-ins of one list that have the same grid keep different names") {
  const auto rand_k = [](const char* indices) {
    return Value(Table{{"type", "rand_k"}, {"indices", indices}, {"k", List{1, 2}}});
  };
  const Texts all = names({{"uplink", List{rand_k("packed"), rand_k("seed")}}});
  REQUIRE(all.size() == 4);
  CHECK(all[1] == R"(uplink = { type = "rand_k", indices = "packed", k = 2 })");
  CHECK(std::set<std::string>(all.begin(), all.end()).size() == 4);
}

TEST_CASE("lists in lists are one flat list") {
  CHECK(names({{"step", List{List{1, 2}, List{3}}}}) == Texts{"step = 1", "step = 2", "step = 3"});
}

TEST_CASE("of a parameter that takes a list only a list of lists is a grid") {
  const auto points = [](Value hidden) {
    Texts all;
    for (const GridPoint& point :
         expand({{"hidden", std::move(hidden)}, {"seed", List{1, 2}}}, "problem", {"hidden"}))
      all.push_back(grid_name(point.parts) + ": " + to_toml(point.parameters));
    return all;
  };
  CHECK(points(List{128, 64}) == Texts{"problem.seed = 1: { hidden = [128, 64], seed = 1 }",
                                       "problem.seed = 2: { hidden = [128, 64], seed = 2 }"});
  CHECK(points(List{}).front() == "problem.seed = 1: { hidden = [], seed = 1 }");
  CHECK(points(List{List{8, 4}, List{2}}) ==
        Texts{"problem.hidden = [8, 4], problem.seed = 1: { hidden = [8, 4], seed = 1 }",
              "problem.hidden = [8, 4], problem.seed = 2: { hidden = [8, 4], seed = 2 }",
              "problem.hidden = [2], problem.seed = 1: { hidden = [2], seed = 1 }",
              "problem.hidden = [2], problem.seed = 2: { hidden = [2], seed = 2 }"});
  CHECK(grid_parts("problem.hidden = [8, 4], problem.seed = 1") ==
        Texts{"problem.hidden = [8, 4]", "problem.seed = 1"});
}

TEST_CASE("an empty list is refused, by name and place") {
  CHECK(sentence([] {
          expand({{"step", placed(List{}, "a.toml:7")}});
        }) == "a.toml:7: step is an empty list: a grid needs at least one value");
  CHECK(sentence([] {
          expand({{"uplink", Table{{"k", List{}}}}});
        }) == "uplink.k is an empty list: a grid needs at least one value");
  CHECK(sentence([] {
          expand({{"step", Table{{"theory", placed(List{}, "a.toml:8")}}}});
        }) == "a.toml:8: step.theory is an empty list: a grid needs at least one value");
}

TEST_CASE("points remember where their values stand") {
  const Value list = placed(List{placed(1, "a.toml:3"), placed(2, "a.toml:4")}, "a.toml:2");
  const auto all = expand({{"step", list}, {"uplink", placed(Table{{"k", List{1, 2}}}, "a.toml:9")}});
  REQUIRE(all.size() == 4);
  CHECK(all[0].parameters.find("step")->where == "a.toml:3");
  CHECK(all[3].parameters.find("step")->where == "a.toml:4");
  CHECK(all[3].parameters.find("uplink")->where == "a.toml:9");

  const auto multiples = expand({{"step", placed(Table{{"theory", List{1, 2}}}, "a.toml:5")}});
  CHECK(multiples[1].parameters.find("step")->where == "a.toml:5");
}

TEST_CASE("names of files keep letters, digits and . + % = -") {
  CHECK(safe_file_name("EG") == "EG");
  CHECK(safe_file_name("MASHA1, RandK 10%") == "MASHA1_RandK_10%");
  CHECK(safe_file_name("step = 2 x theory, uplink.k = 0.1") == "step_=_2_x_theory_uplink.k_=_0.1");
  CHECK(safe_file_name("1e-05+x") == "1e-05+x");
}

TEST_CASE("no name leaves its folder, hides or is empty") {
  CHECK(safe_file_name("../../etc/passwd") == "_.._.._etc_passwd");
  CHECK(safe_file_name("..") == "_..");
  CHECK(safe_file_name(".hidden") == "_.hidden");
  CHECK(safe_file_name("") == "_");
  CHECK(safe_file_name(" / ") == "_");
  CHECK(safe_file_name("/EG/") == "EG");
  CHECK(safe_file_name(std::string("a\0b", 3)) == "a_b");
}
