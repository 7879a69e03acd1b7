// threshold: C(x)_i = x_i where |x_i| >= level max |x_j|, 0 elsewhere; delta = 1 + (d - 1) level^2.
#include <limits>

#include "compressors/contract.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> threshold(const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({"threshold", parameters, ""}, Shape{d, 1});
}

std::vector<double> passed(Codec& codec, const std::vector<double>& x) {
  return decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, sender(1)), x.size());
}

/// A message of the list form: a zero, the count, the indices, and as many values.
Message list(std::uint64_t count, int count_bits, const std::vector<std::uint32_t>& indices, int index_bits) {
  Message message;
  message.append(Part::scalars, 0, 1);
  message.append(Part::scalars, count, count_bits);
  message.append_words(Part::indices, indices, index_bits);
  for (std::size_t i = 0; i < indices.size(); ++i) message.append(Part::values, 0, 64);
  return message;
}

}  // namespace

TEST_CASE("what reaches the level is sent, what is just below is not") {
  const double below = std::nextafter(2.0, 0.0);
  const auto codec = threshold({{"level", 0.5}}, 6);
  CHECK(passed(*codec, {1, -4, 2, -2, below, 0}) == std::vector<double>{0, -4, 2, -2, 0, 0});
  const auto largest = threshold({{"level", 1}}, 4);
  CHECK(passed(*largest, {1, -4, std::nextafter(4.0, 0.0), 4}) == std::vector<double>{0, -4, 0, 4});
}

TEST_CASE("delta = 1 + (d - 1) level^2 is reached by one entry above many just below the level") {
  for (const std::size_t d : {1, 2, 17, 100})
    for (const double level : {0.1, 0.5, 1.0}) {
      INFO("d = " << d << " level = " << level);
      std::vector<double> x(d, level * (1 - 1e-9));
      x[d / 2] = 1;
      const auto codec = threshold({{"level", level}}, d);
      const Guarantee g = codec->guarantee();
      CHECK_FALSE(g.unbiased);
      CHECK(g.delta == Approx(1 + (static_cast<double>(d) - 1) * level * level));
      const double error = measure(*codec, x, 2, 1).error.mean();
      CHECK(error <= 1 - 1 / g.delta + 1e-15);
      CHECK(error == Approx(1 - 1 / g.delta).epsilon(1e-8));
    }
}

TEST_CASE("a message is a list where that is shorter, else a bit for each entry") {
  // d = 100: 7 bits of count and 7 an index. The list is no longer than 100 bits up to 13 entries.
  const std::size_t d = 100;
  const auto codec = threshold({}, d);
  for (std::size_t count = 1; count <= d; ++count) {
    std::vector<double> x(d, 0.25);
    for (std::size_t i = 0; i < count; ++i) x[(37 * i) % d] = -1;
    const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
    const bool listed = count <= 13;
    CHECK(message.bits(Part::scalars) == (listed ? 1 + 7 : 1));
    CHECK(message.bits(Part::indices) == (listed ? 7 * count : 100));
    CHECK(message.bits(Part::values) == 64 * count);
    for (double& entry : x) entry = entry == -1 ? -1 : 0;
    CHECK(decoded(*codec, message, d) == x);
  }
  CHECK(codec->guarantee().expected_bits == 1 + 100 + 100 * 64);
}

TEST_CASE("zeros are never sent, not even of a zero vector or beside the smallest numbers") {
  const double least = std::numeric_limits<double>::denorm_min();
  const auto codec = threshold({{"level", 0.1}}, 20);
  CHECK(encoded(*codec, Vector(20), sender(1)).bits() == 1 + 5);  // a list of none
  std::vector<double> x(20);
  x[3] = least;
  const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
  CHECK(message.bits(Part::values) == 64);
  CHECK(decoded(*codec, message, 20) == x);
}

TEST_CASE("entries that are not finite are sent, so that nothing hides them") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const auto codec = threshold({}, 20);
  for (const std::size_t at : {0, 15, 16, 19}) {  // on both sides of where the scan changes its stride
    std::vector<double> x(20, 0.1);
    x[2] = 1;
    x[at] = nan;
    const std::vector<double> with_nan = passed(*codec, x);
    CHECK(std::isnan(with_nan[at]));
    CHECK(with_nan[2] == 1);
    CHECK(with_nan[5] == 0);
    x[at] = -inf;
    const std::vector<double> with_inf = passed(*codec, x);
    CHECK(with_inf[at] == -inf);
    CHECK(with_inf[2] == 0);
  }
  for (const double entry : passed(*codec, std::vector<double>(20, nan))) CHECK(std::isnan(entry));
}

TEST_CASE("the scan finds the same entries as a plain loop") {
  Stream stream(5, Purpose::test, 0, 0);
  for (std::size_t d = 1; d <= 70; ++d) {
    std::vector<double> x(d), expected(d);
    double largest = 0;
    for (double& entry : x) largest = std::max(largest, std::abs(entry = stream.normal()));
    for (std::size_t i = 0; i < d; ++i) expected[i] = std::abs(x[i]) >= 0.8 * largest ? x[i] : 0;
    CHECK(passed(*threshold({{"level", 0.8}}, d), x) == expected);
  }
}

TEST_CASE("levels outside (0, 1] are refused") {
  CHECK_THROWS_AS(threshold({{"level", 0}}, 5), InputError);
  CHECK_THROWS_AS(threshold({{"level", 1.1}}, 5), InputError);
  CHECK_THROWS_AS(threshold({}, std::size_t{1} << 32), InputError);
}

TEST_CASE("a count or an index beyond d, or indices out of order, are refused") {
  const auto codec = threshold({}, 100);
  CHECK_NOTHROW(decoded(*codec, list(2, 7, {3, 99}, 7), 100));
  CHECK_NOTHROW(decoded(*codec, list(0, 7, {}, 7), 100));
  CHECK_THROWS_WITH(decoded(*codec, list(101, 7, {}, 7), 100), "threshold: 101 entries in a message for 100");
  CHECK_THROWS_AS(decoded(*codec, list(100, 7, {3}, 7), 100), MessageError);
  for (const std::vector<std::uint32_t>& indices :
       {std::vector<std::uint32_t>{3, 100}, {3, 3}, {5, 3}, {127, 127}})
    CHECK_THROWS_WITH(decoded(*codec, list(2, 7, indices, 7), 100),
                      "threshold: the indices of a message are not ascending below 100");
  Message marked;  // three marks, two values
  marked.append(Part::scalars, 1, 1);
  marked.append(Part::indices, 0b111, 50);
  marked.append(Part::indices, 0, 50);
  for (int i = 0; i < 2; ++i) marked.append(Part::values, 0, 64);
  CHECK_THROWS_AS(decoded(*codec, marked, 100), MessageError);
  marked.append(Part::values, 0, 64);
  CHECK_NOTHROW(decoded(*codec, marked, 100));
}
