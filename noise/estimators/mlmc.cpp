// Multilevel Monte Carlo (Blanchet, Glynn 2015; for Markov chains Dorfman, Levy 2022 and Beznosikov,
// Samsonov, Sheshukova, Gasnikov, Naumov, Moulines 2023).  g_j: mean over the first 2^j B samples of one
// segment of the chain, J: number of tosses of a fair coin until the first head.
//   g = g_0 + 2^J (g_J - g_{J-1})  if 2^J <= M,  else g_0
// so that E g = E g_{floor(log2 M)}. As means over disjoint pieces, where g_{J-1} is B samples of mean a and
// the rest of mean b, and g_J adds as many again of mean c,
//   g = a + 2^{J-1} (c - g_{J-1}) = 2^{J-1} c - (2^{J-1} - 1) b:
// the first batch cancels, and is passed over without being evaluated.
#include <array>
#include <bit>

#include "detail/size.hpp"

namespace trivium::noise::estimators {
namespace {

class Mlmc final : public Estimator {
 public:
  struct Params {
    Tunable batch, cap;
    void describe(Fields& fields) {
      fields.tunable("batch", batch, {1}, "B: samples in the smallest batch: a number, or \"theory\"");
      fields.tunable("cap", cap, {1},
                     "M: most batches of that size in one estimate: a number, or \"theory\"");
    }
  };
  static About about() {
    return {
        "multilevel Monte Carlo: the expectation of a mean over B M samples, for log2(M) B samples on "
        "average",
        "g = g_0 + 2^J (g_J - g_{J-1}) if 2^J <= M, else g_0; P(J = j) = 2^-j, j = 1, 2, ...\n"
        "g_j = mean of F(z, xi_i) over the first 2^j B samples of one segment of the chain\n"
        "samples 2^J B, or B where 2^J > M: on average B (l + 2^-l), l = floor(log2 M)\n"
        "E g = E g_l; with mixing time tau the squared bias is at most of order tau sigma^2 / (B M), the\n"
        "variance of order tau sigma^2 log2(M) / B",
        "Blanchet, Glynn 2015; Dorfman, Levy 2022; Beznosikov et al. 2023 (arXiv 2305.15938)"};
  }
  Mlmc(const Params& params, const Sizes& theory)
      : batch_(size_of("mlmc.batch", params.batch, theory.batch)),
        levels_(std::bit_width(size_of("mlmc.cap", params.cap, theory.cap)) - 1) {
    require_drawable("mlmc", std::size_t{1} << levels_, batch_);
  }

  std::span<const Piece> draw(Stream& stream) override {
    const std::uint64_t level = stream.geometric(0.5);
    if (level > levels_) {
      pieces_[0] = {batch_, 1};
      return {pieces_.data(), 1};
    }
    const std::size_t half = std::size_t{1} << (level - 1);  // batches in g_{J-1}
    const auto weight = static_cast<double>(half);
    pieces_[0] = {batch_, 0};
    pieces_[1] = {(half - 1) * batch_, 1 - weight};
    pieces_[2] = {half * batch_, weight};
    if (half > 1) return pieces_;
    pieces_[1] = pieces_[2];
    return {pieces_.data(), 2};
  }
  double expected_samples() const override {
    return static_cast<double>(batch_) *
           (static_cast<double>(levels_) + std::ldexp(1.0, -static_cast<int>(levels_)));
  }
  std::size_t most_samples() const override { return batch_ << levels_; }

 private:
  std::size_t batch_;
  std::uint64_t levels_;  // floor(log2 M)
  std::array<Piece, 3> pieces_;
};

}  // namespace

void register_mlmc(Catalogue& all) { all.add<Mlmc>("mlmc"); }

}  // namespace trivium::noise::estimators
