#include <numeric>

#include <trivium/io/libsvm.hpp>
#include <trivium/problems/detail/sparse_rows.hpp>
#include <trivium/problems/partitioners.hpp>

namespace trivium::problems::detail {
namespace {

std::size_t choose_features(const std::string& owner, const DataSource& source, std::size_t columns) {
  const auto asked = static_cast<std::size_t>(source.features);
  if (asked != 0 && asked < columns) {
    reject("{}: features = {} is too small: '{}' has {} columns; leave it out or give at least {}", owner,
           asked, source.file, columns, columns);
  }
  if (asked == 0 && columns == 0)
    reject("{}: '{}' has no feature in any row; is it LIBSVM text?", owner, source.file);
  return asked == 0 ? columns : asked;
}

}  // namespace

SparseRows::SparseRows(const std::string& owner, const DataSource& source, const WorkerRange& workers,
                       const Place& place)
    : first_worker_(workers.first) {
  if (source.file.empty()) reject("{}: no data: set file = \"...\" to a LIBSVM text file", owner);
  const std::string path = io::find_data(source.file, place.data_folders);
  io::LibsvmSummary summary = io::scan_libsvm(path);
  features_ = choose_features(owner, source, summary.columns);
  if (source.labels == "plus_minus_one") io::map_labels(summary.labels, io::Labels::plus_minus_one, path);
  const auto owners = partitioners::catalogue().make(source.partition)->deal(summary.labels, workers.total);
  const io::SparseRows read =
      io::read_libsvm(path, [&](std::size_t row) { return workers.hosts(owners[row]); });

  // A counting sort of the rows by worker.
  const auto worker_of = [&](std::size_t i) {
    return static_cast<std::size_t>(owners[read.row_numbers[i]] - first_worker_);
  };
  const std::size_t rows = read.row_numbers.size();
  first_.assign(static_cast<std::size_t>(workers.count()) + 1, 0);
  for (std::size_t i = 0; i < rows; ++i) ++first_[worker_of(i) + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  std::vector<std::size_t> place_of = first_, order(rows);
  for (std::size_t i = 0; i < rows; ++i) order[place_of[worker_of(i)]++] = i;

  columns_.reserve(read.columns.size());
  values_.reserve(read.values.size());
  offsets_.push_back(0);
  for (const std::size_t i : order) {
    columns_.insert(columns_.end(), read.columns.begin() + read.offsets[i],
                    read.columns.begin() + read.offsets[i + 1]);
    values_.insert(values_.end(), read.values.begin() + read.offsets[i],
                   read.values.begin() + read.offsets[i + 1]);
    labels_.push_back(summary.labels[read.row_numbers[i]]);
    offsets_.push_back(columns_.size());
  }
}

}  // namespace trivium::problems::detail
