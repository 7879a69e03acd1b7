#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/workers.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::problems::detail {

/// Which labelled images a problem is made of.
struct ImageSource {
  std::string images, labels;            ///< idx files, looked up in Place::data_folders
  std::int64_t rows = 0;                 ///< the first so many of the file; 0 is all
  Plugin partition{"shuffled", {}, {}};  ///< how images are dealt to workers
};

/// Images first, ..., first + count - 1.
struct ImageRange {
  std::size_t first = 0, count = 0;
};

/// The labelled images of this rank's workers, worker after worker, each worker's in the order of the file.
class ImageRows {
 public:
  /// Throws InputError naming `owner` when a file is missing or damaged, when the two files do not belong
  /// together, and when there are fewer images than asked for or than workers.
  ImageRows(const std::string& owner, const ImageSource& source, const WorkerRange& workers,
            const Place& place);

  std::size_t pixels() const { return pixels_; }    ///< of one image
  std::size_t classes() const { return classes_; }  ///< 1 + the largest label of the rows used
  std::size_t total() const { return total_; }      ///< images of all workers, on this rank or not
  /// Worker m's images are first(m), ..., first(m + 1) - 1.
  std::size_t first(int m) const { return first_[static_cast<std::size_t>(m - first_worker_)]; }
  std::size_t count(int m) const { return first(m + 1) - first(m); }
  ImageRange range(int m) const { return {first(m), count(m)}; }

  std::uint8_t label(std::size_t row) const { return labels_[row]; }
  /// Brightness from 0 to 255.
  std::span<const std::uint8_t> image(std::size_t row) const {
    return std::span(values_).subspan(position_[row] * pixels_, pixels_);
  }

 private:
  int first_worker_;
  std::size_t pixels_ = 0, classes_ = 0, total_ = 0;
  std::vector<std::size_t> first_;
  std::vector<std::size_t> position_;  // of a row among the images kept, which stay in the order of the file
  std::vector<std::uint8_t> labels_, values_;
};

}  // namespace trivium::problems::detail
