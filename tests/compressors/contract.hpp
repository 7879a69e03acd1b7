#pragma once
// What every compressor must keep, measured on one codec at a time. test_contract.cpp runs it over the whole
// catalogue.
#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include <trivium/compressors/compressor.hpp>
#include <trivium/core/errors.hpp>

namespace contract {

using namespace trivium;
using compressors::Compressor;
using compressors::Guarantee;
using compressors::Shape;

inline Sender sender(std::uint64_t round, std::uint64_t worker = 0, int workers = 1, std::uint64_t seed = 1) {
  return {seed, Purpose::uplink, worker, static_cast<std::uint64_t>(workers), round};
}

inline Message encoded(Codec& codec, const Vector& x, const Sender& from) {
  Message message;
  message.from = from;
  codec.encode(x, message);
  return message;
}

/// What a codec remembers, as it was when this was made; nothing for most.
class Memory {
 public:
  explicit Memory(Codec& codec) : codec_(codec), saved_(Archive::saving()) { codec.state(saved_, "codec"); }
  void restore() {
    Archive archive = Archive::loading();
    archive.common_entries = saved_.common_entries;
    archive.worker_entries = saved_.worker_entries;
    codec_.state(archive, "codec");
  }

 private:
  Codec& codec_;
  Archive saved_;
};

/// 0 + 1 * C(x).
inline std::vector<double> decoded(Codec& codec, const Message& message, std::size_t d) {
  Vector out(d);
  codec.decode_add(message, 1, out);
  return out.to_host();
}

inline std::vector<std::byte> bytes_of(const Message& message) {
  return {message.bytes().begin(), message.bytes().end()};
}

inline double squared(const std::vector<double>& x) {
  double sum = 0;
  for (const double entry : x) sum += entry * entry;
  return sum;
}

/// Mean and standard error of the numbers added.
class Average {
 public:
  void add(double number) {
    n_ += 1;
    const double step = number - mean_;
    mean_ += step / n_;
    squares_ += step * (number - mean_);
  }
  double mean() const { return mean_; }
  double error() const { return std::sqrt(squares_ / (n_ - 1) / n_); }

 private:
  double n_ = 0, mean_ = 0, squares_ = 0;
};

/// The vectors that the guarantees are measured on. `normal` comes first.
struct Named {
  std::string name;
  std::vector<double> x;
};
inline std::vector<Named> test_vectors(std::size_t d) {
  Stream stream(99, Purpose::test, d, 0);
  std::vector<double> normal(d), sparse(d), constant(d, 4.0 / 3), huge(d), tiny(d), steep(d);
  for (double& x : normal) x = stream.normal();
  sparse[d / 2] = -3;
  for (std::size_t i = 0; i < d; ++i) {
    huge[i] = 1e30 * normal[i];
    tiny[i] = 1e-30 * normal[i];
    steep[i] = std::pow(0.7, static_cast<double>(i));
  }
  return {{"normal", normal}, {"sparse", sparse}, {"constant", constant},
          {"huge", huge},     {"tiny", tiny},     {"steep", steep}};
}

/// What `rounds` draws of C(x) by worker 0 showed, relative to |x|.
struct Measured {
  Average error;     ///< |C(x) - x|^2 / |x|^2
  Average along;     ///< <C(x), x> / |x|^2, whose mean is 1 when unbiased
  Average bits;      ///< length of the messages
  double bias = 0;   ///< |mean of C(x) - x|^2 / |x|^2
  double noise = 0;  ///< what the bias of an unbiased compressor is on average after that many draws
};

inline Measured measure(Codec& codec, const std::vector<double>& x, int rounds, int workers) {
  Measured out;
  const Vector vector{std::span<const double>(x)};
  const double length = squared(x);
  std::vector<double> mean(x.size()), squares(x.size());
  for (int round = 1; round <= rounds; ++round) {
    const Message message = encoded(codec, vector, sender(static_cast<std::uint64_t>(round), 0, workers));
    const std::vector<double> y = decoded(codec, message, x.size());
    double error = 0, along = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double difference = y[i] - x[i];
      error += difference * difference;
      along += y[i] * x[i];
      mean[i] += difference;
      squares[i] += difference * difference;
    }
    out.error.add(error / length);
    out.along.add(along / length);
    out.bits.add(static_cast<double>(message.bits()));
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean[i] /= rounds;
    squares[i] /= rounds;
    out.bias += mean[i] * mean[i] / length;
    out.noise += (squares[i] - mean[i] * mean[i]) / length / rounds;
  }
  return out;
}

/// Rounding to float32 moves entries by up to 2^-24 of their size: no guarantee counts it.
inline constexpr double rounding = 0x1p-22;

/// The mean is x, or the contraction holds; the spread is within the constant.
inline void check_guarantee(const Guarantee& g, const Measured& m) {
  if (g.unbiased) {
    CHECK(m.error.mean() <= g.omega * (1 + rounding) + 5 * m.error.error() + rounding * rounding);
    CHECK(std::abs(m.along.mean() - 1) <= 5 * m.along.error() + rounding);
    CHECK(m.bias <=
          25 * m.noise +
              rounding * rounding);  // 25: five standard deviations in the worst, one-dimensional case
  } else {
    CHECK(m.error.mean() <= 1 - 1 / g.delta + 5 * m.error.error() + rounding * rounding);
  }
}

/// The length of a message is what was promised, measured on several vectors: exactly, or at most (on
/// average) where it depends on the vector.
inline void check_bits(const Guarantee& g, const std::vector<Measured>& all) {
  bool fixed = true;
  for (const Measured& m : all)
    fixed = fixed && m.bits.error() == 0 && m.bits.mean() == all.front().bits.mean();
  if (fixed && all.front().bits.mean() == std::floor(all.front().bits.mean()))
    CHECK(all.front().bits.mean() == g.expected_bits);
  for (const Measured& m : all) CHECK(m.bits.mean() <= g.expected_bits + 5 * m.bits.error());
}

/// Decodes damaged bytes: a MessageError or some vector of the right size, nothing else.
inline std::optional<std::vector<double>> survive(Codec& codec, std::span<const std::byte> bytes,
                                                  const std::array<std::uint64_t, parts>& split,
                                                  const Sender& from, std::size_t d) {
  try {
    Message message;
    message.receive(bytes, split);
    message.from = from;
    return decoded(codec, message, d);
  } catch (const MessageError&) {
    return std::nullopt;
  }
}

}  // namespace contract
