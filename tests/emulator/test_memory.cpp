// What happens when the card is full: one sentence, and memory that is released is there again.
#include <vector>

#include <catch2/catch.hpp>
#include <gpu/numbers.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/problems/problem.hpp>

#include "cuda_runtime.h"
#include "emulator.hpp"

using namespace trivium;
using Catch::Contains;

namespace {

constexpr std::size_t mebi = std::size_t{1} << 20;

/// A small card for the length of a test, with nothing kept of the tests before.
struct SmallCard {
  std::size_t before = emulated::card().memory;
  explicit SmallCard(std::size_t bytes) {
    gpu::synchronize();
    cudaMemPoolTrimTo(nullptr, 0);
    emulated::card().memory = bytes;
  }
  ~SmallCard() { emulated::card().memory = before; }
};

Vector mebibytes(std::size_t count) { return Vector(count * mebi / 8, Dtype::float64, gpu::device()); }

}  // namespace

TEST_CASE("a vector that does not fit is a sentence, and the card works on") {
  const SmallCard small(256 * mebi);
  CHECK_THROWS_AS(mebibytes(512), InputError);
  CHECK_THROWS_WITH(
      mebibytes(512),
      "not enough memory on the CUDA device: 512.00 MiB asked for, 256.00 MiB of 256.00 MiB free; use "
      "float32, more cards or the host");
  const Vector half = mebibytes(128);
  CHECK_THROWS_WITH(mebibytes(256), Contains("256.00 MiB asked for, 128.00 MiB of 256.00 MiB free"));
  Vector ones(1000, Dtype::float64, gpu::device());
  fill(ones, 1);
  CHECK(dot(ones, ones) == 1000);
}

TEST_CASE("several vectors that were released make room for a larger one") {
  const SmallCard small(64 * mebi);
  for (int repeat = 0; repeat < 3; ++repeat) {
    {
      std::vector<Vector> vectors;
      for (int i = 0; i < 6; ++i) vectors.push_back(mebibytes(10));
      CHECK_THROWS_AS(mebibytes(10), InputError);
    }
    Vector large = mebibytes(50);
    fill(large, 2);
    CHECK(dot(large, large) == 4 * 50 * mebi / 8);
  }
}

TEST_CASE("what is released serves the next vector of its size") {
  const SmallCard small(64 * mebi);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const Vector x = mebibytes(25), y = mebibytes(25);
    CHECK(dot(x, y) == 0);  // new vectors are zero
  }
}

TEST_CASE("a problem that does not fit is a sentence") {
  const SmallCard small(mebi);
  const auto make = [](int n) {
    return problems::catalogue().make({"bilinear", {{"n", n}, {"workers", 1}, {"device", "cuda"}}, ""}, {});
  };
  CHECK_THROWS_AS(make(400), InputError);
  CHECK_THROWS_WITH(make(400), Contains("not enough memory on the CUDA device"));
  CHECK(make(20) != nullptr);
}
