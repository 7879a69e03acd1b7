#include <bit>
#include <cstring>

#include <trivium/core/archive.hpp>
#include <trivium/core/errors.hpp>

namespace trivium {

std::vector<double>& Archive::common_slot(const std::string& name, std::size_t size) {
  if (saving_) {
    auto [it, fresh] = common_entries.emplace(name, std::vector<double>(size));
    if (!fresh) throw std::logic_error("two entries of a state are named '" + name + "'");
    return it->second;
  }
  const auto it = common_entries.find(name);
  if (it == common_entries.end())
    reject("the checkpoint has no entry '{}': it belongs to another method or version", name);
  if (it->second.size() != size)
    reject("the checkpoint's entry '{}' has {} numbers, expected {}", name, it->second.size(), size);
  return it->second;
}

Archive::Rows& Archive::worker_slot(const std::string& name, std::size_t rows, std::size_t row_length) {
  if (saving_) {
    auto [it, fresh] = worker_entries.emplace(name, Rows{row_length, std::vector<double>(rows * row_length)});
    if (!fresh) throw std::logic_error("two entries of a state are named '" + name + "'");
    return it->second;
  }
  const auto it = worker_entries.find(name);
  if (it == worker_entries.end())
    reject("the checkpoint has no entry '{}': it belongs to another method or version", name);
  if (it->second.row_length != row_length || it->second.values.size() != rows * row_length)
    reject("the checkpoint's entry '{}' has rows of {} numbers, expected {} rows of {}", name,
           it->second.row_length, rows, row_length);
  return it->second;
}

void Archive::common(const std::string& name, Vector& vector) {
  std::vector<double>& slot = common_slot(name, vector.size());
  if (saving_)
    slot = vector.to_host();
  else
    vector.assign(slot);
}

// 64-bit integers are kept as the bit pattern of a double, so that all entries of a file have one type.
void Archive::common(const std::string& name, std::uint64_t& number) {
  std::vector<double>& slot = common_slot(name, 1);
  if (saving_)
    slot[0] = std::bit_cast<double>(number);
  else
    number = std::bit_cast<std::uint64_t>(slot[0]);
}

void Archive::common(const std::string& name, std::int64_t& number) {
  auto pattern = std::bit_cast<std::uint64_t>(number);
  common(name, pattern);
  number = std::bit_cast<std::int64_t>(pattern);
}

void Archive::common(const std::string& name, double& number) {
  std::vector<double>& slot = common_slot(name, 1);
  if (saving_)
    slot[0] = number;
  else
    number = slot[0];
}

void Archive::common(const std::string& name, bool& flag) {
  std::uint64_t number = flag ? 1 : 0;
  common(name, number);
  flag = number != 0;
}

void Archive::workers(const std::string& name, std::vector<Vector>& vectors) {
  const std::size_t length = vectors.empty() ? 0 : vectors.front().size();
  Rows& slot = worker_slot(name, vectors.size(), length);
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    if (saving_) {
      const std::vector<double> row = vectors[i].to_host();
      std::copy(row.begin(), row.end(), slot.values.begin() + static_cast<std::ptrdiff_t>(i * length));
    } else {
      vectors[i].assign(std::span(slot.values).subspan(i * length, length));
    }
  }
}

void Archive::workers(const std::string& name, std::span<std::uint64_t> numbers, std::size_t per_worker) {
  Rows& slot = worker_slot(name, numbers.size() / per_worker, per_worker);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (saving_)
      slot.values[i] = static_cast<double>(numbers[i]);
    else
      numbers[i] = static_cast<std::uint64_t>(slot.values[i]);
  }
}

}  // namespace trivium
