#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include <catch2/catch.hpp>

#include <trivium/core/record.hpp>

using namespace trivium;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Record record_with(double Record::*member, double value) {
  Record record;
  record.distance = record.residual = 1;
  record.*member = value;
  return record;
}

Limits limits_with(std::optional<double> Limits::*limit, double value) {
  Limits limits;
  limits.*limit = value;
  return limits;
}

}  // namespace

TEST_CASE("the columns are all numbers among a record's members, each once") {
  std::set<std::string> names;
  std::set<std::size_t> places;
  const Record record;
  for (const Column& column : record_columns) {
    names.insert(column.name);
    places.insert(static_cast<std::size_t>(&(record.*column.member) - &record.iteration));
    CHECK(find_column(column.name) == &column);
  }
  CHECK(names.size() == record_columns.size());
  // The measures come after them.
  CHECK(places.size() ==
        static_cast<std::size_t>(reinterpret_cast<const double*>(&record.measures) - &record.iteration));
  CHECK(find_column("seconds")->member == &Record::seconds);
  CHECK(find_column("bits") == nullptr);
}

TEST_CASE("an entry is read by the name of its column or measure") {
  Record record = record_with(&Record::calls, 7);
  record.measures = {{"accuracy", 0.5}};
  CHECK(entry(record, "calls") == 7);
  CHECK(entry(record, "accuracy") == 0.5);
  CHECK(std::isnan(entry(record, "accurac")));
}

TEST_CASE("no limit, no stop") {
  CHECK_FALSE(stop_reason(record_with(&Record::iteration, 1e15), {}));
  CHECK(name_of(Status::running) == "running");
  CHECK(name_of(Status::diverged) == "diverged");
}

TEST_CASE("a merit stops at its tolerance, not just above it") {
  const std::pair<double Record::*, std::optional<double> Limits::*> merits[] = {
      {&Record::distance, &Limits::distance},
      {&Record::residual, &Limits::residual},
      {&Record::gap, &Limits::gap}};
  for (const auto& [member, limit] : merits) {
    const double tolerance = 1e-6;
    CHECK_FALSE(
        stop_reason(record_with(member, std::nextafter(tolerance, 1)), limits_with(limit, tolerance)));
    const auto stop = stop_reason(record_with(member, tolerance), limits_with(limit, tolerance));
    REQUIRE(stop);
    CHECK(stop->status == Status::reached);
  }
  CHECK(stop_reason(record_with(&Record::distance, 9.7e-10), limits_with(&Limits::distance, 1e-9))->reason ==
        "distance 9.7e-10 <= 1e-09");
}

TEST_CASE("a count stops at its limit, not just below it") {
  const std::pair<double Record::*, std::optional<double> Limits::*> counts[] = {
      {&Record::iteration, &Limits::iterations}, {&Record::round, &Limits::rounds},
      {&Record::bits_up, &Limits::bits_up},      {&Record::calls, &Limits::calls},
      {&Record::samples, &Limits::samples},      {&Record::seconds, &Limits::seconds}};
  for (const auto& [member, limit] : counts) {
    CHECK_FALSE(stop_reason(record_with(member, std::nextafter(100.0, 0)), limits_with(limit, 100)));
    const auto stop = stop_reason(record_with(member, 100), limits_with(limit, 100));
    REQUIRE(stop);
    CHECK(stop->status == Status::limit);
  }
  CHECK(stop_reason(record_with(&Record::round, 20000), limits_with(&Limits::rounds, 20000))->reason ==
        "rounds 20000 >= 20000");
}

TEST_CASE("a merit above the explosion or infinite is divergence, at the explosion it is not") {
  Limits limits;
  limits.explosion = 1e4;
  for (const auto member : {&Record::distance, &Record::residual}) {
    CHECK_FALSE(stop_reason(record_with(member, 1e4), limits));
    CHECK(stop_reason(record_with(member, std::nextafter(1e4, 1e5)), limits)->status == Status::diverged);
    CHECK(stop_reason(record_with(member, infinity), limits)->status == Status::diverged);
  }
  limits.explosion = infinity;
  CHECK(stop_reason(record_with(&Record::distance, infinity), limits)->status == Status::diverged);
}

TEST_CASE("a gap is absolute: large is no divergence, infinite is") {
  Limits limits;
  limits.explosion = 1e4;
  for (const auto member : {&Record::gap, &Record::gap_average}) {
    CHECK_FALSE(stop_reason(record_with(member, 1e300), limits));
    CHECK(stop_reason(record_with(member, infinity), limits)->status == Status::diverged);
  }
}

TEST_CASE("a merit that is not known stops nothing") {
  Limits limits;
  limits.distance = limits.residual = limits.gap = 1;
  CHECK_FALSE(stop_reason(Record{}, limits));
}

TEST_CASE("divergence comes before success, success before limits") {
  Record record;
  record.distance = 1e-9;
  record.residual = 1e9;
  record.iteration = 10;
  Limits limits;
  limits.distance = 1e-6;
  limits.iterations = 10;
  limits.rounds = 0;
  CHECK(stop_reason(record, limits)->status == Status::diverged);
  record.residual = 1;
  CHECK(stop_reason(record, limits)->status == Status::reached);
  record.distance = 1;
  CHECK(stop_reason(record, limits)->reason == "iterations 10 >= 10");
  record.iteration = 9;
  CHECK(stop_reason(record, limits)->reason == "rounds 0 >= 0");
}

TEST_CASE("the fingerprint changes with every bit of a number and with the order of numbers") {
  const auto print = [](std::initializer_list<double> numbers) {
    Fingerprint fingerprint;
    for (const double number : numbers) fingerprint.add(number);
    return fingerprint.value;
  };
  CHECK(print({}) == 14695981039346656037ull);
  std::set<std::uint64_t> seen{print({}),        print({1, 2}), print({2, 1}),
                               print({1, 2, 0}), print({0}),    print({-0.0})};
  for (int bit = 0; bit < 64; ++bit)
    seen.insert(
        print({std::bit_cast<double>(std::bit_cast<std::uint64_t>(1.1) ^ std::uint64_t{1} << bit), 2}));
  CHECK(seen.size() == 6 + 64);
}

TEST_CASE("the fingerprint changes with any bit, but not with the seconds or the kind of NaN") {
  const auto print = [](const Record& record) {
    Fingerprint fingerprint;
    fingerprint.add(record);
    return fingerprint.value;
  };
  Record record;
  for (const Column& column : record_columns) record.*column.member = 1;
  for (const Column& column : record_columns) {
    Record other = record;
    other.*column.member = std::nextafter(1.0, 2);
    CHECK((print(other) != print(record)) == column.reproducible);
    CHECK(column.reproducible == (std::string(column.name).find("seconds") != 0));
  }
  Record nan = record, other_nan = record;
  nan.distance = std::numeric_limits<double>::quiet_NaN();
  other_nan.distance = -std::numeric_limits<double>::quiet_NaN();
  CHECK(print(nan) == print(other_nan));
}

TEST_CASE("optional columns count in the fingerprint where they were measured") {
  // So that a history without them has the fingerprint that it had before there were such columns.
  Record record;
  Fingerprint of_record, of_others;
  of_record.add(record);
  for (const Column& column : record_columns)
    if (column.reproducible && column.member != &Record::gap && column.member != &Record::gap_average)
      of_others.add(record.*column.member);
  CHECK(of_record.value == of_others.value);
  record.gap = 0;
  Fingerprint with_gap;
  with_gap.add(record);
  CHECK(with_gap.value != of_record.value);
}

TEST_CASE("measures count in the fingerprint") {
  const auto print = [](const std::map<std::string, double>& measures) {
    Record record;
    record.measures = measures;
    Fingerprint fingerprint;
    fingerprint.add(record);
    return fingerprint.value;
  };
  const double not_measured = std::numeric_limits<double>::quiet_NaN();
  const std::set<std::uint64_t> seen{print({}), print({{"a", 1}}), print({{"a", std::nextafter(1.0, 2)}}),
                                     print({{"a", 1}, {"b", 1}}), print({{"a", not_measured}})};
  CHECK(seen.size() == 5);
}
