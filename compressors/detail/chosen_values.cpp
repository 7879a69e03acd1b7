#include "chosen_values.hpp"

#include <algorithm>

#include "entries.hpp"

namespace trivium::compressors {

void gather(const Vector& x, const Stretches& chosen, std::span<double> values) {
  if (chosen.length == 1) return trivium::gather(x, chosen.begins, values);
  with_entries(x, [&](auto entries) {
    double* to = values.data();
    for (const std::uint32_t begin : chosen.begins)
      to = std::copy_n(entries.data() + begin, chosen.length, to);
  });
}

void scatter_add(Vector& out, const Stretches& chosen, double weight, std::span<const double> values) {
  if (chosen.length == 1) return trivium::scatter_add(out, chosen.begins, weight, values);
  if (chosen.length == out.size()) return add_dense(out, weight, values);
  add_to_entries(out, [&](auto to) {
    using T = typename decltype(to)::value_type;
    const double* from = values.data();
    for (const std::uint32_t begin : chosen.begins) {
      for (std::size_t i = 0; i < chosen.length; ++i) to[begin + i] += static_cast<T>(weight * from[i]);
      from += chosen.length;
    }
  });
}

void ChosenValues::append(const Vector& x, const Stretches& chosen, Message& message, Stream& rounding) {
  const std::size_t count = chosen.count();
  if (gpu::holds(x)) {
    packed_.resize(gpu::words_of(count, format_));
    gpu::pack_entries(x, chosen, format_, rounding, packed_);
    message.append_bits(Part::values, packed_, count * static_cast<std::uint64_t>(bits_of(format_)));
  } else if (chosen.begins.size() == 1 && x.on_host() && x.dtype() == Dtype::float64) {
    const auto in_place = x.span<double>().subspan(chosen.begins.front(), chosen.length);
    message.append_values(Part::values, in_place, format_, rounding);
  } else {
    values_.resize(count);
    gather(x, chosen, values_);
    message.append_values(Part::values, values_, format_, rounding);
  }
}

void ChosenValues::read(MessageReader& reader, std::size_t count, const Vector& out) {
  if (gpu::holds(out)) {
    packed_.resize(gpu::words_of(count, format_));
    reader.read_bits(packed_, count * static_cast<std::uint64_t>(bits_of(format_)));
  } else {
    values_.resize(count);
    reader.read_values(values_, format_);
  }
}

void ChosenValues::add(const Stretches& chosen, double weight, Vector& out) const {
  if (gpu::holds(out))
    gpu::add_entries(packed_, chosen, format_, weight, out);
  else
    scatter_add(out, chosen, weight, values_);
}

}  // namespace trivium::compressors
