// What the gpu room decides on the host: grids, buffers, sums and sentences. Needs no card.
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/detail/plan.hpp>
#include <trivium/gpu/detail/sentences.hpp>

using namespace trivium::gpu::detail;

TEST_CASE("a grid has one thread for each item, up to the limit") {
  CHECK(block_threads == 256);
  CHECK(blocks_for(0, 100) == 1);  // a launch of no block is an error in CUDA
  CHECK(blocks_for(1, 100) == 1);
  CHECK(blocks_for(256, 100) == 1);
  CHECK(blocks_for(257, 100) == 2);
  CHECK(blocks_for(25600, 100) == 100);
  CHECK(blocks_for(25601, 100) == 100);
  CHECK(blocks_for(std::numeric_limits<std::size_t>::max(), 100) == 100);
}

TEST_CASE("wide loads need every address on a multiple of 16") {
  alignas(16) const std::byte memory[32] = {};
  CHECK(aligned({memory}));
  CHECK(aligned({memory, memory + 16}));
  CHECK_FALSE(aligned({memory + 8}));
  CHECK_FALSE(aligned({memory, memory + 4, memory + 16}));
}

TEST_CASE("a buffer at least doubles when it grows and never shrinks") {
  CHECK(grown(0, 12) == 12);
  CHECK(grown(100, 100) == 100);
  CHECK(grown(100, 101) == 200);
  CHECK(grown(100, 300) == 300);
  CHECK(grown(100, 5) == 100);
}

TEST_CASE("a matrix is cut into about a thousand tiles that cover it") {
  // 32 lanes of 128 bytes are 512 columns of float64 and 1024 of float32.
  const Tiles large = tiles_of(16384, 16384, 8);  // 32 across; 1024/32 = 32 down would be 512 rows high
  CHECK(large.across == 32);
  CHECK(large.height == 256);
  CHECK(large.down == 64);
  CHECK(large.sums() == 32 * 16384 + 64 * 16384);
  CHECK(tiles_of(16384, 16384, 4).across == 16);
  const Tiles small = tiles_of(33, 1, 8);
  CHECK(small.across == 1);
  CHECK(small.height == 32);
  CHECK(small.down == 2);
  for (const std::size_t rows : {1, 31, 32, 33, 1000, 100000})
    for (const std::size_t columns : {1, 511, 512, 513, 20000})
      for (const std::size_t bytes : {4, 8}) {
        const Tiles tiles = tiles_of(rows, columns, bytes);
        const std::size_t width = 32 * lane_bytes / bytes;
        CHECK((tiles.across - 1) * width < columns);
        CHECK(columns <= tiles.across * width);
        CHECK((tiles.down - 1) * tiles.height < rows);
        CHECK(rows <= tiles.down * tiles.height);
      }
}

TEST_CASE("a kernel's arguments lie one behind the other") {
  CHECK(bytes_of_arguments<>() == 0);
  CHECK(bytes_of_arguments<char, double, char>() == 17);
  CHECK(bytes_of_arguments<char, char, int>() == 8);
  struct Large {
    char all[4089];
  };
  STATIC_REQUIRE(bytes_of_arguments<Large, int>() == most_argument_bytes);  // 4089, rounded up to 4092, and 4
  STATIC_REQUIRE(bytes_of_arguments<Large, double>() > most_argument_bytes);
}

TEST_CASE("partial sums are added from the first to the last") {
  CHECK(sum_in_order({}) == 0);
  const std::vector<double> whole{1, 2, 3};
  CHECK(sum_in_order(whole) == 6);
  // 2^53 + 1 rounds to 2^53, so this order gives 0 and the reverse order 1.
  const std::vector<double> ordered{0x1p53, 1, -0x1p53};
  CHECK(sum_in_order(ordered) == 0);
}

TEST_CASE("the sentences name what was found and what to do") {
  CHECK(no_card("driver too old") == "no CUDA device found: driver too old");
  CHECK(card_too_old("Tesla T4", 750, 800) ==
        "the CUDA device Tesla T4 has compute capability 7.5, this build needs 8.0: configure with "
        "-DCMAKE_CUDA_ARCHITECTURES=75");
  // 2 GiB asked for, 0.5 GiB free of 80 GiB
  CHECK(out_of_memory(std::size_t{2} << 30, std::size_t{1} << 29, std::size_t{80} << 30) ==
        "not enough memory on the CUDA device: 2.00 GiB asked for, 512.00 MiB of 80.00 GiB free; use "
        "more cards, the host, or float32 in place of float64");
  CHECK(no_memory_for("cublasCreate") ==
        "not enough memory on the CUDA device for cublasCreate; use more cards, the host, or float32 in "
        "place of float64");
  CHECK_THROWS_AS(reject_with("a sentence"), trivium::InputError);
}
