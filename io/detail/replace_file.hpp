#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace trivium::io::detail {

/// Makes `bytes` the content of the file at `path`, whole or not at all: they are written to
/// ".<name>.<process id>.part" in the same folder, which is then renamed. Makes missing folders. On failure
/// nothing is left behind, a file that was there before is untouched, and InputError says what went wrong.
void replace_file(const std::string& path, std::span<const std::byte> bytes);

}  // namespace trivium::io::detail
