// [[claim]] entries: what they mean, which runs they are about, and every mistake one can make in them.
#include <catch2/catch.hpp>

#include "claim_reader.hpp"
#include "experiment.hpp"
#include "experiments/sentence.hpp"
#include "support/folder.hpp"
#include "toml_reader.hpp"

using namespace trivium;
using namespace trivium::experiments;

namespace {

using Runs = std::vector<std::size_t>;
using Catch::Contains;
using Catch::EndsWith;
using Catch::StartsWith;

// Runs 0, 1: EG with two steps on two workers; 2: M there; 3, 4, 5: the same on four workers.
const std::string grid = R"([problem]
type = "bilinear"
workers = [2, 4]
[stop]
distance = 1e-6
[[method]]
label = "EG"
type = "extragradient"
step = { theory = [0.5, 1] }
[[method]]
label = "M"
type = "masha1"
)";  // 12 lines; the claim's own keys begin on line 14

Experiment experiment(const std::string& claim, const std::string& before = grid) {
  const Folder folder;
  return read_experiment(read_toml(folder.write("a.toml", before + "[[claim]]\n" + claim)), "a");
}

Claim read(const std::string& claim) { return experiment(claim).claims.at(0); }

/// The sentence that a claim is refused with on a problem with these measures; the file is called a.toml.
std::string complaint(const std::string& claim, const std::string& before = grid,
                      const std::vector<std::string>& measures = {}) {
  const Folder folder;
  const std::string path = folder.write("a.toml", before + "[[claim]]\n" + claim);
  const std::string said =
      sentence([&] { check_measures(read_experiment(read_toml(path), "a").claims, measures); });
  return said.rfind(path, 0) == 0 ? "a.toml" + said.substr(path.size()) : said;
}

const std::string ratio = R"(text = "M is cheap"
ratio = "bits_both"
at = { distance = 1e-6 }
of = "M"
to = "EG"
)";  // lines 14 to 18
const std::string value = "text = \"v\"\nvalue = \"bits_up\"\nat = { distance = 0.1 }\nof = \"M\"\n";
const std::string slope =
    "text = \"s\"\nslope = \"round\"\nat = { distance = 0.1 }\nof = \"EG\"\nat_most = 0\n";
const std::string on_4 = "where = \"problem.workers = 4\"\n";

}  // namespace

TEST_CASE("a ratio") {
  const Claim claim = read(ratio + on_4 + "at_most = 0.2\nat_least = 0.1");
  CHECK(claim.text == "M is cheap");
  CHECK(claim.kind == Claim::Kind::ratio);
  CHECK(claim.column == "bits_both");
  CHECK(claim.at.merit == "distance");
  CHECK(claim.at.value == 1e-6);
  CHECK(claim.of_points == Runs{5});
  CHECK(claim.to_points == Runs{3, 4});
  CHECK(claim.expectation.at_most == 0.2);
  CHECK(claim.expectation.at_least == 0.1);
  CHECK_FALSE(claim.expectation.expected);
}

TEST_CASE("where is for both sides of a ratio, of_where and to_where add to it") {
  const Claim steps = read(ratio + on_4 + "to_where = \"step = 1 x theory\"\nexpected = 0.5\nwithin = 0.25");
  CHECK(steps.of_points == Runs{5});
  CHECK(steps.to_points == Runs{4});
  CHECK(steps.expectation.expected == 0.5);
  CHECK(steps.expectation.within == 0.25);
  CHECK(steps.expectation.relative);
  const Claim across = read(ratio +
                            "of_where = \"problem.workers = 4\"\nto_where = \"problem.workers = 2, step "
                            "= 0.5 x theory\"\nat_most = 1");
  CHECK(across.of_points == Runs{5});
  CHECK(across.to_points == Runs{0});
}

TEST_CASE("a value and its unit") {
  CHECK(read(value + on_4 + "at_most = 5").unit_bits == 0);
  CHECK(read(value + on_4 + "at_most = 5\nunit = \"dense\"").unit_bits == 64);
  CHECK(read(value + on_4 + "at_most = 5\nunit = \"dense\"\nvalue_bits = 32").unit_bits == 32);
}

TEST_CASE("a floor and a status") {
  const Claim floor = read("text = \"f\"\nfloor = \"distance\"\nof = \"M\"\nat_least = 1e-2\n" + on_4);
  CHECK(floor.kind == Claim::Kind::floor);
  CHECK(floor.at.merit == "distance");
  const Claim status = read("text = \"d\"\nstatus = \"diverged\"\nof = \"EG\"\n");
  CHECK(status.kind == Claim::Kind::status);
  CHECK(status.status == "diverged");
  CHECK(status.of_points == Runs{0, 1, 3, 4});  // every run, on both problems
}

TEST_CASE("a slope goes over a grid parameter, of the problem or of the method") {
  const Claim workers = read(slope + "over = \"problem.workers\"");
  CHECK(workers.of_points == Runs{0, 1, 3, 4});
  CHECK(workers.over_values == std::vector<double>{2, 2, 4, 4});
  CHECK_FALSE(workers.expectation.relative);
  const Claim steps = read(slope + on_4 + "over = \"step\"");
  CHECK(steps.of_points == Runs{3, 4});
  CHECK(steps.over_values == std::vector<double>{0.5, 1});
}

TEST_CASE("ratios and slopes of floors have no accuracy") {
  const std::string over = "text = \"s\"\nof = \"EG\"\nover = \"problem.workers\"\nat_most = 0\n";
  const Claim slope_of_floors = read(over + "slope = \"distance\"\nmean = \"arithmetic\"");
  CHECK(slope_of_floors.of_floors);
  CHECK(slope_of_floors.at.merit == "distance");
  CHECK(slope_of_floors.mean == Mean::arithmetic);
  const Claim of_column = read(over + "slope = \"distance\"\nat = { distance = 0.1 }");
  CHECK_FALSE(of_column.of_floors);
  const Claim ratio_of_floors =
      read("text = \"r\"\nratio = \"distance\"\nof = \"M\"\nto = \"EG\"\nat_most = 1\n" + on_4);
  CHECK(ratio_of_floors.of_floors);
  CHECK(ratio_of_floors.mean == Mean::geometric);
  CHECK_THAT(complaint(over + "slope = \"round\""), Contains("needs at = { distance = 1e-6 }"));
  CHECK_THAT(complaint(over + "slope = \"round\"\nat = { distance = 0.1 }\nmean = \"arithmetic\""),
             EndsWith("'mean' has a meaning for floors only, and with `at` there is none"));
  CHECK_THAT(complaint(over + "slope = \"residual\""), EndsWith("add `residual = true` to [record]"));
  CHECK_THAT(complaint(over + "slope = \"distance\"\nmean = \"harmonic\""), Contains("geometric"));
}

TEST_CASE("claims do not change what a run is") {
  const Experiment with = experiment(value + on_4 + "at_most = 5");
  const Folder folder;
  const Experiment without = read_experiment(read_toml(folder.write("a.toml", grid)), "a");
  CHECK(without.claims.empty());
  for (std::size_t i = 0; i < with.runs.size(); ++i) {
    CHECK(resolved_config(with, with.runs[i], 1) == resolved_config(without, without.runs[i], 1));
    CHECK(run_path(with.runs[i], 1) == run_path(without.runs[i], 1));
  }
}

TEST_CASE("keys that a claim does not have") {
  CHECK_THAT(complaint(ratio + on_4 + "atmost = 1"),
             StartsWith("a.toml:20: unknown key 'atmost' in claim 1; did you mean 'at_most'? known: "));
  CHECK(complaint(value + on_4 + "at_most = 1\nto = \"EG\"") ==
        "a.toml:20: claim 1: 'to' has no meaning in a claim about a value");
  CHECK_THAT(complaint(ratio + on_4 + "at_most = 1\nslope = \"round\""),
             EndsWith("claim 1 needs exactly one of ratio, value, floor, status, slope; got ratio, slope"));
  CHECK_THAT(complaint("text = \"nothing\"\n"), EndsWith("got none"));
  CHECK_THAT(complaint("text = \"d\"\nstatus = \"diverged\"\nof = \"EG\"\nat_most = 1"),
             EndsWith("claim 1: 'at_most' has no meaning in a claim about a status"));
}

TEST_CASE("what a claim cannot do without") {
  CHECK_THAT(complaint("status = \"diverged\"\nof = \"EG\"\n"), EndsWith("claim 1 needs 'text'"));
  CHECK_THAT(complaint("text = \"d\"\nstatus = \"diverged\"\n"), EndsWith("claim 1 needs 'of'"));
  CHECK_THAT(complaint("text = \"r\"\nratio = \"round\"\nof = \"M\"\nto = \"EG\"\nat_most = 1\n"),
             EndsWith("claim 1 needs at = { distance = 1e-6 } or { residual = 1e-6 }"));
  CHECK_THAT(complaint(slope), EndsWith("claim 1 needs 'over'"));
  for (const char* bounds : {"", "expected = 1", "within = 1", "expected = 1\nwithin = 1\nat_most = 2"})
    CHECK_THAT(complaint(ratio + on_4 + bounds),
               EndsWith("claim 1 needs at_most, at_least or both, or else expected and within"));
}

TEST_CASE("names that do not exist") {
  CHECK(complaint("text = \"d\"\nstatus = \"diverged\"\nof = \"EGG\"\n") ==
        "a.toml:16: claim 1: no method has the label 'EGG'; did you mean 'EG'? known: EG, M");
  CHECK_THAT(
      complaint("text = \"v\"\nvalue = \"bitsup\"\nat = { distance = 0.1 }\nof = \"M\"\nat_most = 1\n" +
                on_4),
      StartsWith("a.toml:15: claim 1: no column named 'bitsup'; did you mean 'bits_up'? known: bits_both, "));
  CHECK(complaint("text = \"d\"\nstatus = \"converged\"\nof = \"EG\"\n") ==
        "a.toml:15: claim 1.status must be one of reached, limit, diverged, got \"converged\"");
  CHECK(complaint(slope + "over = \"workers\"") ==
        "a.toml:19: claim 1: no grid of 'EG' goes over 'workers'; known: problem.workers, step");
  CHECK(
      complaint(value + "at_most = 1\nwhere = \"problem.workers = 3\"") ==
      "a.toml:19: claim 1: no such grid point of 'M': 'problem.workers = 3'; did you mean 'problem.workers = "
      "2'? known: problem.workers = 2, problem.workers = 4");
}

TEST_CASE("accuracies that no run reaches or records") {
  CHECK(complaint(ratio + on_4 + "at_most = 1").empty());
  CHECK_THAT(
      complaint("text = \"v\"\nvalue = \"round\"\nat = { distance = 9e-7 }\nof = \"M\"\nat_most = 1\n"),
      StartsWith("a.toml:16: claim 1: [stop] distance = 1e-06 ends runs before they reach 9e-07; "));
  const std::string residual =
      "text = \"v\"\nvalue = \"round\"\nat = { residual = 1e-9 }\nof = \"M\"\nat_most "
      "= 1\n" +
      on_4;
  CHECK(complaint(residual) ==
        "a.toml:16: claim 1: residuals are not recorded; add `residual = true` to [record]");
  CHECK(complaint(residual, "record = { residual = true }\n" + grid).empty());
  const std::string gap =
      "text = \"g\"\nvalue = \"round\"\nat = { gap = 1e-9 }\nof = \"M\"\nat_most = 1\n" + on_4;
  CHECK_THAT(complaint(gap), EndsWith("gaps are not recorded; add `gap = true` to [record]"));
  CHECK(complaint(gap, "record = { gap = true }\n" + grid).empty());
  const std::string average =
      "text = \"a\"\nvalue = \"round\"\nat = { gap_average = 1e-2 }\nof = \"M\"\nat_most = 1\n" + on_4;
  CHECK_THAT(complaint(average, "record = { gap = true }\n" + grid),
             EndsWith("gaps of the mean are not recorded; add `gap_average = true` to [record]"));
  CHECK(complaint(average, "record = { gap_average = true }\n" + grid).empty());
  CHECK_THAT(complaint("text = \"f\"\nfloor = \"residual\"\nof = \"M\"\nat_most = 1\n"),
             EndsWith("add `residual = true` to [record]"));
  CHECK_THAT(
      complaint("text = \"v\"\nvalue = \"round\"\nat = { distanc = 0.1 }\nof = \"M\"\nat_most = 1\n" + on_4),
      StartsWith("a.toml:16: unknown key 'distanc' in claim 1.at; did you mean 'distance'?"));
}

TEST_CASE("a measure of the problem, as an accuracy and at the end of a run") {
  const std::string bits =
      "text = \"m\"\nvalue = \"bits_up\"\nat = { robust = 0.9 }\nof = \"M\"\nat_most = 1\n";
  const Claim to = read(bits + on_4);
  CHECK(to.at.merit == "robust");
  CHECK(to.at.value == 0.9);
  CHECK(complaint(bits + on_4, grid, {"clean", "robust"}).empty());
  CHECK(complaint(bits + on_4, grid, {"robusty"}) ==
        "a.toml:16: unknown key 'robust' in claim 1.at; did you mean 'robusty'? known: distance, residual, "
        "gap, "
        "robusty");
  CHECK_THAT(
      complaint("text = \"m\"\nvalue = \"bits_up\"\nat = { robust = \"high\" }\nof = \"M\"\nat_most = 1\n"),
      StartsWith("a.toml:16: claim 1.at.robust must be a number"));

  const std::string end = "text = \"m\"\nvalue = \"robust\"\nof = \"M\"\nat_least = -0.5\n";
  const Claim last = read(end + on_4);
  CHECK(last.column == "robust");
  CHECK(last.at.merit.empty());
  CHECK(last.expectation.at_least == -0.5);
  CHECK(complaint(end + on_4, grid, {"robust"}).empty());
  CHECK_THAT(complaint(end + on_4, grid, {"clean"}),
             StartsWith("a.toml:15: claim 1: no column named 'robust'; known: bits_both, iteration, "));
  CHECK_THAT(complaint(end + on_4, grid, {"clean"}), EndsWith(", gap_average, clean"));
  // Which of two steps is the better one is left open.
  CHECK(
      complaint("text = \"m\"\nvalue = \"robust\"\nof = \"EG\"\nat_least = 0.5\n" + on_4, grid, {"robust"}) ==
      "a.toml:18: claim 1: 'EG' has several grid points and no `at` that chooses the best; name one with "
      "where");
  // A count is always read where an accuracy is reached.
  CHECK_THAT(complaint("text = \"m\"\nvalue = \"round\"\nof = \"M\"\nat_least = 1\n" + on_4),
             EndsWith("claim 1 needs at = { distance = 1e-6 } or { residual = 1e-6 }"));
}

TEST_CASE("claims that leave the problem open") {
  CHECK(complaint(value + "at_most = 1") ==
        "a.toml:13: claim 1: 'M' runs on several problems; choose with where = \"problem.workers = 2\"");
  CHECK_THAT(complaint(ratio + "of_where = \"problem.workers = 2\"\nat_most = 1"),
             EndsWith("'EG' runs on several problems; choose with where = \"problem.workers = 2\""));
  CHECK_THAT(complaint(slope + "over = \"step\""), EndsWith("choose with where = \"problem.workers = 2\""));
}

TEST_CASE("numbers and units that have no meaning") {
  CHECK(complaint(ratio + on_4 + "at_most = 0") == "a.toml:20: claim 1.at_most must be > 0, got 0");
  CHECK(complaint(ratio + on_4 + "at_most = 1\nat_least = 2") ==
        "a.toml:20: claim 1: at_least = 2 is above at_most = 1");
  CHECK(complaint(slope + "over = \"step\"\n" + on_4 + "at_least = -1").empty());
  CHECK_THAT(complaint(value + on_4 + "at_most = 1\nunit = \"dense\"\nvalue_bits = 16"),
             EndsWith("claim 1.value_bits must be 32 or 64, got 16"));
  CHECK_THAT(complaint(value + on_4 + "at_most = 1\nvalue_bits = 32"),
             EndsWith("claim 1: value_bits has a meaning with unit = \"dense\" only"));
  CHECK_THAT(complaint("text = \"v\"\nvalue = \"round\"\nat = { distance = 0.1 }\nof = \"M\"\nat_most = 1\n"
                       "unit = \"dense\"\n" +
                       on_4),
             EndsWith("claim 1: only bits are counted in dense vectors, not 'round'"));
  CHECK_THAT(complaint(slope + "over = \"problem.workers\"\n" + on_4),
             EndsWith("claim 1: a slope needs at least two values of 'problem.workers'"));
}

TEST_CASE("claims that are no tables") {
  const Folder folder;
  const auto said = [&](const std::string& text) {
    return sentence([&] { read_experiment(read_toml(folder.write("a.toml", text)), "a"); });
  };
  CHECK_THAT(said(grid + "[claim]\ntext = \"t\"\n"),
             EndsWith("write [[claim]] with double brackets: there may be several"));
  CHECK_THAT(said("claim = 3\n" + grid), EndsWith("claims are written as [[claim]], got an integer"));
  CHECK_THAT(said("claim = [3]\n" + grid), EndsWith("claim 1 must be a table [[claim]], got an integer"));
}
