// The field `values` of compressors that choose entries, through rand_k: formats, nested compressors, and
// what is refused.
#include "compressors/contract.hpp"
#include "compressors/everyone.hpp"
#include "compressors/variants.hpp"
#include "core/chi_square.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> rand_k(const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({"rand_k", parameters, ""}, Shape{d, 1});
}

Table half(const Value& values = "float64") { return nested("rand_k", {{"k", 0.5}, {"values", values}}); }

}  // namespace

TEST_CASE("a format and identity in this format are one message") {
  const std::size_t d = 100;
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  for (const char* format : {"float64", "float32"}) {
    const auto plain = rand_k({{"values", format}}, d);
    const auto inside = rand_k({{"values", nested("identity", {{"values", format}})}}, d);
    CHECK(plain->guarantee().expected_bits == inside->guarantee().expected_bits);
    for (std::uint64_t round = 1; round <= 20; ++round)
      REQUIRE(bytes_of(encoded(*plain, x, sender(round))) == bytes_of(encoded(*inside, x, sender(round))));
  }
}

TEST_CASE("inner and outer choices are independent: all pairs, and either of a pair, come equally often") {
  // Two of four entries, of them one: 6 * 2 = 12 outcomes. The message: the value and its place among the two
  // (1 bit), then the two indices of 2 bits.
  const auto codec = rand_k({{"k", 2}, {"values", nested("rand_k", {{"k", 1}})}}, 4);
  const Vector x{1, 2, 3, 4};
  std::vector<double> counts(32);
  for (std::uint64_t round = 1; round <= 12000; ++round) {
    const Message message = encoded(*codec, x, sender(round));
    REQUIRE(message.bits() == 64 + 1 + 2 * 2);
    MessageReader reader(message);
    double value[1];
    reader.read_values(value, ValueFormat::float64);
    const std::uint64_t place = reader.read(1), first = reader.read(2), second = reader.read(2);
    REQUIRE(value[0] == static_cast<double>(place == 0 ? first : second) + 1);
    // By the pair and by which of it, the smaller or the larger, so that the order of sampling does not
    // matter.
    const std::uint64_t small = std::min(first, second), large = std::max(first, second);
    counts[(small * 4 + large) * 2 + (value[0] == static_cast<double>(large) + 1)] += 1;
  }
  counts.erase(std::remove(counts.begin(), counts.end(), 0.0), counts.end());
  REQUIRE(counts.size() == 12);
  CHECK(chi_square(counts) < chi_square_bound(12));
}

TEST_CASE("three levels: one of two of four of eight entries, every one equally often, with omega = 7") {
  const auto codec = rand_k({{"k", 0.5}, {"values", half(half())}}, 8);
  CHECK(codec->guarantee().omega == Approx(7));
  const Vector x{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<double> counts(8);
  for (std::uint64_t round = 1; round <= 8000; ++round) {
    const Message message = encoded(*codec, x, sender(round));
    REQUIRE(message.bits() == 64 + 1 + 2 * 2 + 4 * 3);
    const std::vector<double> y = decoded(*codec, message, 8);
    for (std::size_t i = 0; i < 8; ++i)
      if (y[i] != 0) {
        counts[i] += 1;
        REQUIRE(y[i] == 8 * static_cast<double>(i + 1));
      }
  }
  CHECK(chi_square(counts) < chi_square_bound(8));
  for (const Named& vector : test_vectors(8)) {
    const Average error = measure(*codec, vector.x, 4000, 1).error;
    CHECK(std::abs(error.mean() - 7) <= 5 * error.error() + 1e-12);
  }
}

TEST_CASE("a contractive one inside an unscaled one contracts with the product") {
  // Half of the entries, of them half: a quarter of |x|^2 is kept on average.
  const std::size_t d = 100;
  for (const Table& inner :
       {nested("rand_k", {{"k", 0.5}, {"scaled", false}}), nested("scaled", {{"of", half()}})}) {
    const auto codec = rand_k({{"k", 0.5}, {"scaled", false}, {"values", inner}}, d);
    CHECK(codec->guarantee().delta == Approx(4));
    for (const Named& vector : test_vectors(d)) {
      const Average error = measure(*codec, vector.x, 4000, 1).error;
      CHECK(std::abs(error.mean() - 0.75) <= 5 * error.error() + 1e-12);
    }
  }
}

TEST_CASE("values that do not fit are a sentence") {
  NeedsAllWorkers::enter();
  CHECK_THROWS_WITH(rand_k({{"values", nested("rand_k", {{"scaled", false}})}}, 100),
                    "rand_k.values: 'rand_k' is biased, and rand_k must stay unbiased; use an unbiased "
                    "compressor such as natural");
  CHECK_THROWS_WITH(
      rand_k({{"k", 20}, {"scaled", false}, {"values", half()}}, 100),
      "rand_k.values: 'rand_k' has omega = 1 for 20 numbers, and rand_k contracts only with omega "
      "< 1; use a finer one, or wrap it in scaled");
  CHECK_THROWS_WITH(rand_k({{"values", "everyone"}}, 100),
                    "rand_k.values: 'everyone' splits coordinates among the workers, who have not chosen the "
                    "same ones; use a compressor of single vectors");
  CHECK_THROWS_AS(rand_k({{"values", "float16"}}, 100), InputError);
  CHECK_THROWS_AS(rand_k({{"values", nested("rand_k", {{"k", 11}})}}, 100), InputError);  // of 10 values
  CHECK_THROWS_AS(rand_k({{"values", nested("float32")}, {"k", 0}}, 100), InputError);
}

TEST_CASE("eight compressors inside one another work, a ninth is refused") {
  // Half of half of ... of 512 entries: nine times half leaves one.
  const auto chain = [](int levels) {
    Table table = half();
    for (int level = 1; level < levels; ++level) table = half(table);
    return table;
  };
  const std::size_t d = 512;
  const auto codec = rand_k({{"k", 0.5}, {"values", chain(8)}}, d);
  CHECK(codec->guarantee().omega == Approx(511));
  const Vector x{std::span<const double>(test_vectors(d).front().x)};
  const std::vector<double> entries = x.to_host();
  const Message message = encoded(*codec, x, sender(1));
  CHECK(message.bits(Part::values) == 64);
  const std::vector<double> y = decoded(*codec, message, d);
  int sent = 0;
  for (std::size_t i = 0; i < d; ++i)
    if (y[i] != 0) {
      sent += 1;
      CHECK(y[i] == 512 * entries[i]);
    }
  CHECK(sent == 1);
  CHECK_THROWS_WITH(rand_k({{"k", 0.5}, {"values", chain(9)}}, d),
                    "rand_k.values: 'rand_k' lies inside 9 other compressors, and 8 is the most; nest fewer");
}

TEST_CASE("too many whole-vector compressors inside one another are refused, too") {
  const auto chain = [](int levels) {
    Table table = half();
    for (int level = 0; level < levels; ++level)
      table = nested("composed", {{"first", half()}, {"then", table}});
    return table;
  };
  const auto make = [&](int levels) {
    return compressors::catalogue().make({"composed", {{"then", chain(levels)}}, ""}, Shape{64, 1});
  };
  CHECK_NOTHROW(make(7));
  CHECK_THROWS_WITH(
      make(8), "composed.first: 'rand_k' lies inside 9 other compressors, and 8 is the most; nest fewer");
}
