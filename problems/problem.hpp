#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <trivium/core/catalogue.hpp>
#include <trivium/core/constant.hpp>
#include <trivium/core/matrix_shape.hpp>
#include <trivium/core/vector.hpp>
#include <trivium/core/workers.hpp>

namespace trivium::problems {

/// The constants that step sizes depend on. F = (1/M) sum F_m.
enum class Which {
  L,       ///< Lipschitz constant of F
  L_max,   ///< largest Lipschitz constant of an F_m
  L_rms,   ///< (1/M) sum |F_m(a) - F_m(b)|^2 <= L_rms^2 |a - b|^2
  mu,      ///< strong monotonicity of F; negative when F is not monotone
  mu_min,  ///< the least strong monotonicity of an F_m
  delta,   ///< similarity: max over m of the Lipschitz constant of F_m - F
  d1,      ///< server's similarity: Lipschitz constant of F - F_1 (worker 0 is the server's)
  sig,     ///< (1/M) sum |(F_m - F)(a) - (F_m - F)(b)|^2 <= sig^2 |a - b|^2
  sig1,    ///< the same with F_1 in place of F
  L_loc,   ///< (1/M) sum over m, mean over j of |D_{m,j}(a) - D_{m,j}(b)|^2 <= L_loc^2 |a - b|^2,
           ///< D_{m,j} = F_{m,j} - F_m
  L_1,     ///< Lipschitz constant of F_1, the server's own operator (worker 0)
  ell,     ///< largest cocoercivity constant of an F_m, |F_m(a) - F_m(b)|^2 <= ell <F_m(a) - F_m(b), a - b>;
           ///< can be infinite
};
/// The constants of every problem; L_loc is one of finite sums only.
inline constexpr Which all_constants[] = {Which::L,  Which::L_max, Which::L_rms, Which::mu, Which::delta,
                                          Which::d1, Which::sig,   Which::sig1,  Which::ell};
std::string name_of(Which which);

using trivium::Constant;
using trivium::name_of;
using trivium::Origin;

/// The constants of one problem, each measured when first asked for.
class Constants {
 public:
  using Measure = std::function<Constant(Which)>;
  Constants(std::map<Which, Constant> known, Measure measure)
      : found_(std::move(known)), measure_(std::move(measure)) {}
  const Constant& get(Which which);
  double L() { return get(Which::L).value; }
  double L_rms() { return get(Which::L_rms).value; }
  double mu() { return get(Which::mu).value; }
  /// What is known so far, without measuring anything.
  const std::map<Which, Constant>& found() const { return found_; }

 private:
  std::map<Which, Constant> found_;
  Measure measure_;
};

/// What never changes about a problem.
struct Traits {
  std::size_t dimension = 0;
  WorkerRange workers;  ///< M and the block whose data this rank holds
  Dtype dtype = Dtype::float64;
  Device* device = &host();
  bool constrained = false;                ///< prox is not the identity
  bool affine = false;                     ///< the Jacobians do not depend on the point
  bool convex = false;                     ///< every F_m is the gradient of a convex function
  bool has_jacobian = false;               ///< `jacobian` is implemented
  bool has_samples_gram = false;           ///< `samples_gram` is implemented
  bool has_gap = false;                    ///< `gap` is implemented: Z is bounded
  std::vector<MatrixShape> matrices = {};  ///< parts of z that are matrices, for compressors that use it
  std::vector<std::string> measures = {};  ///< names of further numbers about a point, see `measure`
  /// There is one solution worth computing before a run. False where the operator is not monotone or jumps:
  /// nothing is then solved beforehand, no distance is reported, and the residual is the merit.
  bool solvable = true;
};

/// What a problem knows in closed form.
struct Known {
  std::map<Which, Constant> constants;
  std::optional<std::vector<double>> solution;  ///< shape (d)
  std::optional<std::vector<double>> start;     ///< z0, shape (d); zero when absent
};

/// A variational inequality: find z* in Z with <F(z*), z - z*> + g(z) - g(z*) >= 0 for all z in Z, F = (1/M)
/// sum F_m, where worker m owns F_m : R^d -> R^d. A rank evaluates only its own workers. All vectors have the
/// traits' dimension, type, device.
class Problem {
 public:
  explicit Problem(Traits traits) : traits_(std::move(traits)) {}
  virtual ~Problem() = default;
  const Traits& traits() const { return traits_; }

  /// out = F_m(z); `out` is not `z`.
  virtual void evaluate(int m, const Vector& z, Vector& out) = 0;

  /// Number of summands r_m of F_m = (1/r_m) sum_j F_{m,j}; 0 when F_m is not a finite sum.
  virtual std::size_t samples(int m) const;
  /// out = mean over the given summands of F_{m,j}(z). Throws std::logic_error when samples(m) is 0.
  virtual void evaluate_samples(int m, const Vector& z, std::span<const std::uint32_t> samples, Vector& out);

  /// out = J_m(z) v, or J_m(z)^T v; `out` is not `v`. Only when traits().has_jacobian.
  virtual void jacobian(int m, const Vector& z, const Vector& v, bool transposed, Vector& out);
  /// out = mean over all summands of J_{m,j}(z)^T J_{m,j}(z) v; `out` is not `v`. Only when
  /// traits().has_samples_gram.
  virtual void samples_gram(int m, const Vector& z, const Vector& v, Vector& out);

  /// z = prox of step * g over Z, in place; the identity by default.
  virtual void prox(double step, Vector& z);

  /// max over u in Z of <F, z - u>, for F = F(z) and z in Z the gap of z; zero exactly at solutions. Only
  /// when traits().has_gap.
  virtual double gap(const Vector& z, const Vector& F);

  /// out[i] = worker m's part of measure i at z: the mean over the workers is reported. Only when
  /// traits().measures is not empty.
  virtual void measure(int m, const Vector& z, std::span<double> out);

  virtual Known known() const { return {}; }

 protected:
  Traits traits_;
};

/// What a problem is made with.
struct Place {
  int rank = 0;
  int ranks = 1;
  std::vector<std::string> data_folders;  ///< where relative file names are looked up, in order
};

using Catalogue = trivium::Catalogue<Problem, const Place&>;
/// Every problem of this room, by name.
Catalogue& catalogue();

}  // namespace trivium::problems
