// Affine operators from a file.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <variant>

#include <fmt/ranges.h>

#include <trivium/core/errors.hpp>
#include <trivium/gpu/operators.hpp>
#include <trivium/io/arrays.hpp>
#include <trivium/io/data_files.hpp>
#include <trivium/problems/problem.hpp>
#include <trivium/problems/sets.hpp>

#include "detail/dense.hpp"
#include "detail/on_device.hpp"
#include "detail/overloaded.hpp"
#include "detail/product_set.hpp"

namespace trivium::problems {
namespace {

class Affine final : public Problem {
 public:
  struct Params {
    std::string file;
    Plugin set{"whole_space", {}, ""};
    std::string dtype = "float64";
    std::string device = "host";
    void describe(Fields& fields) {
      fields.text("file", file,
                  "HDF5 file with J (M, d, d), q (M, d) and, if known, z0 (d) and solution (d)");
      fields.plugin("set", set, sets::catalogue(), "feasible set of z");
      fields.choice("dtype", dtype, {"float64", "float32"}, "scalars of points and matrices");
      detail::describe_device(fields, device);
    }
  };
  static About about() {
    return {.summary = "affine operators from an HDF5 file",
            .rule =
                "F_m(z) = J_m z + q_m, m = 0..M-1, from the datasets J (M, d, d) and q (M, d).\n"
                "Optional datasets: z0 (d), the starting point, and solution (d), which is checked.\n"
                "Every rank reads the rows of its own workers only.",
            .source = "any"};
  }
  Affine(const Params& params, const Place& place);

  void evaluate(int m, const Vector& z, Vector& out) override {
    const auto on_host = [&]<class T>(const Data<T>& data) {
      detail::affine_transposed_product(data.Jt[row(m)], T{1}, z.span<T>().data(),
                                        data.q.data() + row(m) * traits_.dimension, out.span<T>().data());
    };
    const auto on_card = [&](const CardData& data) {
      gpu::copy(out, {data.q[row(m)]});
      gpu::multiply(1, data.J[row(m)], gpu::Op::plain, z, 1, out);
    };
    std::visit(detail::Overloaded{on_host, on_card}, data_);
  }
  void jacobian(int m, const Vector&, const Vector& v, bool transposed, Vector& out) override {
    const auto on_host = [&]<class T>(const Data<T>& data) {
      fill(out, 0);
      const auto add = transposed ? detail::add_product<T> : detail::add_transposed_product<T>;
      add(data.Jt[row(m)], T{1}, v.span<T>().data(), out.span<T>().data());
    };
    const auto on_card = [&](const CardData& data) {
      gpu::multiply(1, data.J[row(m)], transposed ? gpu::Op::transposed : gpu::Op::plain, v, 0, out);
    };
    std::visit(detail::Overloaded{on_host, on_card}, data_);
  }
  void prox(double, Vector& z) override { set_.project(z); }
  double gap(const Vector& z, const Vector& F) override { return set_.gap(z, F); }
  Known known() const override { return {{}, solution_, start_}; }

 private:
  template <class T>
  struct Data {
    // J_m^T, one per local worker: J z is then a sum of rows, which needs no sum across a register.
    std::vector<detail::Matrix<T>> Jt;
    std::vector<T> q;  // (local workers, d), padded
  };
  struct CardData {
    std::vector<gpu::Matrix> J;  // one per local worker
    std::vector<Vector> q;
  };
  std::size_t row(int m) const { return static_cast<std::size_t>(m - traits_.workers.first); }
  void read_shapes(const io::ArrayFile& file, const Place& place);
  struct Worker {
    std::vector<double> J, q;
  };
  Worker read_worker(const io::ArrayFile& file, int m) const;
  template <class T>
  Data<T> read_workers(const io::ArrayFile& file) const;
  template <class T>
  CardData read_to_card(const io::ArrayFile& file) const;

  detail::ProductSet set_;
  std::variant<Data<double>, Data<float>, CardData> data_;
  std::optional<std::vector<double>> start_, solution_;
};

// The sentence names the first entry that is no number, so that it can be found in a file of millions.
void require_finite(const std::vector<double>& values, const std::string& path, const char* name,
                    std::size_t first_row, std::size_t row_length) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  const auto at = static_cast<std::size_t>(bad - values.begin());
  reject("'{}': dataset '{}' holds {} in row {}, entry {} of that row; every entry must be finite", path,
         name, *bad, first_row + at / row_length, at % row_length);
}

std::string text_of(const std::vector<std::size_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

void require_shape(const io::ArrayFile& file, const char* name, const std::vector<std::size_t>& expected) {
  if (const auto shape = file.shape(name); shape != expected)
    reject("'{}': dataset '{}' has shape {}, expected {} like J", file.path(), name, text_of(shape),
           text_of(expected));
}

std::optional<std::vector<double>> read_point(const io::ArrayFile& file, const char* name,
                                              std::size_t dimension) {
  if (!file.has(name)) return std::nullopt;
  require_shape(file, name, {dimension});
  std::vector<double> point = file.read(name);
  require_finite(point, file.path(), name, 0, dimension);
  return point;
}

io::ArrayFile open(const std::string& name, const Place& place) {
  if (name.empty()) reject("affine.file is not set; name the HDF5 file that holds J and q");
  return io::ArrayFile(io::find_data(name, place.data_folders));
}

Affine::Affine(const Params& params, const Place& place)
    : Problem({.workers = {}, .device = &detail::device_named(params.device)}) {
  const io::ArrayFile file = open(params.file, place);
  read_shapes(file, place);
  traits_.dtype = params.dtype == "float32" ? Dtype::float32 : Dtype::float64;
  traits_.affine = true;
  traits_.has_jacobian = true;
  set_.add(params.set, traits_.dimension);
  traits_.constrained = !set_.is_whole_space();
  traits_.has_gap = set_.is_bounded();
  start_ = read_point(file, "z0", traits_.dimension);
  solution_ = read_point(file, "solution", traits_.dimension);
  const bool wide = traits_.dtype == Dtype::float64;
  if (params.device == "cuda")
    data_ = wide ? read_to_card<double>(file) : read_to_card<float>(file);
  else if (wide)
    data_ = read_workers<double>(file);
  else
    data_ = read_workers<float>(file);
}

void Affine::read_shapes(const io::ArrayFile& file, const Place& place) {
  const auto shape = file.shape("J");
  if (shape.size() != 3 || shape[0] == 0 || shape[1] == 0 || shape[1] != shape[2])
    reject("'{}': dataset 'J' has shape {}, expected (M, d, d): one square matrix for each of M >= 1 workers",
           file.path(), text_of(shape));
  require_shape(file, "q", {shape[0], shape[1]});
  if (shape[0] > 2147483647)
    reject("'{}': dataset 'J' has {} workers, more than 2147483647", file.path(), shape[0]);
  traits_.workers = worker_block(static_cast<int>(shape[0]), place.rank, place.ranks);
  traits_.dimension = shape[1];
}

Affine::Worker Affine::read_worker(const io::ArrayFile& file, int m) const {
  const std::size_t d = traits_.dimension;
  const auto worker = static_cast<std::size_t>(m);
  Worker read{file.read_rows("J", worker, 1), file.read_rows("q", worker, 1)};
  require_finite(read.J, file.path(), "J", worker, d * d);
  require_finite(read.q, file.path(), "q", worker, d);
  return read;
}

// One worker at a time: a second copy of all matrices might not fit.
template <class T>
Affine::Data<T> Affine::read_workers(const io::ArrayFile& file) const {
  const std::size_t d = traits_.dimension;
  Data<T> data;
  for (int m = traits_.workers.first; m < traits_.workers.last; ++m) {
    const auto [J, q] = read_worker(file, m);
    detail::Matrix<T>& matrix = data.Jt.emplace_back(d, d);
    for (std::size_t i = 0; i < d; ++i)
      for (std::size_t j = 0; j < d; ++j) matrix.row(j)[i] = static_cast<T>(J[i * d + j]);
    std::transform(q.begin(), q.end(), std::back_inserter(data.q),
                   [](double value) { return static_cast<T>(value); });
  }
  data.q.resize(data.q.size() + detail::read_past);
  return data;
}

template <class T>
Affine::CardData Affine::read_to_card(const io::ArrayFile& file) const {
  const std::size_t d = traits_.dimension;
  CardData data;
  for (int m = traits_.workers.first; m < traits_.workers.last; ++m) {
    const auto [J, q] = read_worker(file, m);
    const std::vector<T> matrix(J.begin(), J.end()), linear(q.begin(), q.end());
    data.J.emplace_back(d, d, matrix.data(), d);
    data.q.push_back(detail::placed(std::span(linear), gpu::device()));
  }
  return data;
}

}  // namespace

void register_affine(Catalogue& all) { all.add<Affine>("affine"); }

}  // namespace trivium::problems
