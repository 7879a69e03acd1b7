#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/io/libsvm.hpp>

#include "gzip.hpp"
#include "support/folder.hpp"

using namespace trivium;

namespace {

const int seeded = setenv("RC_PARAMS", "seed=20240229", 0);

void require_equal(const io::SparseRows& a, const io::SparseRows& b) {
  RC_ASSERT(a.offsets == b.offsets);
  RC_ASSERT(a.columns == b.columns);
  RC_ASSERT(a.values == b.values);
  RC_ASSERT(a.labels == b.labels);
  RC_ASSERT(a.row_numbers == b.row_numbers);
}

double some_real() {
  const double any = *rc::gen::arbitrary<double>();
  return std::isfinite(any) ? any : 1;
}

io::SparseRows some_rows() {
  io::SparseRows rows;
  const std::size_t count = *rc::gen::inRange<std::size_t>(1, 20);
  for (std::size_t row = 0; row < count; ++row) {
    rows.row_numbers.push_back(row);
    rows.labels.push_back(some_real());
    for (std::uint32_t column : *rc::gen::arbitrary<std::set<std::uint32_t>>()) {
      if (column == 4294967295) continue;  // from 0, the largest is one less
      rows.columns.push_back(column);
      rows.values.push_back(*rc::gen::arbitrary<bool>() ? some_real() : *rc::gen::inRange(0, 12));
    }
    rows.offsets.push_back(rows.columns.size());
  }
  return rows;
}

/// Shortest digits that read back exactly.
std::string text_of(const io::SparseRows& rows) {
  std::string text;
  for (std::size_t row = 0; row < rows.labels.size(); ++row) {
    text += fmt::format("{}", rows.labels[row]);
    for (std::size_t i = rows.offsets[row]; i < rows.offsets[row + 1]; ++i)
      text += fmt::format(" {}:{}", std::uint64_t{rows.columns[i]} + 1, rows.values[i]);
    text += '\n';
  }
  return text;
}

const auto everything = [](std::size_t) { return true; };

}  // namespace

TEST_CASE("random rows written as text, plain or gzipped, read back equal") {
  const Folder folder;
  CHECK(rc::check([&] {
    const io::SparseRows rows = some_rows();
    const std::string text = text_of(rows);
    require_equal(io::parse_libsvm(text, "text"), rows);
    require_equal(io::read_libsvm(folder.write("rows", text), everything), rows);
    write_gzip(folder / "rows.gz", text);
    require_equal(io::read_libsvm(folder / "rows.gz", everything), rows);
  }));
}

TEST_CASE("random bytes are rows or an InputError, never a crash") {
  const Folder folder;
  const std::string alphabet = "0123456789:. \n\r#+-eEinfx";
  CHECK(rc::check([&] {
    const auto like_rows = rc::gen::container<std::string>(rc::gen::elementOf(alphabet));
    const std::string text = *rc::gen::oneOf(like_rows, rc::gen::arbitrary<std::string>());
    try {
      const io::SparseRows rows = io::parse_libsvm(text, "text");
      RC_ASSERT(rows.offsets.size() == rows.labels.size() + 1);
      require_equal(io::parse_libsvm(text_of(rows), "again"), rows);
    } catch (const InputError&) {
    }
    try {
      io::scan_libsvm(folder.write("bytes", text));
    } catch (const InputError&) {
    }
  }));
}

TEST_CASE("where a file is cut into blocks does not matter") {
  // About 3 MB of lines of many lengths, so that blocks of any fixed size end inside labels, indices, values
  // and comments.
  Stream stream(1, Purpose::test, 0, 0);
  std::string text;
  while (text.size() < 3'000'000) {
    text += fmt::format("{}", stream.normal());
    std::uint64_t index = 0;
    for (std::uint64_t pairs = stream.below(30); pairs > 0; --pairs)
      text += fmt::format(" {}:{}", index += 1 + stream.below(1000),
                          stream.below(2) ? stream.normal() : stream.below(10));
    text += stream.bernoulli(0.1) ? " # said in passing\n" : "\n";
  }
  const io::SparseRows expected = io::parse_libsvm(text, "text");
  const Folder folder;
  const io::SparseRows read = io::read_libsvm(folder.write("rows", text), everything);
  CHECK(read.offsets == expected.offsets);
  CHECK(read.columns == expected.columns);
  CHECK(read.values == expected.values);
  CHECK(read.labels == expected.labels);

  text += "1 7:7\n1 oops\n";  // in the last block
  const std::string line = fmt::format(":{}: found 'oops'", std::count(text.begin(), text.end(), '\n'));
  CHECK_THROWS_WITH(io::scan_libsvm(folder.write("rows", text)), Catch::Contains(line));
}

TEST_CASE("a word longer than a block is refused, a comment is not") {
  const Folder folder;
  const std::string word(3'000'000, '1');
  CHECK_THROWS_AS(io::scan_libsvm(folder.write("word", "1 1:1\n1 " + word)), InputError);
  CHECK(io::scan_libsvm(folder.write("comment", "1 1:1 #" + word + "\n1 1:1\n")).rows == 2);
}
