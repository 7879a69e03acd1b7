#include <bit>
#include <cstring>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/workers.hpp>
#include <trivium/io/arrays.hpp>
#include <trivium/io/checkpoints.hpp>

#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;

namespace {
/// Five workers with rows of two: worker m has (m, m + 0.5).
io::Checkpoint five_workers() {
  io::Checkpoint checkpoint;
  checkpoint.common["z"] = {1, 2, 3};
  checkpoint.workers["shift"] = {2, {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5}};
  checkpoint.workers["up/empty"] = {0, {}};
  checkpoint.history.resize(2);
  checkpoint.history[1].bits_up = 640;
  for (Record& record : checkpoint.history) record.measures["accuracy"] = 0.1;
  checkpoint.attributes["iteration"] = std::int64_t{17};
  return checkpoint;
}
}  // namespace

TEST_CASE("every rank reads the rows of its own workers") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  const std::string path = folder / "c.h5";
  const io::Checkpoint written = five_workers();
  io::write_checkpoint(path, written);
  for (int ranks = 1; ranks <= 5; ++ranks) {
    std::vector<double> rows;
    for (int rank = 0; rank < ranks; ++rank) {
      const io::Checkpoint read = io::read_checkpoint(path, worker_block(5, rank, ranks));
      const Archive::Rows& shift = read.workers.at("shift");
      CHECK(shift.row_length == 2);
      rows.insert(rows.end(), shift.values.begin(), shift.values.end());
      CHECK(read.workers.at("up/empty").row_length == 0);
      CHECK(read.common == written.common);
      CHECK(read.attributes == written.attributes);
      REQUIRE(read.history.size() == 2);
      CHECK(read.history[1].bits_up == 640);
      CHECK(read.history[1].measures == written.history[1].measures);
    }
    CHECK(rows == written.workers.at("shift").values);
  }
}

TEST_CASE("64-bit patterns stored as doubles keep every bit") {
  if (!io::hdf5_available()) return;
  const std::vector<std::uint64_t> patterns = {
      0x7ff8dead'beef0001, 0xfff00000'00000000, 0x80000000'00000000, 1,
      0xffffffff'ffffffff, 0x00123456'789abcde, 0x7ff00000'00000001};
  io::Checkpoint written;
  written.history.resize(1);
  // Copied as bytes: a signalling NaN must not pass through a floating-point register.
  std::vector<double>& numbers = written.common["pattern"];
  numbers.resize(patterns.size());
  std::memcpy(numbers.data(), patterns.data(), 8 * patterns.size());
  written.workers["pattern"] = {patterns.size(), numbers};
  const Folder folder;
  io::write_checkpoint(folder / "c.h5", written);
  const io::Checkpoint read = io::read_checkpoint(folder / "c.h5", {1, 0, 1});
  CHECK(std::memcmp(read.common.at("pattern").data(), patterns.data(), 8 * patterns.size()) == 0);
  CHECK(std::memcmp(read.workers.at("pattern").values.data(), patterns.data(), 8 * patterns.size()) == 0);
}

TEST_CASE("a checkpoint of another number of workers is refused") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::write_checkpoint(folder / "c.h5", five_workers());
  CHECK_THROWS_WITH(io::read_checkpoint(folder / "c.h5", {6, 0, 3}),
                    Contains("holds the state of 5 workers, the run has 6"));
}

TEST_CASE("rows that do not fit the workers are a mistake of the caller") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::Checkpoint wrong = five_workers();
  wrong.workers["z"] = {1, {1, 2, 3, 4}};
  CHECK_THROWS_AS(io::write_checkpoint(folder / "c.h5", wrong), std::logic_error);
  wrong.workers["z"] = {3, {1, 2, 3, 4}};
  CHECK_THROWS_AS(io::write_checkpoint(folder / "c.h5", wrong), std::logic_error);
  CHECK(folder.names().empty());
}

TEST_CASE("a checkpoint cut or changed anywhere is refused with a sentence") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::write_checkpoint(folder / "c.h5", five_workers());
  const std::string whole = folder.read("c.h5");
  REQUIRE(whole.size() > 2000);
  const auto read = [&](const std::string& bytes) {
    io::read_checkpoint(folder.write("copy.h5", bytes), {5, 0, 5});
  };
  CHECK_NOTHROW(read(whole));
  for (std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{24}, whole.size() / 2, whole.size() - 1})
    CHECK_THROWS_WITH(read(whole.substr(0, size)), Contains("is no checkpoint, or a damaged one"));
  CHECK_THROWS_AS(read(whole + "x"), InputError);
  for (std::size_t place = 0; place < whole.size(); place += 37) {
    std::string changed = whole;
    changed[place] ^= 4;
    CHECK_THROWS_AS(read(changed), InputError);
  }
}

TEST_CASE("a file of something else is no checkpoint") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  CHECK_THROWS_WITH(io::read_checkpoint(folder / "a.h5", {1, 0, 1}),
                    "there is no checkpoint '" + folder / "a.h5" + "'");
  CHECK_THROWS_WITH(io::read_checkpoint(folder.path(), {1, 0, 1}), Contains("there is no checkpoint"));
  io::write_arrays(folder / "a.h5", {{"x", {{1}, {1}}}}, {});
  CHECK_THROWS_WITH(io::read_checkpoint(folder / "a.h5", {1, 0, 1}), Contains("is no checkpoint"));
}

TEST_CASE("a checkpoint is an HDF5 file that other programs can open") {
  if (!io::hdf5_available()) return;
  const Folder folder;
  io::write_checkpoint(folder / "c.h5", five_workers());
  const io::ArrayFile file(folder / "c.h5");
  CHECK(file.shape("workers/shift") == std::vector<std::size_t>{5, 2});
  CHECK(file.read("common/z") == std::vector<double>{1, 2, 3});
}
