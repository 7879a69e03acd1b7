// Every type of field: both sides of its range, wrong types, what it resolves to.
#include <functional>
#include <limits>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/fields.hpp>

using namespace trivium;

namespace {

using Describe = std::function<void(Fields&)>;

/// The resolved table, as one line, after `describe` has read `given`.
std::string resolved(const Table& given, const Describe& describe) {
  Fields fields(&given, "owner");
  describe(fields);
  fields.finish();
  return to_toml(fields.resolved());
}

/// The sentence that `given` is refused with, or "" when it is taken.
std::string sentence(const Table& given, const Describe& describe) {
  try {
    resolved(given, describe);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

FieldInfo info(const Describe& describe) {
  Fields fields(nullptr, "owner");
  describe(fields);
  fields.finish();
  REQUIRE(fields.fields().size() == 1);
  return fields.fields()[0];
}

Describe real(Range range) {
  return [range](Fields& fields) {
    double x = 0.5;
    fields.real("x", x, range, "help");
  };
}

Describe tunable(Range range) {
  return [range](Fields& fields) {
    Tunable x;
    fields.tunable("x", x, range, "help");
  };
}

void integer(Fields& fields) {
  std::int64_t n = 3;
  fields.integer("n", n, {1, 10}, "help");
}

void amount(Fields& fields) {
  Amount k{0.1};
  fields.amount("k", k, "help");
}

void reals(Fields& fields) {
  std::vector<double> list{1, 2};
  fields.reals("list", list, non_negative, "help");
}

void choice(Fields& fields) {
  std::string format = "float64";
  fields.choice("format", format, {"float64", "float32"}, "help");
}

const double infinity = std::numeric_limits<double>::infinity();
const double not_a_number = std::numeric_limits<double>::quiet_NaN();
const double least = std::numeric_limits<double>::denorm_min();

}  // namespace

TEST_CASE("without a value the default stays") {
  CHECK(resolved({}, real(fraction)) == "{ x = 0.5 }");
  CHECK(resolved({}, integer) == "{ n = 3 }");
  CHECK(resolved({}, amount) == "{ k = 0.1 }");
  CHECK(resolved({}, reals) == "{ list = [1.0, 2.0] }");
  CHECK(resolved({}, choice) == "{ format = \"float64\" }");
  CHECK(resolved({}, tunable(positive)) == "{ x = \"theory\" }");
}

TEST_CASE("a real is taken up to its bounds and refused beyond") {
  CHECK(resolved({{"x", 0}}, real(fraction)) == "{ x = 0.0 }");
  CHECK(resolved({{"x", 1.0}}, real(fraction)) == "{ x = 1.0 }");
  CHECK(sentence({{"x", -least}}, real(fraction)) == "owner.x must be in [0, 1], got -5e-324");
  CHECK(sentence({{"x", 1 + 0x1p-52}}, real(fraction)) ==
        "owner.x must be in [0, 1], got 1.0000000000000002");
  CHECK(sentence({{"x", 0}}, real(positive)) == "owner.x must be > 0, got 0");
  CHECK(sentence({{"x", least}}, real(positive)).empty());
  CHECK(sentence({{"x", 0}}, real(non_negative)).empty());
  CHECK(sentence({{"x", -1}}, real(non_negative)) == "owner.x must be >= 0, got -1");
  CHECK(sentence({{"x", 3}}, real({-infinity, 2})) == "owner.x must be <= 2, got 3");
  CHECK(sentence({{"x", 0}}, real({0, 1, true})) == "owner.x must be in (0, 1], got 0");
  CHECK(sentence({{"x", -1e300}}, real({})).empty());
}

TEST_CASE("a real is a finite number") {
  CHECK(sentence({{"x", not_a_number}}, real({})) == "owner.x must be a finite number, got nan");
  CHECK(sentence({{"x", infinity}}, real({})) == "owner.x must be a finite number, got inf");
  CHECK(sentence({{"x", "1"}}, real({})) == "owner.x must be a number, got \"1\"");
  CHECK(sentence({{"x", true}}, real({})) == "owner.x must be a number, got true");
  CHECK(sentence({{"x", List{1}}}, real({})) == "owner.x must be a number, got a list");
}

TEST_CASE("an integer is whole and within its bounds") {
  CHECK(resolved({{"n", 1}}, integer) == "{ n = 1 }");
  CHECK(resolved({{"n", 10}}, integer) == "{ n = 10 }");
  CHECK(sentence({{"n", 0}}, integer) == "owner.n must be in [1, 10], got 0");
  CHECK(sentence({{"n", 11}}, integer) == "owner.n must be in [1, 10], got 11");
  CHECK(sentence({{"n", 2.0}}, integer) == "owner.n must be an integer, got 2.0");
  CHECK(sentence({{"n", "2"}}, integer) == "owner.n must be an integer, got \"2\"");
}

TEST_CASE("flags and texts take their own kind only") {
  const Describe flag = [](Fields& fields) {
    bool on = true;
    fields.flag("on", on, "help");
  };
  CHECK(resolved({}, flag) == "{ on = true }");
  CHECK(resolved({{"on", false}}, flag) == "{ on = false }");
  CHECK(sentence({{"on", 1}}, flag) == "owner.on must be true or false, got 1");
  const Describe text = [](Fields& fields) {
    std::string file = "a.txt";
    fields.text("file", file, "help");
  };
  CHECK(resolved({{"file", "b"}}, text) == "{ file = \"b\" }");
  CHECK(sentence({{"file", 1}}, text) == "owner.file must be a text, got 1");
}

TEST_CASE("a choice is one of its options") {
  CHECK(resolved({{"format", "float32"}}, choice) == "{ format = \"float32\" }");
  CHECK(sentence({{"format", "float16"}}, choice) ==
        "owner.format must be one of float64, float32, got \"float16\"");
  CHECK(sentence({{"format", 32}}, choice) == "owner.format must be one of float64, float32, got 32");
}

TEST_CASE("a list of reals checks every item") {
  CHECK(resolved({{"list", List{}}}, reals) == "{ list = [] }");
  CHECK(resolved({{"list", List{0, 0.5}}}, reals) == "{ list = [0.0, 0.5] }");
  CHECK(sentence({{"list", 1}}, reals) == "owner.list must be a list of numbers, got 1");
  CHECK(sentence({{"list", List{1, "2"}}}, reals) == "owner.list must be a list of numbers, got \"2\"");
  CHECK(sentence({{"list", List{1, -1}}}, reals) == "owner.list must be >= 0, got -1");
}

TEST_CASE("an amount is a count or a fraction") {
  CHECK(resolved({{"k", 1}}, amount) == "{ k = 1 }");
  CHECK(resolved({{"k", 20.0}}, amount) == "{ k = 20 }");
  CHECK(resolved({{"k", 0.02}}, amount) == "{ k = 0.02 }");
  CHECK(sentence({{"k", 4294967295.0}}, amount).empty());
  const std::string expected = "owner.k must be an integer count >= 1 or a fraction in (0, 1), got ";
  CHECK(sentence({{"k", 0}}, amount) == expected + "0");
  CHECK(sentence({{"k", -1}}, amount) == expected + "-1");
  CHECK(sentence({{"k", 1.5}}, amount) == expected + "1.5");
  CHECK(sentence({{"k", 4294967296.0}}, amount) == expected + "4294967296.0");
  CHECK(sentence({{"k", not_a_number}}, amount) == expected + "nan");
  CHECK(sentence({{"k", "all"}}, amount) == "owner.k must be a number, got \"all\"");
}

TEST_CASE("an amount out of n is at least one and at most n") {
  CHECK(Amount{0.02}.of(100, "k") == 2);
  CHECK(Amount{0.02}.of(10, "k") == 1);
  CHECK(Amount{0.25}.of(10, "k") == 3);  // 2.5 to the nearest, half away from zero
  CHECK(Amount{0.999}.of(10, "k") == 10);
  CHECK(Amount{1}.of(1, "k") == 1);
  CHECK(Amount{10}.of(10, "k") == 10);
  CHECK_THROWS_AS(Amount{11}.of(10, "rand_k.k"), InputError);
  CHECK_THROWS_WITH(Amount{11}.of(10, "rand_k.k"),
                    "rand_k.k = 11 is more than the 10 there are; give at most that, or a fraction below 1");
}

TEST_CASE("a tunable is theory, a multiple of theory, or a number") {
  CHECK(resolved({{"x", "theory"}}, tunable(positive)) == "{ x = \"theory\" }");
  CHECK(resolved({{"x", Table{{"theory", 2}}}}, tunable(positive)) == "{ x = { theory = 2.0 } }");
  CHECK(resolved({{"x", Table{{"theory", 1}}}}, tunable(positive)) == "{ x = \"theory\" }");
  CHECK(resolved({{"x", 3}}, tunable(positive)) == "{ x = 3.0 }");
  CHECK(sentence({{"x", 0}}, tunable(positive)) == "owner.x must be > 0, got 0");
  CHECK(sentence({{"x", 0}}, tunable(non_negative)).empty());
  CHECK(sentence({{"x", Table{{"theory", 0}}}}, tunable(non_negative)) == "owner.x must be > 0, got 0");
  const std::string expected = "owner.x must be \"theory\", a number > 0 or { theory = multiple }, got ";
  CHECK(sentence({{"x", "best"}}, tunable(positive)) == expected + "\"best\"");
  CHECK(sentence({{"x", Table{{"theory", "2"}}}}, tunable(positive)) == expected + "a table");
  CHECK(sentence({{"x", Table{{"theory", 1}, {"y", 1}}}}, tunable(positive)) == expected + "a table");
  CHECK(sentence({{"x", Table{{"practice", 1}}}}, tunable(positive)) == expected + "a table");
  CHECK(Tunable{}.resolve(0.25) == 0.25);
  CHECK(Tunable{true, 2}.resolve(0.25) == 0.5);
  CHECK(Tunable{false, 2}.resolve(0.25) == 2);
}

TEST_CASE("an unknown key names the place, a close key and all keys") {
  Value typo(0.3);
  typo.where = "run.toml:7";
  CHECK(sentence({{"y", typo}}, real(fraction)) ==
        "run.toml:7: unknown key 'y' in owner; did you mean 'x'? known: x");
  CHECK(sentence({{"format", "float32"}, {"values", 1}}, choice) ==
        "unknown key 'values' in owner; known: format");
  typo.data = 3.0;
  CHECK(sentence({{"x", typo}}, real(fraction)) == "run.toml:7: owner.x must be in [0, 1], got 3.0");
}

TEST_CASE("a field tells its name, type, range, default and help") {
  const FieldInfo of_real = info(real(fraction));
  CHECK(of_real.name == "x");
  CHECK(of_real.type == "number");
  CHECK(of_real.range == "in [0, 1]");
  CHECK(of_real.default_value == "0.5");
  CHECK(of_real.help == "help");
  CHECK(info(integer).default_value == "3");
  CHECK(info(choice).range == "float64 | float32");
  CHECK(info(choice).default_value == "\"float64\"");
  CHECK(info(reals).default_value == "[1, 2]");
  CHECK(info(amount).type == "count or fraction");
  CHECK(info(tunable(positive)).default_value == "\"theory\"");
}
