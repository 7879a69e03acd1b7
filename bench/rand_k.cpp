// RandK with k = d / 100: encode and decode_add, against a copy of the message's bytes and k random reads of
// the vector, measured in the same run. A line below each row says where the time goes. Every turn draws
// another subset, so that none is still in the cache.
#include <memory>
#include <vector>

#include <trivium/compressors/compressor.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"

namespace {

using namespace trivium;

constexpr int turns = 60;

/// The subsets of the pieces measured one by one: drawn beforehand, one for each turn.
std::vector<std::vector<std::uint32_t>> draw_subsets(std::uint32_t d, std::size_t k) {
  std::vector<std::vector<std::uint32_t>> subsets(turns + 1, std::vector<std::uint32_t>(k));
  for (std::size_t i = 0; i < subsets.size(); ++i) Stream(1, Purpose::test, 0, i).sample(d, subsets[i]);
  return subsets;
}

template <class T>
double random_reads(const T* x, const std::vector<std::uint32_t>& at) {
  double sum = 0;
  for (const std::uint32_t i : at) sum += x[i];
  return sum;
}

template <class T>
void random_updates(T* x, const std::vector<std::uint32_t>& at) {
  for (const std::uint32_t i : at) x[i] += T{1};
}

template <class T>
void measure(std::size_t d, const char* indices) {
  const Dtype dtype = dtype_of<T>();
  const ValueFormat format = dtype == Dtype::float64 ? ValueFormat::float64 : ValueFormat::float32;
  const bool packed = std::string(indices) == "packed";
  const std::size_t k = d / 100;
  const auto codec = compressors::catalogue().make(
      {"rand_k",
       {{"k", static_cast<std::int64_t>(k)}, {"indices", indices}, {"values", name_of(format)}},
       ""},
      {d, 1});
  Vector x(d, dtype), out(d, dtype);
  fill(x, 1);
  const auto subsets = draw_subsets(static_cast<std::uint32_t>(d), k);
  std::vector<std::uint32_t> drawn(k);
  std::vector<double> values(k);
  Message message, piece;
  std::vector<std::byte> bytes, copied;
  Stream rounding(1, Purpose::test, 0, 0);
  std::uint64_t round = 0, sampled = 0;
  std::size_t read = 0, updated = 0, gathered = 0, scattered = 0, packed_turn = 0;

  const auto encode = [&] {
    message.clear();
    message.from.round = round++;
    codec->encode(x, message);
  };
  encode();
  bytes.assign(message.bytes().begin(), message.bytes().end());
  copied = bytes;

  const auto [encode_s, decode_s, copy_s, reads_s, updates_s, sample_s, gather_s, pack_s, unpack_s,
              scatter_s] =
      bench::median_seconds(
          bench::Clock::processor, turns, encode,
          [&] {
            codec->decode_add(message, 1, out);
            bench::keep(out);
          },
          [&] {
            bench::copy_entries(copied.data(), bytes.data(), bytes.size());
            bench::keep(copied);
          },
          [&] { bench::keep(random_reads(x.span<T>().data(), subsets[read++])); },
          [&] {
            random_updates(out.span<T>().data(), subsets[updated++]);
            bench::keep(out);
          },
          [&] {
            Stream(2, Purpose::test, 0, sampled++).sample(static_cast<std::uint32_t>(d), drawn);
            bench::keep(drawn);
          },
          [&] {
            gather(x, subsets[turns - gathered++], values);
            bench::keep(values);
          },
          [&] {
            piece.clear();
            piece.append_values(Part::values, values, format, rounding);
            if (packed) piece.append_words(Part::indices, subsets[packed_turn++], bits_for(d));
            bench::keep(piece);
          },
          [&] {
            MessageReader reader(piece);
            reader.read_values(values, format);
            if (packed) reader.read_words(drawn, bits_for(d));
            bench::keep(values);
            bench::keep(drawn);
          },
          [&] {
            scatter_add(out, subsets[turns - scattered++], 1, values);
            bench::keep(out);
          });

  bench::row_at_most(fmt::format("rand_k, d = {:.0e}, k = d/100, {}, {}: encode + decode_add over a copy of "
                                 "its message and k cache misses",
                                 static_cast<double>(d), indices, name_of(dtype)),
                     (encode_s + decode_s) / (copy_s + reads_s), 3);
  const auto each = [k](double seconds) { return seconds / static_cast<double>(k) * 1e9; };
  bench::note(
      "ns an entry: encode {:.1f}, decode {:.1f}; copy {:.2f}, random read {:.1f}, random update {:.1f}",
      each(encode_s), each(decode_s), each(copy_s), each(reads_s), each(updates_s));
  bench::note("of that: sampling {:.1f}{}, gather {:.1f}, packing {:.1f}, unpacking {:.1f}, scatter {:.1f}",
              each(sample_s), packed ? "" : " (twice)", each(gather_s), each(pack_s), each(unpack_s),
              each(scatter_s));
}

}  // namespace

int main() {
  for (const std::size_t d : {1'000'000, 10'000'000})
    for (const char* indices : {"packed", "seed"}) {
      measure<double>(d, indices);
      measure<float>(d, indices);
    }
}
