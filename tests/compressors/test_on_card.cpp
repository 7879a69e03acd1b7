// Every compressor with vectors that do not live on the host: on the card, where there is one, and in a
// memory that no kernel knows.
#include <bit>
#include <cstring>

#include <core/elsewhere.hpp>
#include <gpu/numbers.hpp>

#include "compressors/contract.hpp"
#include "compressors/variants.hpp"

using namespace contract;

namespace {

Vector moved(const Vector& x, Device& device) {
  Vector out(x.size(), x.dtype(), device);
  copy(out, x);
  return out;
}

/// Vectors that a kernel may stumble over, d entries of one type.
std::vector<Vector> vectors_of(std::size_t d, Dtype dtype) {
  std::vector<Vector> all;
  Stream stream(5, Purpose::test, d, 0);
  const auto add = [&](auto entry) {
    std::vector<double> values(d);
    for (double& value : values) value = entry();
    all.emplace_back(d, dtype);
    all.back().assign(values);
  };
  add([&] { return stream.normal(); });
  if (d > 5000) return all;
  add([] { return 0; });
  add([] { return -2; });
  add([&] { return std::floor(7 * stream.uniform()) - 3; });               // ties, and zeros of both signs
  add([&] { return stream.normal() * std::exp2(10 * stream.normal()); });  // many sizes
  if (d == 17) {  // the sum of squares depends on whether products are rounded before they are added
    std::size_t i = 0;
    add([&] { return i++ == 0 ? 2.25 * 0x1p-27 : i == d ? 1 + 0x1p-27 : 0; });
  }
  if (d < 100) {
    const double infinity = std::numeric_limits<double>::infinity();
    std::size_t i = 0;
    add([&] { return i++ % 5 == 0 ? -infinity : 1; });
    add([&] { return i++ % 3 == 0 ? std::nan("") : i % 2 == 0 ? infinity : 1; });
    add([&] { return 0x1p-140 * stream.normal(); });  // subnormal as float32
    if (dtype == Dtype::float64) add([&] { return 0x1p-1060 * stream.normal(); });
  }
  return all;
}

/// Numbers of all sizes, and one in four of a hard kind: subnormal, infinite, not numbers of any payload,
/// quiet or not, and zeros, of both signs.
Vector any_bits(std::size_t d, Dtype dtype) {
  Vector x(d, dtype);
  Stream stream(6, Purpose::test, d, 0);
  const auto fill_with = [&]<class T, class Bits>(T, Bits infinite) {
    for (T& entry : x.span<T>()) {
      const Bits sign = static_cast<Bits>(stream()) & ~(std::numeric_limits<Bits>::max() >> 1);
      const Bits fraction = static_cast<Bits>(stream()) & ((infinite & -infinite) - 1);
      const std::uint64_t kind = stream.below(16);
      entry = static_cast<T>(stream.normal() * std::exp2(20 * stream.normal()));
      if (kind == 0) entry = std::bit_cast<T>(static_cast<Bits>(sign | fraction));  // subnormal
      if (kind == 1) entry = std::bit_cast<T>(static_cast<Bits>(sign | infinite | fraction));
      if (kind == 2) entry = std::bit_cast<T>(static_cast<Bits>(sign | infinite));
      if (kind == 3) entry = std::bit_cast<T>(sign);
    }
  };
  if (dtype == Dtype::float64)
    fill_with(double{}, std::uint64_t{0x7FF0000000000000});
  else
    fill_with(float{}, std::uint32_t{0x7F800000});
  return x;
}

/// C(x) added to a vector of ones with weight -0.5, by a codec that has seen nothing else.
Vector decoded_to(Codec& codec, const Message& message, std::size_t d, Dtype dtype, Device& device) {
  Vector ones(d, dtype);
  fill(ones, 1);
  Vector out = moved(ones, device);
  codec.decode_add(message, -0.5, out);
  return moved(out, host());
}

/// Entries agree to a few roundings of the sum 1 - C(x) / 2; where one is not a number, so is the other.
void check_near(const Vector& found, const Vector& expected) {
  const double unit = expected.dtype() == Dtype::float64 ? 0x1p-51 : 0x1p-22;
  const std::vector<double> f = found.to_host(), e = expected.to_host();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < f.size(); ++i)
    if (std::isnan(e[i]) || std::isinf(e[i]))
      wrong += std::isnan(e[i]) ? !std::isnan(f[i]) : f[i] != e[i];
    else
      wrong += !(std::abs(f[i] - e[i]) <= unit * (1 + std::abs(e[i])));
  CHECK(wrong == 0);
}

constexpr int workers = 4;

void check_codec(const Plugin& plugin, std::size_t d, Device& device) {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32})
    for (const Vector& x : vectors_of(d, dtype)) {
      const auto here = compressors::catalogue().make(plugin, Shape{d, workers});
      const auto there = compressors::catalogue().make(plugin, Shape{d, workers});
      for (const std::uint64_t round : {1, 2}) {  // the second with a memory, where there is one
        const Message expected = encoded(*here, x, sender(round, 1, workers));
        const Message message = encoded(*there, moved(x, device), sender(round, 1, workers));
        REQUIRE(message.split() == expected.split());
        REQUIRE(bytes_of(message) == bytes_of(expected));
        check_near(decoded_to(*there, message, d, dtype, device),
                   decoded_to(*here, expected, d, dtype, host()));
      }
    }
}

/// Over the catalogue with all parameter sets, and long vectors with the defaults and a few.
void check_all(Device& device) {
  for (const std::string& name : compressors::catalogue().names())
    for (const std::size_t d : {1, 2, 17, 700, 5000, 100003})
      for (const Table& parameters : variants(name, d)) {
        if (d > 5000 && name == "rank_r") continue;  // the host's arithmetic, whatever the length
        INFO(name << " " << to_toml(parameters) << " d = " << d << " on " << device.name());
        check_codec({name, parameters, ""}, d, device);
      }
}

}  // namespace

TEST_CASE("a memory without kernels: the same bytes, and the same sums") { check_all(elsewhere()); }

TEST_CASE("a compressor without kernels copies a vector to the host once") {
  const std::size_t d = 1000;
  const Vector x = moved(vectors_of(d, Dtype::float64).front(), elsewhere());
  for (const char* name : {"natural", "sign_norm", "uniform_8bit", "identity", "block_rand_k", "rank_r"}) {
    INFO(name);
    const auto codec = compressors::catalogue().make({name, {}, ""}, Shape{d, 1});
    elsewhere().downloads = 0;
    encoded(*codec, x, sender(1));
    CHECK(elsewhere().downloads == 1);
  }
}

TEST_CASE("on the card: the same bytes, and the same sums") {
  if (trivium::testing::no_card()) return;
  check_all(gpu::device());
}

TEST_CASE("chosen entries have the host's bits in every format, numbers or not") {
  if (trivium::testing::no_card()) return;
  const auto same_bytes = [](const Plugin& plugin, const Vector& x, int all_workers) {
    const auto codec = compressors::catalogue().make(plugin, Shape{x.size(), all_workers});
    INFO(plugin.type << " " << to_toml(plugin.parameters) << " " << name_of(x.dtype())
                     << " d = " << x.size());
    const Vector there = moved(x, gpu::device());
    for (std::uint64_t worker = 0; worker < static_cast<std::uint64_t>(all_workers); ++worker) {
      const Message expected = encoded(*codec, x, sender(1, worker, all_workers));
      const Message message = encoded(*codec, there, sender(1, worker, all_workers));
      REQUIRE(message.split() == expected.split());
      REQUIRE(bytes_of(message) == bytes_of(expected));
      check_near(decoded_to(*codec, message, x.size(), x.dtype(), gpu::device()),
                 decoded_to(*codec, expected, x.size(), x.dtype(), host()));
    }
  };
  for (const std::size_t d : {1, 3, 5, 64, 67, 1001})
    for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
      const Vector x = any_bits(d, dtype);
      const auto all = static_cast<std::int64_t>(d), some = (all + 2) / 3;
      for (const char* values : {"float64", "float32", "bfloat16"}) {
        for (const std::int64_t k : {std::int64_t{1}, some, all})
          for (const char* indices : {"packed", "seed"}) {
            same_bytes({"rand_k", {{"k", k}, {"values", values}, {"indices", indices}}, ""}, x, 1);
            same_bytes(
                {"block_rand_k",
                 {{"blocks", some}, {"k", std::min(k, some)}, {"values", values}, {"indices", indices}},
                 ""},
                x, 1);
          }
        for (const int all_workers : {1, 2, 3, 7})
          same_bytes({"perm_k", {{"values", values}}, ""}, x, all_workers);
        for (const double level : {0.001, 0.9})
          same_bytes({"threshold", {{"level", level}, {"values", values}}, ""}, x, 1);
        same_bytes({"top_k", {{"k", some}, {"values", values}}, ""}, x, 1);
        same_bytes({"identity", {{"values", values}}, ""}, x, 1);
        same_bytes({"bernoulli", {{"p", 1}, {"values", values}}, ""}, x, 1);
      }
    }
}

TEST_CASE("top_k on the card where ties fill the vector") {
  if (trivium::testing::no_card()) return;
  const std::size_t d = 100003;
  std::size_t i = 0;
  std::vector<double> alike(d, -3), few(d), two_sizes(d), signed_zeros(d);
  for (double& entry : few) entry = i++ % 1000 == 7 ? 1 : 0;
  for (double& entry : two_sizes) entry = i++ % 2 == 0 ? 1 : -0x1.0000001p0;  // differ in the 28th digit
  for (double& entry : signed_zeros) entry = i++ % 2 == 0 ? 0.0 : -0.0;
  for (const std::vector<double>& values : {alike, few, two_sizes, signed_zeros})
    for (const Dtype dtype : {Dtype::float64, Dtype::float32})
      for (const std::int64_t k : {1, 50, 100, 101, 50001, 50002, 60000, 100003}) {
        Vector x(d, dtype);
        x.assign(values);
        const auto codec = compressors::catalogue().make({"top_k", {{"k", k}}, ""}, Shape{d, 1});
        INFO("k = " << k << ", " << name_of(dtype));
        CHECK(bytes_of(encoded(*codec, moved(x, gpu::device()), sender(1))) ==
              bytes_of(encoded(*codec, x, sender(1))));
      }
}

TEST_CASE("damaged codes are found on the card too") {
  if (trivium::testing::no_card()) return;
  for (const std::size_t d : {7, 1000}) {  // after the last group, and in one
    for (const Plugin& plugin : {Plugin{"qsgd", {{"levels", 5}}, ""}, Plugin{"ternary", {}, ""},
                                 Plugin{"ternary", {{"packing", "two_bits"}}, ""}}) {
      INFO(plugin.type << " d = " << d);
      const auto codec = compressors::catalogue().make(plugin, Shape{d, 1});
      Message message = encoded(*codec, Vector(d), sender(1));
      std::vector<std::byte> bytes = bytes_of(message);
      bytes[8] = std::byte{0xFF};
      Message damaged;
      damaged.receive(bytes, message.split());
      damaged.from = message.from;
      Vector out(d, Dtype::float64, gpu::device());
      CHECK_THROWS_AS(codec->decode_add(damaged, 1, out), MessageError);
    }
  }
}
