#include <trivium/io/results.hpp>

#include "detail/hdf5_image.hpp"

namespace trivium::io {

void write_result(const std::string& path, const Result& result) {
  detail::Hdf5Image image(path);
  image.write_history(result.history);
  image.write("point", {result.point.size()}, result.point);
  image.write(result.attributes);
  image.save();
}

Result read_result(const std::string& path) {
  const ArrayFile file(path);
  return {detail::read_history(file), file.attributes(), file.read("point")};
}

}  // namespace trivium::io
