#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>

using namespace trivium;

TEST_CASE("a close name is offered, and all that are known") {
  const std::vector<std::string> known{"identity", "rand_k", "top_k"};
  CHECK(did_you_mean("topk", known) == "; did you mean 'top_k'? known: identity, rand_k, top_k");
  CHECK(did_you_mean("randk", known) == "; did you mean 'rand_k'? known: identity, rand_k, top_k");
  CHECK(did_you_mean("qsgd", known) == "; known: identity, rand_k, top_k");
  CHECK(did_you_mean("x", {}) == "; known: none");
}

TEST_CASE("a guess may differ in a third of the letters asked, and in one always") {
  CHECK(did_you_mean("abcdef", {"abcdxy"}) == "; did you mean 'abcdxy'? known: abcdxy");  // 2 of 6
  CHECK(did_you_mean("abcdef", {"abcxyz"}) == "; known: abcxyz");                         // 3 of 6
  CHECK(did_you_mean("a", {"b"}) == "; did you mean 'b'? known: b");
  CHECK(did_you_mean("", {"b"}) == "; did you mean 'b'? known: b");
}

TEST_CASE("the closest name wins, the first of equals") {
  CHECK(did_you_mean("steps", {"stepz", "step"}) == "; did you mean 'stepz'? known: stepz, step");
  CHECK(did_you_mean("step_sice", {"step_sizes", "step_size"}) ==
        "; did you mean 'step_size'? known: step_sizes, step_size");
}

TEST_CASE("reject writes a sentence") {
  CHECK_THROWS_AS(reject("{} of {}", 3, 4), InputError);
  CHECK_THROWS_WITH(reject("{} of {}", 3, 4), "3 of 4");
}
