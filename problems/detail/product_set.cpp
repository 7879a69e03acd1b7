#include "product_set.hpp"

#include <algorithm>

namespace trivium::problems::detail {
namespace {

/// minus = -F; returns <F, z>.
template <class T>
double negate(std::span<const T> z, std::span<const T> F, std::span<double> minus) {
  double product = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    minus[i] = -static_cast<double>(F[i]);
    product -= minus[i] * static_cast<double>(z[i]);
  }
  return product;
}

}  // namespace

void ProductSet::add(const Plugin& set, std::size_t size) {
  parts_.push_back({sets::catalogue().make(set, size), size});
  widened_.resize(std::max(widened_.size(), size));
}

bool ProductSet::is_whole_space() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.set->is_whole_space(); });
}

void ProductSet::project(Vector& z) {
  if (is_whole_space()) return;
  if (!z.on_host()) {
    if (here_.size() != z.size() || here_.dtype() != z.dtype()) here_ = Vector(z.size(), z.dtype());
    copy(here_, z);
    project(here_);
    return copy(z, here_);
  }
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

bool ProductSet::is_bounded() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.set->is_bounded(); });
}

double ProductSet::gap(const Vector& z, const Vector& F) {
  if (!z.on_host()) return gap(Vector(z.to_host()), Vector(F.to_host()));
  std::size_t first = 0;
  double total = 0;
  for (Part& part : parts_) {
    const std::span<double> minus = std::span(widened_).first(part.size);
    const double product = z.dtype() == Dtype::float64
                               ? negate(z.span<double>().subspan(first, part.size),
                                        F.span<double>().subspan(first, part.size), minus)
                               : negate(z.span<float>().subspan(first, part.size),
                                        F.span<float>().subspan(first, part.size), minus);
    const double gap = product + part.set->support(minus);
    if (!(gap <= 0)) total += gap;  // below zero is rounding; not a number stays so
    first += part.size;
  }
  return total;
}

}  // namespace trivium::problems::detail
