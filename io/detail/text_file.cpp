#include "text_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <trivium/core/errors.hpp>

namespace trivium::io::detail {

TextFile::TextFile(std::string path) : path_(std::move(path)) {
  std::error_code error;
  if (std::filesystem::is_directory(path_, error)) reject("'{}' is a folder; expected a file", path_);
  file_ = gzopen(path_.c_str(), "rb");
  if (file_ == nullptr) reject("'{}' cannot be opened: {}", path_, std::strerror(errno));
  gzbuffer(file_, 1 << 17);
}

std::size_t TextFile::read(std::span<char> buffer) {
  const int count = gzread(file_, buffer.data(), static_cast<unsigned>(buffer.size()));
  int code = Z_OK;
  gzerror(file_, &code);
  failed_ = count < 0 || code == Z_BUF_ERROR;  // the latter: the file ends inside the compressed data
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::string TextFile::failure() const {
  if (!failed_) return "";
  int code = Z_OK;
  std::string text = gzerror(file_, &code);
  if (code == Z_ERRNO) return std::strerror(errno);
  if (code == Z_BUF_ERROR) return "the gzip data end too early";
  if (text.starts_with(path_ + ": ")) text.erase(0, path_.size() + 2);
  return "damaged gzip data here or below (" + text + ")";
}

}  // namespace trivium::io::detail
