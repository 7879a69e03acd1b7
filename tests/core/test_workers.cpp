#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/workers.hpp>

using namespace trivium;

TEST_CASE("blocks follow one another, cover all workers and differ by at most one, the larger first") {
  for (int workers = 1; workers <= 40; ++workers)
    for (int ranks = 1; ranks <= workers; ++ranks) {
      int next = 0, last_size = workers;
      for (int rank = 0; rank < ranks; ++rank) {
        const WorkerRange block = worker_block(workers, rank, ranks);
        REQUIRE(block.total == workers);
        REQUIRE(block.first == next);
        REQUIRE(block.count() >= workers / ranks);
        REQUIRE(block.count() <= (workers + ranks - 1) / ranks);
        REQUIRE(block.count() <= last_size);
        next = block.last;
        last_size = block.count();
      }
      REQUIRE(next == workers);
    }
}

TEST_CASE("a range hosts its own workers only") {
  const WorkerRange range{10, 3, 5};
  CHECK(range.count() == 2);
  CHECK_FALSE(range.hosts(2));
  CHECK(range.hosts(3));
  CHECK(range.hosts(4));
  CHECK_FALSE(range.hosts(5));
}

TEST_CASE("more ranks than workers is a sentence") {
  CHECK_NOTHROW(worker_block(4, 3, 4));
  CHECK_THROWS_AS(worker_block(4, 0, 5), InputError);
  CHECK_THROWS_WITH(worker_block(4, 0, 5),
                    "5 ranks for 4 workers: every rank hosts at least one worker; start at most 4 ranks or "
                    "ask for more workers");
}
