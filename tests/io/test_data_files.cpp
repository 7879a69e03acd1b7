#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/io/data_files.hpp>

#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;

TEST_CASE("data files are found in the order of the folders") {
  const Folder folder;
  const std::string plain = folder.write("first/iris", "");
  const std::string packed = folder.write("second/iris.gz", "");
  const std::string inside = folder.write("second/wine/wine", "");
  const std::string packed_inside = folder.write("third/zoo/zoo.gz", "");
  const std::string nested = folder.write("third/sets/cars/cars.gz", "");
  const std::vector<std::string> folders = {folder / "first", folder / "second", folder / "third"};
  CHECK(io::find_data("iris", folders) == plain);
  CHECK(io::find_data("iris", {folder / "second", folder / "first"}) == packed);
  CHECK(io::find_data("wine", folders) == inside);  // the folder `second/wine` itself is no file
  CHECK(io::find_data("zoo", folders) == packed_inside);
  CHECK(io::find_data("sets/cars", folders) == nested);
  CHECK(io::find_data(plain, {}) == plain);
  CHECK(io::find_data(plain, {folder / "second"}) == plain);
}

TEST_CASE("a name is looked up in the current folder first") {
  const Folder folder;
  folder.write("here", "");
  folder.write("data/here", "");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  CHECK(io::find_data("here", {"data"}) == "here");
  CHECK(io::find_data("data/here", {}) == "data/here");
  std::filesystem::current_path(before);
}

TEST_CASE("a data file that is nowhere is a sentence that says where it was looked for") {
  CHECK_THROWS_WITH(
      io::find_data("iris-1936", {"a", "b"}),
      "there is no data file 'iris-1936', neither in the current folder nor as 'iris-1936', 'iris-1936.gz', "
      "'iris-1936/iris-1936' or 'iris-1936/iris-1936.gz' in a, b");
  CHECK_THROWS_WITH(io::find_data("iris-1936", {}), Contains("a data folder: none is set"));
  CHECK_THROWS_WITH(io::find_data("/no/such", {"a"}), "there is no data file '/no/such'");
  CHECK_THROWS_AS(io::find_data("", {"a"}), InputError);
}
