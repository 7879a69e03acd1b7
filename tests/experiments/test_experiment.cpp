// Experiment files: what they mean, every mistake one can make in them, and what a result keeps of them.
#include <catch2/catch.hpp>

#include "experiment.hpp"
#include "experiments/sentence.hpp"
#include "support/folder.hpp"
#include "toml_reader.hpp"

using namespace trivium;
using namespace trivium::experiments;

namespace {

using Texts = std::vector<std::string>;
using Seeds = std::vector<std::int64_t>;
using Catch::Contains;
using Catch::StartsWith;

Experiment experiment(const std::string& text) {
  const Folder folder;
  return read_experiment(read_toml(folder.write("a.toml", text)), "a");
}

/// The sentence an experiment file is refused with; the file is called a.toml.
std::string complaint(const std::string& text) {
  const Folder folder;
  const std::string path = folder.write("a.toml", text);
  const std::string said = sentence([&] { read_experiment(read_toml(path), "a"); });
  return said.rfind(path, 0) == 0 ? "a.toml" + said.substr(path.size()) : said;
}

const std::string head = "[problem]\ntype = \"bilinear\"\n";                             // lines 1 and 2
const std::string tail = "[[method]]\ntype = \"extragradient\"\n";                       // the last two lines
std::string with_problem(const std::string& line) { return head + line + "\n" + tail; }  // on line 3
std::string with_section(const std::string& lines) { return head + lines + "\n" + tail; }
std::string with_method(const std::string& line) { return head + tail + line + "\n"; }  // on line 5
std::string with_top(const std::string& line) { return line + "\n" + head + tail; }     // on line 1

Texts paths(const Experiment& experiment) {
  Texts all;
  for (const MethodRun& run : experiment.runs) all.push_back(run_path(run, 7));
  return all;
}

}  // namespace

TEST_CASE("the smallest experiment has defaults for the rest") {
  const Experiment small = experiment(head + tail);
  CHECK(small.name == "a");
  CHECK(small.seeds == Seeds{1});
  REQUIRE(small.problems.size() == 1);
  CHECK(small.problems[0].plugin.type == "bilinear");
  CHECK(small.problems[0].parts.empty());
  CHECK_FALSE(small.settings.limits.distance);
  CHECK(small.settings.limits.iterations == 1e6);
  CHECK(small.settings.limits.explosion == 1e8);
  CHECK(small.settings.every == 10);
  CHECK_FALSE(small.settings.residual);
  CHECK(small.settings.checkpoint_seconds == 30);
  REQUIRE(small.runs.size() == 1);
  CHECK(small.runs[0].label == "extragradient");
  CHECK(small.runs[0].grid.empty());
  CHECK(run_path(small.runs[0], 1) == "extragradient/seed-1");
}

TEST_CASE("every limit is read") {
  const Limits limits = experiment(with_section(R"([stop]
distance = 1e-6
residual = 1e-7
gap = 1e-8
iterations = 11
rounds = 12
bits_up = 13
calls = 14
samples = 17
seconds = 15
explosion = 16)"))
                            .settings.limits;
  CHECK(limits.distance == 1e-6);
  CHECK(limits.residual == 1e-7);
  CHECK(limits.gap == 1e-8);
  CHECK(limits.iterations == 11);
  CHECK(limits.rounds == 12);
  CHECK(limits.bits_up == 13);
  CHECK(limits.calls == 14);
  CHECK(limits.samples == 17);
  CHECK(limits.seconds == 15);
  CHECK(limits.explosion == 16);
}

TEST_CASE("records and checkpoints are read") {
  const auto settings =
      experiment(with_section("[record]\nevery = 3\nresidual = true\ngap = true\n[checkpoint]\nseconds = 0"))
          .settings;
  CHECK(settings.every == 3);
  CHECK(settings.residual);
  CHECK(settings.gap);
  CHECK_FALSE(settings.gap_average);
  CHECK(settings.measures == 1);
  CHECK(experiment(with_section("[record]\nmeasures = 50")).settings.measures == 50);
  CHECK(settings.checkpoint_seconds == 0);
}

TEST_CASE("seeds are a count or a list") {
  CHECK(experiment(with_top("seeds = 3")).seeds == Seeds{1, 2, 3});
  CHECK(experiment(with_top("seeds = [5, 0, 7]")).seeds == Seeds{5, 0, 7});
}

TEST_CASE("bad seeds") {
  for (const char* seeds : {"0", "-1", "1.5", "\"five\"", "true", "[]", "[1, 1]", "[1, -2]", "[1.0]"}) {
    INFO(seeds);
    CHECK_THAT(complaint(with_top("seeds = " + std::string(seeds))),
               StartsWith("a.toml:1: seeds must be a count >= 1 or a list of different integers >= 0, got "));
  }
  CHECK_THAT(complaint(with_top("seeds = [1, 1]")), Catch::EndsWith("got [1, 1]"));
}

TEST_CASE("methods and their grid points run in the order written") {
  const Experiment many = experiment(head + R"([[method]]
label = "EG, slow"
type = "extragradient"
step = { theory = [0.5, 1] }
[[method]]
type = "masha1"
uplink = { type = "rand_k", k = [1, 2] }
)");
  CHECK(paths(many) == Texts{"EG_slow/step_=_0.5_x_theory/seed-7", "EG_slow/step_=_1_x_theory/seed-7",
                             "masha1/uplink.k_=_1/seed-7", "masha1/uplink.k_=_2/seed-7"});
  CHECK(many.runs[1].label == "EG, slow");
  CHECK(many.runs[1].grid == "step = 1 x theory");
  CHECK(many.runs[1].solver.type == "extragradient");
}

TEST_CASE("lists in [problem] are a grid too, and its part of a name comes first") {
  const Experiment many = experiment("[problem]\ntype = \"bilinear\"\nworkers = [2, 4]\nmu = 0.5\n" + tail +
                                     "label = \"EG\"\nstep = { theory = [0.5, 1] }\n" + tail);
  CHECK(paths(many) ==
        Texts{"EG/problem.workers_=_2_step_=_0.5_x_theory/seed-7",
              "EG/problem.workers_=_2_step_=_1_x_theory/seed-7", "extragradient/problem.workers_=_2/seed-7",
              "EG/problem.workers_=_4_step_=_0.5_x_theory/seed-7",
              "EG/problem.workers_=_4_step_=_1_x_theory/seed-7", "extragradient/problem.workers_=_4/seed-7"});
  REQUIRE(many.problems.size() == 2);
  CHECK(many.problems[1].parts == Texts{"problem.workers = 4"});
  for (const MethodRun& run : many.runs) {
    const Folder folder;
    const Table config = read_toml(folder.write("a.toml", resolved_config(many, run, 1)));
    CHECK(config.find("problem")->table()->find("workers")->number() == (run.problem == 0 ? 2 : 4));
    CHECK(config.find("problem")->table()->find("mu")->number() == 0.5);
  }
  CHECK(many.runs[4].grid == "problem.workers = 4, step = 1 x theory");
  CHECK(many.runs[5].problem == 1);
}

TEST_CASE("mistakes in a problem's grid") {
  CHECK(complaint(with_problem("workers = []")) ==
        "a.toml:3: problem.workers is an empty list: a grid needs at least one value");
  CHECK(complaint(with_problem("workers = [2, 2]")) ==
        "the grid of 'extragradient' holds the point 'problem.workers = 2' twice; leave one out");
  CHECK_THAT(complaint(with_problem("workers = [2, 0]")), StartsWith("a.toml:3: bilinear.workers must be "));
}

TEST_CASE("unknown keys are refused at every level, with a guess") {
  CHECK(complaint(with_top("seed = 3")) ==
        "a.toml:1: unknown key 'seed'; did you mean 'seeds'? known: name, seeds, problem, stop, record, "
        "checkpoint, method, claim");
  CHECK_THAT(complaint(with_problem("worker = 5")),
             StartsWith("a.toml:3: unknown key 'worker' in bilinear; did you mean 'workers'? known: "));
  CHECK_THAT(complaint(with_section("[stop]\ndistanc = 1")),
             StartsWith("a.toml:4: unknown key 'distanc' in stop; did you mean 'distance'? known: "));
  CHECK(complaint(with_section("[record]\nevry = 1")) ==
        "a.toml:4: unknown key 'evry' in record; did you mean 'every'? known: every, residual, gap, "
        "gap_average, measures");
  CHECK(complaint(with_section("[checkpoint]\nsecond = 1")) ==
        "a.toml:4: unknown key 'second' in checkpoint; did you mean 'seconds'? known: seconds");
  CHECK(complaint(with_method("stepp = 1")) ==
        "a.toml:5: unknown key 'stepp' in extragradient; did you mean 'step'? known: step, values");
  CHECK_THAT(complaint(head + "[[method]]\ntype = \"masha1\"\nuplink = { type = \"rand_k\", kk = 3 }"),
             StartsWith("a.toml:5: unknown key 'kk' in rand_k; did you mean 'k'? known: "));
  CHECK_THAT(complaint(with_problem("[[methods]]\ntype = \"masha1\"")),
             StartsWith("a.toml:3: unknown key 'methods'; did you mean 'method'?"));
}

TEST_CASE("unknown plug-ins are refused with a guess") {
  CHECK_THAT(complaint("[problem]\ntype = \"bilinaer\"\n" + tail),
             StartsWith("a.toml:2: no problem named 'bilinaer'; did you mean 'bilinear'? known: "));
  CHECK_THAT(complaint(head + "[[method]]\ntype = \"extragradeint\""),
             StartsWith("a.toml:4: no solver named 'extragradeint'; did you mean 'extragradient'? known: "));
  CHECK_THAT(complaint(head + "[[method]]\ntype = \"masha1\"\nuplink = \"randk\""),
             StartsWith("a.toml:5: no compressor named 'randk'; did you mean 'rand_k'? known: "));
}

TEST_CASE("values of a wrong type are refused at every level") {
  CHECK(complaint(with_top("name = 3")) == "a.toml:1: the experiment.name must be a text, got an integer");
  CHECK(complaint("[problem]\ntype = 3\n" + tail) ==
        "a.toml:2: [problem].type must be a text, got an integer");
  CHECK_THAT(complaint(with_problem("workers = \"five\"")),
             StartsWith("a.toml:3: bilinear.workers must be an integer, got \"five\""));
  CHECK_THAT(complaint(with_problem("workers = 5.0")),
             StartsWith("a.toml:3: bilinear.workers must be an integer, got 5.0"));
  CHECK(complaint(with_section("[stop]\ndistance = \"small\"")) ==
        "a.toml:4: stop.distance must be a number, got \"small\"");
  CHECK(complaint(with_section("[record]\nresidual = 1")) ==
        "a.toml:4: record.residual must be true or false, got 1");
  CHECK(complaint(with_section("[checkpoint]\nseconds = true")) ==
        "a.toml:4: checkpoint.seconds must be a number, got true");
  CHECK(complaint(head + "[[method]]\ntype = [\"masha1\"]") ==
        "a.toml:4: method 1.type must be a text, got a list");
  CHECK(complaint(with_method("label = 1")) == "a.toml:5: method 1.label must be a text, got an integer");
  CHECK_THAT(
      complaint(with_method("step = \"thoery\"")),
      StartsWith("a.toml:5: extragradient.step must be \"theory\", a number") && Contains("got \"thoery\""));
}

TEST_CASE("sections that are no tables") {
  CHECK(complaint(with_top("stop = 1")) == "a.toml:1: [stop] must be a table, got an integer");
  CHECK(complaint(with_top("record = []")) == "a.toml:1: [record] must be a table, got a list");
  CHECK(complaint(with_section("[[checkpoint]]\nseconds = 1")) ==
        "a.toml:3: [checkpoint] must be a table, got a list");
  CHECK_THAT(complaint("method = [1]\n" + head), StartsWith("a.toml:1: method 1 must be a table [[method]]"));
  CHECK_THAT(complaint(head + "[method]\ntype = \"extragradient\""), Contains("[[method]]"));
  CHECK_THAT(complaint("problem = \"bilinear\"\n" + tail), Contains("[problem]"));
}

TEST_CASE("numbers out of range, on both sides of the limit") {
  CHECK(complaint(with_section("[record]\nevery = 1")).empty());
  CHECK_THAT(complaint(with_section("[record]\nevery = 0")),
             StartsWith("a.toml:4: record.every must be in [1, "));
  CHECK(complaint(with_section("[stop]\ndistance = 1e-300")).empty());
  CHECK(complaint(with_section("[stop]\ndistance = 0")) == "a.toml:4: stop.distance must be > 0, got 0");
  CHECK(complaint(with_section("[stop]\nrounds = nan")) ==
        "a.toml:4: stop.rounds must be a finite number, got nan");
  CHECK(complaint(with_section("[checkpoint]\nseconds = -1")) ==
        "a.toml:4: checkpoint.seconds must be >= 0, got -1");
  CHECK(complaint(with_problem("workers = 1")).empty());
  CHECK_THAT(complaint(with_problem("workers = 0")), StartsWith("a.toml:3: bilinear.workers must be "));
  CHECK(complaint(with_method("step = -1")) == "a.toml:5: extragradient.step must be > 0, got -1");
  CHECK(complaint(with_method("step = { theory = 0 }")) == "a.toml:5: extragradient.step must be > 0, got 0");
}

TEST_CASE("parts that are missing") {
  CHECK_THAT(complaint(tail), StartsWith("the experiment needs a [problem] with a type"));
  CHECK(complaint("[problem]\nworkers = 5\n" + tail) == "a.toml:1: [problem] needs 'type'");
  CHECK_THAT(complaint(head), StartsWith("the experiment needs at least one [[method]] with a type"));
  CHECK_THAT(complaint("method = []\n" + head), StartsWith("the experiment needs at least one [[method]]"));
  CHECK(complaint(head + "[[method]]\nlabel = \"EG\"") == "a.toml:3: method 1 needs 'type'");
  CHECK(complaint(head + tail + "[[method]]\nstep = 1") == "a.toml:5: method 2 needs 'type'");
}

TEST_CASE("labels that would share a folder or a curve") {
  CHECK(complaint(head + tail + tail) ==
        "a.toml:5: method 2 has the label 'extragradient' of an earlier one; give it a label of its own");
  const auto labelled = [](const char* label) { return tail + "label = \"" + label + "\"\n"; };
  CHECK(complaint(head + labelled("a") + labelled("b")).empty());
  CHECK(complaint(head + labelled("a") + labelled("a")) ==
        "a.toml:8: method 2 has the label 'a' of an earlier one; give it a label of its own");
  // Also when only one of them is a grid, so that no two files would have the same name.
  CHECK_THAT(complaint(head + labelled("a") + labelled("a") + "step = [0.1, 0.2]\n"), Contains("label 'a'"));
  CHECK(complaint(head + labelled("a b") + labelled("a/b")) ==
        "the labels 'a b' and 'a/b' make the same folder name 'a_b'; let them differ in letters or digits");
}

TEST_CASE("a grid that holds a point twice") {
  CHECK(complaint(with_method("step = [0.5, 1, 0.5]")) ==
        "the grid of 'extragradient' holds the point 'step = 0.5' twice; leave one out");
}

TEST_CASE("an empty grid") {
  CHECK(complaint(with_method("step = []")) ==
        "a.toml:5: step is an empty list: a grid needs at least one value");
  CHECK(complaint(with_method("step = { theory = [] }")) ==
        "a.toml:5: step.theory is an empty list: a grid needs at least one value");
}

TEST_CASE("a mistake in one point of a grid is a mistake") {
  CHECK(complaint(with_method("step = [1, -2]")) == "a.toml:5: extragradient.step must be > 0, got -2");
}

TEST_CASE("the resolved configuration is TOML that reads back to itself") {
  const Experiment full = experiment(R"(name = "a \"quoted\" name\twith \\ and ы"
seeds = [3]
[problem]
type = "bilinear"
workers = 5
mu = 0.1
[stop]
distance = 1e-9
[record]
every = 7
[[method]]
label = "M, [1]"
type = "masha1"
step = { theory = [1, 2] }
uplink = { type = "rand_k", k = 0.3, indices = "seed" }
)");
  for (const MethodRun& run : full.runs) {
    const std::string text = resolved_config(full, run, 3);
    const Folder folder;
    const Table back = read_toml(folder.write("a.toml", text));
    CHECK(to_toml_document(back) == text);
    CHECK(*back.find("name")->text() == "a \"quoted\" name\twith \\ and ы");
    CHECK(back.find("seed")->number() == 3);
    const auto part = [&](const char* name) { return *back.find(name)->table(); };
    CHECK(part("problem").find("workers")->number() == 5);
    CHECK(part("problem").find("sigma_max")->number() == 1);  // a default
    CHECK(part("stop").find("distance")->number() == 1e-9);
    CHECK(part("stop").find("rounds") == nullptr);  // no limit
    CHECK(part("record").find("every")->number() == 7);
    CHECK(*part("method").find("label")->text() == "M, [1]");
    CHECK(*part("method").find("uplink")->table()->find("indices")->text() == "seed");
    CHECK(*part("method").find("downlink")->table()->find("type")->text() == "identity");
  }
  CHECK(resolved_config(full, full.runs[0], 3) != resolved_config(full, full.runs[1], 3));
  CHECK(resolved_config(full, full.runs[0], 3) != resolved_config(full, full.runs[0], 4));
}

TEST_CASE("a resolved configuration, read as an experiment, resolves to itself") {
  const Experiment first = experiment(head + R"([stop]
residual = 1e-3
[[method]]
type = "masha1"
step = { theory = 2 }
)");
  const std::string text = resolved_config(first, first.runs[0], 4);
  const Folder folder;
  Table table = read_toml(folder.write("a.toml", text));
  Table again{{"name", *table.find("name")},
              {"problem", *table.find("problem")},
              {"stop", *table.find("stop")},
              {"record", *table.find("record")},
              {"method", List{*table.find("method")}}};
  const Experiment second = read_experiment(again, "other");
  CHECK(resolved_config(second, second.runs.at(0), 4) == text);
}

TEST_CASE("how often checkpoints are written does not change the configuration") {
  const Experiment often = experiment(with_section("[checkpoint]\nseconds = 1"));
  const Experiment never = experiment(with_section("[checkpoint]\nseconds = 0"));
  CHECK(resolved_config(often, often.runs[0], 1) == resolved_config(never, never.runs[0], 1));
}
