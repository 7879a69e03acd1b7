// idx files made by hand, sound and damaged, and the MNIST data when they are there.
#include <cstdlib>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/io/idx.hpp>

#include "gzip.hpp"
#include "support/folder.hpp"

using namespace trivium;
using Bytes = std::vector<std::uint8_t>;

namespace {

const auto all = [](std::size_t) { return true; };

std::string text(std::initializer_list<int> bytes) {
  std::string out;
  for (const int b : bytes) out += static_cast<char>(b);
  return out;
}
// Three images of 2 x 2 pixels: 1..4, 5..8 and 250..253.
std::string images() {
  return text({0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8, 250, 251, 252, 253});
}
std::string labels() { return text({0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 255}); }

}  // namespace

TEST_CASE("images and labels are read, plain and gzipped") {
  const Folder folder;
  write_gzip(folder / "images.gz", images());
  write_gzip(folder / "labels.gz", labels());
  for (const std::string& path : {folder.write("images", images()), folder / "images.gz"}) {
    const io::IdxImages found = io::read_idx_images(path, all);
    CHECK(found.count == 3);
    CHECK(found.rows == 2);
    CHECK(found.columns == 2);
    CHECK(found.pixels == Bytes{1, 2, 3, 4, 5, 6, 7, 8, 250, 251, 252, 253});
    const io::IdxImages head = io::read_idx_image_head(path);
    CHECK(head.count == 3);
    CHECK(head.rows * head.columns == 4);
    CHECK(head.pixels.empty());
  }
  for (const std::string& path : {folder.write("labels", labels()), folder / "labels.gz"})
    CHECK(io::read_idx_labels(path) == Bytes{9, 0, 255});
}

TEST_CASE("only wanted images are kept; each is asked for once, in order") {
  const Folder folder;
  std::vector<std::size_t> asked;
  const io::IdxImages found = io::read_idx_images(folder.write("images", images()), [&](std::size_t i) {
    asked.push_back(i);
    return i != 1;
  });
  CHECK(asked == std::vector<std::size_t>{0, 1, 2});
  CHECK(found.count == 3);
  CHECK(found.pixels == Bytes{1, 2, 3, 4, 250, 251, 252, 253});
}

TEST_CASE("a dimension is a big-endian number of four bytes") {
  const Folder folder;
  const std::string path =
      folder.write("labels", text({0, 0, 8, 1, 0, 1, 2, 3}) + std::string(0x10203, '\x07'));
  CHECK(io::read_idx_labels(path) == Bytes(0x10203, 7));
}

TEST_CASE("what is wrong with a file is said") {
  const Folder folder;
  const auto images_of = [&](const std::string& content) {
    io::read_idx_images(folder.write("f", content), all);
  };
  const auto labels_of = [&](const std::string& content) { io::read_idx_labels(folder.write("f", content)); };
  const std::string f = "'" + folder / "f" + "': ";
  CHECK_THROWS_WITH(labels_of(""), f + "found the end of the file after 0 bytes, expected the four bytes "
                                       "that begin an idx file; get the file again");
  CHECK_THROWS_WITH(labels_of("1 1:2\n"),
                    f + "found the bytes 0x31 0x20, expected two zeros as in every idx file");
  CHECK_THROWS_WITH(labels_of(text({0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0})),
                    f + "found entries of type 0x0d, expected 0x08: bytes without sign");
  CHECK_THROWS_WITH(labels_of(images()), f + "found 3 dimensions, expected 1 as in a file of labels");
  CHECK_THROWS_WITH(images_of(labels()), f + "found 1 dimensions, expected 3 as in a file of images");
  CHECK_THROWS_WITH(
      labels_of(text({0, 0, 8, 1, 0, 0})),
      f + "found the end of the file after 6 bytes, expected its dimensions; get the file again");
  CHECK_THROWS_WITH(labels_of(text({0, 0, 8, 1, 0, 0, 0, 0})), f + "found no labels, expected at least one");
  CHECK_THROWS_WITH(images_of(text({0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2})),
                    f + "found images of 0 x 2 pixels, expected from 1 to 2^28 pixels");
  CHECK_THROWS_WITH(images_of(text({0, 0, 8, 3, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255})),
                    f + "found images of 4294967295 x 4294967295 pixels, expected from 1 to 2^28 pixels");
  CHECK_THROWS_WITH(images_of(images().substr(0, 27)),
                    f + "found the end of the file after 27 bytes, expected 3 x 2 x 2 bytes of entries; get "
                        "the file again");
  CHECK_THROWS_WITH(images_of(images() + "x"),
                    f + "found more bytes after the 3 x 2 x 2 entries that its head announces");
  CHECK_THROWS_AS(io::read_idx_labels(folder / "none"), InputError);
  CHECK_THROWS_AS(io::read_idx_labels(folder.path()), InputError);
  // A head that promises 4 GB: the end is found before memory is taken for them.
  CHECK_THROWS_WITH(labels_of(text({0, 0, 8, 1, 255, 255, 255, 255, 1})),
                    Catch::Contains("after 9 bytes, expected 4294967295 bytes of entries"));
}

TEST_CASE("gzip data that end early or are damaged are refused") {
  const Folder folder;
  std::string big = text({0, 0, 8, 1, 0, 0, 0x4e, 0x20});  // 20000 labels
  for (int i = 0; i < 20000; ++i) big += static_cast<char>((i * i) % 251);
  write_gzip(folder / "whole.gz", big);
  CHECK(io::read_idx_labels(folder / "whole.gz").size() == 20000);
  const std::string whole = folder.read("whole.gz");
  for (const std::size_t missing : {std::size_t{1}, std::size_t{8}, whole.size() / 2})
    CHECK_THROWS_WITH(io::read_idx_labels(folder.write("cut.gz", whole.substr(0, whole.size() - missing))),
                      Catch::Contains("cut.gz': found the gzip data end too early"));
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1;  // the checksum
  CHECK_THROWS_WITH(
      io::read_idx_labels(folder.write("damaged.gz", damaged)),
      Catch::Contains("damaged.gz': found damaged gzip data here or below (incorrect data check)"));
}

TEST_CASE("MNIST has the images and labels that its authors state") {
  const char* folder = std::getenv("TRIVIUM_DATA");
  if (folder == nullptr) {
    WARN("skipped: set TRIVIUM_DATA to a folder with mnist");
    return;
  }
  const auto labels = io::read_idx_labels(io::find_data("mnist/train-labels-idx1-ubyte", {folder}));
  REQUIRE(labels.size() == 60000);
  CHECK(Bytes(labels.begin(), labels.begin() + 5) == Bytes{5, 0, 4, 1, 9});
  const io::IdxImages images = io::read_idx_images(io::find_data("mnist/t10k-images-idx3-ubyte", {folder}),
                                                   [](std::size_t i) { return i < 2; });
  CHECK(images.count == 10000);
  CHECK(images.rows == 28);
  CHECK(images.columns == 28);
  CHECK(images.pixels.size() == 2 * 784);
}
