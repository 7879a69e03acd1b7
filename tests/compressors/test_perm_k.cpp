// perm_k: the workers share the coordinates out by one random permutation. d >= M: C_m(x) = M x on the block
// of worker m; d < M: d x_j at one coordinate j.
#include <algorithm>
#include <map>
#include <numeric>

#include "compressors/contract.hpp"
#include "core/chi_square.hpp"

using namespace contract;

namespace {

std::unique_ptr<Compressor> perm_k(std::size_t d, int workers, const Table& parameters = {}) {
  return compressors::catalogue().make({"perm_k", parameters, ""}, Shape{d, workers});
}

std::vector<std::vector<double>> normal_vectors(std::size_t d, int workers) {
  std::vector<std::vector<double>> x(static_cast<std::size_t>(workers), std::vector<double>(d));
  Stream stream(97, Purpose::test, d, static_cast<std::uint64_t>(workers));
  for (auto& vector : x)
    for (double& entry : vector) entry = 0.5 + stream.normal();
  return x;
}

std::vector<double> mean_of(const std::vector<std::vector<double>>& x) {
  std::vector<double> mean(x.front().size());
  for (const auto& vector : x)
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += vector[i] / static_cast<double>(x.size());
  return mean;
}

double mean_square(const std::vector<std::vector<double>>& x) {
  double sum = 0;
  for (const auto& vector : x) sum += squared(vector) / static_cast<double>(x.size());
  return sum;
}

/// (1/M) sum C_m(x_m) in a round.
std::vector<double> decoded_mean(Codec& codec, const std::vector<std::vector<double>>& x,
                                 std::uint64_t round) {
  Vector sum(x.front().size());
  const int workers = static_cast<int>(x.size());
  for (std::size_t m = 0; m < x.size(); ++m)
    codec.decode_add(encoded(codec, Vector{std::span<const double>(x[m])}, sender(round, m, workers)),
                     1.0 / workers, sum);
  return sum.to_host();
}

double distance(const std::vector<double>& x, const std::vector<double>& y) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

/// |mean - xbar|^2 over the rounds.
Average joint_error(Codec& codec, const std::vector<std::vector<double>>& x, std::uint64_t rounds) {
  const std::vector<double> mean = mean_of(x);
  Average error;
  for (std::uint64_t round = 1; round <= rounds; ++round)
    error.add(distance(decoded_mean(codec, x, round), mean));
  return error;
}

/// The coordinates that every worker sends in a round, and the factor they are sent with.
std::vector<std::vector<std::size_t>> shares(Codec& codec, std::size_t d, int workers, std::uint64_t round,
                                             double factor) {
  std::vector<std::vector<std::size_t>> out;
  for (std::uint64_t m = 0; m < static_cast<std::uint64_t>(workers); ++m) {
    const Vector ones(std::vector<double>(d, 1));
    const auto y = decoded(codec, encoded(codec, ones, sender(round, m, workers)), d);
    out.emplace_back();
    for (std::size_t i = 0; i < d; ++i)
      if (y[i] != 0) {
        CHECK(y[i] == factor);
        out.back().push_back(i);
      }
  }
  return out;
}

}  // namespace

TEST_CASE("with d >= M every coordinate has one owner, and blocks differ by at most one") {
  for (const auto& [d, workers] :
       {std::pair<std::size_t, int>(12, 4), {13, 4}, {15, 4}, {4, 4}, {5, 4}, {7, 1}}) {
    INFO("d = " << d << " M = " << workers);
    const auto codec = perm_k(d, workers);
    const std::size_t M = static_cast<std::size_t>(workers);
    for (std::uint64_t round = 1; round <= 50; ++round) {
      std::vector<int> owners(d);
      std::size_t longer = 0;
      for (const auto& block : shares(*codec, d, workers, round, workers)) {
        CHECK((block.size() == d / M || block.size() == d / M + 1));
        longer += block.size() > d / M ? 1 : 0;
        for (const std::size_t i : block) owners[i] += 1;
      }
      CHECK(longer == d % M);
      CHECK(owners == std::vector<int>(d, 1));
    }
  }
}

TEST_CASE("with d < M every worker sends one coordinate, held floor(M/d) or ceil(M/d) times") {
  for (const auto& [d, workers] : {std::pair<std::size_t, int>(2, 6), {3, 7}, {1, 3}, {4, 5}}) {
    INFO("d = " << d << " M = " << workers);
    const auto codec = perm_k(d, workers);
    const std::size_t M = static_cast<std::size_t>(workers);
    for (std::uint64_t round = 1; round <= 50; ++round) {
      std::vector<std::size_t> holders(d);
      for (const auto& block : shares(*codec, d, workers, round, static_cast<double>(d))) {
        REQUIRE(block.size() == 1);
        holders[block.front()] += 1;
      }
      for (const std::size_t count : holders) CHECK((count == M / d || count == (M + d - 1) / d));
    }
  }
}

TEST_CASE("equal vectors are averaged exactly, for d >= M and for d dividing M") {
  for (const auto& [d, workers] :
       {std::pair<std::size_t, int>(100, 10), {101, 10}, {10, 10}, {5, 10}, {1, 10}, {19, 10}}) {
    INFO("d = " << d << " M = " << workers);
    const std::vector<double> x = test_vectors(d).front().x;
    const std::vector<std::vector<double>> same(static_cast<std::size_t>(workers), x);
    const auto codec = perm_k(d, workers);
    for (std::uint64_t round = 1; round <= 20; ++round) {
      const std::vector<double> y = decoded_mean(*codec, same, round);
      for (std::size_t i = 0; i < d; ++i) CHECK(y[i] == Approx(x[i]).epsilon(1e-14));
    }
  }
}

TEST_CASE("with d >= M the joint error is the spread of the vectors, no more and no less") {
  for (const auto& [d, workers] : {std::pair<std::size_t, int>(12, 4), {14, 4}, {5, 4}, {4, 4}}) {
    INFO("d = " << d << " M = " << workers);
    const auto codec = perm_k(d, workers);
    const Guarantee g = codec->guarantee();
    CHECK(g.omega == workers - 1);
    CHECK(g.joint_a == 1);
    CHECK(g.joint_b == 1);
    CHECK(g.needs_all_workers);
    const auto x = normal_vectors(d, workers);
    const Average error = joint_error(*codec, x, 20000);
    const double spread = mean_square(x) - squared(mean_of(x));
    REQUIRE(error.error() < 0.02 * spread);
    CHECK(std::abs(error.mean() - spread) < 5 * error.error());
    const Average alone = measure(*codec, x.front(), 20000, workers).error;
    CHECK(std::abs(alone.mean() - (workers - 1)) < 5 * alone.error());
  }
}

TEST_CASE("with d < M the joint constants are those of all permutations, counted") {
  // E|mean - xbar|^2 = A (1/M) sum |x_m|^2 - B |xbar|^2, over all d! orders of coordinates and M! of workers.
  for (const auto& [d, workers] :
       {std::pair<std::size_t, int>(2, 3), {2, 4}, {3, 5}, {4, 5}, {3, 6}, {1, 3}}) {
    INFO("d = " << d << " M = " << workers);
    const auto x = normal_vectors(d, workers);
    const std::vector<double> mean = mean_of(x);
    std::vector<std::size_t> coordinates(d), order(x.size());
    std::iota(coordinates.begin(), coordinates.end(), std::size_t{0});
    double sum = 0, count = 0;
    do {
      std::iota(order.begin(), order.end(), std::size_t{0});
      do {
        std::vector<double> y(d);
        for (std::size_t m = 0; m < x.size(); ++m) {
          const std::size_t j = coordinates[order[m] % d];
          y[j] += static_cast<double>(d) * x[m][j] / workers;
        }
        sum += distance(y, mean);
        count += 1;
      } while (std::next_permutation(order.begin(), order.end()));
    } while (std::next_permutation(coordinates.begin(), coordinates.end()));
    const auto codec = perm_k(d, workers);
    const Guarantee g = codec->guarantee();
    const double stated = g.joint_a * mean_square(x) - g.joint_b * squared(mean);
    CHECK(stated == Approx(sum / count).margin(1e-14));
    CHECK(g.omega == static_cast<double>(d) - 1);
    const Average error = joint_error(*codec, x, 5000);  // and the codec does just that
    CHECK(std::abs(error.mean() - stated) < 5 * error.error() + 1e-14);
  }
}

TEST_CASE("for M = q d both joint constants are (d - 1) / (M - 1), else they differ by r (d - r) / M^2") {
  const Guarantee twenty = perm_k(5, 20)->guarantee();
  CHECK(twenty.joint_a == Approx(4.0 / 19));
  CHECK(twenty.joint_b == Approx(4.0 / 19));
  const Guarantee odd = perm_k(5, 23)->guarantee();
  CHECK(odd.joint_a - odd.joint_b == Approx(3 * 2 / (23.0 * 23.0)));
}

TEST_CASE("with one worker nothing changes") {
  const auto codec = perm_k(17, 1);
  const std::vector<double> x = test_vectors(17).front().x;
  CHECK(decoded(*codec, encoded(*codec, Vector{std::span<const double>(x)}, sender(3)), 17) == x);
  CHECK(codec->guarantee().omega == 0);
  CHECK(codec->guarantee().expected_bits == 17 * 64);
}

TEST_CASE("all 6!/(2! 2! 2!) = 90 ways to share six coordinates among three are equally likely") {
  const auto codec = perm_k(6, 3);
  std::map<std::vector<std::vector<std::size_t>>, double> seen;
  for (std::uint64_t round = 1; round <= 18000; ++round) seen[shares(*codec, 6, 3, round, 3)] += 1;
  REQUIRE(seen.size() == 90);
  std::vector<double> counts;
  for (const auto& [share, count] : seen) counts.push_back(count);
  CHECK(chi_square(counts) < chi_square_bound(90));
}

TEST_CASE("a message is the block's values and nothing else; its length is right on average") {
  const auto codec = perm_k(14, 4);  // two blocks of 4, two of 3
  CHECK(codec->guarantee().expected_bits == 3.5 * 64);
  Average bits;
  for (std::uint64_t round = 1; round <= 2000; ++round) {
    double sum = 0;
    for (std::uint64_t m = 0; m < 4; ++m) {
      const Message message = encoded(*codec, Vector(14), sender(round, m, 4));
      CHECK(message.bits(Part::values) == message.bits());
      sum += static_cast<double>(message.bits());
      if (m == 2) bits.add(static_cast<double>(message.bits()));
    }
    CHECK(sum == 14 * 64);  // all workers together send every coordinate once
  }
  CHECK(std::abs(bits.mean() - 3.5 * 64) < 5 * bits.error());
}

TEST_CASE("a compressor for the values multiplies 1 + omega by its own") {
  // bernoulli with p = 1/2 keeps or drops a whole block, doubled: E|C(v)|^2 = 2 |v|^2 exactly. So with d >= M
  // E|mean - xbar|^2 = 2 (1/M) sum |x_m|^2 - |xbar|^2; with d < M A grows by d/M.
  const Table half{{"values", Table{{"type", "bernoulli"}, {"p", 0.5}}}};
  for (const auto& [d, workers] : {std::pair<std::size_t, int>(14, 4), {12, 4}, {2, 4}, {3, 4}}) {
    INFO("d = " << d << " M = " << workers);
    const double D = static_cast<double>(d);
    const auto codec = perm_k(d, workers, half);
    const Guarantee g = codec->guarantee(), plain = perm_k(d, workers)->guarantee();
    CHECK(1 + g.omega == Approx(2 * (1 + plain.omega)));
    CHECK(g.joint_a == Approx(plain.joint_a + std::min(1.0, D / workers)));
    CHECK(g.joint_b == plain.joint_b);
    const auto x = normal_vectors(d, workers);
    const Average error = joint_error(*codec, x, 20000);
    const double stated = g.joint_a * mean_square(x) - g.joint_b * squared(mean_of(x));
    REQUIRE(error.error() < 0.02 * stated);
    CHECK(std::abs(error.mean() - stated) < 5 * error.error());
  }
}

TEST_CASE("what does not fit is a sentence, and a message of another team a mistake") {
  CHECK_THROWS_WITH(perm_k(10, 2, {{"values", "threshold"}}),
                    "perm_k.values: 'threshold' is biased, and perm_k must stay unbiased; use an unbiased "
                    "compressor such as natural");
  CHECK_THROWS_AS(perm_k(10, 2, {{"values", "perm_k"}}), InputError);
  CHECK_THROWS_AS(perm_k(std::size_t{1} << 32, 2), InputError);
  const auto codec = perm_k(10, 2);
  CHECK_THROWS_AS(encoded(*codec, Vector(10), sender(1, 0, 3)), std::logic_error);
  CHECK_THROWS_AS(encoded(*codec, Vector(10), sender(1, 2, 2)), std::logic_error);
  const auto longer = perm_k(12, 2);
  CHECK_THROWS_AS(decoded(*codec, encoded(*longer, Vector(12), sender(1, 0, 2)), 10), MessageError);
}
