// The contract over every chain of the catalogue.
#include "contract.hpp"
#include "support/folder.hpp"
#include "variants.hpp"

using namespace contract;
using noise::chains::catalogue;
using noise::chains::Place;

namespace {

/// Runs `check(chain)` for every chain and parameter set.
template <class Check>
void for_each_chain(Check check) {
  const Folder folder;
  for (const DataFile& file : data_files) folder.write(file.name, file.content);
  for (const std::string& name : catalogue().names())
    for (const Table& parameters : variants(name)) {
      INFO(name << " " << to_toml(parameters));
      check(*catalogue().make({name, parameters, ""}, Place{0, {folder.path()}}));
    }
}

}  // namespace

TEST_CASE("a long walk shows the stationary law, the correlations and the memory that are stated") {
  for_each_chain([](const Chain& chain) {
    const Law law = chain.law();
    const Times times = chain.times();
    const Measured measured = measure(chain, times);
    check_visits(law, measured);
    check_values(measured);
    check_correlation(law, measured);
    check_autocorrelation_time(times, measured);
  });
}

TEST_CASE("the stated law adds up and the values are standardised under it") { for_each_chain(check_law); }

TEST_CASE("times are numbers of steps, and say how they were found") {
  for_each_chain([](const Chain& chain) { check_times(chain.times()); });
}

TEST_CASE("walkers start from the stationary law and stay in it") { for_each_chain(check_start); }

TEST_CASE("the same stream gives the same walk") { for_each_chain(check_reproducible); }

TEST_CASE("one long walk is many walks of one step") { for_each_chain(check_step_by_step); }

TEST_CASE("states and values walk along the same path") { for_each_chain(check_states); }

TEST_CASE("a chain on numbered states takes the number that is wanted") {
  for (const std::string& name : catalogue().names()) {
    const auto fields = catalogue().fields(name);
    if (std::none_of(fields.begin(), fields.end(), [](const auto& field) { return field.name == "states"; }))
      continue;
    INFO(name);
    const auto chain = catalogue().make({name, {}, ""}, Place{13, {}});
    CHECK(chain->law().probabilities.size() == 13);
    CHECK_THROWS_AS(catalogue().make({name, {{"states", 12}}, ""}, Place{13, {}}), InputError);
  }
}

TEST_CASE("every chain says what it is") {
  for (const std::string& name : catalogue().names()) {
    INFO(name);
    const About about = catalogue().about(name);
    CHECK_FALSE(about.summary.empty());
    CHECK_FALSE(about.rule.empty());
    CHECK_FALSE(about.source.empty());
    for (const FieldInfo& field : catalogue().fields(name)) CHECK_FALSE(field.help.empty());
  }
}
