#include <algorithm>
#include <array>

#include <fmt/ranges.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/idx.hpp>

#include "detail/text_file.hpp"

namespace trivium::io {
namespace {

constexpr std::uint8_t unsigned_bytes = 8;

/// The bytes of one idx file, in order: first the head, then the entries.
class IdxFile {
 public:
  /// `dimensions` and `what` are what the caller expects: 3 and "images".
  IdxFile(const std::string& path, std::size_t dimensions, const char* what) : file_(path) {
    std::array<char, 4> magic;
    fill(magic, "the four bytes that begin an idx file");
    if (magic[0] != 0 || magic[1] != 0)
      reject("'{}': found the bytes {:#04x} {:#04x}, expected two zeros as in every idx file", path,
             byte(magic[0]), byte(magic[1]));
    if (byte(magic[2]) != unsigned_bytes)
      reject("'{}': found entries of type {:#04x}, expected 0x08: bytes without sign", path, byte(magic[2]));
    if (byte(magic[3]) != dimensions)
      reject("'{}': found {} dimensions, expected {} as in a file of {}", path, byte(magic[3]), dimensions,
             what);
    for (std::size_t i = 0; i < dimensions; ++i) shape_.push_back(read_size());
    if (shape_[0] == 0) reject("'{}': found no {}, expected at least one", path, what);
  }

  const std::vector<std::size_t>& shape() const { return shape_; }
  /// The next bytes of the file.
  void read(std::span<std::uint8_t> entries) {
    fill({reinterpret_cast<char*>(entries.data()), entries.size()},
         fmt::format("{} bytes of entries", fmt::join(shape_, " x ")));
  }
  /// Throws unless the file ends here.
  void finish() {
    std::array<char, 1> more;
    if (file_.read(more) > 0)
      reject("'{}': found more bytes after the {} entries that its head announces", file_.path(),
             fmt::join(shape_, " x "));
    require_sound();
  }

 private:
  static unsigned byte(char c) { return static_cast<std::uint8_t>(c); }
  std::size_t read_size() {
    std::array<char, 4> bytes;
    fill(bytes, "its dimensions");
    std::size_t size = 0;
    for (const char c : bytes) size = size << 8 | byte(c);
    return size;
  }
  void fill(std::span<char> bytes, const std::string& expected) {
    const std::size_t found = file_.read(bytes);
    read_ += found;
    require_sound();
    if (found < bytes.size())
      reject("'{}': found the end of the file after {} bytes, expected {}; get the file again", file_.path(),
             read_, expected);
  }
  void require_sound() const {
    if (const std::string failure = file_.failure(); !failure.empty())
      reject("'{}': found {} after {} bytes; get the file again", file_.path(), failure, read_);
  }

  detail::TextFile file_;
  std::size_t read_ = 0;
  std::vector<std::size_t> shape_;
};

IdxImages shape_of(const IdxFile& file, const std::string& path) {
  const IdxImages images{file.shape()[0], file.shape()[1], file.shape()[2], {}};
  const std::size_t pixels = images.rows * images.columns;
  if (pixels == 0 || pixels > (std::size_t{1} << 28))
    reject("'{}': found images of {} x {} pixels, expected from 1 to 2^28 pixels", path, images.rows,
           images.columns);
  return images;
}

}  // namespace

IdxImages read_idx_image_head(const std::string& path) { return shape_of(IdxFile(path, 3, "images"), path); }

IdxImages read_idx_images(const std::string& path, FunctionRef<bool(std::size_t)> keep) {
  IdxFile file(path, 3, "images");
  IdxImages images = shape_of(file, path);
  std::vector<std::uint8_t> image(images.rows * images.columns);
  for (std::size_t i = 0; i < images.count; ++i) {
    file.read(image);
    if (keep(i)) images.pixels.insert(images.pixels.end(), image.begin(), image.end());
  }
  file.finish();
  return images;
}

std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
  IdxFile file(path, 1, "labels");
  constexpr std::size_t block = 1 << 16;  // what is there is read before memory for all of it is taken
  std::vector<std::uint8_t> labels;
  for (std::size_t left = file.shape()[0]; left > 0;) {
    const std::size_t now = std::min(left, block), first = labels.size();
    labels.resize(first + now);
    file.read(std::span(labels).subspan(first));
    left -= now;
  }
  file.finish();
  return labels;
}

}  // namespace trivium::io
