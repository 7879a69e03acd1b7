#pragma once
#include <cstddef>
#include <span>
#include <string>

#include <zlib.h>

namespace trivium::io::detail {

/// A file of text or bytes, plain or gzipped: zlib tells them apart.
class TextFile {
 public:
  /// Throws InputError when there is no such file.
  explicit TextFile(std::string path);
  ~TextFile() { gzclose(file_); }
  TextFile(const TextFile&) = delete;

  /// Fills `buffer`; fewer bytes only at the end of the file or before a place that cannot be read.
  std::size_t read(std::span<char> buffer);
  /// Why reading stopped before the end, or an empty text.
  std::string failure() const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  gzFile file_;
  bool failed_ = false;
};

}  // namespace trivium::io::detail
