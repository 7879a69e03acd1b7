// uniform_8bit: the buckets and their means by hand, the worst vectors, and what happens at the ends of the
// number range. K = 2^bits buckets of width w.
#include <algorithm>
#include <limits>

#include "compressors/contract.hpp"
#include "compressors/variants.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> uniform(const Table& parameters, std::size_t d) {
  return compressors::catalogue().make({"uniform_8bit", parameters, ""}, Shape{d, 1});
}

std::vector<double> sent_through(Codec& codec, const std::vector<double>& x) {
  return decoded(codec, encoded(codec, Vector{std::span<const double>(x)}, sender(1)), x.size());
}

/// |C(x) - x|^2 / |x|^2, with means in float64.
double spread(int bits, const std::vector<double>& x) {
  const auto codec = uniform({{"bits", bits}, {"values", "float64"}}, x.size());
  const std::vector<double> y = sent_through(*codec, x);
  double error = 0;
  for (std::size_t i = 0; i < x.size(); ++i) error += (y[i] - x[i]) * (y[i] - x[i]);
  return error / squared(x);
}

double stated(int bits, std::size_t d) {
  return 1 - 1 / uniform({{"bits", bits}}, d)->guarantee().contraction();
}

}  // namespace

TEST_CASE("four buckets by hand") {
  // [0, 8] in buckets of 2: {0, 1}, {2, 3}, {4}, {8}.
  const auto codec = uniform({{"bits", 2}}, 6);
  const Vector x{3, 0, 8, 1, 4, 2};
  const Message message = encoded(*codec, x, sender(1));
  CHECK(message.bits(Part::values) == 6 * 2);
  CHECK(message.bits(Part::scalars) == 4 * 32);
  CHECK(message.bits() == 6 * 2 + 4 * 32);
  MessageReader reader(message);
  for (const std::uint64_t code : {1, 0, 3, 0, 2, 1}) CHECK(reader.read(2) == code);
  std::vector<double> means(4);
  reader.read_values(means, ValueFormat::float32);
  CHECK(means == std::vector<double>{0.5, 2.5, 4, 8});
  CHECK(decoded(*codec, message, 6) == std::vector<double>{2.5, 0.5, 8, 0.5, 4, 2.5});
}

TEST_CASE("only the buckets that occur have a mean") {
  const auto codec = uniform({}, 1000);
  CHECK(codec->guarantee().expected_bits == 1000 * 8 + 256 * 32);
  CHECK(uniform({}, 10)->guarantee().expected_bits == 10 * 8 + 10 * 32);
  CHECK(uniform({{"bits", 4}, {"values", "float64"}}, 100)->guarantee().expected_bits == 100 * 4 + 16 * 64);
  std::vector<double> x(1000, -1);
  x[3] = 1;
  x[500] = 0.25;
  const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
  CHECK(message.bits() == 1000 * 8 + 3 * 32);
  CHECK(decoded(*codec, message, 1000) == x);
}

TEST_CASE("a projection: the error is orthogonal to what is sent") {
  const std::size_t d = 5000;  // over two blocks
  const std::vector<double> x = test_vectors(d).front().x;
  for (const int bits : {1, 3, 8}) {
    const std::vector<double> y = sent_through(*uniform({{"bits", bits}, {"values", "float64"}}, d), x);
    double inner = 0;
    for (std::size_t i = 0; i < d; ++i) inner += (x[i] - y[i]) * y[i];
    CHECK(std::abs(inner) <= 1e-12 * squared(x));
    // Within a bucket the error of the mean is at most that of the middle, which is at most (w / 2)^2 an
    // entry.
    const auto [low, high] = std::minmax_element(x.begin(), x.end());
    const double width = (*high - *low) / std::exp2(bits);
    CHECK(spread(bits, x) * squared(x) <= static_cast<double>(d) * width * width / 4);
  }
}

TEST_CASE("the worst vectors come near the constant: 1 - 1/delta = d / (d + 2 K^2)") {
  for (const int bits : {2, 3, 5, 8})
    for (const std::size_t d : {std::size_t{100}, std::size_t{10000}}) {
      INFO(bits << " bits, d = " << d);
      const double K = std::exp2(bits), n = static_cast<double>(d);
      CHECK(stated(bits, d) == Approx(n / (n + 2 * K * K)));
      const double found = spread(bits, hard_vectors("uniform_8bit", {{"bits", bits}}, d).front());
      CHECK(found <= stated(bits, d));
      CHECK(found >= 0.94 * stated(bits, d));
    }
  // One bit: half of the entries just below the cut with -1, half just above with 1. Both means are of the
  // order 2/d, |C(x)|^2 = 4/d of |x|^2 = 2.
  const std::vector<double> x = hard_vectors("uniform_8bit", {{"bits", 1}}, 100).front();
  CHECK(spread(1, x) == Approx(0.98).epsilon(1e-4));
  CHECK(stated(1, 100) == Approx(0.99));
}

TEST_CASE("no vector is above the constant") {
  // Entries at and beside the edges of the buckets, many at the edges nearest to zero: where the search for a
  // counterexample ends. Few entries and few buckets, so that the ends of the range matter.
  Stream stream(5, Purpose::test, 0, 0);
  for (int trial = 0; trial < 20000; ++trial) {
    const int bits = 1 + static_cast<int>(stream.below(trial % 8 == 0 ? 8 : 3));
    const std::size_t d = 2 + stream.below(trial % 2 == 0 ? 8 : 60);
    const double K = std::exp2(bits), low = -K * stream.uniform();
    std::vector<double> x(d);
    for (double& entry : x) {
      const double edge = stream.bernoulli(0.7)
                              ? std::floor(-low) + static_cast<double>(stream.below(2))
                              : static_cast<double>(stream.below(static_cast<std::uint64_t>(K) + 1));
      entry = std::clamp(low + edge + (stream.bernoulli(0.5) ? -1e-9 : stream.uniform() * 0.1), low, low + K);
    }
    x[0] = low;
    x[1] = low + K;
    const double found = spread(bits, x);
    if (found > stated(bits, d))
      FAIL(bits << " bits, d = " << d << ": " << found << " > " << stated(bits, d));
  }
}

TEST_CASE("zero and constant vectors are one bucket, exact up to the format") {
  for (const double constant : {0.0, 0.1, -3.0, 1e300}) {
    const auto exact = uniform({{"values", "float64"}}, 17);
    const std::vector<double> x(17, constant);
    const Message message = encoded(*exact, Vector{std::span<const double>(x)}, sender(1));
    CHECK(message.bits() == 17 * 8 + 64);
    CHECK(decoded(*exact, message, 17) == x);
  }
  CHECK(sent_through(*uniform({}, 3), {0.1, 0.1, 0.1}) == std::vector<double>(3, 0.1f));
}

TEST_CASE("the range neither overflows nor loses digits") {
  const double largest = std::numeric_limits<double>::max(),
               smallest = std::numeric_limits<double>::denorm_min();
  const auto codec = uniform({{"values", "float64"}}, 4);
  for (const std::vector<double>& x : {std::vector<double>{-largest, largest, -largest, largest},
                                       std::vector<double>{-3 * smallest, smallest, 0, 2 * smallest},
                                       std::vector<double>{1, 1 + 0x1p-52, 1, 1 + 0x1p-52},
                                       std::vector<double>{largest, smallest, 0, -largest}}) {
    const std::vector<double> y = sent_through(*codec, x);
    for (std::size_t i = 0; i < 4; ++i) CHECK(y[i] == (x[i] == smallest && x[0] == largest ? 0 : x[i]));
  }
}

TEST_CASE("an entry that is not finite makes all of them NaN") {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto codec = uniform({}, 40);
  for (const double odd : {infinity, -infinity, std::numeric_limits<double>::quiet_NaN()})
    for (const std::size_t place : {std::size_t{0}, std::size_t{7}, std::size_t{39}}) {
      std::vector<double> x = test_vectors(40).front().x;
      x[place] = odd;
      const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
      CHECK(message.bits() == 40 * 8 + 32);
      for (const double entry : decoded(*codec, message, 40)) CHECK(std::isnan(entry));
    }
}

TEST_CASE("more or fewer means than buckets that occur are refused") {
  const auto codec = uniform({}, 3);
  for (const int means : {1, 2, 3}) {
    Message message;
    for (const std::uint64_t code : {7, 200, 7}) message.append(Part::values, code, 8);
    for (int i = 0; i < means; ++i) message.append(Part::scalars, 0, 32);
    if (means == 2)
      CHECK_NOTHROW(decoded(*codec, message, 3));
    else
      CHECK_THROWS_AS(decoded(*codec, message, 3), MessageError);
  }
}

TEST_CASE("a format that would need random rounding, or bits that are not, is a sentence") {
  CHECK_THROWS_WITH(uniform({{"values", "bfloat16"}}, 3),
                    "uniform_8bit.values must be one of float32, float64, got \"bfloat16\"");
  CHECK_THROWS_AS(uniform({{"bits", 0}}, 3), InputError);
  CHECK_THROWS_AS(uniform({{"bits", 9}}, 3), InputError);
}
