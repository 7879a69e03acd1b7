// What happens when the card is full: one sentence, and memory that is released is there again.
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <gpu/numbers.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/operators.hpp>
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

/// A call that wants so much memory, for the length of a test.
struct Demand {
  Demand(const char* call, std::size_t bytes) {
    emulated::card().demanding_call = call;
    emulated::card().demand = bytes;
  }
  ~Demand() { emulated::card().demanding_call.clear(); }
};

Vector mebibytes(std::size_t count) { return Vector(count * mebi / 8, Dtype::float64, gpu::device()); }

}  // namespace

TEST_CASE("a vector that does not fit is a sentence, and the card works on") {
  const SmallCard small(256 * mebi);
  CHECK_THROWS_AS(mebibytes(512), InputError);
  CHECK_THROWS_WITH(
      mebibytes(512),
      "not enough memory on the CUDA device: 512.00 MiB asked for, 256.00 MiB of 256.00 MiB free; use "
      "more cards, the host, or float32 in place of float64");
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

// The last one: the workspace of cuBLAS stays.
TEST_CASE("what takes memory outside of the pool finds what the pool keeps, or is a sentence") {
  const double entries[] = {1, 2, 3, 4};  // A = (1 2; 3 4), and as a sparse matrix
  const std::size_t offsets[] = {0, 2, 4};
  const std::uint32_t column_of[] = {0, 1, 0, 1};
  Vector ones(2, Dtype::float64, gpu::device()), out = ones.like();
  const std::vector<std::pair<const char*, std::function<void()>>> calls{
      {"cublasCreate",
       [&] { gpu::multiply(1, gpu::Matrix(2, 2, entries, 2), gpu::Op::plain, ones, 0, out); }},
      {"cusparseCreate",
       [&] {
         const gpu::SparseMatrix A(2, offsets, column_of, entries, Dtype::float64);
         gpu::multiply(1, A, gpu::Op::plain, ones, 0, out);
       }},
      {"cudaLaunchKernelEx", [&] {
         combine(out, {{3, ones}, {4, ones}});
       }}};
  fill(ones, 1);
  for (const auto& [name, call] : calls) {
    INFO(name);
    const SmallCard small(96 * mebi);
    const Demand demand(name, 40 * mebi);
    {
      const Vector large = mebibytes(60);
      CHECK_THROWS_AS(call(), InputError);
      CHECK_THROWS_WITH(call(),
                        Contains("not enough memory on the CUDA device for ") && Contains("; use more"));
    }
    CHECK(emulated::reserved() >= 60 * mebi);  // kept
    call();
    CHECK(emulated::reserved() < 60 * mebi);
    CHECK(out.to_host() == std::vector<double>{name[2] == 'd' ? 7.0 : 3.0, 7});
  }
}
