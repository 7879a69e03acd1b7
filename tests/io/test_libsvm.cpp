#include <cstdlib>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/io/libsvm.hpp>

#include "gzip.hpp"
#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;
using Values = std::vector<double>;
using Labels = io::Labels;

TEST_CASE("rows, labels and pairs are read") {
  const io::SparseRows rows = io::parse_libsvm("+1 1:0.5 3:-2e3\n-1\n2.5 2:+4 4294967295:7\n", "text");
  CHECK(rows.labels == Values{1, -1, 2.5});
  CHECK(rows.offsets == std::vector<std::size_t>{0, 2, 2, 4});
  CHECK(rows.columns == std::vector<std::uint32_t>{0, 2, 1, 4294967294});
  CHECK(rows.values == Values{0.5, -2000, 4, 7});
  CHECK(rows.row_numbers == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("line ends, spaces, comments and blank lines do not matter") {
  const char* texts[] = {"1 1:2 2:3\n0 1:4\n",
                         "1 1:2 2:3\n0 1:4",
                         "1 1:2 2:3\r\n0 1:4\r\n",
                         "1\t1:2  2:3 \n0 1:4   \n\n\n",
                         "# head\n1 1:2 2:3#tail\n0 1:4 # 9:9\n# end",
                         " 1 1:2 2:3\n\n \t\n0 1:4\n"};
  for (const char* text : texts) {
    INFO(text);
    const io::SparseRows rows = io::parse_libsvm(text, "text");
    CHECK(rows.labels == Values{1, 0});
    CHECK(rows.offsets == std::vector<std::size_t>{0, 2, 3});
    CHECK(rows.values == Values{2, 3, 4});
  }
}

TEST_CASE("what is wrong is said with its line") {
  const std::pair<const char*, const char*> mistakes[] = {
      {"1 1:1\nyes 1:1\n", "t:2: found label 'yes', expected a finite number and then pairs index:value"},
      {"1:1 2:1\n", "t:1: found label '1:1', expected a finite number and then pairs index:value"},
      {"nan 1:1\n", "t:1: found label 'nan', expected a finite number and then pairs index:value"},
      {"+-1 1:1\n", "t:1: found label '+-1', expected a finite number and then pairs index:value"},
      {"1\n# c\n\n1 2\n", "t:4: found '2', expected a pair index:value with an index from 1 to 4294967295"},
      {"1 a:1\n", "t:1: found 'a:1', expected a pair index:value with an index from 1 to 4294967295"},
      {"1 -1:1\n", "t:1: found '-1:1', expected a pair index:value with an index from 1 to 4294967295"},
      {"1 qid:3 1:1\n", "t:1: found 'qid:3', expected a pair index:value with an index from 1 to 4294967295"},
      {"1 4294967296:1",
       "t:1: found '4294967296:1', expected a pair index:value with an index from 1 to 4294967295"},
      {"1 0:1\n", "t:1: found index 0 in '0:1', expected indices from 1"},
      {"1 2:1 2:1\n", "t:1: found '2:1' after index 2, expected ascending indices"},
      {"1 4294967295:1 1:1\n", "t:1: found '1:1' after index 4294967295, expected ascending indices"},
      {"1 1:\n", "t:1: found '1:', expected a number after the colon"},
      {"1 1:2x\n", "t:1: found '1:2x', expected a number after the colon"},
      {"1 1:2:3\n", "t:1: found '1:2:3', expected a number after the colon"},
      {"1 1:+-2\n", "t:1: found '1:+-2', expected a number after the colon"},
      {"1 1:inf\n", "t:1: found '1:inf', expected a finite number that a double can hold"},
      {"1 1:1e999\n", "t:1: found '1:1e999', expected a finite number that a double can hold"},
      {"1 1:\x01\xff\n", "t:1: found '1:\\x01\\xff', expected a number after the colon"},
      {"", "t:1: found no rows, expected lines 'label index:value index:value ...'"},
      {"\n# only a comment\n", "t:1: found no rows, expected lines 'label index:value index:value ...'"}};
  for (const auto& [text, sentence] : mistakes) CHECK_THROWS_WITH(io::parse_libsvm(text, "t"), sentence);
  CHECK_THROWS_WITH(io::parse_libsvm("1 " + std::string(1000, 'x'), "t"),
                    Contains("found '" + std::string(40, 'x') + "...'"));
}

TEST_CASE("a kept row is checked, the others are passed over") {
  const Folder folder;
  const std::string path = folder.write("rows", "1 1:1\n2 oops\n# 3\n\n4 1:3 5:6\n");
  const auto even = [](std::size_t row) { return row % 2 == 0; };
  const io::SparseRows rows = io::read_libsvm(path, even);
  CHECK(rows.labels == Values{1, 4});
  CHECK(rows.row_numbers == std::vector<std::size_t>{0, 2});
  CHECK(rows.offsets == std::vector<std::size_t>{0, 1, 3});
  CHECK_THROWS_WITH(
      io::scan_libsvm(path),
      path + ":2: found 'oops', expected a pair index:value with an index from 1 to 4294967295");
  const io::SparseRows none = io::read_libsvm(path, [](std::size_t) { return false; });
  CHECK(none.offsets == std::vector<std::size_t>{0});
}

TEST_CASE("a scan counts") {
  const Folder folder;
  const io::LibsvmSummary summary = io::scan_libsvm(folder.write("rows", "1 1:1 7:0\n0\n0 2:5\n"));
  CHECK(summary.rows == 3);
  CHECK(summary.columns == 7);
  CHECK(summary.nonzeros == 3);
  CHECK(summary.labels == Values{1, 0, 0});
}

TEST_CASE("files that cannot be read are sentences") {
  const Folder folder;
  CHECK_THROWS_WITH(io::scan_libsvm(folder / "none"),
                    "'" + folder / "none" + "' cannot be opened: No such file or directory");
  CHECK_THROWS_WITH(io::scan_libsvm(folder.path()), Contains("is a folder"));
  CHECK_THROWS_WITH(io::scan_libsvm(folder.write("empty", "")), Contains("empty:1: found no rows"));
}

TEST_CASE("gzip data that end early or are damaged are refused, never read as far as they go") {
  const Folder folder;
  std::string text;
  for (int row = 0; row < 20000; ++row) text += fmt::format("{} {}:{}\n", row % 2, 1 + row % 97, row * 0.37);
  write_gzip(folder / "whole.gz", text);
  CHECK(io::scan_libsvm(folder / "whole.gz").rows == 20000);
  const std::string whole = folder.read("whole.gz");
  for (std::size_t missing : {std::size_t{1}, std::size_t{8}, whole.size() / 2, whole.size() - 20}) {
    const std::string cut = folder.write("cut.gz", whole.substr(0, whole.size() - missing));
    CHECK_THROWS_WITH(
        io::scan_libsvm(cut),
        Contains("cut.gz:") && Contains("found the gzip data end too early; get the file again"));
  }
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1;  // the checksum
  CHECK_THROWS_WITH(io::scan_libsvm(folder.write("damaged.gz", damaged)),
                    Contains("found damaged gzip data here or below (incorrect data check)"));
}

TEST_CASE("two labels become -1 and +1, other numbers of labels do not") {
  Values labels = {2, 1, 2};
  io::map_labels(labels, Labels::as_they_are, "t");
  CHECK(labels == Values{2, 1, 2});
  io::map_labels(labels, Labels::plus_minus_one, "t");
  CHECK(labels == Values{1, -1, 1});
  Values three = {0, 1, 2}, one = {1, 1};
  CHECK_THROWS_WITH(io::map_labels(three, Labels::plus_minus_one, "t"),
                    Contains("'t' has 3 distinct labels, expected exactly two"));
  CHECK_THROWS_WITH(io::map_labels(one, Labels::plus_minus_one, "t"), Contains("'t' has 1 distinct labels"));
  CHECK(three == Values{0, 1, 2});
}

TEST_CASE("a9a has the rows, columns and pairs that its site states") {
  const char* folder = std::getenv("TRIVIUM_DATA");
  if (folder == nullptr) {
    WARN("skipped: set TRIVIUM_DATA to a folder with a9a");
    return;
  }
  const io::LibsvmSummary summary = io::scan_libsvm(io::find_data("a9a", {folder}));
  CHECK(summary.rows == 32561);
  CHECK(summary.columns == 123);
  CHECK(summary.nonzeros == 451592);
}
