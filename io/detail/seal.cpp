#include "seal.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <zlib.h>

#include <trivium/core/errors.hpp>

namespace trivium::io::detail {
namespace {

constexpr std::size_t seal_size = 24;

std::string seal_of(unsigned long checksum) { return fmt::format("\ntrivium crc32 {:08x}\n", checksum); }

std::string read_some(std::ifstream& file, std::size_t size) {
  std::string block(size, '\0');
  file.read(block.data(), static_cast<std::streamsize>(size));
  block.resize(static_cast<std::size_t>(file.gcount()));
  return block;
}

}  // namespace

void seal(std::vector<std::byte>& bytes) {
  const unsigned long sum = crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  for (char c : seal_of(sum)) bytes.push_back(static_cast<std::byte>(c));
}

void check_seal(const std::string& path, const char* kind) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!file || error) reject("there is no {} '{}'", kind, path);
  unsigned long sum = 0;
  for (auto left = size > seal_size ? size - seal_size : 0; left > 0;) {
    const std::string block = read_some(file, std::min<std::size_t>(left, 1 << 20));
    if (block.empty()) break;
    sum = crc32_z(sum, reinterpret_cast<const unsigned char*>(block.data()), block.size());
    left -= block.size();
  }
  if (read_some(file, seal_size + 1) != seal_of(sum))
    reject("'{}' is no {}, or a damaged one: its checksum is not that of its content; use another copy", path,
           kind);
}

}  // namespace trivium::io::detail
