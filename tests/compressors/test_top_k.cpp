// top_k: the k entries largest in magnitude, of equal ones those of lowest index.
#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "compressors/contract.hpp"
#include "core/allocations.hpp"

using namespace contract;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<Compressor> top_k(const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({"top_k", parameters, ""}, Shape{d, 1});
}

/// The k indices that a stable sort by magnitude puts first, ascending; NaN comes before infinity.
std::vector<std::uint32_t> by_sorting(const std::vector<double>& x, std::size_t k) {
  std::vector<std::uint32_t> order(x.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (std::isnan(x[a]) || std::isnan(x[b])) return std::isnan(x[a]) && !std::isnan(x[b]);
    return std::abs(x[a]) > std::abs(x[b]);
  });
  order.resize(k);
  std::sort(order.begin(), order.end());
  return order;
}

/// Requires that the message of x holds the entries of `by_sorting`, bit for bit.
void check_choice(const std::vector<double>& entries, std::size_t k, Dtype dtype = Dtype::float64) {
  const std::size_t d = entries.size();
  INFO("d = " << d << " k = " << k << " " << name_of(dtype));
  Vector x(d, dtype);
  x.assign(entries);
  const auto codec = top_k({{"k", static_cast<std::int64_t>(k)}}, d);
  const Message message = encoded(*codec, x, sender(1));
  const std::vector<double> seen = x.to_host();  // rounded, when narrow
  const std::vector<std::uint32_t> expected = by_sorting(seen, k);
  std::vector<double> values(k);
  std::vector<std::uint32_t> indices(k);
  MessageReader reader(message);
  reader.read_values(values, ValueFormat::float64);
  reader.read_words(indices, bits_for(d));
  REQUIRE(indices == expected);
  for (std::size_t i = 0; i < k; ++i)
    REQUIRE((values[i] == seen[indices[i]] || (std::isnan(values[i]) && std::isnan(seen[indices[i]]))));
}

/// Vectors of d entries that a selection may find hard.
std::vector<Named> hard_vectors(std::size_t d) {
  Stream stream(97, Purpose::test, d, 0);
  const auto fill_with = [&](auto entry) {
    std::vector<double> x(d);
    for (std::size_t i = 0; i < d; ++i) x[i] = entry(static_cast<double>(i));
    return x;
  };
  const double n = static_cast<double>(d);
  return {
      {"normal", fill_with([&](double) { return stream.normal(); })},
      {"zero", std::vector<double>(d)},
      {"signed zeros", fill_with([&](double) { return stream.bernoulli(0.5) ? 0.0 : -0.0; })},
      {"constant", std::vector<double>(d, -2.5)},
      {"both signs", fill_with([&](double) { return stream.bernoulli(0.5) ? 3.0 : -3.0; })},
      {"few values", fill_with([&](double) { return std::floor(5 * stream.uniform()) - 2; })},
      {"few nonzeros", fill_with([&](double) { return stream.bernoulli(0.005) ? stream.normal() : 0; })},
      {"ascending", fill_with([](double i) { return i; })},
      {"descending", fill_with([n](double i) { return n - i; })},
      {"large ones at the end", fill_with([n](double i) { return i > 0.98 * n ? i : 1e-3; })},
      {"periodic", fill_with([](double i) { return std::fmod(i, 32) == 7 ? i : 1 / (1 + i); })},
      {"subnormal", fill_with([&](double) { return 5e-324 * std::floor(100 * stream.uniform()); })},
      {"infinities", fill_with([&](double) { return stream.bernoulli(0.02) ? -infinity : stream.normal(); })},
      {"NaNs", fill_with([&](double i) {
         return stream.bernoulli(0.01)   ? (std::fmod(i, 2) == 0 ? nan_value : -nan_value)
                : stream.bernoulli(0.01) ? infinity
                                         : stream.normal();
       })},
      {"only NaNs", std::vector<double>(d, nan_value)}};
}

}  // namespace

TEST_CASE("the choice is that of a stable sort") {
  // Blocks of the search have 512 entries; from 4096 on a sample bounds what is looked at.
  for (const std::size_t d : {1, 2, 7, 8, 9, 511, 512, 513, 1024, 4095, 4096, 4097, 20000})
    for (const Named& vector : hard_vectors(d))
      for (const std::size_t k : {std::size_t{1}, d / 100, d / 10, d / 2, d - 1, d})
        if (k > 0) {
          INFO(vector.name);
          check_choice(vector.x, k);
          check_choice(vector.x, k, Dtype::float32);
        }
}

TEST_CASE("the choice is right for a long vector with k = d/100 and with a single entry") {
  const std::size_t d = 300'001;
  for (const Named& vector : hard_vectors(d)) {
    INFO(vector.name);
    check_choice(vector.x, d / 100);
    check_choice(vector.x, 1, Dtype::float32);
  }
}

TEST_CASE("of equal magnitudes the lowest indices are sent") {
  // |x| = (1, 2, 2, 1, 2, 1): k = 4 takes the three twos and the first one.
  const auto codec = top_k({{"k", 4}}, 6);
  const Vector x{1, -2, 2, -1, -2, 1};
  CHECK(decoded(*codec, encoded(*codec, x, sender(1)), 6) == std::vector<double>{1, -2, 2, 0, -2, 0});
  CHECK(decoded(*codec, encoded(*codec, x, sender(9, 3)), 6) == std::vector<double>{1, -2, 2, 0, -2, 0});
}

TEST_CASE("NaNs with any sign and payload count as equal, in either width") {
  const double payload = std::bit_cast<double>(std::uint64_t{0x7FFFFFFFFFFFFFFF});
  check_choice({1, nan_value, infinity, -payload, payload, 2}, 2);
  check_choice({1, nan_value, infinity, -payload, payload, 2}, 2, Dtype::float32);
  check_choice({infinity, 1, -nan_value}, 1);
}

TEST_CASE("the error is 1 - k/d for equal entries, and the tail of the squares in general") {
  const std::size_t d = 100;
  for (const int k : {1, 10, 50, 100}) {
    const auto codec = top_k({{"k", k}}, d);
    const double share = static_cast<double>(k) / d;
    CHECK_FALSE(codec->guarantee().unbiased);
    CHECK(codec->guarantee().delta == Approx(1 / share));
    CHECK(measure(*codec, std::vector<double>(d, 4.0 / 3), 2, 1).error.mean() ==
          Approx(1 - share).margin(1e-15));
    // x_i = 0.7^i: what is left after k entries is 0.49^k of the squares.
    std::vector<double> steep(d);
    for (std::size_t i = 0; i < d; ++i) steep[i] = std::pow(0.7, static_cast<double>(i));
    CHECK(measure(*codec, steep, 2, 1).error.mean() == Approx(std::pow(0.49, k)).margin(1e-15));
  }
}

TEST_CASE("values that are rounded or compressed cost what they keep") {
  // bfloat16: omega = 2^-16 on the chosen entries, delta = (d/k) / (1 - 2^-16).
  CHECK(top_k({{"k", 10}, {"values", "bfloat16"}}, 100)->guarantee().delta == Approx(10 / (1 - 0x1p-16)));
  // top_k of top_k: 5 of the 10 of 100 are the 5 largest of 100.
  const auto nested = top_k({{"k", 10}, {"values", Table{{"type", "top_k"}, {"k", 5}}}}, 100);
  const auto direct = top_k({{"k", 5}}, 100);
  const Vector x{std::span<const double>(test_vectors(100).front().x)};
  CHECK(nested->guarantee().delta == Approx(20));
  CHECK(nested->guarantee().expected_bits == 5 * (64 + 4) + 10 * 7);
  CHECK(decoded(*nested, encoded(*nested, x, sender(1)), 100) ==
        decoded(*direct, encoded(*direct, x, sender(1)), 100));
  CHECK_THROWS_AS(top_k({{"k", 10}, {"values", Table{{"type", "rand_k"}, {"k", 5}}}}, 100), InputError);
}

TEST_CASE("a message is k values, then k indices of ceil(log2 d) bits") {
  const std::pair<std::size_t, int> widths[] = {{1, 0}, {2, 1}, {64, 6}, {65, 7}, {128, 7}, {129, 8}};
  for (const auto& [d, width] : widths) {
    const auto codec = top_k({{"k", 1}, {"values", "float32"}}, d);
    const Message message = encoded(*codec, Vector(d), sender(1));
    CHECK(message.bits(Part::values) == 32);
    CHECK(message.bits(Part::indices) == static_cast<std::uint64_t>(width));
    CHECK(codec->guarantee().expected_bits == 32 + width);
  }
}

TEST_CASE("nothing is allocated after the first message, whatever the vectors") {
  for (const std::size_t d : {100, 3000, 20000}) {
    const auto codec = top_k({{"k", static_cast<std::int64_t>(d / 10)}}, d);
    std::vector<Vector> vectors;
    for (const Named& vector : hard_vectors(d))
      if (vector.name != "only NaNs") vectors.emplace_back(std::span<const double>(vector.x));
    Message message;
    Vector out(d);
    codec->encode(Vector(d), message);
    CHECK(allocations_of([&] {
            for (const Vector& x : vectors) {
              message.clear();
              codec->encode(x, message);
              codec->decode_add(message, 1, out);
            }
          }) == 0);
  }
}

TEST_CASE("a k that cannot be is a sentence") {
  CHECK_THROWS_WITH(top_k({{"k", 11}}, 10),
                    "top_k.k = 11 is more than the 10 there are; give at most that, or a fraction below 1");
  CHECK_THROWS_AS(top_k({{"k", 0}}, 10), InputError);
  CHECK_THROWS_AS(top_k({{"k", 1}}, std::size_t{1} << 32), InputError);
}

TEST_CASE("indices that do not ascend, or lie beyond d, are refused") {
  const auto codec = top_k({{"k", 3}}, 100);
  const auto decode = [&](const std::vector<std::uint32_t>& indices) {
    Message message;
    for (int i = 0; i < 3; ++i) message.append(Part::values, 0, 64);
    message.append_words(Part::indices, indices, 7);
    return decoded(*codec, message, 100);
  };
  CHECK_NOTHROW(decode({0, 1, 99}));
  CHECK_THROWS_WITH(decode({0, 1, 100}), "top_k: index 100 in a message for 100 entries");
  CHECK_THROWS_WITH(decode({0, 2, 1}), "top_k: the indices of a message do not ascend");
  CHECK_THROWS_AS(decode({5, 5, 6}), MessageError);
}
