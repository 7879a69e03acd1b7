// A saddle step of adversarial training: the loss's derivatives in the weights and in the perturbation that
// all images share, float32. Its flops a second against those of its products alone and of a large square
// product, both with Eigen, and its seconds against the same step in NumPy, numpy/mlp.py, and in PyTorch
// where it is installed, torch/saddle_step.py, which must find the same numbers. And the operator of
// adversarial logistic regression against reading its rows.
#include <cmath>
#include <fstream>
#include <iterator>

#include <Eigen/Core>

#include <trivium/core/stream.hpp>
#include <trivium/problems/problem.hpp>

#include "bandwidth.hpp"
#include "measure.hpp"
#include "torch.hpp"
#include "training.hpp"

namespace {

using namespace trivium;
using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr auto processor = bench::Clock::processor;
constexpr Eigen::Index widths[] = {784, 256, 128, 10};
constexpr std::size_t layers = std::size(widths) - 1;
constexpr double weight_decay = 1e-4, radius = 0.1;

/// The products of a step, all rows at once: forwards, backwards to the slopes of the hidden layers and to
/// the weights. The perturbation's derivative needs one row more, which counts for nothing.
class Products {
 public:
  explicit Products(Eigen::Index rows) {
    for (std::size_t l = 0; l <= layers; ++l) values_.push_back(Rows::Random(rows, widths[l]));
    for (std::size_t l = 0; l < layers; ++l) {
      slopes_.push_back(Rows::Random(rows, widths[l + 1]));
      weights_.push_back(Rows::Random(widths[l + 1], widths[l]) * 0.05F);
      gradients_.push_back(weights_.back());
      const double once = 2.0 * static_cast<double>(rows * widths[l] * widths[l + 1]);
      flops_ += (l == 0 ? 2 : 3) * once;
    }
  }
  double flops() const { return flops_; }
  void operator()() {
    for (std::size_t l = 0; l < layers; ++l) values_[l + 1].noalias() = values_[l] * weights_[l].transpose();
    for (std::size_t l = layers - 1; l > 0; --l) slopes_[l - 1].noalias() = slopes_[l] * weights_[l];
    for (std::size_t l = 0; l < layers; ++l) gradients_[l].noalias() = slopes_[l].transpose() * values_[l];
    bench::keep(gradients_);
  }

 private:
  std::vector<Rows> values_, slopes_, weights_, gradients_;
  double flops_ = 0;
};

/// C = A B of a size at which Eigen is at its fastest.
class SquareProduct {
 public:
  double flops() const { return 2 * std::pow(size, 3); }
  void operator()() {
    C_.noalias() = A_ * B_;
    bench::keep(C_);
  }

 private:
  static constexpr Eigen::Index size = 1024;
  Rows A_ = Rows::Random(size, size), B_ = Rows::Random(size, size), C_ = Rows(size, size);
};

struct ByScript {
  double seconds = 0, loss = 0;
  std::string blas;
};

ByScript by_script(const bench::TemporaryFolder& folder, int rows) {
  const std::string json = bench::output_of_script(
      "mlp.py", fmt::format("--images {} --labels {} --point {} --out {} --widths 784 256 128 10 "
                            "--weight-decay {} --steps {}",
                            folder.file("images"), folder.file("labels"), folder.file("point"),
                            folder.file("gradient"), weight_decay, rows > 512 ? 9 : 31));
  return {bench::number_in(json, "seconds"), bench::number_in(json, "loss"), bench::text_in(json, "blas")};
}

/// Loss and derivatives of both; throws where they are not the same up to rounding.
void require_same(const std::string& what, double mine, double most) {
  if (!(mine <= most)) throw std::runtime_error(fmt::format("{} differs by {:.1e}", what, mine));
}

/// The same step in PyTorch, eager, in one thread; F is in the file "own".
void against_torch(const bench::TemporaryFolder& folder, const std::string& what, int rows, double step_s) {
  const std::string row = what + " steps a second over PyTorch's";
  const std::string python = bench::torch_python(false);
  if (python.empty()) return bench::row_without_torch(row);
  std::vector<double> theirs;
  std::string json;
  for (int turn = 0; turn < 3; ++turn) {
    json = bench::output_of_torch(
        python, "saddle_step.py",
        fmt::format("--images {} --labels {} --point {} --check {} --widths 784 256 128 10 --weight-decay {} "
                    "--turns 9 --repeats {}",
                    folder.file("images"), folder.file("labels"), folder.file("point"), folder.file("own"),
                    weight_decay, 1024 / rows));
    theirs.push_back(bench::number_in(json, "seconds"));
  }
  const double in_weights = bench::number_in(json, "theta"), in_delta = bench::number_in(json, "delta");
  // A relu that rounding turns at its kink shows in single entries. `autodiff` is the close comparison.
  require_same("PyTorch's derivative in the weights", in_weights, 1e-3);
  require_same("PyTorch's derivative in the perturbation", in_delta, 1e-3);
  bench::row_at_least(row, bench::median(theirs) / step_s, 1, "x");
  bench::note(
      "PyTorch {} {:.2f} ms, {}; differences from its {:.0e} in the weights, {:.0e} in the perturbation, "
      "of the largest entry",
      bench::text_in(json, "torch"), bench::median(theirs) * 1e3, bench::text_in(json, "blas"), in_weights,
      in_delta);
}

void saddle_step(int rows) {
  const bench::TemporaryFolder folder;
  bench::write_images(folder, rows);
  const auto problem = bench::training(
      folder, {{"hidden", List{256.0, 128.0}}, {"weight_decay", weight_decay}, {"radius", radius}});
  const Vector z = bench::training_point(*problem, radius);
  bench::write_entries(folder.file("point"), z);
  Vector F = z.like();
  Products products(rows);
  SquareProduct square;
  // Each several times in a row, as in training: what it finds in the caches is its own.
  const auto times = [](int count, auto&& work) {
    return [count, &work] {
      for (int i = 0; i < count; ++i) work();
    };
  };
  const auto step = [&] {
    problem->evaluate(0, z, F);
    bench::keep(F);
  };
  const int count = 4096 / rows;
  auto [step_s, products_s, square_s] =
      bench::median_seconds(processor, 31, times(count, step), times(count, products), times(4, square));
  step_s /= count, products_s /= count, square_s /= 4;

  std::vector<double> theirs;
  ByScript numpy;
  for (int turn = 0; turn < 3; ++turn) theirs.push_back((numpy = by_script(folder, rows)).seconds);
  double loss = 0;
  problem->measure(0, z, {&loss, 1});
  const Vector expected = bench::read_entries(folder.file("gradient"), z.size(), Dtype::float32);
  const auto mine = std::as_const(F).span<float>(), all = expected.span<float>();
  const std::size_t weights = z.size() - static_cast<std::size_t>(widths[0]);
  const double in_weights = bench::difference(mine.first(weights), all.first(weights)),
               in_delta = bench::difference(mine.subspan(weights), all.subspan(weights)),
               in_loss = std::abs(loss - numpy.loss) / numpy.loss;
  require_same("NumPy's derivative in the weights", in_weights, 1e-5);
  require_same("NumPy's derivative in the perturbation", in_delta, 1e-5);
  require_same("NumPy's loss", in_loss, 1e-5);

  const std::string what = fmt::format("saddle step, network 784-256-128-10, {} images, float32:", rows);
  const double rate = products.flops() / step_s, square_rate = square.flops() / square_s;
  bench::row_at_least(what + " its flops/s over those of its products alone", products_s / step_s, 0.7);
  bench::row_at_least(what + " its flops/s over those of a product of 1024 x 1024", rate / square_rate, 0.7);
  bench::row_at_least(what + " steps a second over NumPy's", bench::median(theirs) / step_s, 1, "x");
  bench::note(
      "a step {:.2f} ms, {:.1f} Gflop/s; its products alone {:.1f}, a square one {:.1f}; NumPy {:.2f} ms, "
      "{:.1f} Gflop/s, {}",
      step_s * 1e3, rate * 1e-9, products.flops() / products_s * 1e-9, square_rate * 1e-9,
      bench::median(theirs) * 1e3, products.flops() / bench::median(theirs) * 1e-9, numpy.blas);
  bench::note("differences from NumPy's: loss {:.0e}, weights {:.0e}, perturbation {:.0e} of their size",
              in_loss, in_weights, in_delta);

  bench::write_entries(folder.file("own"), F);
  against_torch(folder, what, rows, step_s);
}

/// The operator of adversarial logistic regression over one read of its rows: a column and a value for each
/// nonzero.
void logistic_rows(int features, int nonzeros) {
  constexpr int rows = 20000;
  const bench::TemporaryFolder folder;
  const std::string path = folder.file("rows.svm");
  std::ofstream file(path);
  Stream stream(3, Purpose::test, everyone, 0);
  for (int i = 0; i < rows; ++i) {
    file << (stream.bernoulli(0.5) ? "+1" : "-1");
    for (int k = 0; k < nonzeros; ++k) {  // ascending: one of every `features / nonzeros` columns
      const auto share = static_cast<std::uint64_t>(features / nonzeros);
      fmt::format_to(std::ostream_iterator<char>(file), " {}:{:.3f}",
                     static_cast<std::uint64_t>(k) * share + stream.below(share) + 1, stream.normal());
    }
    file << '\n';
  }
  file.close();
  const auto problem = problems::catalogue().make(
      {"adversarial_logistic", {{"file", path}, {"features", features}, {"workers", 1}}, ""}, {});
  Vector z(problem->traits().dimension), out = z.like();
  fill(z, 0.1);
  const std::size_t bytes = static_cast<std::size_t>(rows) * static_cast<std::size_t>(nonzeros) * 12;
  const std::vector<double> plain(bytes / sizeof(double), 1.0);
  const auto [ours, apart, on] = bench::median_seconds(
      processor, 21,
      [&] {
        problem->evaluate(0, z, out);
        bench::keep(out);
      },
      [&] { bench::keep(bench::read(plain.data(), plain.size(), true)); },
      [&] { bench::keep(bench::read(plain.data(), plain.size(), false)); });
  bench::row(fmt::format("adversarial_logistic, {} rows of {} nonzeros, {} features: its bytes/s over those "
                         "of a plain read",
                         rows, nonzeros, features),
             fmt::format("{:.3g}", std::min(apart, on) / ours), "-", "-");
  bench::note("operator {:.1f} GB/s, {:.2f} ns a nonzero; read {:.1f} GB/s in eight streams, {:.1f} in one",
              static_cast<double>(bytes) / ours * 1e-9, ours / (rows * nonzeros) * 1e9,
              static_cast<double>(bytes) / apart * 1e-9, static_cast<double>(bytes) / on * 1e-9);
}

}  // namespace

int main() {
  saddle_step(256);
  saddle_step(1024);
  logistic_rows(100, 100);
  logistic_rows(1000, 50);
}
