// EF21-SGDA: gradient descent-ascent along estimates g_m of F_m(z) that contractive compressors C_m keep up
// to date (EF21: Richtarik, Sokolov, Fatkhullin 2021).  g = mean of the g_m.
//   start: g_m = F_m(z0), by a full exchange
//   z+  = z - gamma g
//   worker m sends c_m = C_m(F_m(z+) - g_m); the server broadcasts D = mean of the c_m
//   g_m = g_m + c_m,  g = g + D
#include "detail/compressed_method.hpp"
#include "detail/theory.hpp"

namespace trivium::solvers {
namespace {

class Ef21Sgda final : public CompressedMethod {
 public:
  struct Params : CompressedParams {
    Params() { uplink = {"top_k", {{"k", 0.1}}, ""}; }
    void describe(Fields& fields) {
      CompressedParams::describe(fields, "C_m, contractive: workers to server");
    }
  };
  static About about() {
    return {"gradient descent-ascent with contractive compression and error feedback",
            "z+ = z - g mean of the g_m, g_m += C_m(F_m(z+) - g_m); whole space only\n"
            "theory: g = min{ theta / (4 mu), root of g + a g^2 = 1 / (3 l) }, a = 4 beta L_rms^2 / (mu "
            "theta), l = min{ ell, L^2 / mu },\n"
            "q = sqrt(1 - 1 / delta), theta = 1 - q, beta = q^2 / (1 - q);\n"
            "V = |z - z*|^2 + (4 g / (mu theta)) mean |g_m - F_m(z)|^2 is multiplied by at most 1 - g mu "
            "each iteration",
            "EF21: Richtarik, Sokolov, Fatkhullin 2021 (arXiv 2106.05203); step for operators derived here"};
  }

  /// The error e = mean |g_m - F_m(z)|^2 obeys E e+ <= (1 - theta) e + beta L_rms^2 |z+ - z|^2.
  Ef21Sgda(const Params& params, const Context& context)
      : CompressedMethod("ef21_sgda", params, context), g_(z_.like()), D_(z_.like()), g_m_(for_workers()) {
    require_whole_space();
    require_contractive(up_, "ef21_sgda", "uplink");
    const double delta = up_.guarantee.contraction(), q = std::sqrt(1 - 1 / delta);
    const Cocoercivity l = cocoercivity(context.constants);
    const double L_rms = context.constants.L_rms();
    use_theory(remembered_error_bound(l.mean, mu_, 1 - q, q * q / (1 - q) * L_rms * L_rms),
               "min{ theta / (4 mu), root of g + 4 beta L_rms^2 g^2 / (mu theta) = 1 / (3 l) }", 1,
               [&](double g) { return up_.guarantee.proven ? 1 - g * mu_ : 1; });
  }

  void start() override {
    average_dense([&](int m, Vector& out) { problem_.evaluate(m, z_, out); },
                  [&](int m, const mpi::Sent& sent) { sent.add_to(g_m_[local(m)]); }, g_);
  }

  void step() override {
    combine(z_, {{1, z_}, {-gamma_, g_}});  // z = z - gamma g
    average(
        [&](int m, Vector& message) {  // C_m(F_m(z) - g_m)
          problem_.evaluate(m, z_, message);
          combine(message, {{1, message}, {-1, g_m_[local(m)]}});
        },
        [&](int m, const mpi::Sent& sent) { sent.add_to(g_m_[local(m)]); }, D_);
    combine(g_, {{1, g_}, {1, D_}});  // g = g + D
  }

  void state(Archive& archive) override {
    CompressedMethod::state(archive);
    archive.common("g", g_);
    archive.workers("g_m", g_m_);
  }

 private:
  Vector g_, D_;
  std::vector<Vector> g_m_;
};

}  // namespace

void register_ef21_sgda(Catalogue& all) { all.add<Ef21Sgda>("ef21_sgda"); }

}  // namespace trivium::solvers
