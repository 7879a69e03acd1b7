#include <cmath>
#include <cstdlib>
#include <limits>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <trivium/core/value.hpp>

using namespace trivium;

namespace {

const int seeded = setenv("RC_PARAMS", "seed=20240302", 0);

}  // namespace

TEST_CASE("every kind of value has one line of TOML") {
  CHECK(to_toml(true) == "true");
  CHECK(to_toml(false) == "false");
  CHECK(to_toml(0) == "0");
  CHECK(to_toml(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(to_toml("rand_k") == "\"rand_k\"");
  CHECK(to_toml(List{}) == "[]");
  CHECK(to_toml(List{1, 2.5, "x", List{true}}) == "[1, 2.5, \"x\", [true]]");
  CHECK(to_toml(Table{}) == "{}");
  CHECK(to_toml(Table{{"type", "rand_k"}, {"k", 0.1}, {"in", Table{{"a", 1}}}}) ==
        "{ type = \"rand_k\", k = 0.1, in = { a = 1 } }");
}

TEST_CASE("reals look like reals, with the fewest digits") {
  CHECK(to_toml(1.0) == "1.0");
  CHECK(to_toml(-0.0) == "-0.0");
  CHECK(to_toml(0.1) == "0.1");
  CHECK(to_toml(1e-9) == "1e-09");
  CHECK(to_toml(1e300) == "1e+300");
  CHECK(to_toml(0.1 + 0.2) == "0.30000000000000004");
  CHECK(to_toml(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(to_toml(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(to_toml(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(to_toml(-std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("every real reads back exactly and is no integer") {
  CHECK(rc::check([](std::uint64_t pattern) {
    const double number = std::bit_cast<double>(pattern);
    RC_PRE(std::isfinite(number));
    const std::string text = to_toml(number);
    RC_ASSERT(std::strtod(text.c_str(), nullptr) == number);
    RC_ASSERT(text.find_first_of(".e") != std::string::npos);
  }));
}

TEST_CASE("texts and keys are quoted where TOML asks for it") {
  CHECK(to_toml("a \"b\" \\c") == "\"a \\\"b\\\" \\\\c\"");
  CHECK(to_toml("line\nnext\ttab") == "\"line\\u000Anext\\u0009tab\"");
  CHECK(to_toml("\x7f") == "\"\\u007F\"");
  CHECK(to_toml("\xce\xb3") == "\"\xce\xb3\"");  // UTF-8 stays
  CHECK(to_toml(Table{{"a_b-9", 1}, {"a b", 2}, {"", 3}, {"x.y", 4}}) ==
        "{ a_b-9 = 1, \"a b\" = 2, \"\" = 3, \"x.y\" = 4 }");
}

TEST_CASE("a document has one key a line") {
  CHECK(to_toml_document({{"name", "x"}, {"stop", Table{{"rounds", 3}}}}) ==
        "name = \"x\"\nstop = { rounds = 3 }\n");
  CHECK(to_toml_document({}).empty());
}

TEST_CASE("a table finds, replaces and appends, in the order written") {
  Table table{{"b", 1}, {"a", 2}};
  REQUIRE(table.find("a") != nullptr);
  CHECK(table.find("a")->number() == 2);
  CHECK(table.find("c") == nullptr);
  table.set("b", "text");
  table.set("c", 0.5);
  CHECK(to_toml(table) == "{ b = \"text\", a = 2, c = 0.5 }");
  CHECK(Table().empty());
  CHECK_FALSE(table.empty());
}

TEST_CASE("a value knows its kind") {
  CHECK(std::string(Value(true).kind()) == "a flag");
  CHECK(std::string(Value(1).kind()) == "an integer");
  CHECK(std::string(Value(1.0).kind()) == "a number");
  CHECK(std::string(Value("x").kind()) == "a text");
  CHECK(std::string(Value(List{}).kind()) == "a list");
  CHECK(std::string(Value(Table{}).kind()) == "a table");
  CHECK(Value(3).is_number());
  CHECK(Value(3).number() == 3.0);
  CHECK_FALSE(Value("3").is_number());
  CHECK_THROWS(Value("3").number());
  CHECK(Value("3").text() != nullptr);
  CHECK(Value("3").table() == nullptr);
  CHECK(Value("3").list() == nullptr);
}
