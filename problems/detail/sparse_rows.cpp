#include <algorithm>
#include <numeric>

#include <trivium/io/libsvm.hpp>
#include <trivium/noise/graph.hpp>
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

// The rows that the problem is made of, ascending.
std::vector<std::uint32_t> choose_rows(const std::string& owner, const DataSource& source, std::size_t rows,
                                       const Place& place) {
  if (!source.graph.empty()) {
    const noise::Graph graph = noise::read_graph(io::find_data(source.graph, place.data_folders), rows);
    if (graph.nodes() > rows)
      reject("{}: '{}' names node {}, but '{}' has {} rows; a row for every node is needed", owner,
             source.graph, graph.nodes() - 1, source.file, rows);
    return noise::largest_component(graph);
  }
  std::vector<std::uint32_t> all(rows);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

void map_labels(const std::string& owner, const DataSource& source, const std::string& path,
                std::vector<double>& labels) {
  if (source.positive >= 0) {
    const auto positive = static_cast<double>(source.positive);
    const auto found = std::count(labels.begin(), labels.end(), positive);
    if (found == 0 || found == std::ssize(labels))
      reject("{}: positive = {}, but {} row has that label; take a label of some rows and not all", owner,
             source.positive, found == 0 ? "no" : "every");
    for (double& label : labels) label = label == positive ? 1 : -1;
  } else if (source.labels == "plus_minus_one") {
    io::map_labels(labels, io::Labels::plus_minus_one, path);
  }
}

// owner[i] of row chosen[i]. The partitioner may look at every chosen row: what it read is let go before this
// rank's are read.
std::vector<int> deal(const Plugin& partition, std::span<const double> labels, std::size_t columns,
                      const std::vector<std::uint32_t>& chosen, const std::string& path, int workers) {
  const auto read_all = [&] {
    return io::read_libsvm(
        path, [&](std::size_t row) { return std::binary_search(chosen.begin(), chosen.end(), row); });
  };
  const partitioners::DataRows rows(labels, columns, read_all);
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
    : first_worker_(workers.first), shared_(source.shared_rows) {
  if (source.file.empty()) reject("{}: no data: set file = \"...\" to a LIBSVM text file", owner);
  const std::string path = io::find_data(source.file, place.data_folders);
  io::LibsvmSummary summary = io::scan_libsvm(path);
  features_ = choose_features(owner, source, summary.columns);
  const std::vector<std::uint32_t> chosen = choose_rows(owner, source, summary.rows, place);
  std::vector<double> labels;
  for (const std::uint32_t row : chosen) labels.push_back(summary.labels[row]);
  map_labels(owner, source, path, labels);
  // Shared rows are as if the first worker of every rank owned all of them.
  const std::vector<int> owners =
      shared_ ? std::vector<int>(chosen.size(), workers.first)
              : deal(source.partition, labels, summary.columns, chosen, path, workers.total);
  std::vector<int> owner_of_row(summary.rows, -1);
  std::vector<double> label_of_row(summary.rows, 0);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    owner_of_row[chosen[i]] = owners[i];
    label_of_row[chosen[i]] = labels[i];
  }
  const io::SparseRows read =
      io::read_libsvm(path, [&](std::size_t row) { return workers.hosts(owner_of_row[row]); });

  columns_.reserve(read.columns.size());
  values_.reserve(read.values.size());
  offsets_.push_back(0);
  for (const std::size_t i : order_by_worker(owner_of_row, read.row_numbers, workers, first_)) {
    columns_.insert(columns_.end(), read.columns.begin() + read.offsets[i],
                    read.columns.begin() + read.offsets[i + 1]);
    values_.insert(values_.end(), read.values.begin() + read.offsets[i],
                   read.values.begin() + read.offsets[i + 1]);
    labels_.push_back(label_of_row[read.row_numbers[i]]);
    offsets_.push_back(columns_.size());
  }
}

}  // namespace trivium::problems::detail
