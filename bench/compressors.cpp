// Every compressor: encode and decode_add, together against a copy of the vector measured in the same run.
// The vector is normal, so that neither signs nor exponents can be guessed. Those that give every entry a
// code of a fixed width have a target, the others' figures stand beside the table.
#include <optional>
#include <string>
#include <vector>

#include <trivium/compressors/compressor.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"

namespace {

using namespace trivium;

/// A compressor of the list.
struct Row {
  std::string label;
  Plugin plugin;
  std::optional<double> most = {};  ///< the largest multiple of the copy's time it may take
  int workers = 1;                  ///< whose messages are timed together
};

Table type(const std::string& name, const Table& parameters = {}) {
  Table all{{"type", name}};
  for (const Entry& entry : parameters.entries()) all.set(entry.name, entry.value);
  return all;
}

const Table hundredth = {{"k", 0.01}};

const std::vector<Row> rows = {
    {"natural, float64", {"natural", {}, ""}, 2},
    {"natural, float32", {"natural", {{"values", "float32"}}, ""}, 2},
    {"sign_norm", {"sign_norm", {}, ""}, 2},
    {"ternary, base3", {"ternary", {}, ""}, 2},
    {"ternary, two_bits", {"ternary", {{"packing", "two_bits"}}, ""}, 2},
    {"qsgd, s = 7, l2, fixed", {"qsgd", {{"levels", 7}}, ""}, 2},
    {"qsgd, s = 7, max, fixed", {"qsgd", {{"levels", 7}, {"norm", "max"}}, ""}, 2},
    {"qsgd, s = 100, l2, fixed", {"qsgd", {{"levels", 100}}, ""}, 2},
    {"qsgd, s = 7, l2, elias", {"qsgd", {{"levels", 7}, {"coding", "elias"}}, ""}},
    {"qsgd, s = 1000, l2, elias", {"qsgd", {{"levels", 1000}, {"coding", "elias"}}, ""}},
    {"identity, float64", {"identity", {}, ""}},
    {"identity, float32", {"identity", {{"values", "float32"}}, ""}},
    {"uniform_8bit", {"uniform_8bit", {}, ""}},
    {"threshold, level 0.5", {"threshold", {}, ""}},
    {"bernoulli, p = 1", {"bernoulli", {{"p", 1}}, ""}},
    {"perm_k, M = 100, all messages", {"perm_k", {}, ""}, {}, 100},
    {"rand_k, k = d/100", {"rand_k", hundredth, ""}},
    {"rand_k, k = d/100, values natural", {"rand_k", {{"k", 0.01}, {"values", "natural"}}, ""}},
    {"block_rand_k, d/10 blocks, a hundredth of them", {"block_rand_k", {{"blocks", 0.1}, {"k", 0.01}}, ""}},
    {"top_k, k = d/100", {"top_k", hundredth, ""}},
    {"induced, top_k and rand_k, k = d/100 each",
     {"induced", {{"first", type("top_k", hundredth)}, {"rest", type("rand_k", hundredth)}}, ""}},
    {"composed, natural then rand_k, k = d/100",
     {"composed", {{"first", "natural"}, {"then", type("rand_k", hundredth)}}, ""}},
    {"scaled, of rand_k, k = d/100", {"scaled", {{"of", type("rand_k", hundredth)}}, ""}},
    {"rank_r, fresh, rank 2", {"rank_r", {{"rank", 2}, {"start", "fresh"}}, ""}},
};

/// Vectors that all rows of a dimension share.
struct Vectors {
  Vector x, copied, out;
  explicit Vectors(std::size_t d) : x(d), copied(d), out(d) {
    Stream stream(1, Purpose::test, 0, 0);
    for (double& entry : x.span<double>()) entry = stream.normal();
  }
};

void measure(const Row& row, Vectors& vectors) {
  auto& [x, copied, out] = vectors;
  const std::size_t d = x.size();
  const auto codec = compressors::catalogue().make(row.plugin, {d, row.workers});
  std::vector<Message> messages(static_cast<std::size_t>(row.workers));
  for (std::size_t m = 0; m < messages.size(); ++m)
    messages[m].from = {1, Purpose::uplink, m, messages.size(), 0};
  const int turns = row.most ? 60 : 12;
  const auto [encode_s, decode_s, copy_s] = bench::median_seconds(
      bench::Clock::processor, d > 5'000'000 ? turns / 4 : turns,
      [&] {
        for (Message& message : messages) {
          message.clear();
          message.from.round += 1;
          codec->encode(x, message);
        }
        bench::keep(messages);
      },
      [&] {
        for (const Message& message : messages) codec->decode_add(message, 1, out);
        bench::keep(out);
      },
      [&] {
        bench::copy_entries(copied.span<double>().data(), x.span<double>().data(), d);
        bench::keep(copied);
      });
  double bits = 0;
  for (const Message& message : messages) bits += static_cast<double>(message.bits());
  const double entries = static_cast<double>(d), copies = (encode_s + decode_s) / copy_s;
  const std::string label = fmt::format("{}, d = {:.0e}", row.label, entries);
  if (row.most)
    bench::row_at_most(label + ": encode + decode_add over a copy of the vector", copies, *row.most);
  else
    bench::note("{}: {:.3g} copies of the vector", label, copies);
  bench::note("{}ns an entry: encode {:.2f}, decode {:.2f}; copy {:.2f}; {:.2f} bits an entry",
              row.most ? "" : "  ", encode_s / entries * 1e9, decode_s / entries * 1e9,
              copy_s / entries * 1e9, bits / entries);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string only = argc > 1 ? argv[1] : "";  // rows whose label begins so
  for (const std::size_t d : {1'000'000, 10'000'000}) {
    Vectors vectors(d);
    for (const Row& row : rows)
      if (row.label.starts_with(only)) measure(row, vectors);
  }
}
