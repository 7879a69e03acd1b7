// Entries by index: to the bits in which they travel, and from there into a vector.
#include <cstring>
#include <vector>

#include <trivium/gpu/compress.hpp>

#include "detail/card.cuh"
#include "detail/formats.hpp"
#include "detail/kernels.cuh"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/room.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

/// Where the i-th chosen entry is.
__device__ std::size_t place(const std::uint32_t* begins, std::size_t length, std::size_t i) {
  return length == 1 ? begins[i] : begins[i / length] + i % length;
}

template <class T, class Format>
__global__ void __launch_bounds__(block_threads)
    gather_kernel(const T* x, const std::uint32_t* begins, std::size_t length, std::size_t count,
                  Format format, typename Format::Bits* packed) {
  for_packs<1>(count, [&](std::size_t i, auto) { packed[i] = format(x[place(begins, length, i)], i); });
}

template <class T, class Format>
__global__ void __launch_bounds__(block_threads)
    scatter_add_kernel(T* out, const std::uint32_t* begins, std::size_t length, std::size_t count,
                       double weight, const typename Format::Bits* packed) {
  for_packs<1>(count, [&](std::size_t i, auto) {
    out[place(begins, length, i)] += static_cast<T>(weight * Format::value(packed[i]));
  });
}

/// The chosen entries, all on the card.
struct Chosen {
  const std::uint32_t* begins;
  std::size_t length;
  std::size_t count;
};

template <class Format>
void gather_as(Format format, Lane lane, const void* x, Dtype dtype, Chosen at, void* packed) {
  with_type(dtype, [&]<class T>(T) {
    launch("gather", lane.stream, blocks_for(at.count, lane.most_blocks), gather_kernel<T, Format>,
           static_cast<const T*>(x), at.begins, at.length, at.count, format,
           static_cast<typename Format::Bits*>(packed));
  });
}

template <class Format>
void scatter_add_as(Format, Lane lane, void* out, Dtype dtype, Chosen at, double weight, const void* packed) {
  with_type(dtype, [&]<class T>(T) {
    launch("scatter_add", lane.stream, blocks_for(at.count, lane.most_blocks), scatter_add_kernel<T, Format>,
           static_cast<T*>(out), at.begins, at.length, at.count, weight,
           static_cast<const typename Format::Bits*>(packed));
  });
}

bool fit(std::span<const std::uint64_t> packed, const Stretches& chosen, ValueFormat format) {
  return packed.size() == words_of(chosen.count(), format);
}

/// Room on the card for the words and, behind them, the begins.
struct Room {
  Room(std::size_t words, const Stretches& chosen)
      : packed(static_cast<std::uint64_t*>(room(8 * words + chosen.begins.size_bytes()))),
        begins(reinterpret_cast<std::uint32_t*>(packed + words)),
        chosen{begins, chosen.length, chosen.count()} {}
  std::uint64_t* packed;
  std::uint32_t* begins;
  Chosen chosen;
};

}  // namespace

void detail::gather(Lane lane, const void* x, const std::uint32_t* indices, double* values, std::size_t count,
                    Dtype dtype) {
  gather_as(Float64{}, lane, x, dtype, {indices, 1, count}, values);
}

void detail::scatter_add(Lane lane, void* out, const std::uint32_t* indices, double weight,
                         const double* values, std::size_t count, Dtype dtype) {
  scatter_add_as(Float64{}, lane, out, dtype, {indices, 1, count}, weight, values);
}

void pack_entries(const Vector& x, const Stretches& chosen, ValueFormat format, Stream& rounding,
                  std::span<std::uint64_t> packed) {
  require(holds(x) && fit(packed, chosen, format), "pack_entries");
  if (packed.empty()) return;
  const Lane lane = card_lane();
  const Room on_card(packed.size(), chosen);
  send(on_card.begins, chosen.begins.data(), chosen.begins.size_bytes());
  const auto pack = [&](auto as) {
    gather_as(as, lane, x.data(), x.dtype(), on_card.chosen, on_card.packed);
  };
  if (format == ValueFormat::float64) {
    pack(Float64{});
  } else if (format == ValueFormat::float32) {
    pack(Float32{});
  } else {
    pack(Bfloat16{rounding.key(), rounding.drawn()});
    rounding.skip((chosen.count() + 3) / 4);
  }
  fetch(packed.data(), on_card.packed, chosen.count() * static_cast<std::size_t>(bits_of(format)) / 8);
}

void add_entries(std::span<const std::uint64_t> packed, const Stretches& chosen, ValueFormat format,
                 double weight, Vector& out) {
  require(holds(out) && fit(packed, chosen, format), "add_entries");
  if (packed.empty()) return;
  static std::vector<std::byte>& staged = *new std::vector<std::byte>;  // kept: a step allocates nothing
  staged.resize(packed.size_bytes() + chosen.begins.size_bytes());
  std::memcpy(staged.data(), packed.data(), packed.size_bytes());
  std::memcpy(staged.data() + packed.size_bytes(), chosen.begins.data(), chosen.begins.size_bytes());
  const Lane lane = card_lane();
  const Room on_card(packed.size(), chosen);
  out.device().upload(on_card.packed, staged.data(), staged.size());
  const auto add = [&](auto as) {
    scatter_add_as(as, lane, out.data(), out.dtype(), on_card.chosen, weight, on_card.packed);
  };
  if (format == ValueFormat::float64)
    add(Float64{});
  else if (format == ValueFormat::float32)
    add(Float32{});
  else
    add(Bfloat16{});
}

}  // namespace trivium::gpu
