#pragma once
#include <limits>

#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// How exactly the server solves its sub-problems.
struct InnerParams {
  std::string inner = "theory";
  std::int64_t steps = 10;
  void describe(Fields& fields);
};

/// Enough extragradient steps for |g B(u)| <= |u - z| / 2, max{ 4, 2 log(3 + 2 g L_1) } (1 + g L_1), or for a
/// last step that does not forgive an inexact u 2 (1 + g L_1) log(64 (1 + g L_1)^2 / (g mu)).
std::int64_t inner_steps(bool forgiving, double g, double L_1, double mu);

/// The server's own operator F_1 (worker 0's) and the sub-problems it solves while the workers wait.
/// Everything happens on the server's rank; its evaluations are the ledger's local steps, not oracle calls.
class Server {
 public:
  /// Measures L_1.
  Server(const InnerParams& params, const Context& context);

  bool here() const { return network_.is_server(); }
  double L_1() const { return L_1_; }
  /// A measured constant of the problem, or 0 where it is what rounding leaves of equal workers or of a
  /// rotation: a step of 1 / c would send the server into endless inner steps.
  double above_rounding(double constant) const;
  /// Inner steps for `inner = "theory"`.
  void use_theory(std::int64_t steps) { theory_steps_ = steps; }
  /// Whether the sub-problems are solved as well as the rate asks for; |g B(u)| <= |u - z| / 2 is enough for
  /// a forgiving last step only.
  bool is_exact_enough(bool forgiving) const;

  /// out = F_1(z).
  void evaluate(const Vector& z, Vector& out);

  /// u is about the root over Z of B(u) = F_1(u) + shift + (u - centre) / g, by extragradient with step
  /// 1 / (2 (L_1 + 1/g)) from `start`; `u` is not `start`.
  void solve(const Vector& shift, const Vector& centre, double g, const Vector& start, Vector& u);

 private:
  enum class Rule { fixed, relative, exact };
  void F_1(const Vector& z, Vector& out);
  void find_root(const Vector& shift, const Vector& centre, double g, const Vector& start, Vector& u);
  void residual(const Vector& u, const Vector& shift, const Vector& centre, double g, Vector& out);
  /// The least residual so far and its step.
  struct Progress {
    double least = std::numeric_limits<double>::infinity();
    std::int64_t at = 0;
  };
  /// `moved`: |u - P(u - s B(u))|; times `scale` = g / s it is |g B(u)| without constraints.
  bool enough(std::int64_t step, double moved, double scale, const Vector& u, const Vector& start,
              Progress& progress) const;

  problems::Problem& problem_;
  mpi::Network& network_;
  Rule rule_;
  bool from_theory_;
  std::int64_t steps_, theory_steps_ = 1;
  double L_1_;
  Vector half_, B_;
};

}  // namespace trivium::solvers
