#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <trivium/core/function_ref.hpp>
#include <trivium/io/data_files.hpp>

// Files in the idx format of the MNIST data, plain or gzipped: two zero bytes, the type of the entries (8:
// bytes without sign, the only one read here), the number of dimensions, every dimension as a big-endian
// 32-bit number, and the entries, the last dimension fastest.
//
// Whatever else is found throws InputError "'path': what was found, what was expected".

namespace trivium::io {

/// Some images of a file.
struct IdxImages {
  std::size_t count = 0;              ///< images of the file, kept or not
  std::size_t rows = 0, columns = 0;  ///< of pixels
  std::vector<std::uint8_t> pixels;   ///< shape (kept, rows, columns)
};

/// What the head of a file of images says: no pixels are read.
IdxImages read_idx_image_head(const std::string& path);

/// Reads the images that `keep` wants; it is asked once for each, in order.
IdxImages read_idx_images(const std::string& path, FunctionRef<bool(std::size_t image)> keep);

/// All labels of a file of one dimension.
std::vector<std::uint8_t> read_idx_labels(const std::string& path);

}  // namespace trivium::io
