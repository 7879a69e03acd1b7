// MARINA-SGDA: gradient descent-ascent along an estimate g of F(z) to which workers add compressed
// differences, replaced by F(z) now and then (MARINA: Gorbunov, Burlachenko, Li, Richtarik 2021).
//   start: g = F(z0), by a full exchange
//   z+ = z - gamma g
//   if b: every worker sends F_m(z+), g+ = their mean
//   else: every worker sends Q_m(F_m(z+) - F_m(z)), g+ = g + their mean
// The bit b of the next iteration, 1 with probability p, comes with the server's broadcast.
#include "detail/compressed_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class MarinaSgda final : public CompressedMethod {
 public:
  struct Params {
    CompressedParams compressed;
    Tunable refresh;
    void describe(Fields& fields) {
      compressed.describe(fields);
      fields.tunable("refresh", refresh, {0, 1, true}, "p: probability of a full exchange");
    }
  };
  static About about() {
    return {
        "gradient descent-ascent with compressed differences and full exchanges now and then",
        "z+ = z - g G; with probability p: G = F(z+), else G += mean of Q_m(F_m(z+) - F_m(z)); whole "
        "space only\n"
        "theory: p = bits(Q_m) / bits of a dense vector, g = min{ p / (4 mu), root of g + a g^2 = 1 / (3 "
        "l) }, a = 4 (1 - p) C^2 / (mu p), l = min{ ell, L^2 / mu },\n"
        "C^2 = (A - B) L_rms^2 + B sig^2: A, B the uplink's joint constants (omega / M and 0 for "
        "independent messages, 1 and 1 for perm_k);\n"
        "V = |z - z*|^2 + (4 g / (mu p)) |G - F(z)|^2 is multiplied by at most 1 - g mu each iteration",
        "MARINA: Gorbunov, Burlachenko, Li, Richtarik 2021 (arXiv 2102.07845); step for operators derived "
        "here"};
  }

  /// The error e = G - F(z) obeys E|e+|^2 <= (1 - p) (|e|^2 + C^2 |z+ - z|^2): the mean of the messages has
  /// variance A mean |x_m|^2 - B |mean of x_m|^2 at x_m = F_m(z+) - F_m(z).
  MarinaSgda(const Params& params, const Context& context)
      : CompressedMethod("marina_sgda", params.compressed, context),
        G_(z_.like()),
        D_(z_.like()),
        F_new_(z_.like()),
        F_m_(for_workers()) {
    require_unbiased(up_, "marina_sgda", "uplink");
    require_whole_space();
    problems::Constants& constants = context.constants;
    const double up = up_.guarantee.expected_bits, all = dense_.guarantee.expected_bits;
    p_ = std::min(1.0, params.refresh.resolve(std::min(1.0, up / all)));
    const double A = up_.guarantee.joint_a, B = up_.guarantee.joint_b;
    const double L_rms = A > B ? constants.L_rms() : 0,
                 sig = B > 0 ? constants.get(problems::Which::sig).value : 0;
    const double C2 = (A - B) * L_rms * L_rms + B * sig * sig;
    use_theory(remembered_error_bound(cocoercivity(constants).mean, mu_, p_, (1 - p_) * C2),
               "min{ p / (4 mu), root of g + 4 (1 - p) C^2 g^2 / (mu p) = 1 / (3 l) }", 1,
               [&](double g) { return 1 - g * mu_; });
    theory_.bits_up = (1 - p_) * up + p_ * all;
    theory_.bits_down = all + 1;
  }

  void start() override { exchange(); }

  void step() override {
    combine(z_, {{1, z_}, {-gamma_, G_}});  // z = z - gamma G
    if (fresh_) return exchange();
    network_.average(
        *up_.codec,
        [&](int m, Vector& message) {  // Q_m(F_m(z+) - F_m(z))
          problem_.evaluate(m, z_, F_new_);
          combine(message, {{1, F_new_}, {-1, F_m_[local(m)]}});
          copy(F_m_[local(m)], F_new_);
        },
        D_);
    hear(D_);
    combine(G_, {{1, G_}, {1, D_}});  // G = G + D
  }

  void state(Archive& archive) override {
    CompressedMethod::state(archive);
    archive.common("G", G_);
    archive.common("fresh", fresh_);
    archive.workers("F_m", F_m_);
  }

 private:
  /// G = F(z). F_m(z) is kept as rounded for the wire, so that differences are taken from what was heard.
  void exchange() {
    network_.average(
        *dense_.codec, [&](int m, Vector& out) { problem_.evaluate(m, z_, out); },
        [&](int m, const mpi::Sent& sent) {
          fill(F_m_[local(m)], 0);
          sent.add_to(F_m_[local(m)]);
        },
        G_);
    hear(G_);
  }
  /// The server's vector and the bit b for the next iteration.
  void hear(Vector& mean) {
    const bool b = Stream(network_.seed(), Purpose::refresh, everyone, network_.round()).bernoulli(p_);
    fresh_ = network_.broadcast(*dense_.codec, mean, b);
  }

  double p_ = 1;
  bool fresh_ = false;
  Vector G_, D_, F_new_;
  std::vector<Vector> F_m_;
};

}  // namespace

void register_marina_sgda(Catalogue& all) { all.add<MarinaSgda>("marina_sgda"); }

}  // namespace trivium::solvers
