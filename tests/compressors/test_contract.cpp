// The contract over every compressor of the catalogue.
#include <set>

#include "compressors/contract.hpp"
#include "compressors/variants.hpp"

using namespace contract;

namespace {

constexpr int workers = 4;

/// 700 entries are enough for the loops over registers, 5000 for the sampled threshold of top_k.
std::vector<std::size_t> dimensions(const std::string& name) {
  std::vector<std::size_t> all{1, 2, 17, 100, 700};
  if (name == "top_k") all.push_back(5000);
  return all;
}

int rounds(std::size_t d) { return d <= 100 ? 2000 : d <= 700 ? 100 : 20; }

/// The vectors that a guarantee is measured on. Of the long ones not those of a few large entries: one in d
/// is seldom drawn in so few rounds.
std::vector<Named> vectors_of(std::size_t d) {
  std::vector<Named> vectors = test_vectors(d);
  if (d > 100)
    std::erase_if(vectors,
                  [](const Named& vector) { return vector.name == "sparse" || vector.name == "steep"; });
  return vectors;
}

/// Runs `check(codec, d, vectors)` for every compressor, dimension and parameter set, with the vectors that
/// its guarantee is measured on.
template <class Check>
void for_each_codec_and_vectors(Check check) {
  for (const std::string& name : compressors::catalogue().names())
    for (const std::size_t d : dimensions(name))
      for (const Table& parameters : variants(name, d)) {
        INFO(name << " " << to_toml(parameters) << " d = " << d);
        const std::unique_ptr<Compressor> codec =
            compressors::catalogue().make({name, parameters, ""}, Shape{d, workers});
        std::vector<Named> vectors = vectors_of(d);
        for (const std::vector<double>& x : hard_vectors(name, parameters, d)) vectors.push_back({"hard", x});
        check(*codec, d, vectors);
      }
}

/// Runs `check(codec, d)` for every compressor, dimension and parameter set.
template <class Check>
void for_each_codec(Check check) {
  for_each_codec_and_vectors(
      [&](Compressor& codec, std::size_t d, const std::vector<Named>&) { check(codec, d); });
}

Vector normal_vector(std::size_t d) {
  const std::vector<double> x = test_vectors(d).front().x;
  return Vector{std::span<const double>(x)};
}

}  // namespace

TEST_CASE("mean, spread and length are as guaranteed") {
  for_each_codec_and_vectors([](Compressor& codec, std::size_t d, const std::vector<Named>& vectors) {
    const Guarantee g = codec.guarantee();
    std::vector<Measured> all;
    for (const Named& vector : vectors) {
      INFO(vector.name);
      all.push_back(measure(codec, vector.x, rounds(d), workers));
      check_guarantee(g, all.back());
    }
    check_bits(g, all);
  });
}

TEST_CASE("the constants are not far above what is measured, so nothing poses as a compressor") {
  for_each_codec_and_vectors([](Compressor& codec, std::size_t d, const std::vector<Named>& vectors) {
    const Guarantee g = codec.guarantee();
    const double stated = g.unbiased ? g.omega : 1 - 1 / g.delta;
    if (d != 100 || stated == 0) return;
    double worst = 0;
    for (const Named& vector : vectors)
      worst = std::max(worst, measure(codec, vector.x, 200, workers).error.mean());
    CHECK(worst >= stated / 20);
  });
}

TEST_CASE("zero stays zero") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    for (std::uint64_t round = 1; round <= 20; ++round)
      REQUIRE(squared(decoded(codec, encoded(codec, Vector(d), sender(round, 1, workers)), d)) == 0);
  });
}

TEST_CASE("the mean over all workers is as close as the joint constants say") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    const Guarantee g = codec.guarantee();
    if (!g.unbiased) return;
    std::vector<std::vector<double>> x;
    std::vector<Vector> vectors;
    std::vector<double> mean(d);
    for (std::uint64_t m = 0; m < workers; ++m) {
      Stream stream(98, Purpose::test, m, d);
      x.emplace_back(d);
      for (std::size_t i = 0; i < d; ++i) mean[i] += (x[m][i] = 1 + stream.normal()) / workers;
      vectors.emplace_back(std::span<const double>(x[m]));
    }
    double squares = 0;
    for (const auto& vector : x) squares += squared(vector) / workers;
    Average error;
    for (int round = 1; round <= rounds(d); ++round) {
      Vector sum(d);
      for (std::uint64_t m = 0; m < workers; ++m)
        codec.decode_add(encoded(codec, vectors[m], sender(static_cast<std::uint64_t>(round), m, workers)),
                         1.0 / workers, sum);
      std::vector<double> difference = sum.to_host();
      for (std::size_t i = 0; i < d; ++i) difference[i] -= mean[i];
      error.add(squared(difference));
    }
    CHECK(error.mean() <= g.joint_a * squares - g.joint_b * squared(mean) + 5 * error.error() +
                              rounding * rounding * squares);
  });
}

TEST_CASE("one envelope and one memory, one message, one vector") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    const Vector x = normal_vector(d), other(d);
    const Sender from = sender(3, 2, workers, 11);
    encoded(codec, x, sender(2, 2, workers, 11));
    Memory memory(codec);
    const Message message = encoded(codec, x, from);
    const std::vector<double> y = decoded(codec, message, d);
    encoded(codec, other, sender(4, 1, workers));  // whatever happens in between
    decoded(codec, encoded(codec, other, sender(5, 2, workers)), d);
    memory.restore();
    const Message again = encoded(codec, x, from);
    CHECK(bytes_of(again) == bytes_of(message));
    CHECK(again.split() == message.split());
    CHECK(decoded(codec, message, d) == y);
    CHECK(decoded(codec, again, d) == y);

    Vector out(d);  // out += weight C(x)
    fill(out, 1);
    codec.decode_add(message, -2, out);
    const std::vector<double> added = out.to_host();
    for (std::size_t i = 0; i < d; ++i) CHECK(added[i] == Approx(1 - 2 * y[i]).epsilon(1e-12).margin(1e-12));
  });
}

TEST_CASE("a message inside another ends where it should, at any bit, and makes its own random choices") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    const Vector x = normal_vector(d);
    const Sender outer = sender(6, 2, workers);
    Memory memory(codec);
    const auto alone = [&](unsigned child) {
      Sender from = outer;
      const Inside inside(from, child);
      return encoded(codec, x, from);
    };
    const Message own[] = {alone(0), alone(1)};

    memory.restore();
    Message all;  // 3 bits, two messages of the codec, 5 bits
    all.from = outer;
    all.append(Part::scalars, 5, 3);
    for (const unsigned child : {0u, 1u}) {
      const Inside inside(all.from, child);
      codec.encode(x, all);
    }
    all.append(Part::scalars, 19, 5);
    REQUIRE(all.bits() == own[0].bits() + own[1].bits() + 8);

    MessageReader reader(all);
    CHECK(reader.read(3) == 5);
    for (const unsigned child : {0u, 1u}) {
      const Inside inside(reader.from, child);
      Vector out(d);
      codec.read_add(reader, 1, out);
      CHECK(out.to_host() == decoded(codec, own[child], d));
    }
    CHECK(reader.read(5) == 19);
    CHECK_NOTHROW(reader.finish());
  });
}

TEST_CASE("random choices depend on seed, purpose, round and place inside other messages") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    const Vector x = normal_vector(d);
    Memory memory(codec);
    const auto outcomes = [&](auto envelope) {
      std::set<std::pair<std::vector<std::byte>, std::vector<double>>> all;
      for (std::uint64_t i = 0; i < 20; ++i) {
        memory.restore();
        const Message message = encoded(codec, x, envelope(i));
        all.insert({bytes_of(message), decoded(codec, message, d)});
      }
      return all.size();
    };
    const std::size_t by_round = outcomes([](std::uint64_t i) { return sender(i, 0, workers); });
    if (by_round <= 2) return;  // not random, or so little that 20 draws may well agree
    CHECK(outcomes([](std::uint64_t i) { return sender(1, 0, workers, i); }) > 1);
    CHECK(outcomes([](std::uint64_t i) {
            return Sender{1, static_cast<Purpose>(1000 + i), 0, workers, 1};
          }) > 1);
    CHECK(outcomes([](std::uint64_t i) {
            Sender from = sender(1, 0, workers);
            from.nest = i;
            return from;
          }) > 1);
  });
}

TEST_CASE("float32 vectors are compressed like float64 ones") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    Vector wide = normal_vector(d), narrow(d, Dtype::float32);
    round_to_float32(wide);
    copy(narrow, wide);
    for (std::uint64_t round = 1; round <= 5; ++round) {
      Memory memory(codec);
      const Message message = encoded(codec, wide, sender(round, 0, workers));
      memory.restore();
      REQUIRE(bytes_of(encoded(codec, narrow, sender(round, 0, workers))) == bytes_of(message));
      Vector out(d, Dtype::float32);
      codec.decode_add(message, 1, out);
      const std::vector<double> found = out.to_host(), expected = decoded(codec, message, d);
      for (std::size_t i = 0; i < d; ++i) REQUIRE(found[i] == Approx(expected[i]).epsilon(1e-6));
    }
  });
}

TEST_CASE("dense() is said only by what sends every entry exactly") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    const std::optional<ValueFormat> format = codec.dense();
    if (!format) return;
    for (const Named& vector : test_vectors(d)) {
      Vector x{std::span<const double>(vector.x)};
      const Message message = encoded(codec, x, sender(1));
      CHECK(message.bits(Part::values) == d * static_cast<std::size_t>(bits_of(*format)));
      CHECK(message.bits() == message.bits(Part::values));
      if (*format == ValueFormat::float32) round_to_float32(x);
      CHECK(decoded(codec, message, d) == x.to_host());
    }
  });
}

TEST_CASE("damaged messages are an error or a vector, never a crash") {
  for_each_codec([](Compressor& codec, std::size_t d) {
    if (d >= 100) return;
    const Message sent = encoded(codec, normal_vector(d), sender(7, 1, workers));
    const std::vector<double> y = decoded(codec, sent, d);
    const std::vector<std::byte> bytes = bytes_of(sent);
    const auto tried = [&](const std::vector<std::byte>& damaged, std::array<std::uint64_t, parts> split) {
      if (const auto result = survive(codec, damaged, split, sent.from, d)) CHECK(result->size() == d);
    };
    for (std::uint64_t bit = 0; bit < sent.bits(); ++bit) {  // flipped
      std::vector<std::byte> damaged = bytes;
      damaged[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
      tried(damaged, sent.split());
    }
    for (std::size_t part = 0; part < parts; ++part)
      for (const std::uint64_t change : {1, 8, 16, 64, 1000}) {
        std::array<std::uint64_t, parts> split = sent.split();
        split[part] += change;  // extended
        tried(bytes, split);
        std::vector<std::byte> damaged = bytes;
        damaged.resize((sent.bits() + change + 7) / 8);
        tried(damaged, split);
        if (sent.split()[part] < change) continue;
        split[part] = sent.split()[part] - change;  // truncated
        tried(bytes, split);
        const std::uint64_t left = sent.bits() - change;
        damaged.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>((left + 7) / 8));
        if (left % 8 != 0) damaged.back() &= static_cast<std::byte>((1u << (left % 8)) - 1);
        tried(damaged, split);
      }
    tried({}, {});
    CHECK(decoded(codec, sent, d) == y);  // and the codec has kept its wits
  });
}

TEST_CASE("every compressor says what it is, and its parameters resolve to themselves") {
  for (const std::string& name : compressors::catalogue().names()) {
    INFO(name);
    const About about = compressors::catalogue().about(name);
    CHECK_FALSE(about.summary.empty());
    CHECK_FALSE(about.rule.empty());
    CHECK_FALSE(about.source.empty());
    for (const Table& parameters : variants(name, 17)) {
      const Table resolved = compressors::catalogue().resolve({name, parameters, ""});
      CHECK(to_toml(compressors::catalogue().resolve({name, resolved, ""})) == to_toml(resolved));
    }
    for (const FieldInfo& field : compressors::catalogue().fields(name)) CHECK_FALSE(field.help.empty());
  }
}
