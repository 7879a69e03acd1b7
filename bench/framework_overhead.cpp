// What the framework adds: extragradient on a thousand affine workers of dimension 100, through network,
// ledger and solver, against the 2 M matrix-vector products of an iteration and nothing else.
#include <filesystem>
#include <vector>

#include <Eigen/Core>
#include <unistd.h>

#include <trivium/core/stream.hpp>
#include <trivium/io/arrays.hpp>

#include "measure.hpp"
#include "method.hpp"

namespace {

using namespace trivium;

constexpr std::size_t workers = 1000, d = 100;

/// J_m = identity / 2 + a random matrix of norm about 1/4, so that every F_m is strongly monotone with L < 1.
std::map<std::string, io::Array> random_affine() {
  io::Array J{{workers, d, d}, {}}, q{{workers, d}, {}};
  Stream stream(1, Purpose::test, 0, 0);
  for (std::size_t m = 0; m < workers; ++m)
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) J.values.push_back(0.0125 * stream.normal() + (i == j ? 0.5 : 0.0));
  for (std::size_t i = 0; i < workers * d; ++i) q.values.push_back(stream.normal());
  return {{"J", std::move(J)}, {"q", std::move(q)}};
}

/// The catalogue's affine problem from a file that is gone afterwards.
std::unique_ptr<problems::Problem> load(const std::map<std::string, io::Array>& arrays) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("trivium-bench-{}", getpid());
  const std::string file = folder / "affine.h5";
  io::write_arrays(file, arrays, {});
  auto problem = problems::catalogue().make({"affine", {{"file", file}}, ""}, {});
  std::filesystem::remove_all(folder);
  return problem;
}

/// Extragradient as one writes it by hand for these arrays, with Eigen's product.
class ByHand {
 public:
  ByHand(const std::vector<double>& J, const std::vector<double>& q, double step)
      : J_(J), q_(q), step_(step) {}
  void step() {
    evaluate(z_);
    w_ = z_ - step_ * F_;
    evaluate(w_);
    z_ -= step_ * F_;
  }
  const Eigen::VectorXd& point() const { return z_; }

 private:
  using Matrix = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
  void evaluate(const Eigen::VectorXd& z) {
    F_.setZero();
    for (std::size_t m = 0; m < workers; ++m) {
      F_ += Eigen::Map<const Eigen::VectorXd>(&q_[m * d], d);
      F_.noalias() += Matrix(&J_[m * d * d], d, d) * z;
    }
    F_ /= static_cast<double>(workers);
  }
  const std::vector<double>&J_, &q_;
  double step_;
  Eigen::VectorXd z_ = Eigen::VectorXd::Zero(d), w_ = z_, F_ = z_;
};

}  // namespace

int main() {
  const auto arrays = random_affine();
  const auto problem = load(arrays);
  const Vector start(d);
  const double step = 0.25;
  bench::Method method(*problem, {"extragradient", {{"step", step}}, ""}, start,
                       {{problems::Which::L, {1, problems::Origin::known, ""}},
                        {problems::Which::mu, {0.2, problems::Origin::known, ""}}});
  ByHand by_hand(arrays.at("J").values, arrays.at("q").values, step);
  Vector out = start.like();
  const auto products = [&] {
    for (int call = 0; call < 2; ++call)
      for (int m = 0; m < static_cast<int>(workers); ++m) problem->evaluate(m, method.solver->point(), out);
    bench::keep(out);
  };

  // Two at a time: the loop by hand reads a copy of the matrices of its own, and whoever came after it would
  // find less of the problem's in the cache.
  const auto [method_s, products_s] = bench::median_seconds(
      bench::Clock::processor, 101, [&] { method.step(); }, products);
  const auto [method_again_s, by_hand_s] = bench::median_seconds(
      bench::Clock::processor, 51, [&] { method.step(); }, [&] { by_hand.step(); });
  const std::vector<double> z = method.solver->point().to_host();
  const double difference =
      (Eigen::Map<const Eigen::VectorXd>(z.data(), d) - by_hand.point()).norm() / by_hand.point().norm();
  bench::row_at_most("extragradient, M = 1000, d = 100: an iteration over its 2 M products alone",
                     method_s / products_s, 1.15);
  bench::row_at_most("the same over a loop written by hand with Eigen", method_again_s / by_hand_s, 1.15);
  bench::note(
      "an iteration {:.2f} ms, products alone {:.2f} ms, by hand {:.2f} ms; their points differ by {:.0e}",
      method_s * 1e3, products_s * 1e3, by_hand_s * 1e3, difference);
}
