#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/arrays.hpp>
#include <trivium/io/results.hpp>

#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;

namespace {
/// Row r has r in every column, so a torn or mixed file shows.
std::vector<Record> numbered(std::size_t rows) {
  std::vector<Record> history(rows);
  for (std::size_t row = 0; row < rows; ++row)
    for (const Column& column : record_columns) history[row].*column.member = static_cast<double>(row);
  return history;
}
}  // namespace

TEST_CASE("a result comes back, merits that were not measured included") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "runs/a.h5";
  io::Result written{numbered(3), {{"name", "test"}, {"L", 2.5}, {"seed", std::int64_t{1}}}, {1, -2, 1e-300}};
  written.history[1].distance = std::nan("");
  io::write_result(path, written);
  const io::Result read = io::read_result(path);
  REQUIRE(read.history.size() == 3);
  for (std::size_t row : {0, 2})
    for (const Column& column : record_columns)
      CHECK(read.history[row].*column.member == static_cast<double>(row));
  CHECK(std::isnan(read.history[1].distance));
  CHECK(read.history[1].residual == 1);
  CHECK(read.attributes == written.attributes);
  CHECK(read.point == written.point);
}

TEST_CASE("a result file has a dataset for each column and nothing else") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::write_result(folder / "a.h5", {numbered(2), {}, {}});
  const io::ArrayFile file(folder / "a.h5");
  CHECK(file.names().size() == record_columns.size() + 1);
  CHECK(file.shape("point") == std::vector<std::size_t>{0});
  for (const Column& column : record_columns)
    CHECK(file.read(std::string("history/") + column.name) == std::vector<double>{0, 1});
}

TEST_CASE("measures are columns of their own") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::Result written{numbered(3), {}, {}};
  for (std::size_t row = 0; row < 3; ++row)
    written.history[row].measures = {{"accuracy", 0.5 * static_cast<double>(row)}, {"a loss", -1}};
  written.history[1].measures["accuracy"] = std::nan("");
  io::write_result(folder / "a.h5", written);
  const io::ArrayFile file(folder / "a.h5");
  CHECK(file.names().size() == record_columns.size() + 3);
  CHECK(file.read("history/a loss") == std::vector<double>{-1, -1, -1});
  const io::Result read = io::read_result(folder / "a.h5");
  REQUIRE(read.history.size() == 3);
  CHECK(read.history[0].measures == written.history[0].measures);
  CHECK(std::isnan(read.history[1].measures.at("accuracy")));
  CHECK(read.history[2].measures == written.history[2].measures);
  CHECK(read.history[2].calls == 2);
}

TEST_CASE("a column that a file lacks keeps its default") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::write_arrays(folder / "a.h5", {{"history/iteration", {{2}, {0, 7}}}, {"point", {{1}, {3}}}}, {});
  const io::Result read = io::read_result(folder / "a.h5");
  REQUIRE(read.history.size() == 2);
  CHECK(read.history[1].iteration == 7);
  CHECK(read.history[1].round == 0);
  CHECK(std::isnan(read.history[1].distance));
}

TEST_CASE("what is no result is said") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  CHECK_THROWS_WITH(io::read_result(folder / "a.h5"), Contains("there is no file"));
  io::write_arrays(folder / "a.h5", {{"x", {{1}, {1}}}}, {});
  CHECK_THROWS_WITH(io::read_result(folder / "a.h5"), Contains("has no history"));
  io::write_arrays(folder / "a.h5", {{"history/iteration", {{1}, {1}}}, {"history/round", {{2}, {1, 2}}}},
                   {});
  CHECK_THROWS_WITH(io::read_result(folder / "a.h5"),
                    Contains("has 2 rows in 'history/round' and 1 in an earlier column"));
}

TEST_CASE("a process killed at any moment leaves a whole file") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "a.h5";
  const auto start = std::chrono::steady_clock::now();
  io::write_result(path, {numbered(7000), {{"rows", std::int64_t{7000}}}, {}});
  const auto one_write = std::chrono::steady_clock::now() - start;
  io::write_result(path, {numbered(1), {{"rows", std::int64_t{1}}}, {}});
  for (int kill_after = 0; kill_after < 30; ++kill_after) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      for (std::size_t rows = 5000;; rows = 12000 - rows)  // 5000, 7000, 5000, ...: about a megabyte each
        io::write_result(path, {numbered(rows), {{"rows", static_cast<std::int64_t>(rows)}}, {}});
    }
    std::this_thread::sleep_for(one_write * kill_after / 6);  // anywhere in the first five writes
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const io::Result read = io::read_result(path);
    REQUIRE(read.attributes.at("rows") == io::Attribute(static_cast<std::int64_t>(read.history.size())));
    REQUIRE(read.history.back().residual == static_cast<double>(read.history.size() - 1));
  }
  CHECK(io::read_result(path).history.size() >= 5000);  // some child got that far
}
