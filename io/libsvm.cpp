#include <algorithm>

#include <trivium/core/errors.hpp>
#include <trivium/io/libsvm.hpp>

#include "detail/libsvm_parser.hpp"
#include "detail/parse_file.hpp"

namespace trivium::io {
namespace {

struct Summing {
  LibsvmSummary summary;
  bool begin_row(std::size_t) { return true; }
  void label(double value) { summary.labels.push_back(value); }
  void pair(std::uint32_t column, double) {
    summary.columns = std::max<std::size_t>(summary.columns, std::size_t{column} + 1);
    ++summary.nonzeros;
  }
  void end_row() {}
};

struct Keeping {
  FunctionRef<bool(std::size_t)> keep;
  SparseRows rows{};
  bool begin_row(std::size_t row) {
    if (!keep(row)) return false;
    rows.row_numbers.push_back(row);
    return true;
  }
  void label(double value) { rows.labels.push_back(value); }
  void pair(std::uint32_t column, double value) {
    rows.columns.push_back(column);
    rows.values.push_back(value);
  }
  void end_row() { rows.offsets.push_back(rows.columns.size()); }
};

template <class Sink>
void parse_rows(const std::string& path, Sink& sink) {
  detail::LibsvmParser<Sink> parser(path, sink);
  detail::parse_file(path, parser);
}

}  // namespace

LibsvmSummary scan_libsvm(const std::string& path) {
  Summing sink;
  parse_rows(path, sink);
  sink.summary.rows = sink.summary.labels.size();
  return std::move(sink.summary);
}

SparseRows read_libsvm(const std::string& path, FunctionRef<bool(std::size_t row)> keep) {
  Keeping sink{keep};
  parse_rows(path, sink);
  return std::move(sink.rows);
}

SparseRows parse_libsvm(std::string_view text, const std::string& name) {
  const auto all = [](std::size_t) { return true; };
  Keeping sink{all};
  detail::LibsvmParser<Keeping> parser(name, sink);
  parser.feed(text.data(), text.data() + text.size());
  parser.finish();
  return std::move(sink.rows);
}

void map_labels(std::span<double> labels, Labels labels_as, const std::string& path) {
  if (labels_as == Labels::as_they_are) return;
  std::vector<double> distinct(labels.begin(), labels.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  if (distinct.size() != 2)
    reject("'{}' has {} distinct labels, expected exactly two to map to -1 and +1; {}", path, distinct.size(),
           "keep the labels as they are or choose a data set of two classes");
  for (double& label : labels) label = label == distinct[0] ? -1 : 1;
}

}  // namespace trivium::io
