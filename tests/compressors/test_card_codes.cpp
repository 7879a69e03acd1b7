// What the threads of the card do, run on the host one after another, gives the bytes that the compressors
// send. Needs no card.
#include <cstring>
#include <limits>

#include <trivium/compressors/detail/levels.hpp>
#include <trivium/gpu/detail/codes.hpp>
#include <trivium/gpu/detail/philox.hpp>

#include "compressors/contract.hpp"

using namespace contract;
using namespace trivium::gpu::detail;

namespace {

/// The words of the whole groups: thread `lane` of a group packs every eighth entry.
template <class T, class Code, class Packer>
std::vector<std::uint64_t> packed(std::span<const T> x, const Code& code, const Packer& packer,
                                  const Stream::Key& key) {
  const std::size_t group = lanes * Packer::entries, groups = x.size() / group;
  std::vector<std::uint64_t> words(groups * lanes * packer.words());
  for (std::size_t g = 0; g < groups; ++g)
    for (unsigned lane = 0; lane < lanes; ++lane) {
      Packer own = packer;
      std::uint64_t* to = &words[g * lanes * packer.words() + lane];
      for (std::size_t k = 0; k < Packer::entries; ++k) {
        const std::uint64_t random = philox(key, (g * Packer::entries + k) / 4).word[k % 4];
        own.add(code(widened(x[g * group + lanes * k + lane]), rotated(random, lane)), [&](auto word) {
          *to = word;
          to += lanes;
        });
      }
    }
  return words;
}

/// The message's values begin with these words.
void check_words(MessageReader& reader, const std::vector<std::uint64_t>& words) {
  std::vector<std::uint64_t> sent(words.size());
  reader.read_bits(sent, 64 * sent.size());
  CHECK(sent == words);
}

/// 5000 numbers of many sizes, with both zeros, subnormal ones and, where asked for, what is not finite.
template <class T>
Vector numbers(bool finite) {
  Stream stream(3, Purpose::test, 0, 0);
  Vector x(5000, dtype_of<T>());
  for (T& entry : x.span<T>()) entry = static_cast<T>(stream.normal() * std::exp2(20 * stream.normal()));
  const auto some = x.span<T>();
  some[0] = 0, some[1] = static_cast<T>(-0.0), some[2] = std::numeric_limits<T>::denorm_min();
  if (finite) return x;
  some[9] = std::numeric_limits<T>::infinity(), some[10] = -some[9];
  some[11] = std::numeric_limits<T>::quiet_NaN(), some[12] = -some[11];
  some[13] = std::numeric_limits<T>::max(), some[14] = -some[13];
  return x;
}

template <class T, class Code>
void check_natural(const char* values, const Code& code) {
  const Vector x = numbers<T>(false);
  const auto codec = compressors::catalogue().make({"natural", {{"values", values}}, ""}, Shape{x.size(), 1});
  const Message message = encoded(*codec, x, sender(7));
  MessageReader reader(message);
  check_words(reader, packed(x.span<T>(), code, BitPacker(Code::width), message.from.stream().key()));
}

template <int fraction, class T, class Packer>
void check_levels(const Plugin& plugin, int s, const Packer& packer) {
  INFO(plugin.type << " " << to_toml(plugin.parameters));
  const Vector x = numbers<T>(true);
  const auto codec = compressors::catalogue().make(plugin, Shape{x.size(), 1});
  const Message message = encoded(*codec, x, sender(7));
  MessageReader reader(message);
  double norm = 0;
  reader.read_values(std::span(&norm, 1), ValueFormat::float64);
  const gpu::Rounding rounding = compressors::LevelCodes<fraction>(s, norm).rounding();
  const LevelCode code{rounding.fraction, rounding.factor, rounding.zero, rounding.fused};
  check_words(reader, packed(x.span<T>(), code, packer, message.from.stream().key()));
}

template <class T>
void check_type() {
  check_natural<T>("float64", NaturalWide());
  check_natural<T>("float32", NaturalNarrow());
  for (const char* norm : {"l2", "max"}) {
    check_levels<48, T>({"qsgd", {{"levels", 1}, {"norm", norm}}, ""}, 1, BitPacker(2));
    check_levels<48, T>({"qsgd", {{"levels", 3}, {"norm", norm}}, ""}, 3, BitPacker(3));
    check_levels<48, T>({"qsgd", {{"norm", norm}}, ""}, 7, BitPacker(4));
    check_levels<44, T>({"qsgd", {{"levels", 100}, {"norm", norm}}, ""}, 100, BitPacker(8));
    check_levels<36, T>({"qsgd", {{"levels", 32767}, {"norm", norm}}, ""}, 32767, BitPacker(16));
  }
  check_levels<50, T>({"ternary", {{"packing", "two_bits"}}, ""}, 1, BitPacker(2));
  check_levels<50, T>({"ternary", {}, ""}, 1, TritPacker());
}

}  // namespace

TEST_CASE("threads of the card pack the codes that the host packs") {
  check_type<double>();
  check_type<float>();
}
