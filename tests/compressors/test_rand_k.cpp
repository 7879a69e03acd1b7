// rand_k: C(x)_i = (d/k) x_i for i in a random k-subset S, 0 elsewhere. E|C(x) - x|^2 = (d/k - 1) |x|^2 for
// every x.
#include <algorithm>

#include "compressors/contract.hpp"
#include "core/chi_square.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> rand_k(const Table& parameters, std::size_t d, int workers = 1) {
  return compressors::catalogue().make({"rand_k", parameters, ""}, Shape{d, workers});
}

/// The entries that were sent: those of 1, 2, ..., d that did not come out as zero.
std::vector<std::uint32_t> chosen(Codec& codec, std::size_t d, const Sender& from) {
  std::vector<double> x(d);
  for (std::size_t i = 0; i < d; ++i) x[i] = static_cast<double>(i + 1);
  const std::vector<double> y = decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, from), d);
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < d; ++i)
    if (y[i] != 0) out.push_back(i);
  return out;
}

}  // namespace

TEST_CASE("the spread is d/k - 1 and unscaled 1 - k/d, not more and not less") {
  const std::size_t d = 100;
  for (const int k : {1, 10, 50, 99, 100})
    for (const Named& vector : test_vectors(d)) {
      INFO("k = " << k << " " << vector.name);
      const auto codec = rand_k({{"k", k}}, d), unscaled = rand_k({{"k", k}, {"scaled", false}}, d);
      const double omega = static_cast<double>(d) / k - 1;
      CHECK(codec->guarantee().unbiased);
      CHECK(codec->guarantee().omega == Approx(omega).margin(1e-15));
      CHECK_FALSE(unscaled->guarantee().unbiased);
      CHECK(unscaled->guarantee().delta == Approx(static_cast<double>(d) / k));
      const Average scaled = measure(*codec, vector.x, 4000, 1).error;
      CHECK(std::abs(scaled.mean() - omega) <= 5 * scaled.error() + 1e-12);
      const Average plain = measure(*unscaled, vector.x, 4000, 1).error;
      CHECK(std::abs(plain.mean() - (1 - static_cast<double>(k) / d)) <= 5 * plain.error() + 1e-12);
    }
}

TEST_CASE("a packed message is k values, then k indices of ceil(log2 d) bits") {
  const std::size_t d = 100;  // 7 bits
  for (const auto& [format, bits] :
       {std::pair("float64", 64), std::pair("float32", 32), std::pair("bfloat16", 16)}) {
    const auto codec = rand_k({{"k", 3}, {"values", format}}, d);
    std::vector<double> x(d);
    for (std::size_t i = 0; i < d; ++i) x[i] = static_cast<double>(i);  // exact in every format
    const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
    CHECK(message.bits(Part::values) == static_cast<std::uint64_t>(3 * bits));
    CHECK(message.bits(Part::indices) == 3 * 7);
    CHECK(message.bits() == static_cast<std::uint64_t>(3 * (bits + 7)));
    CHECK(codec->guarantee().expected_bits == 3 * (bits + 7));
    std::vector<double> values(3);
    MessageReader reader(message);
    reader.read_values(values, bits == 64   ? ValueFormat::float64
                               : bits == 32 ? ValueFormat::float32
                                            : ValueFormat::bfloat16);
    const std::vector<double> y = decoded(*codec, message, d);
    for (const double value : values) {
      const std::uint64_t index = reader.read(7);
      CHECK(value == x[index]);  // unscaled on the wire
      CHECK(y[index] == Approx(value * 100 / 3));
    }
    CHECK_NOTHROW(reader.finish());
  }
}

TEST_CASE("a seeded message is k values, and chooses what the packed one does") {
  const std::size_t d = 100;
  const auto packed = rand_k({{"k", 10}}, d), seeded = rand_k({{"k", 10}, {"indices", "seed"}}, d);
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const Message message = encoded(*seeded, x, sender(round));
    REQUIRE(message.bits() == 10 * 64);
    REQUIRE(message.bits(Part::values) == 10 * 64);
    REQUIRE(decoded(*seeded, message, d) == decoded(*packed, encoded(*packed, x, sender(round)), d));
  }
  CHECK(seeded->guarantee().expected_bits == 10 * 64);
}

TEST_CASE("index bits are 0 for d = 1, and just enough at powers of two") {
  const std::pair<std::size_t, int> widths[] = {{1, 0}, {2, 1}, {64, 6}, {65, 7}, {128, 7}, {129, 8}};
  for (const auto& [d, width] : widths) {
    const auto codec = rand_k({{"k", 1}}, d);
    CHECK(encoded(*codec, Vector(d), sender(1)).bits(Part::indices) == static_cast<std::uint64_t>(width));
    CHECK(codec->guarantee().expected_bits == 64 + width);
  }
}

TEST_CASE("k = d sends everything exactly") {
  const auto codec = rand_k({{"k", 17}}, 17);
  const std::vector<double> x = test_vectors(17).front().x;
  CHECK(decoded(*codec, encoded(*codec, Vector{std::span<const double>(x)}, sender(1)), 17) == x);
  CHECK(codec->guarantee().omega == 0);
}

TEST_CASE("all C(6, 2) = 15 pairs are chosen equally often") {
  const auto codec = rand_k({{"k", 2}}, 6);
  std::vector<double> counts(36);
  for (std::uint64_t round = 1; round <= 15000; ++round) {
    const auto pair = chosen(*codec, 6, sender(round));
    REQUIRE(pair.size() == 2);
    counts[6 * pair[0] + pair[1]] += 1;
  }
  counts.erase(std::remove(counts.begin(), counts.end(), 0.0), counts.end());
  REQUIRE(counts.size() == 15);
  CHECK(chi_square(counts) < chi_square_bound(15));
}

TEST_CASE("workers, rounds and seeds choose independently") {
  // Two independent 10-subsets of 100 share one entry on average: hypergeometric, variance 1 * .9 * (90/99).
  const std::size_t d = 100;
  const auto codec = rand_k({{"k", 10}}, d);
  const auto shared = [&](const Sender& a, const Sender& b) {
    const auto x = chosen(*codec, d, a), y = chosen(*codec, d, b);
    std::vector<std::uint32_t> both;
    std::set_intersection(x.begin(), x.end(), y.begin(), y.end(), std::back_inserter(both));
    return static_cast<double>(both.size());
  };
  double workers = 0, rounds = 0, seeds = 0;
  const int n = 1000;
  for (std::uint64_t i = 1; i <= n; ++i) {
    workers += shared(sender(i, 0), sender(i, 1));
    rounds += shared(sender(i, 0), sender(i + 1, 0));
    seeds += shared(sender(1, 0, 1, i), sender(1, 0, 1, i + 1));
  }
  const double bound = 5 * std::sqrt(n * 0.9 * 90 / 99);
  CHECK(std::abs(workers - n) < bound);
  CHECK(std::abs(rounds - n) < bound);
  CHECK(std::abs(seeds - n) < bound);
}

TEST_CASE("k below one is a fraction of d, at least one entry") {
  CHECK(chosen(*rand_k({{"k", 0.02}}, 100), 100, sender(1)).size() == 2);
  CHECK(chosen(*rand_k({{"k", 0.02}}, 10), 10, sender(1)).size() == 1);
  CHECK(chosen(*rand_k({{"k", 0.999}}, 10), 10, sender(1)).size() == 10);
  CHECK(chosen(*rand_k({}, 100), 100, sender(1)).size() == 10);  // the default is a tenth
}

TEST_CASE("a k that cannot be is a sentence") {
  CHECK_NOTHROW(rand_k({{"k", 10}}, 10));
  CHECK_THROWS_AS(rand_k({{"k", 11}}, 10), InputError);
  CHECK_THROWS_WITH(rand_k({{"k", 11}}, 10),
                    "rand_k.k = 11 is more than the 10 there are; give at most that, or a fraction below 1");
  CHECK_THROWS_AS(rand_k({{"k", 0}}, 10), InputError);
  CHECK_THROWS_AS(rand_k({{"k", 1}}, std::size_t{1} << 32), InputError);
}

TEST_CASE("messages of another length, or with an index beyond d, are refused") {
  const std::size_t d = 100;
  const auto three = rand_k({{"k", 3}}, d), four = rand_k({{"k", 4}}, d),
             seeded = rand_k({{"k", 3}, {"indices", "seed"}}, d);
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  CHECK_THROWS_AS(decoded(*four, encoded(*three, x, sender(1)), d), MessageError);
  CHECK_THROWS_AS(decoded(*three, encoded(*four, x, sender(1)), d), MessageError);
  CHECK_THROWS_AS(decoded(*seeded, encoded(*three, x, sender(1)), d), MessageError);
  CHECK_THROWS_AS(decoded(*three, encoded(*seeded, x, sender(1)), d), MessageError);
  for (const std::uint32_t index : {99u, 100u, 127u}) {
    Message message;
    for (int i = 0; i < 3; ++i) message.append(Part::values, 0, 64);
    message.append_words(Part::indices, std::vector<std::uint32_t>{0, 1, index}, 7);
    if (index < d)
      CHECK_NOTHROW(decoded(*three, message, d));
    else
      CHECK_THROWS_WITH(decoded(*three, message, d),
                        "rand_k: index " + std::to_string(index) + " in a message for 100 entries");
  }
}
