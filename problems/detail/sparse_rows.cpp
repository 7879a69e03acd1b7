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

// The partitioner may look at every row of the file: what it read is let go before this rank's are read.
std::vector<int> deal(const Plugin& partition, const io::LibsvmSummary& summary, const std::string& path,
                      int workers) {
  const auto read_all = [&] { return io::read_libsvm(path, [](std::size_t) { return true; }); };
  const partitioners::DataRows rows(summary.labels, summary.columns, read_all);
  return partitioners::catalogue().make(partition)->deal(rows, workers);
}

// The kept rows in the order of their workers, and of the file within a worker: a counting sort. first[k]
// becomes the position of the first row of local worker k.
std::vector<std::size_t> order_by_worker(const std::vector<int>& owner_of_row,
                                         const std::vector<std::size_t>& row_numbers,
                                         const WorkerRange& workers, std::vector<std::size_t>& first) {
  const auto local = [&](std::size_t i) {
    return static_cast<std::size_t>(owner_of_row[row_numbers[i]] - workers.first);
  };
  first.assign(static_cast<std::size_t>(workers.count()) + 1, 0);
  for (std::size_t i = 0; i < row_numbers.size(); ++i) ++first[local(i) + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<std::size_t> next = first, order(row_numbers.size());
  for (std::size_t i = 0; i < row_numbers.size(); ++i) order[next[local(i)]++] = i;
  return order;
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
  const auto owners = deal(source.partition, summary, path, workers.total);
  const io::SparseRows read =
      io::read_libsvm(path, [&](std::size_t row) { return workers.hosts(owners[row]); });

  columns_.reserve(read.columns.size());
  values_.reserve(read.values.size());
  offsets_.push_back(0);
  for (const std::size_t i : order_by_worker(owners, read.row_numbers, workers, first_)) {
    columns_.insert(columns_.end(), read.columns.begin() + read.offsets[i],
                    read.columns.begin() + read.offsets[i + 1]);
    values_.insert(values_.end(), read.values.begin() + read.offsets[i],
                   read.values.begin() + read.offsets[i + 1]);
    labels_.push_back(summary.labels[read.row_numbers[i]]);
    offsets_.push_back(columns_.size());
  }
}

}  // namespace trivium::problems::detail
