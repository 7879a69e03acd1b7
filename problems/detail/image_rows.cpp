#include <algorithm>
#include <numeric>

#include <trivium/io/idx.hpp>
#include <trivium/problems/detail/image_rows.hpp>
#include <trivium/problems/partitioners.hpp>

namespace trivium::problems::detail {
namespace {

// The labels of the rows used; `images` is how many the other file holds.
std::vector<std::uint8_t> read_labels(const std::string& owner, const ImageSource& source,
                                      const std::string& path, const std::string& image_path,
                                      std::size_t images) {
  std::vector<std::uint8_t> labels = io::read_idx_labels(path);
  if (labels.size() != images)
    reject("{}: '{}' has {} images and '{}' {} labels; they do not belong together", owner, image_path,
           images, path, labels.size());
  const auto asked = static_cast<std::size_t>(source.rows);
  if (asked > labels.size())
    reject("{}: {} rows are asked for, but '{}' has {}", owner, asked, path, labels.size());
  if (asked > 0) labels.resize(asked);
  return labels;
}

// What a partitioner sees of the images: pixels that are not 0, as numbers.
io::SparseRows sparse(const std::string& path, std::size_t rows) {
  const io::IdxImages images = io::read_idx_images(path, [&](std::size_t i) { return i < rows; });
  const std::size_t pixels = images.rows * images.columns;
  io::SparseRows out;
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < pixels; ++j) {
      if (images.pixels[i * pixels + j] == 0) continue;
      out.columns.push_back(static_cast<std::uint32_t>(j));
      out.values.push_back(images.pixels[i * pixels + j]);
    }
    out.offsets.push_back(out.columns.size());
  }
  return out;
}

}  // namespace

ImageRows::ImageRows(const std::string& owner, const ImageSource& source, const WorkerRange& workers,
                     const Place& place)
    : first_worker_(workers.first) {
  const std::string image_path = io::find_data(source.images, place.data_folders);
  const std::string label_path = io::find_data(source.labels, place.data_folders);
  const io::IdxImages head = io::read_idx_image_head(image_path);
  const auto labels = read_labels(owner, source, label_path, image_path, head.count);
  pixels_ = head.rows * head.columns;
  total_ = labels.size();
  classes_ = std::size_t{1} + *std::max_element(labels.begin(), labels.end());

  const std::vector<double> numbers(labels.begin(), labels.end());
  const partitioners::DataRows rows(numbers, pixels_, [&] { return sparse(image_path, total_); });
  const std::vector<int> owners = partitioners::catalogue().make(source.partition)->deal(rows, workers.total);

  const auto hosted = [&](std::size_t i) { return i < total_ && workers.hosts(owners[i]); };
  values_ = io::read_idx_images(image_path, hosted).pixels;
  std::vector<std::size_t> kept;  // rows of the file
  for (std::size_t i = 0; i < total_; ++i)
    if (hosted(i)) kept.push_back(i);
  position_.resize(kept.size());
  std::iota(position_.begin(), position_.end(), std::size_t{0});
  std::stable_sort(position_.begin(), position_.end(),
                   [&](std::size_t a, std::size_t b) { return owners[kept[a]] < owners[kept[b]]; });
  first_.assign(static_cast<std::size_t>(workers.count()) + 1, 0);
  for (const std::size_t position : position_) {
    labels_.push_back(labels[kept[position]]);
    ++first_[static_cast<std::size_t>(owners[kept[position]] - workers.first) + 1];
  }
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
}

}  // namespace trivium::problems::detail
