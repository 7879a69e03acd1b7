#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/io/number_rows.hpp>

#include "gzip.hpp"
#include "support/folder.hpp"

using namespace trivium;
using Catch::EndsWith;

TEST_CASE("rows of numbers between blanks or commas, with comments") {
  const Folder folder;
  const auto rows = io::read_number_rows(folder.write("rows", "# head\n1 2.5,\t-3e2\r\n\n  +4 # tail\n5,6"));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].line == 2);
  CHECK(rows[0].numbers == std::vector<double>{1, 2.5, -300});
  CHECK(rows[1].line == 4);
  CHECK(rows[1].numbers == std::vector<double>{4});
  CHECK(rows[2].line == 5);
  CHECK(rows[2].numbers == std::vector<double>{5, 6});
}

TEST_CASE("more rows than fit one block, plain and gzipped") {
  const Folder folder;
  std::string text;
  for (int row = 0; row < 30000; ++row) text += std::to_string(row) + " 0.125\n";
  write_gzip(folder / "packed", text);
  for (const std::string& path : {folder.write("plain", text), folder / "packed"}) {
    const auto rows = io::read_number_rows(path);
    REQUIRE(rows.size() == 30000);
    for (std::size_t row = 0; row < rows.size(); ++row)
      REQUIRE(rows[row].numbers == std::vector<double>{static_cast<double>(row), 0.125});
  }
}

TEST_CASE("what is no number is a sentence that names file and line") {
  const Folder folder;
  const auto mistake = [&](const std::string& text) {
    try {
      io::read_number_rows(folder.write("rows", text));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(mistake("1 2\n3 x4\n"), EndsWith("rows:2: found 'x4', expected a finite number"));
  CHECK_THAT(mistake("1 2;3\n"), EndsWith("rows:1: found '2;3', expected a finite number"));
  CHECK_THAT(mistake("nan\n"), EndsWith("rows:1: found 'nan', expected a finite number"));
  CHECK_THAT(mistake("1\n1e999\n"), EndsWith("rows:2: found '1e999', expected a finite number"));
  CHECK_THAT(mistake("# nothing\n\n"), EndsWith("rows:1: found no numbers, expected rows of them"));
  CHECK_THROWS_AS(io::read_number_rows(folder / "nowhere"), InputError);
}
