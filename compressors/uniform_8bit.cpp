#include <algorithm>
#include <array>
#include <limits>

#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>

#include "detail/buckets.hpp"

namespace trivium::compressors {
namespace {

constexpr std::size_t most_buckets = 256, block = 2048;

/// Every entry as the number of its bucket, every bucket as the mean of its entries.
class Uniform8bit final : public Compressor {
 public:
  struct Params {
    std::int64_t bits = 8;
    std::string values = "float32";
    void describe(Fields& fields) {
      fields.integer("bits", bits, {1, 8}, "2^bits buckets, and bits for each entry");
      fields.choice("values", values, {"float32", "float64"}, "how the means of the buckets travel");
    }
  };
  static About about() {
    return {
        "uniform buckets between the smallest and the largest entry, each decoded as its mean",
        "[min x, max x] is cut into K = 2^bits equal buckets; C(x)_i is the mean of the entries in the "
        "bucket of x_i. Deterministic, biased.\n"
        "C(x) is a projection of x: |C(x) - x|^2 = |x|^2 - |C(x)|^2. Contractive with delta = 1 + "
        "d / (2 K^2) from 2 bits on, with delta = d for 1 bit.\n"
        "Message: d bucket numbers of `bits` bits, then the means of the buckets that occur, in order. "
        "The expected length counts min(d, K) of them, which is the most.\n"
        "A constant vector is one bucket, and exact up to the format of the means. A vector with an entry "
        "that is not finite decodes to NaN everywhere.",
        "Lloyd 1982 (Least squares quantization in PCM): the mean is the best value for a bucket"};
  }

  Uniform8bit(const Params& params, const Shape& shape)
      : bits_(static_cast<int>(params.bits)),
        buckets_(std::size_t{1} << params.bits),
        format_(format_of(params.values)),
        codes_(shape.dimension) {}

  // delta for K >= 4. Write w for the width of a bucket, K w = max x - min x.
  //   From above: the entries of a bucket differ by at most w, so |C(x) - x|^2 <= d w^2 / 4 (Popoviciu).
  //   From below: |C(x)|^2 >= K^2 w^2 / 2. Let max x = c w, min x = -a w, a + c = K and a >= c, so a >= 2.
  //     The bucket of max x and j others, each at least (c - 1) w, gives (c + j (c - 1))^2 w^2 / (j + 1).
  //     That is at least c^2 w^2 for c >= 2, and 4 (c - 1) w^2 for 1 <= c < 2. Likewise min x: a^2 w^2.
  //     c >= 2: a^2 + c^2 >= K^2 / 2.    1 <= c < 2: (K - c)^2 + 4 (c - 1) >= (K - 2)^2 + 4 >= K^2 / 2.
  //     c < 1: a^2 >= (K - 1)^2 >= K^2 / 2.
  //   So |C(x) - x|^2 / |x|^2 = 1 / (1 + |C(x)|^2 / |C(x) - x|^2) <= d / (d + 2 K^2).
  // K = 2: |C(x)|^2 >= |x|^2 / d. A bucket of n entries of one sign has (sum x_i)^2 / n >= sum x_i^2 / n.
  //   Else, up to scale and sign, min x = -1, max x = 1 - 2 s, the cut is at -s and 0 <= s < 1/2. The lower
  //   bucket has T = |sum x_i| >= 1 + (n - 1) s and sum x_i^2 <= (1 + s) T - n s; the upper one, of mean u,
  //   has variance at most (u + s) (1 - 2 s - u). d |C(x)|^2 >= |x|^2 follows from these.
  Guarantee guarantee() const override {
    const double d = static_cast<double>(codes_.size()), K = static_cast<double>(buckets_);
    Guarantee g;
    g.unbiased = false;
    g.delta = bits_ == 1 ? d : 1 + d / (2 * K * K);
    g.expected_bits = d * bits_ + std::min(d, K) * bits_of(format_);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), codes_.size(), "uniform_8bit");
    if (x.on_host() && x.dtype() == Dtype::float64)
      encode(x.span<double>(), message);
    else
      encode(x.to_host(), message);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), codes_.size(), "uniform_8bit");
    const std::array<double, most_buckets> mean = read(reader);
    if (out.on_host() && out.dtype() == Dtype::float64) {
      const std::span<double> sums = out.span<double>();
      for (std::size_t i = 0; i < codes_.size(); ++i) sums[i] += weight * mean[codes_[i]];
    } else {
      std::vector<double> entries(codes_.size());
      for (std::size_t i = 0; i < codes_.size(); ++i) entries[i] = mean[codes_[i]];
      add_dense(out, weight, entries);
    }
  }

 private:
  struct Bucket {
    double sum = 0, count = 0;  // sum in the unit of the cut
  };

  using Buckets = std::array<Bucket, most_buckets>;

  void encode(std::span<const double> x, Message& message) const {
    const Extremes range = extremes_of(x);
    const Cut cut(range, buckets_);
    const Buckets buckets = send_codes(x, cut, message);
    std::array<double, most_buckets> means;
    std::size_t count = 0;
    for (const Bucket& bucket : buckets)
      if (bucket.count > 0) means[count++] = bucket.sum / bucket.count / cut.unit();
    if (cut.trivial()) means[0] = range.finite ? range.low : std::numeric_limits<double>::quiet_NaN();
    Stream unused = message.from.stream();  // both formats round to nearest
    message.append_values(Part::scalars, std::span(means).first(count), format_, unused);
  }

  /// Neighbouring entries go to different tables: no sum waits for the one before.
  Buckets send_codes(std::span<const double> x, const Cut& cut, Message& message) const {
    constexpr std::size_t tables = 4;
    std::array<Buckets, tables> filled{};
    std::array<std::uint32_t, block> codes{};
    for (std::size_t start = 0; start < x.size(); start += block) {
      const std::span<const double> piece = x.subspan(start, std::min(block, x.size() - start));
      if (!cut.trivial()) cut.number(piece, codes);
      message.append_words(Part::values, std::span(codes).first(piece.size()), bits_);
      for (std::size_t i = 0; i < piece.size(); ++i) {
        Bucket& bucket = filled[i % tables][codes[i]];
        bucket.sum += piece[i] * cut.unit();
        bucket.count += 1;
      }
    }
    for (std::size_t table = 1; table < tables; ++table)
      for (std::size_t b = 0; b < buckets_; ++b) {
        filled[0][b].sum += filled[table][b].sum;
        filled[0][b].count += filled[table][b].count;
      }
    return filled[0];
  }

  /// Fills codes_ and returns the mean of every bucket that occurs.
  std::array<double, most_buckets> read(MessageReader& reader) {
    std::array<std::uint32_t, block> words;
    std::array<bool, most_buckets> occurs{};
    for (std::size_t start = 0; start < codes_.size(); start += block) {
      const std::span<std::uint32_t> piece = std::span(words).first(std::min(block, codes_.size() - start));
      reader.read_words(piece, bits_);
      for (std::size_t i = 0; i < piece.size(); ++i) {
        codes_[start + i] = static_cast<std::uint8_t>(piece[i]);
        occurs[piece[i]] = true;
      }
    }
    std::array<double, most_buckets> sent, mean{};
    const auto count = static_cast<std::size_t>(std::count(occurs.begin(), occurs.end(), true));
    reader.read_values(std::span(sent).first(count), format_);
    for (std::size_t b = 0, next = 0; b < buckets_; ++b)
      if (occurs[b]) mean[b] = sent[next++];
    return mean;
  }

  int bits_;
  std::size_t buckets_;
  ValueFormat format_;
  std::vector<std::uint8_t> codes_;  // scratch of the receiver
};

}  // namespace

void register_uniform_8bit(Catalogue& all) { all.add<Uniform8bit>("uniform_8bit"); }

}  // namespace trivium::compressors
