#include "replace_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include <trivium/core/errors.hpp>

namespace trivium::io::detail {
namespace {

namespace fs = std::filesystem;

/// The file under its temporary name; removed unless it was renamed.
class Part {
 public:
  explicit Part(const fs::path& target)
      : target_(target),
        part_(target.parent_path() / fmt::format(".{}.{}.part", target.filename().string(), getpid())) {
    file_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file_ < 0) fail("made");
  }
  ~Part() {
    if (file_ >= 0) ::close(file_);
    if (!renamed_) ::unlink(part_.c_str());
  }
  Part(const Part&) = delete;

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_, bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail("written");
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
  }
  void rename() {
    // On the disk before the name points to it: else a power cut may leave a file of that name and no
    // content.
    if (::fsync(file_) != 0 && errno != EINVAL) fail("written");
    const int closed = ::close(file_);  // network file systems report a full disk here
    file_ = -1;
    if (closed != 0) fail("written");
    if (::rename(part_.c_str(), target_.c_str()) != 0) fail("replaced");
    renamed_ = true;
  }

 private:
  [[noreturn]] void fail(const char* done) {
    const int error = errno;
    reject("'{}' cannot be {}: {}; choose a folder with space and write permission", target_.string(), done,
           std::strerror(error));
  }

  fs::path target_, part_;
  int file_ = -1;
  bool renamed_ = false;
};

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) reject("folder '{}' cannot be made: {}", folder.string(), error.message());
}

}  // namespace

void replace_file(const std::string& path, std::span<const std::byte> bytes) {
  const fs::path target(path);
  std::error_code error;
  if (fs::is_directory(target, error)) reject("'{}' cannot be written: it is a folder", path);
  make_folder(target.parent_path());
  Part part(target);
  part.write(bytes);
  part.rename();
}

}  // namespace trivium::io::detail
