// Random rounding of every entry to a code, and back. Eight threads take a group of eight lanes: each packs
// one lane's codes, and draws an eighth of the group's random words, which the others get by shuffles.
#include <cstring>
#include <type_traits>

#include <trivium/gpu/compress.hpp>

#include "detail/card.cuh"
#include "detail/codes.hpp"
#include "detail/launch.cuh"
#include "detail/loops.cuh"
#include "detail/philox.hpp"
#include "detail/room.cuh"

namespace trivium::gpu {
namespace {

using namespace detail;

constexpr unsigned groups_at_once = warp_size / lanes;  // by one warp
constexpr unsigned drawn = 4 * lanes;                   // random words, when every thread has made one block

template <class T, class Code, class Packer>
__global__ void __launch_bounds__(block_threads)
    pack_kernel(const T* x, Code code, Packer packer, Stream::Key key, std::size_t groups,
                std::uint64_t* words) {
  const unsigned in_warp = threadIdx.x % warp_size, lane = in_warp % lanes, first_thread = in_warp - lane;
  const std::size_t step = std::size_t{gridDim.x} * block_warps * groups_at_once;
  std::size_t begin = (std::size_t{blockIdx.x} * block_warps + threadIdx.x / warp_size) * groups_at_once;
  for (; begin < groups; begin += step) {  // the same for all threads of a warp: they shuffle together
    const std::size_t group = begin + in_warp / lanes;
    const bool active = group < groups;
    const T* const from = x + group * lanes * Packer::entries + lane;
    std::uint64_t* to = words + group * lanes * packer.words() + lane;
    const auto put = [&](std::uint64_t word) {
      *to = word;
      to += lanes;
    };
    Packer own = packer;
#pragma unroll 1
    for (unsigned k = 0; k < Packer::entries; k += drawn) {
      const PhiloxBlock random = philox(key, group * (Packer::entries / 4) + k / 4 + lane);
      const unsigned blocks = min(lanes, (Packer::entries - k) / 4);
#pragma unroll 2
      for (unsigned b = 0; b < blocks; ++b) {
        T entries[4];
#pragma unroll
        for (unsigned s = 0; s < 4; ++s)
          entries[s] = active ? from[std::size_t{lanes} * (k + 4 * b + s)] : T{0};
#pragma unroll
        for (unsigned s = 0; s < 4; ++s) {
          const std::uint64_t word = __shfl_sync(all_lanes, random.word[s], first_thread + b);
          if (active) own.add(code(widened(entries[s]), rotated(word, lane)), put);
        }
      }
    }
  }
}

/// The codes of the entries after the last group, whose random words begin with block `first_block`.
template <class T, class Code>
__global__ void __launch_bounds__(block_threads)
    round_rest_kernel(const T* x, std::size_t count, Code code, Stream::Key key, std::uint64_t first_block,
                      std::uint32_t* codes) {
  for_packs<1>(count, [&](std::size_t i, auto) {
    const PhiloxBlock random = philox(key, first_block + i / (4 * lanes));
    const unsigned at = static_cast<unsigned>(i) / lanes % 4;
    const std::uint64_t word = at < 2 ? random.word[at == 0 ? 0 : 1] : random.word[at == 2 ? 2 : 3];
    codes[i] =
        static_cast<std::uint32_t>(code(widened(x[i]), rotated(word, static_cast<unsigned>(i) % lanes)));
  });
}

template <class T, class Value, class Packer>
__global__ void __launch_bounds__(block_threads)
    add_kernel(const std::uint64_t* words, Packer packer, Value value, std::size_t groups, T* out,
               std::uint32_t* unknown) {
  bool known = true;
  for_packs<1>(groups * lanes, [&](std::size_t i, auto) {
    const std::size_t group = i / lanes, lane = i % lanes;
    const std::uint64_t* from = words + group * lanes * packer.words() + lane;
    const auto get = [&] {
      const std::uint64_t word = *from;
      from += lanes;
      return word;
    };
    T* const to = out + group * lanes * Packer::entries + lane;
    Packer own = packer;
#pragma unroll 4
    for (unsigned k = 0; k < Packer::entries; ++k) {
      const std::uint64_t code = own.next(get);
      known = known && value.knows(code);
      to[std::size_t{lanes} * k] += static_cast<T>(value(code));
    }
  });
  if (!known) *unknown = 1;  // by whichever thread: all write the same
}

template <class T, class Value>
__global__ void __launch_bounds__(block_threads)
    add_rest_kernel(const std::uint32_t* codes, Value value, T* out, std::size_t count,
                    std::uint32_t* unknown) {
  for_packs<1>(count, [&](std::size_t i, auto) {
    if (!value.knows(codes[i])) *unknown = 1;
    out[i] += static_cast<T>(value(codes[i]));
  });
}

unsigned blocks_of(const CodeLayout& layout) {
  return blocks_for(layout.groups() * lanes, card_lane().most_blocks);
}

template <class T, class Code, class Packer>
void launch_pack(const T* x, Code code, Packer packer, const Stream::Key& key, const CodeLayout& layout,
                 std::uint64_t* packed) {
  const cudaStream_t stream = card_lane().stream;
  if (layout.groups() > 0)
    launch("a packing of codes", stream, blocks_of(layout), pack_kernel<T, Code, Packer>, x, code, packer,
           key, layout.groups(), packed);
  if (layout.rest() > 0) {
    const std::size_t done = layout.entries - layout.rest();
    launch("a rounding of the rest", stream, blocks_for(layout.rest(), most_partials),
           round_rest_kernel<T, Code>, x + done, layout.rest(), code, key, done / (4 * lanes),
           reinterpret_cast<std::uint32_t*>(packed + layout.words()));
  }
}

template <class T, class Value, class Packer>
void launch_add(const std::uint64_t* packed, Packer packer, Value value, const CodeLayout& layout, T* out,
                std::uint32_t* unknown) {
  const cudaStream_t stream = card_lane().stream;
  if (layout.groups() > 0)
    launch("an addition of codes", stream, blocks_of(layout), add_kernel<T, Value, Packer>, packed, packer,
           value, layout.groups(), out, unknown);
  if (layout.rest() > 0)
    launch("an addition of the rest", stream, blocks_for(layout.rest(), most_partials),
           add_rest_kernel<T, Value>, reinterpret_cast<const std::uint32_t*>(packed + layout.words()), value,
           out + (layout.entries - layout.rest()), layout.rest(), unknown);
}

/// Calls f(code, packer) or f(value, packer) with the types that a rule and a layout stand for: powers of two
/// are packed in bits, levels in either way.
template <class Wide, class Narrow, class Levels, class F>
void with_rule(Rounding::Rule rule, int width, const Wide& wide, const Narrow& narrow, const Levels& levels,
               F f) {
  if (rule == Rounding::Rule::natural_float64) return f(wide, BitPacker(width));
  if (rule == Rounding::Rule::natural_float32) return f(narrow, BitPacker(width));
  if (width > 0) return f(levels, BitPacker(width));
  f(levels, TritPacker());
}

bool fits(const CodeLayout& layout, Rounding::Rule rule, std::size_t size, std::size_t words) {
  const int width = rule == Rounding::Rule::natural_float64   ? NaturalWide::width
                    : rule == Rounding::Rule::natural_float32 ? NaturalNarrow::width
                                                              : layout.width;
  return size > 0 && layout.entries == size && layout.width == width && width >= 0 && width <= 16 &&
         words == layout.room();
}

}  // namespace

void pack_codes(const Vector& x, const Rounding& rounding, const Stream::Key& key, const CodeLayout& layout,
                std::span<std::uint64_t> packed) {
  require(holds(x) && fits(layout, rounding.rule, x.size(), packed.size()), "pack_codes");
  const auto on_card = static_cast<std::uint64_t*>(room(packed.size_bytes()));
  const LevelCode levels{rounding.fraction, rounding.factor, rounding.zero, rounding.fused};
  with_type(x.dtype(), [&]<class T>(T) {
    with_rule(rounding.rule, layout.width, NaturalWide(), NaturalNarrow(), levels,
              [&](auto code, auto packer) {
                launch_pack(static_cast<const T*>(x.data()), code, packer, key, layout, on_card);
              });
  });
  x.device().download(packed.data(), on_card, packed.size_bytes());
}

bool add_codes(std::span<const std::uint64_t> packed, const CodeLayout& layout, const CodeValues& values,
               Vector& out) {
  require(holds(out) && fits(layout, values.rule, out.size(), packed.size()), "add_codes");
  const auto on_card = static_cast<std::uint64_t*>(room(packed.size_bytes() + sizeof(std::uint64_t)));
  const auto unknown = reinterpret_cast<std::uint32_t*>(on_card + packed.size());
  clear(unknown, sizeof *unknown);
  out.device().upload(on_card, packed.data(), packed.size_bytes());
  with_type(out.dtype(), [&]<class T>(T) {
    with_rule(values.rule, layout.width, NaturalValue<52>{values.unit}, NaturalValue<23>{values.unit},
              LevelValue{values.unit, values.zero, values.most}, [&](auto value, auto packer) {
                launch_add(on_card, packer, value, layout, static_cast<T*>(out.data()), unknown);
              });
  });
  if (values.rule != Rounding::Rule::levels) return true;  // every code is one
  std::uint32_t wrong = 0;
  out.device().download(&wrong, unknown, sizeof wrong);
  return wrong == 0;
}

}  // namespace trivium::gpu
