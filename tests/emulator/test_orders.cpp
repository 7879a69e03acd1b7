// The room's results have the same bits in whatever order blocks and threads run: no kernel lacks a barrier,
// and none adds up in the order in which its threads come.
#include <cstdint>
#include <functional>
#include <vector>

#include <catch2/catch.hpp>
#include <gpu/numbers.hpp>

#include <trivium/gpu/compress.hpp>
#include <trivium/gpu/network.hpp>
#include <trivium/gpu/operators.hpp>

#include "emulator.hpp"

using namespace trivium;
using namespace trivium::testing;
using emulated::Order;

namespace {

using Bits = std::vector<std::byte>;

template <class Range>
void append(Bits& bits, const Range& values) {
  const auto bytes = std::as_bytes(std::span(values));
  bits.insert(bits.end(), bytes.begin(), bytes.end());
}

void in_every_order(const std::function<Bits(Dtype)>& results) {
  for (const Dtype dtype : {Dtype::float64, Dtype::float32}) {
    emulated::card().order = Order::forward;
    const Bits expected = results(dtype);
    for (const std::uint64_t seed : {0, 1, 2, 3}) {
      emulated::card().order = seed == 0 ? Order::backward : Order::shuffled;
      emulated::card().seed = seed;
      const bool same = results(dtype) == expected;
      emulated::card().order = Order::forward;
      INFO(name_of(dtype) << (seed == 0 ? ", backward" : ", shuffled with ") << seed);
      CHECK(same);
    }
  }
}

const std::size_t size = 40003;  // more than the emulated card holds at once

}  // namespace

TEST_CASE("vectors in any order") {
  in_every_order([](Dtype dtype) {
    const Vector x = on_card(reals(size, dtype, 0)), y = on_card(reals(size, dtype, 1));
    Vector z = on_card(reals(size, dtype, 2)), m = on_card(reals(size, dtype, 3)),
           v(size, dtype, gpu::device());
    fill(v, 1);
    combine(z, {{2, x}, {0.3, z}, {1.1, y}});
    const AdamStep step{
        .step = 0.1, .first = 0.9, .second = 0.99, .epsilon = 1e-8, .first_sum = 0.19, .second_sum = 0.0199};
    adam(z, z, m, v, x, step);
    std::vector<std::uint32_t> indices(3000);
    std::vector<double> values(indices.size());
    Stream(3, Purpose::test, 0, 0).sample(size, indices);
    gather(x, indices, values);
    scatter_add(z, indices, -3, values);
    Bits bits;
    append(bits, std::vector<double>{dot(x, y), squared_distance(x, y)});
    append(bits, values);
    for (const Vector* each : {&z, &m, &v}) append(bits, each->to_host());
    return bits;
  });
}

TEST_CASE("operators in any order") {
  in_every_order([](Dtype dtype) {
    const std::size_t rows = 301, columns = 1517;
    const std::vector<double> entries = reals(rows * columns, dtype, 0).to_host();
    const gpu::Matrix A =
        dtype == Dtype::float64
            ? gpu::Matrix(rows, columns, entries.data(), columns)
            : gpu::Matrix(rows, columns, std::vector<float>(entries.begin(), entries.end()).data(), columns);
    const Vector x = on_card(reals(rows, dtype, 1)), y = on_card(reals(columns, dtype, 2));
    Vector Ay(rows, dtype, gpu::device()), Atx(columns, dtype, gpu::device());
    gpu::add_both_products(A, 2, y, Ay, -3, x, Atx);
    const Vector e = on_card(reals(size, dtype, 3)), z = on_card(reals(2 * size, dtype, 4));
    Vector coupled(2 * size, dtype, gpu::device()), residuals = on_card(reals(size, dtype, 5));
    Vector sum = on_card(Vector({0.0})), product = on_card(Vector({0.0}));
    gpu::couple(e, e, -1, nullptr, z, coupled);
    gpu::settle_residuals(0.3, product, e, residuals, sum);
    gpu::dot(e, residuals, product);
    gpu::finish_regression(sum, 0.1, 2, z, coupled);
    Bits bits;
    for (const Vector* each : {&Ay, &Atx, &coupled, &residuals, &sum, &product})
      append(bits, each->to_host());
    return bits;
  });
}

TEST_CASE("what compressors ask for in any order") {
  in_every_order([](Dtype dtype) {
    const Vector x = on_card(reals(size, dtype, 0)), ties = on_card(integers(size, dtype, 1, 3));
    Bits bits;
    for (const Vector* each : {&x, &ties}) {
      std::vector<std::uint32_t> indices(5000);
      std::vector<double> values(indices.size());
      gpu::select_largest(*each, indices, values);
      append(bits, indices);
      append(bits, values);
    }
    std::vector<std::uint64_t> signs((size + 63) / 64);
    std::vector<double> sizes(gpu::summed_blocks(size)), squares(sizes.size());
    gpu::signs_and_sizes(x, signs, sizes);
    gpu::squares(x, true, squares);
    Vector out(size, dtype, gpu::device());
    gpu::add_signs(signs, 0.3, out);
    append(bits, signs);
    append(bits, sizes);
    append(bits, squares);
    append(bits, std::vector<double>{gpu::largest_size(x)});
    const gpu::CodeLayout layout{size, 12};
    std::vector<std::uint64_t> packed(layout.room());
    gpu::pack_codes(x, {.rule = gpu::Rounding::Rule::natural_float64}, {}, layout, packed);
    gpu::add_codes(packed, layout, {.rule = gpu::Rounding::Rule::natural_float64, .unit = 0.5}, out);
    append(bits, std::span(packed).first(layout.words() + layout.rest() / 2));
    append(bits, out.to_host());
    return bits;
  });
}

TEST_CASE("what networks are made of in any order") {
  const std::size_t rows = 1200, pixels = 37, classes = 10;
  std::vector<std::uint8_t> values(rows * pixels), labels(rows);
  Stream stream(4, Purpose::test, 0, 0);
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(stream.below(256));
  for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(stream.below(classes));
  in_every_order([&](Dtype dtype) {
    const gpu::Images all(pixels, values, labels);
    const gpu::Picked images{all, 0, rows};
    const Vector shift = on_card(reals(pixels, dtype, 0)), biases = on_card(reals(classes, dtype, 1));
    Vector input(rows * pixels, dtype, gpu::device()), slope = input.like(), moved = input.like();
    Vector logits = on_card(reals(rows * classes, dtype, 2)), sum(classes, dtype, gpu::device());
    Vector scores = on_card(Vector({0.0, 0.0})), ball = on_card(reals(size, dtype, 3));
    const gpu::ConstPart all_shift = shift;
    gpu::unpack(images, &all_shift, {input, rows});
    gpu::activate(gpu::Activation::gelu, shift, {input, rows}, {slope, rows});
    gpu::add_cross_entropy(images, 0.5, biases, {logits, rows}, {scores, 0, 1});
    gpu::add_correct(images, biases, {logits, rows}, {scores, 1, 1});
    gpu::cross_entropy_slope(images, 2, biases, {logits, rows});
    gpu::sum_rows({logits, rows}, 0, sum);
    fill(moved, 0.01);
    gpu::ascend({true, 0.5, 0, 0.1}, {slope, rows}, {slope, rows}, {moved, rows}, {input, rows});
    gpu::project_on_ball(0.3, ball);
    Bits bits;
    for (const Vector* each : {&input, &moved, &logits, &sum, &scores, &ball}) append(bits, each->to_host());
    return bits;
  });
}
