#pragma once
#include <Eigen/Core>

/// Numbers of a chain on n states from its transition matrix P (n, n), which is irreducible. `law` (n) is its
/// stationary law. Everything takes O(n^3) time.
namespace trivium::noise::detail {

/// The law with law P = law, every entry to nearly full relative accuracy: an elimination that does not
/// subtract. Grassmann, Taksar, Heyman 1985.
Eigen::VectorXd stationary_law(Eigen::MatrixXd P);

/// The largest absolute value of the eigenvalues but 1; 0 for a single state.
double second_eigenvalue(const Eigen::MatrixXd& P, const Eigen::VectorXd& law);

/// The least k >= 1 after which every row of `starts` (any number, n), a law of the first state, has come
/// within 1/4 of the stationary one in total variation; infinity when 2^40 steps are not enough.
double mixing_steps(const Eigen::MatrixXd& P, const Eigen::VectorXd& law, const Eigen::MatrixXd& starts);

/// 1 + 2 sum over k >= 1 of <f, P^k f>, f = `values` of mean 0 and variance 1, from the fundamental matrix
/// (Kemeny, Snell 1960). For a periodic chain the sum in the sense of Abel, which is what variances see.
double autocorrelation_time(const Eigen::MatrixXd& P, const Eigen::VectorXd& law,
                            const Eigen::VectorXd& values);

}  // namespace trivium::noise::detail
