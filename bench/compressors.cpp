// Compressors that treat every entry: encode and decode_add, together against a copy of the vector measured
// in the same run. The vector is normal, so that neither signs nor exponents can be guessed.
#include <memory>
#include <string>
#include <vector>

#include <trivium/compressors/compressor.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"

namespace {

using namespace trivium;

/// A compressor of the list, and the largest multiple of the copy's time it may take.
struct Row {
  std::string label;
  Plugin plugin;
  double target = 2;
};

const std::vector<Row> rows = {
    {"natural, float64", {"natural", {}, ""}},
    {"natural, float32", {"natural", {{"values", "float32"}}, ""}},
    {"sign_norm", {"sign_norm", {}, ""}},
    {"ternary, base3", {"ternary", {}, ""}},
    {"ternary, two_bits", {"ternary", {{"packing", "two_bits"}}, ""}},
    {"qsgd, s = 7, l2, fixed", {"qsgd", {{"levels", 7}}, ""}},
    {"qsgd, s = 7, max, fixed", {"qsgd", {{"levels", 7}, {"norm", "max"}}, ""}},
    {"qsgd, s = 100, l2, fixed", {"qsgd", {{"levels", 100}}, ""}},
    {"qsgd, s = 7, l2, elias", {"qsgd", {{"levels", 7}, {"coding", "elias"}}, ""}},
    {"qsgd, s = 1000, l2, elias", {"qsgd", {{"levels", 1000}, {"coding", "elias"}}, ""}},
};

void measure(const Row& row, std::size_t d) {
  const auto codec = compressors::catalogue().make(row.plugin, {d, 1});
  Vector x(d), copied(d), out(d);
  Stream stream(1, Purpose::test, 0, 0);
  for (double& entry : x.span<double>()) entry = stream.normal();
  Message message;
  const auto [encode_s, decode_s, copy_s] = bench::median_seconds(
      bench::Clock::processor, d > 5'000'000 ? 15 : 60,
      [&] {
        message.clear();
        message.from.round += 1;
        codec->encode(x, message);
        bench::keep(message);
      },
      [&] {
        codec->decode_add(message, 1, out);
        bench::keep(out);
      },
      [&] {
        bench::copy_entries(copied.span<double>().data(), x.span<double>().data(), d);
        bench::keep(copied);
      });
  bench::row_at_most(fmt::format("{}, d = {:.0e}: encode + decode_add over a copy of the vector", row.label,
                                 static_cast<double>(d)),
                     (encode_s + decode_s) / copy_s, row.target);
  const auto each = [d](double seconds) { return seconds / static_cast<double>(d) * 1e9; };
  bench::note("ns an entry: encode {:.2f}, decode {:.2f}; copy {:.2f}; {:.2f} bits an entry", each(encode_s),
              each(decode_s), each(copy_s), static_cast<double>(message.bits()) / static_cast<double>(d));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string only = argc > 1 ? argv[1] : "";  // rows whose label begins so
  for (const std::size_t d : {1'000'000, 10'000'000})
    for (const Row& row : rows)
      if (row.label.starts_with(only)) measure(row, d);
}
