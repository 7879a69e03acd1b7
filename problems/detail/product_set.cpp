#include "product_set.hpp"

#include <algorithm>

namespace trivium::problems::detail {

void ProductSet::add(const Plugin& set, std::size_t size) {
  parts_.push_back({sets::catalogue().make(set, size), size});
  widened_.resize(std::max(widened_.size(), size));
}

bool ProductSet::is_whole_space() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.set->is_whole_space(); });
}

void ProductSet::project(Vector& z) {
  std::size_t first = 0;
  for (Part& part : parts_) {
    if (part.set->is_whole_space()) {
      // nothing to do
    } else if (z.dtype() == Dtype::float64) {
      part.set->project(z.span<double>().subspan(first, part.size));
    } else {
      const std::span<float> narrow = z.span<float>().subspan(first, part.size);
      const std::span<double> wide = std::span(widened_).first(part.size);
      std::copy(narrow.begin(), narrow.end(), wide.begin());
      part.set->project(wide);
      std::transform(wide.begin(), wide.end(), narrow.begin(),
                     [](double entry) { return static_cast<float>(entry); });
    }
    first += part.size;
  }
}

}  // namespace trivium::problems::detail
