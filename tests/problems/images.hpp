// Small idx files of labelled images, in a folder that vanishes with the object.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include <trivium/core/stream.hpp>
#include <trivium/core/value.hpp>

namespace trivium::problems {

class ImageFiles {
 public:
  /// images[i] holds rows x columns pixels.
  ImageFiles(const std::vector<std::vector<std::uint8_t>>& images, const std::vector<std::uint8_t>& labels,
             std::size_t rows, std::size_t columns) {
    static int count = 0;
    folder_ =
        std::filesystem::temp_directory_path() / fmt::format("trivium_images_{}_{}", ::getpid(), count++);
    std::filesystem::create_directories(folder_);
    std::string pixels = head({images.size(), rows, columns}), classes = head({labels.size()});
    for (const auto& image : images) pixels.append(image.begin(), image.end());
    classes.append(labels.begin(), labels.end());
    std::ofstream(folder_ / "images", std::ios::binary) << pixels;
    std::ofstream(folder_ / "labels", std::ios::binary) << classes;
  }
  /// `count` random images of 2 x 3 pixels in three classes, a third of the pixels 0.
  static ImageFiles random(std::size_t count, std::uint64_t seed = 1) {
    Stream stream(seed, Purpose::test, everyone, 0);
    std::vector<std::vector<std::uint8_t>> images(count, std::vector<std::uint8_t>(6));
    std::vector<std::uint8_t> labels(count);
    for (std::size_t i = 0; i < count; ++i) {
      labels[i] = static_cast<std::uint8_t>(i < 3 ? i : stream.below(3));
      for (std::uint8_t& pixel : images[i])
        pixel = stream.bernoulli(1.0 / 3) ? 0 : static_cast<std::uint8_t>(stream.below(256));
    }
    return {images, labels, 2, 3};
  }
  ~ImageFiles() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ImageFiles(const ImageFiles&) = delete;

  std::string images() const { return (folder_ / "images").string(); }
  std::string labels() const { return (folder_ / "labels").string(); }
  /// These files for training and for testing, the first `test_rows` of them; and more parameters.
  Table parameters(const Table& more, std::int64_t test_rows = 0) const {
    Table table{{"images", images()},
                {"labels", labels()},
                {"test_images", images()},
                {"test_labels", labels()},
                {"test_rows", test_rows}};
    for (const Entry& entry : more.entries()) table.set(entry.name, entry.value);
    return table;
  }

 private:
  static std::string head(const std::vector<std::size_t>& shape) {
    std::string bytes{0, 0, 8, static_cast<char>(shape.size())};
    for (const std::size_t size : shape)
      for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(size >> shift & 255);
    return bytes;
  }
  std::filesystem::path folder_;
};

}  // namespace trivium::problems
