// TOML files as tables that know where every value stands, and --set assignments on top of them.
#include <catch2/catch.hpp>

#include "experiments/sentence.hpp"
#include "support/folder.hpp"
#include "toml_reader.hpp"

using namespace trivium;
using namespace trivium::experiments;

namespace {

Table read(const std::string& text) {
  const Folder folder;
  return read_toml(folder.write("a.toml", text));
}

/// What is wrong with a file of this text; the file is called a.toml.
std::string complaint(const std::string& text) {
  const Folder folder;
  const std::string path = folder.write("a.toml", text), said = sentence([&] { read_toml(path); });
  const std::size_t at = said.find(path);
  return at == std::string::npos ? said : said.substr(0, at) + "a.toml" + said.substr(at + path.size());
}

/// The line of the file that a value says it stands in.
std::string line(const Value* value) {
  REQUIRE(value != nullptr);
  CHECK(value->where.find("/a.toml:") != std::string::npos);
  return value->where.substr(value->where.rfind(':') + 1);
}

const Value* at(const Table& table, const std::string& name, const std::string& below) {
  return table.find(name)->table()->find(below);
}

/// `text` with assignments on top, as one line of TOML.
std::string overridden(const std::string& text, std::initializer_list<const char*> assignments) {
  Table table = read(text);
  for (const char* assignment : assignments) override_value(table, assignment);
  return to_toml(table);
}

std::string refused(const std::string& text, const char* assignment) {
  return sentence([&] { overridden(text, {assignment}); });
}

const std::string small = R"(name = "x"
[problem]
type = "bilinear"
workers = 5
[[method]]
type = "gradient"
[[method]]
type = "masha1"
uplink = { type = "rand_k", k = 0.1 }
)";

}  // namespace

TEST_CASE("every kind of value") {
  CHECK(to_toml(read("a = 1\nb = 2.5\nc = \"t\"\nd = true\ne = [1, \"x\"]\nf = { g = 1 }\nh = inf")) ==
        R"({ a = 1, b = 2.5, c = "t", d = true, e = [1, "x"], f = { g = 1 }, h = inf })");
  CHECK(read("").empty());
  CHECK(read("# only a comment").empty());
}

TEST_CASE("keys keep the order written") {
  CHECK(to_toml(read("z = 1\na = 2\nm = { y = 1, b = 2 }\n[k]\n[c]")) ==
        "{ z = 1, a = 2, m = { y = 1, b = 2 }, k = {}, c = {} }");
}

TEST_CASE("dotted keys and tables mean the same") {
  CHECK(to_toml(read("stop.distance = 1e-6")) == to_toml(read("[stop]\ndistance = 1e-6")));
}

TEST_CASE("every value knows its file and line") {
  const Table table = read(R"(name = "x"

[problem]
type = "bilinear"   # 4
seeds = [
  1,
  2,
]
[[method]]
step = { theory = [1, 2] }
[[method]]
type = "masha1"
)");
  CHECK(line(table.find("name")) == "1");
  CHECK(line(table.find("problem")) == "3");
  CHECK(line(at(table, "problem", "type")) == "4");
  CHECK(line(at(table, "problem", "seeds")) == "5");
  CHECK(line(&at(table, "problem", "seeds")->list()->at(1)) == "7");
  const List& methods = *table.find("method")->list();
  CHECK(line(&methods.at(0)) == "9");
  CHECK(line(at(*methods.at(0).table(), "step", "theory")) == "10");
  CHECK(line(methods.at(1).table()->find("type")) == "12");
}

TEST_CASE("a file that is not there") {
  CHECK(sentence([] { read_toml("no/such/file.toml"); }) == "no experiment file 'no/such/file.toml'");
  const Folder folder;
  CHECK(sentence([&] { read_toml(folder.path()); }) == "no experiment file '" + folder.path() + "'");
}

TEST_CASE("a file that is not TOML is refused with its line") {
  CHECK_THAT(complaint("name = \"x\"\nseeds = = 3"), Catch::StartsWith("a.toml:2: "));
  CHECK_THAT(complaint("name = \"x\"\n\nname = \"y\""), Catch::StartsWith("a.toml:3: "));
  CHECK_THAT(complaint("[problem\ntype = 3"), Catch::StartsWith("a.toml:1: "));
  CHECK_THAT(complaint("name = \"no end"), Catch::StartsWith("a.toml:1: "));
  CHECK_THAT(complaint("a = bilinear"), Catch::StartsWith("a.toml:1: "));
}

TEST_CASE("dates are refused with their line") {
  CHECK(complaint("a = 1\nb = 2020-01-01") == "a.toml:2: dates and times have no meaning here");
}

TEST_CASE("--set replaces a value of any type") {
  const std::string text = "a = 1\nb = \"t\"";
  CHECK(overridden(text, {"a=2"}) == R"({ a = 2, b = "t" })");
  CHECK(overridden(text, {"a=2.0"}) == R"({ a = 2.0, b = "t" })");
  CHECK(overridden(text, {"a=true"}) == R"({ a = true, b = "t" })");
  CHECK(overridden(text, {"a=[1, 2]"}) == R"({ a = [1, 2], b = "t" })");
  CHECK(overridden(text, {"a={x=1}"}) == R"({ a = { x = 1 }, b = "t" })");
  CHECK(overridden(text, {"a='quoted'"}) == R"({ a = "quoted", b = "t" })");
}

TEST_CASE("--set takes what is not TOML as a text") {
  CHECK(overridden("a = 1", {"a=rand_k"}) == R"({ a = "rand_k" })");
  CHECK(overridden("a = 1", {"a=breast_cancer.svm"}) == R"({ a = "breast_cancer.svm" })");
  CHECK(overridden("a = 1", {"a=x=y"}) == R"({ a = "x=y" })");
  CHECK(overridden("a = 1", {"a="}) == R"({ a = "" })");
  CHECK(overridden("a = 1", {"a=[1, 2"}) == R"({ a = "[1, 2" })");
}

TEST_CASE("--set reaches into tables and lists, and makes missing tables") {
  CHECK(overridden("[problem]\nworkers = 5", {"problem.workers=7"}) == "{ problem = { workers = 7 } }");
  CHECK(overridden("a = 1", {"stop.distance=1e-3", "stop.rounds=5"}) ==
        "{ a = 1, stop = { distance = 0.001, rounds = 5 } }");
  CHECK(overridden("a = 1", {"b.c.d=2"}) == "{ a = 1, b = { c = { d = 2 } } }");
  CHECK(overridden("l = [1, 2, 3]", {"l.1=9"}) == "{ l = [1, 9, 3] }");
  Table table = read(small);
  override_value(table, "method.1.uplink.k=3");
  const Table& method = *table.find("method")->list()->at(1).table();
  CHECK(to_toml(*method.find("uplink")) == R"({ type = "rand_k", k = 3 })");
}

TEST_CASE("the last --set of a key counts") { CHECK(overridden("a = 1", {"a=2", "a=3"}) == "{ a = 3 }"); }

TEST_CASE("what --set has set says so, what it has not keeps its line") {
  Table table = read(small);
  override_value(table, "method.0.step=0.5");
  override_value(table, "problem.workers=7");
  const List& methods = *table.find("method")->list();
  CHECK(methods.at(0).table()->find("step")->where == "--set method.0.step=0.5");
  CHECK(line(methods.at(0).table()->find("type")) == "6");
  CHECK(line(&methods.at(1)) == "7");
  CHECK(at(table, "problem", "workers")->where == "--set problem.workers=7");
  CHECK(line(at(table, "problem", "type")) == "3");
}

TEST_CASE("a malformed --set is refused") {
  for (const char* assignment : {"seeds", "=3", ""})
    CHECK(refused(small, assignment) == "--set takes key=value, got '" + std::string(assignment) + "'");
  for (const char* assignment : {"problem.=3", ".a=3", "problem..workers=3"})
    CHECK(refused(small, assignment) == "--set takes key=value, got '" + std::string(assignment) + "'");
  CHECK(refused(small, "name.first=y") ==
        "--set name.first=y: 'first' stands below a text, which has no parts");
  for (const char* number : {"2", "-1", "99999999999999999999"}) {
    const std::string assignment = "method." + std::string(number) + ".step=1";
    CHECK(refused(small, assignment.c_str()) ==
          "--set " + assignment + ": '" + number + "' must be the number of a method, 0..1: method.0.step");
  }
  CHECK(refused(small, "method.uplink.k=3") ==
        "--set method.uplink.k=3: 'uplink' must be the number of a method, 0..1: method.0.uplink.k");
  CHECK(refused("a = { b = [5, 6, 7] }", "a.b.0x=1") ==
        "--set a.b.0x=1: '0x' must be the number of an entry, 0..2: a.b.0.0x");
  CHECK(refused("a = []", "a.0=1") == "--set a.0=1: '0' must be left out: the list is empty");
  CHECK(refused(small, "name=2020-01-01") == "--set name=2020-01-01: dates and times have no meaning here");
}

TEST_CASE("a --set value is one value, however it is written") {
  CHECK(overridden("a = 1", {"a=1\nb = 2"}) == R"({ a = "1\u000Ab = 2" })");
}
