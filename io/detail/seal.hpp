#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace trivium::io::detail {

/// Appends the checksum of `bytes` to them, as 24 characters of text. HDF5 does not mind what follows the end
/// of its file.
void seal(std::vector<std::byte>& bytes);

/// Throws InputError, calling the file "no `kind`, or a damaged one", unless it is there and ends with the
/// checksum of what precedes. Checked before HDF5 sees the file: HDF5 1.10 crashes on some damaged files, and
/// cannot tell damaged numbers.
void check_seal(const std::string& path, const char* kind);

}  // namespace trivium::io::detail
