#include <cstdlib>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/io/edges.hpp>

#include "gzip.hpp"
#include "support/folder.hpp"

using namespace trivium;
using Catch::Contains;
using Pairs = std::vector<std::array<std::uint32_t, 2>>;

TEST_CASE("edges are read as they are written") {
  const io::Edges edges = io::parse_edges("0 1\n5 2\n3 3\n", "text");
  CHECK(edges.nodes == 6);
  CHECK(edges.pairs == Pairs{{0, 1}, {5, 2}, {3, 3}});
}

TEST_CASE("line ends, spaces, comments and blank lines do not matter") {
  for (const char* text : {"0 1\n5 2\n", "0 1\n5 2", "0 1\r\n5 2\r\n", "0\t1 \n\n  5  2\n\n",
                           "# head\n0 1#tail\n5 2 # 9 9\n# end"}) {
    INFO(text);
    CHECK(io::parse_edges(text, "text").pairs == Pairs{{0, 1}, {5, 2}});
  }
}

TEST_CASE("what is wrong is said with its line") {
  const std::pair<const char*, const char*> mistakes[] = {
      {"", "t:1: found no edges, expected lines 'u v'"},
      {"# nothing\n\n", "t:1: found no edges, expected lines 'u v'"},
      {"0 1\n2\n3 4\n", "t:2: found '2' alone, expected the two nodes of an edge"},
      {"0 1\n\n7", "t:3: found '7' alone, expected the two nodes of an edge"},
      {"0 1 0.5\n", "t:1: found '0.5' after two nodes, expected one edge a line"},
      {"0 -1\n", "t:1: found '-1', expected a node from 0 to 999999999"},
      {"0 1\n1 x\n", "t:2: found 'x', expected a node from 0 to 999999999"},
      {"0 1.0\n", "t:1: found '1.0', expected a node from 0 to 999999999"},
      {"0 1000000000\n", "t:1: found '1000000000', expected a node from 0 to 999999999"},
      {"0 99999999999\n", "t:1: found '99999999999', expected a node from 0 to 999999999"},
      {"0,1\n", "t:1: found '0,1', expected a node from 0 to 999999999"},
      {"0 \x01\n", "t:1: found '\\x01', expected a node from 0 to 999999999"},
      {"0 1\n1 2\n\n1 0\n", "t:4: found the edge '1 0' again, it is in line 1; expected every edge once"},
      {"4 4\n4 4\n", "t:2: found the edge '4 4' again, it is in line 1; expected every edge once"}};
  for (const auto& [text, sentence] : mistakes) {
    CHECK_THROWS_AS(io::parse_edges(text, "t"), InputError);
    CHECK_THROWS_WITH(io::parse_edges(text, "t"), sentence);
  }
}

TEST_CASE("a file of several blocks, plain or gzipped, is read like a text") {
  const Folder folder;
  std::string text;  // 2.6 MB: tokens cut by the ends of blocks
  for (int u = 0; u < 200000; ++u) text += fmt::format("{} {}\n", u, u + 1);
  write_gzip(folder / "path.gz", text);
  for (const std::string& path : {folder.write("path", text), folder / "path.gz"}) {
    const io::Edges edges = io::read_edges(path);
    CHECK(edges.nodes == 200001);
    CHECK(edges.pairs == io::parse_edges(text, "t").pairs);
  }
  CHECK_THROWS_WITH(io::read_edges(folder.write("bad", text + "1 0\n")),
                    Contains("bad:200001: found the edge '1 0' again, it is in line 1"));
  CHECK_THROWS_WITH(io::read_edges(folder / "none"), Contains("cannot be opened"));
}

TEST_CASE("cora has the edges that its site states", "[data]") {
  const char* folder = std::getenv("TRIVIUM_DATA");
  if (folder == nullptr) {
    WARN("skipped: set TRIVIUM_DATA to a folder with graph_cora");
    return;
  }
  const io::Edges edges = io::read_edges(io::find_data("graph_cora/cora.edges.txt", {folder}));
  CHECK(edges.nodes == 2708);
  CHECK(edges.pairs.size() == 5278);
}
