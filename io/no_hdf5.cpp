// The room in a build without HDF5: the same functions, each saying how to get the real one.
#include <trivium/core/errors.hpp>
#include <trivium/io/arrays.hpp>
#include <trivium/io/checkpoints.hpp>
#include <trivium/io/results.hpp>

namespace trivium::io {
namespace {
[[noreturn]] void refuse(const std::string& path) {
  reject("'{}' needs HDF5, and this program was built without HDF5; configure with -DTRIVIUM_HDF5=ON", path);
}
}  // namespace

bool hdf5_available() { return false; }

struct ArrayFile::Open {
  std::string path;
};
ArrayFile::ArrayFile(const std::string& path) { refuse(path); }
ArrayFile::~ArrayFile() = default;
ArrayFile::ArrayFile(ArrayFile&&) noexcept = default;
ArrayFile& ArrayFile::operator=(ArrayFile&&) noexcept = default;
const std::string& ArrayFile::path() const { return open_->path; }
std::vector<std::string> ArrayFile::names(const std::string&) const { refuse(path()); }
bool ArrayFile::has(const std::string&) const { refuse(path()); }
std::vector<std::size_t> ArrayFile::shape(const std::string&) const { refuse(path()); }
std::vector<double> ArrayFile::read(const std::string&) const { refuse(path()); }
std::vector<double> ArrayFile::read_rows(const std::string&, std::size_t, std::size_t) const {
  refuse(path());
}
Attributes ArrayFile::attributes() const { refuse(path()); }

void write_arrays(const std::string& path, const std::map<std::string, Array>&, const Attributes&) {
  refuse(path);
}
void write_result(const std::string& path, const Result&) { refuse(path); }
Result read_result(const std::string& path) { refuse(path); }
void write_checkpoint(const std::string& path, const Checkpoint&) { refuse(path); }
Checkpoint read_checkpoint(const std::string& path, const WorkerRange&) { refuse(path); }

}  // namespace trivium::io
