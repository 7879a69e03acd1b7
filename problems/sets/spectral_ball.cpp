#include <limits>

#include <trivium/problems/detail/singular_values.hpp>
#include <trivium/problems/sets.hpp>

#include "detail/threshold.hpp"

namespace trivium::problems::sets {
namespace {

class SpectralBall final : public FeasibleSet {
 public:
  struct Params {
    std::int64_t rows = 1;
    double radius = 1;
    void describe(Fields& fields) {
      fields.integer("rows", rows, Range{1},
                     "of the matrix X whose columns are x, one after another; they divide its length");
      fields.real("radius", radius, positive, "the ball is |X|_2 <= radius");
    }
  };
  static About about() {
    return {.summary = "matrices with |X|_2 <= radius: no singular value is larger",
            .rule =
                "project(X) = U min(S, radius) V^T for X = U S V^T;  support(C) = radius (sum of the "
                "singular values of C)",
            .source = "definition; singular values by two-sided Jacobi rotations (Eigen)"};
  }
  SpectralBall(const Params& params, std::size_t dimension)
      : radius_(params.radius), svd_(rows_of(params, dimension), columns_of(params, dimension)) {
    // A cut matrix has singular values of the radius up to rounding; with that much tolerance projecting
    // twice changes no bit.
    const auto sides = static_cast<double>(rows_of(params, dimension) + columns_of(params, dimension));
    allowed_ = radius_ * (1 + 2 * std::numeric_limits<double>::epsilon() * sides);
  }

  void project(std::span<double> x) override {
    if (!svd_.decompose(x)) return detail::spoil(x);
    if (svd_.largest() > allowed_) svd_.cut(radius_, x);
  }
  double support(std::span<const double> c) const override {
    return svd_.decompose(c) ? radius_ * svd_.sum() : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  static std::size_t rows_of(const Params& params, std::size_t dimension) {
    const auto rows = static_cast<std::size_t>(params.rows);
    if (dimension % rows != 0)
      reject("spectral_ball: {} numbers are no matrix of {} rows; take rows that divide their number",
             dimension, rows);
    return rows;
  }
  static std::size_t columns_of(const Params& params, std::size_t dimension) {
    return dimension / rows_of(params, dimension);
  }

  double radius_, allowed_;
  mutable problems::detail::SingularValues svd_;  // scratch
};

}  // namespace

void register_spectral_ball(Catalogue& all) { all.add<SpectralBall>("spectral_ball"); }

}  // namespace trivium::problems::sets
