#include "jacobians.hpp"

namespace trivium::analysis::detail {

Jacobians::Jacobians(problems::Problem& problem, mpi::Network& network, const Vector& at)
    : problem_(problem),
      network_(network),
      at_(at),
      v_(at.like()),
      out_(at.like()),
      mine_(at.like()),
      mean_(at.like()) {}

void Jacobians::of_worker(int m, const Eigen::VectorXd& v, bool transposed, Eigen::VectorXd& out) {
  put(v, v_);
  problem_.jacobian(m, at_, v_, transposed, out_);
  get(out_, out);
}

void Jacobians::mean_of(const Eigen::VectorXd& v, mpi::Network::WorkerFunction worker, Eigen::VectorXd& out) {
  put(v, v_);
  network_.mean_off_the_record(worker, out_);
  get(out_, out);
}

void Jacobians::mean(const Eigen::VectorXd& v, bool transposed, Eigen::VectorXd& out) {
  mean_of(
      v, [&](int m, Vector& mine) { problem_.jacobian(m, at_, v_, transposed, mine); }, out);
}

// J_k v is known on one rank only: it enters the mean with weight 1 - M.
void Jacobians::mean_less(int k, const Eigen::VectorXd& v, bool transposed, Eigen::VectorXd& out) {
  mean_of(
      v,
      [&](int m, Vector& mine) {
        problem_.jacobian(m, at_, v_, transposed, mine);
        if (m == k) combine(mine, {{1.0 - workers(), mine}});
      },
      out);
}

void Jacobians::symmetric_part(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean_of(
      v,
      [&](int m, Vector& mine) {
        problem_.jacobian(m, at_, v_, false, mine);
        problem_.jacobian(m, at_, v_, true, mine_);
        combine(mine, {{0.5, mine}, {0.5, mine_}});
      },
      out);
}

void Jacobians::gram(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean(v, false, image_);
  mean(image_, true, out);
}

void Jacobians::mean_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean_of(
      v,
      [&](int m, Vector& mine) {
        problem_.jacobian(m, at_, v_, false, mine_);
        problem_.jacobian(m, at_, mine_, true, mine);
      },
      out);
}

// (1/M) sum (J_m - J)^T w_m = (1/M) sum J_m^T w_m with w_m = J_m v - J v, because the w_m sum to zero.
void Jacobians::deviation_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean(v, false, image_);
  put(image_, mean_);
  mean_of(
      v,
      [&](int m, Vector& mine) {
        problem_.jacobian(m, at_, v_, false, mine_);
        combine(mine_, {{1, mine_}, {-1, mean_}});
        problem_.jacobian(m, at_, mine_, true, mine);
      },
      out);
}

// The second moment about J_1 is the variance plus the square of J - J_1.
void Jacobians::deviation_from_first_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean_less(0, v, false, image_);
  mean_less(0, image_, true, first_);
  deviation_gram(v, out);
  out += first_;
}

// The J_{m,j} have mean J_m: their variance is the mean square less the square of the mean.
void Jacobians::sample_deviation_gram(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
  mean_gram(v, squares_);
  mean_of(
      v, [&](int m, Vector& mine) { problem_.samples_gram(m, at_, v_, mine); }, out);
  out -= squares_;
}

}  // namespace trivium::analysis::detail
