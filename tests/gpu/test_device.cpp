// Every kernel of the card against the host's. Numbers are small integers where equality is asked for: every
// product and sum is then exact, in any order, fused or not, so the card must give the host's numbers to the
// bit.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/core/errors.hpp>
#include <trivium/core/stream.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/gpu/compress.hpp>
#include <trivium/gpu/device.hpp>

#include "numbers.hpp"

using namespace trivium;
using namespace trivium::testing;

namespace {

// Around a warp, around nothing, and large enough that the grid has to stride.
const std::size_t sizes[] = {0, 1, 31, 32, 33, 1000, 100003, many};
const Dtype dtypes[] = {Dtype::float64, Dtype::float32};

bool same(const Vector& card, const Vector& host) { return card.to_host() == host.to_host(); }

/// out = sum of weights[i] * terms[i], for a number of terms known at run time.
void combine_all(Vector& out, const std::vector<double>& weights, const std::vector<Vector>& terms) {
  std::vector<ConstBlock> blocks;
  for (std::size_t i = 0; i < weights.size(); ++i) blocks.push_back({weights[i], terms[i].data()});
  out.device().combine(out.data(), blocks, out.size(), out.dtype());
}

template <class F>
void for_every_vector(F f) {
  for (const Dtype dtype : dtypes)
    for (const std::size_t size : sizes) {
      INFO("size " << size << " of " << name_of(dtype));
      f(size, dtype);
    }
}

}  // namespace

TEST_CASE("without a card the room says why and what to do") {
  if (gpu::available()) {
    CHECK(gpu::why_not().empty());
    CHECK_FALSE(gpu::card_name().empty());
    CHECK(&gpu::device() == &gpu::device());
    return;
  }
  const std::string sentence = gpu::why_not();
  const bool no_cuda = sentence == "built without CUDA: configure with -DTRIVIUM_CUDA=ON to run on a GPU";
  const bool no_device = sentence.starts_with("no CUDA device found: ") && sentence.size() > 30;
  const bool too_old = sentence.find("has compute capability") != std::string::npos;
  INFO(sentence);
  CHECK((no_cuda || no_device || too_old));
  CHECK_THROWS_AS(gpu::device(), InputError);
  CHECK_THROWS_WITH(gpu::device(), sentence);
  CHECK(gpu::card_name().empty());
  CHECK_NOTHROW(gpu::synchronize());
}

TEST_CASE("a vector goes to the card and comes back unchanged") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    const Vector x = reals(size, dtype, 0);
    const Vector there = on_card(x);
    CHECK_FALSE(there.on_host());
    Vector back(size, dtype);
    copy(back, there);
    CHECK(same(back, x));
    const Vector twin = there;  // from card to card
    CHECK(same(twin, x));
    Vector other(size, dtype == Dtype::float64 ? Dtype::float32 : Dtype::float64, gpu::device());
    copy(other, x);  // float64 to float32 rounds as on the host, float32 to float64 is exact
    Vector expected(size, other.dtype());
    copy(expected, x);
    CHECK(same(other, expected));
  });
}

TEST_CASE("a new vector on the card is zero, also where another one was") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    { Vector dirty = on_card(reals(size, dtype, 0)); }
    CHECK(same(Vector(size, dtype, gpu::device()), Vector(size, dtype)));
  });
}

TEST_CASE("a step of Adam on the card is the host's to rounding") {
  if (no_card()) return;
  const AdamStep step{
      .step = 0.1, .first = 0.9, .second = 0.99, .epsilon = 1e-8, .first_sum = 0.19, .second_sum = 0.0199};
  for_every_vector([&](std::size_t size, Dtype dtype) {
    Vector z = reals(size, dtype, 0), m = reals(size, dtype, 1), v(size, dtype), g = reals(size, dtype, 2);
    fill(v, 1);
    Vector card_z = on_card(z), card_m = on_card(m), card_v = on_card(v);
    adam(card_z, card_z, card_m, card_v, on_card(g), step);
    adam(z, z, m, v, g, step);
    const double tolerance = dtype == Dtype::float64 ? 1e-14 : 1e-5;
    for (const auto& [card, host] : {std::pair{&card_z, &z}, {&card_m, &m}, {&card_v, &v}}) {
      const std::vector<double> found = card->to_host(), expected = host->to_host();
      for (std::size_t i = 0; i < size; ++i)
        if (std::abs(found[i] - expected[i]) > tolerance) FAIL("entry " << i);
    }
  });
}

TEST_CASE("the card combines 1 to 8 terms as the host does") {
  if (no_card()) return;
  const std::vector<double> weights{3, -1, 2, 5, -4, 1, -7, 6};  // sums below 29 * 1000, exact in float32 too
  for_every_vector([&](std::size_t size, Dtype dtype) {
    std::vector<Vector> x;
    for (std::uint64_t i = 0; i < max_terms; ++i) x.push_back(integers(size, dtype, i));
    const std::vector<Vector> y = on_card(x);
    for (std::size_t count = 1; count <= max_terms; ++count) {
      const std::vector<double> w(weights.begin(), weights.begin() + count);
      Vector expected(size, dtype), found = on_card(expected);
      combine_all(expected, w, x);
      combine_all(found, w, y);
      INFO(count << " terms");
      CHECK(same(found, expected));
    }
  });
}

TEST_CASE("the result may be any one of the terms") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    for (std::size_t place = 0; place < 3; ++place) {
      std::vector<Vector> x{integers(size, dtype, 0), integers(size, dtype, 1), integers(size, dtype, 2)};
      std::vector<Vector> y = on_card(x);
      combine_all(x[place], {2, -3, 1}, x);
      combine_all(y[place], {2, -3, 1}, y);
      INFO("term " << place);
      CHECK(same(y[place], x[place]));
    }
    Vector x = integers(size, dtype, 0), y = on_card(x);
    combine(x, {{2, x}, {3, x}});
    combine(y, {{2, y}, {3, y}});
    CHECK(same(y, x));
  });
}

TEST_CASE("weights take the type of the vector") {
  if (no_card()) return;
  // One product, one rounding: 0.1 as float32 times an integer is the same number everywhere.
  for_every_vector([](std::size_t size, Dtype dtype) {
    Vector x = integers(size, dtype, 0), y = on_card(x);
    combine(x, {{0.1, x}});
    combine(y, {{0.1, y}});
    CHECK(same(y, x));
  });
}

TEST_CASE("combinations of reals agree to rounding") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    const Vector a = reals(size, dtype, 0), b = reals(size, dtype, 1), c = reals(size, dtype, 2);
    const Vector p = on_card(a), q = on_card(b), r = on_card(c);
    Vector expected(size, dtype), found = on_card(expected);
    combine(expected, {{0.3, a}, {0.7, b}, {-1.1, c}});
    combine(found, {{0.3, p}, {0.7, q}, {-1.1, r}});
    // At most five roundings on each side (fewer where fused) of numbers below 2 (0.3 + 0.7 + 1.1) = 4.2.
    const std::vector<double> e = expected.to_host(), f = found.to_host();
    double worst = 0;
    for (std::size_t i = 0; i < size; ++i) worst = std::max(worst, std::abs(e[i] - f[i]));
    CHECK(worst <= 10 * unit(dtype) * 4.2);
  });
}

TEST_CASE("products and distances of integers are exact") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    const Vector x = integers(size, dtype, 0), y = integers(size, dtype, 1);
    const Vector p = on_card(x), q = on_card(y);
    CHECK(dot(p, q) == dot(x, y));
    CHECK(dot(p, p) == dot(x, x));
    CHECK(squared_distance(p, q) == squared_distance(x, y));
    CHECK(squared_distance(p, p) == 0);
    CHECK(norm(p) == norm(x));
  });
}

TEST_CASE("products of reals are the same in every run and close to the host's") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    const Vector x = reals(size, dtype, 0), y = reals(size, dtype, 1);
    const Vector p = on_card(x), q = on_card(y);
    const double first = dot(p, q), distance = squared_distance(p, q);
    for (int repeat = 1; repeat < 10; ++repeat) {
      CHECK(dot(p, q) == first);
      CHECK(squared_distance(p, q) == distance);
    }
    // Terms are below 4 and 16. Accumulated in float64 the order moves the sum by about sqrt(n) 2^-53 of the
    // terms' total; in float32 it would move by 1e-6 of it, and a lost entry by at least 1 in the product.
    CHECK(std::abs(first - dot(x, y)) <= 1e-12 * 4 * static_cast<double>(size));
    CHECK(std::abs(distance - squared_distance(x, y)) <= 1e-12 * 16 * static_cast<double>(size));
  });
}

TEST_CASE("the card fills a vector with one number") {
  if (no_card()) return;
  for_every_vector([](std::size_t size, Dtype dtype) {
    Vector x(size, dtype), y(size, dtype, gpu::device());
    fill(x, 0.1);
    fill(y, 0.1);
    CHECK(same(y, x));
  });
}

TEST_CASE("entries are picked and added to by index") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes) {
    const std::size_t size = many;
    const Vector x = integers(size, dtype, 0);
    const Vector y = on_card(x);
    // Up and down again: the room for indices on the card grows, and is then larger than needed.
    for (const std::size_t count : {0ul, 1ul, 31ul, 33ul, 1000ul, many / 2, 32ul, 7ul}) {
      INFO(count << " indices, " << name_of(dtype));
      std::vector<std::uint32_t> indices(count);
      Stream(3, Purpose::test, count, 0).sample(static_cast<std::uint32_t>(size), indices);
      std::vector<double> expected(count, -1), found(count, -2);
      gather(x, indices, expected);
      gather(y, indices, found);
      CHECK(found == expected);

      Vector sum = x, sum_on_card = y;
      scatter_add(sum, indices, -3, expected);
      scatter_add(sum_on_card, indices, -3, expected);
      CHECK(same(sum_on_card, sum));
    }
  }
}

TEST_CASE("stretches of entries are packed and added") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes)
    for (const std::size_t length : {1ul, 7ul, 256ul, 5000ul}) {
      INFO("stretches of " << length << ", " << name_of(dtype));
      const Vector x = integers(many, dtype, 0);
      std::vector<std::uint32_t> begins(many / 3 / length);  // of every third stretch, from the last one
      for (std::size_t i = 0; i < begins.size(); ++i)
        begins[i] = static_cast<std::uint32_t>(many - (3 * i + 1) * length);
      const gpu::Stretches chosen{begins, length};
      Stream unused(1, Purpose::test, 0, 0);
      std::vector<std::uint64_t> packed(gpu::words_of(chosen.count(), ValueFormat::float32));
      gpu::pack_entries(on_card(x), chosen, ValueFormat::float32, unused, packed);

      const std::vector<double> entries = x.to_host();
      std::vector<double> sum = entries;
      std::vector<float> expected, found(chosen.count());
      for (const std::uint32_t begin : begins)
        for (std::size_t i = begin; i < begin + length; ++i) {
          expected.push_back(static_cast<float>(entries[i]));
          sum[i] += -2 * entries[i];
        }
      std::memcpy(found.data(), packed.data(), 4 * found.size());
      CHECK(found == expected);

      Vector out = on_card(x);
      gpu::add_entries(packed, chosen, ValueFormat::float32, -2, out);
      CHECK(out.to_host() == sum);
    }
  Vector x = on_card(Vector({1.0, 2.0, 3.0}));
  const std::vector<std::uint32_t> begins{0, 2};
  Stream unused(1, Purpose::test, 0, 0);
  std::vector<std::uint64_t> one(1), two(2);
  gpu::pack_entries(x, {}, ValueFormat::float64, unused, {});
  gpu::add_entries({}, {}, ValueFormat::float64, 1, x);
  CHECK(x.to_host() == std::vector<double>{1, 2, 3});
  CHECK_THROWS_AS(gpu::pack_entries(x, {begins}, ValueFormat::float64, unused, one), std::logic_error);
  CHECK_THROWS_AS(gpu::add_entries(two, {begins}, ValueFormat::float32, 1, x), std::logic_error);
}

TEST_CASE("memory that does not allow wide loads gives the same numbers") {
  if (no_card()) return;
  for (const Dtype dtype : dtypes) {
    const std::size_t size = 1001, item = size_of(dtype);
    const Vector x = integers(size + 1, dtype, 0), y = on_card(x);
    Vector expected(size + 1, dtype), found(size + 1, dtype, gpu::device());
    const auto shifted = [&](auto& vector) { return static_cast<const std::byte*>(vector.data()) + item; };
    for (auto [in, out] : {std::pair{&x, &expected}, std::pair{&y, &found}}) {
      const ConstBlock term{2, shifted(*in)};
      out->device().combine(static_cast<std::byte*>(out->data()) + item, {&term, 1}, size, dtype);
    }
    CHECK(same(found, expected));
    CHECK(y.device().dot(shifted(y), shifted(y), size, dtype) ==
          x.device().dot(shifted(x), shifted(x), size, dtype));
    for (Vector* out : {&expected, &found})
      out->device().fill(static_cast<std::byte*>(out->data()) + item, 7, size, dtype);
    CHECK(same(found, expected));
  }
}

TEST_CASE("too large a vector is a sentence, and the card works on") {
  if (no_card()) return;
  CHECK_THROWS_AS(gpu::device().allocate(std::size_t{1} << 50), InputError);  // a pebibyte
  CHECK_THROWS_WITH(gpu::device().allocate(std::size_t{1} << 50),
                    Catch::Contains("1048576.00 GiB asked for"));
  Vector ones(1000, Dtype::float64, gpu::device());
  fill(ones, 1);
  CHECK(dot(ones, ones) == 1000);
  gpu::synchronize();
}
