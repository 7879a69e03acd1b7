#include <algorithm>
#include <cmath>

#include <trivium/compressors/compressor.hpp>
#include <trivium/compressors/value_format.hpp>
#include <trivium/core/errors.hpp>

#include "detail/entries.hpp"
#include "detail/matrix_parts.hpp"
#include "detail/orthonormal.hpp"

namespace trivium::compressors {
namespace {

using Matrix = Eigen::Map<Eigen::MatrixXd>;

/// The matrix of `rows` rows by columns from `at` on.
Matrix matrix(double* at, std::size_t rows, std::size_t columns) {
  return {at, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
}

/// Sends matrices as products of two thin ones: one step of the power method (PowerSGD).
class RankR final : public Compressor {
 public:
  struct Params {
    std::int64_t rank = 2;
    std::string start = "warm";
    std::int64_t rows = 0;
    ValueField values;
    void describe(Fields& fields) {
      fields.integer("rank", rank, Range{1}, "rank of what is sent, at most the smaller side of a matrix");
      fields.choice(
          "start", start, {"warm", "fresh"},
          "warm: from the Q of the sender's message before, the first time Gaussian; fresh: Gaussian always");
      fields.integer("rows", rows, non_negative,
                     "where the problem names no matrices: rows of the whole vector as one, 0: ceil(sqrt d)");
      values.describe(fields);
    }
  };
  static About about() {
    return {"matrices as products of rank r",
            "For each matrix X (a x c): P = orth(X Q), Q = X^T P, C(X) = P Q^T, a projection of X.\n"
            "Entries outside all matrices are sent as they are. A vector without named matrices is one, by "
            "columns,\nthe last of them filled up with zeros.\n"
            "start = fresh: contractive with delta = min(a, c)/r on average over its Gaussian start (a flat "
            "spectrum\nis worst; seen on random and flat spectra, not proved).\n"
            "start = warm: repeated on one X, it comes to the best approximation of rank r. No worst-case "
            "constant: a\nstart can miss a changing X for ever. delta is that of fresh; use with error "
            "feedback.\n"
            "Message: P and Q of every matrix, r (a + c) values, then the entries outside.",
            "Vogels et al. 2019 (PowerSGD)"};
  }

  RankR(const Params& params, const Shape& shape)
      : dimension_(shape.dimension),
        parts_(parts_of(params, shape)),
        format_(params.values.format()),
        warm_(params.start == "warm") {
    for (const MatrixPart& part : parts_) {
      sent_size_ += part.size_P() + part.size_Q();
      start_size_ += part.size_Q();
    }
    for_each_gap(parts_, dimension_, [&](std::size_t begin, std::size_t end) { sent_size_ += end - begin; });
    entries_.setZero(static_cast<Eigen::Index>(std::max(dimension_, parts_.back().end())));
    sent_.setZero(static_cast<Eigen::Index>(sent_size_));
    const WorkerRange local = shape.local.value_or(WorkerRange{shape.workers, 0, shape.workers});
    first_worker_ = static_cast<std::uint64_t>(local.first);
    if (warm_) worker_starts_.assign(static_cast<std::size_t>(local.count()), Vector(start_size_));
    server_start_ = Vector(start_size_);
  }

  Guarantee guarantee() const override {
    const double w = format_ == ValueFormat::bfloat16 ? bfloat16_omega : 0;
    Guarantee g;
    g.unbiased = false;
    g.proven =
        false;  // seen for Gaussian starts on random and on flat spectra; a warm start can miss a matrix
    g.delta = 1 / (1 - w);
    // Rounding P and Q independently adds (2 w + w^2) |P Q^T|^2 to the error, which is orthogonal to it.
    for (const MatrixPart& part : parts_)
      g.delta = std::max(g.delta, static_cast<double>(part.smaller_side()) / static_cast<double>(part.rank) /
                                      (1 - 2 * w - w * w));
    g.expected_bits = static_cast<double>(sent_size_) * bits_of(format_);
    return g;
  }

  void encode(const Vector& x, Message& message) override {
    require_dimension(x.size(), dimension_, "rank_r");
    load(x);
    Stream stream = message.from.stream();
    double* start = start_of(message.from).span<double>().data();
    double* to = sent_.data();
    for (const MatrixPart& part : parts_) {
      const Matrix X = X_of(part);
      Matrix memory = Q_of(part, start), P = P_of(part, to), Q = Q_of(part, to + part.size_P());
      renew(memory, stream);
      P.noalias() = X * memory;
      orthonormalise(P);
      Q.noalias() = X.transpose() * P;
      memory = Q;
      start += part.size_Q();
      to += part.size_P() + part.size_Q();
    }
    for_each_gap(parts_, dimension_, [&](std::size_t begin, std::size_t end) {
      to = std::copy(entries_.data() + begin, entries_.data() + end, to);
    });
    message.append_values(Part::values, {sent_.data(), sent_size_}, format_, stream);
  }

  void read_add(MessageReader& reader, double weight, Vector& out) override {
    require_dimension(out.size(), dimension_, "rank_r");
    reader.read_values({sent_.data(), sent_size_}, format_);
    double* from = sent_.data();
    for (const MatrixPart& part : parts_) {
      X_of(part).noalias() = P_of(part, from) * Q_of(part, from + part.size_P()).transpose();
      from += part.size_P() + part.size_Q();
    }
    for_each_gap(parts_, dimension_, [&](std::size_t begin, std::size_t end) {
      std::copy(from, from + (end - begin), entries_.data() + begin);
      from += end - begin;
    });
    add_dense(out, weight, {entries_.data(), dimension_});
  }

  void state(Archive& archive, const std::string& name) override {
    if (!warm_) return;
    if (!worker_starts_.empty()) archive.workers(name + ".start", worker_starts_);
    archive.common(name + ".server_start", server_start_);
  }

 private:
  static std::vector<MatrixPart> parts_of(const Params& params, const Shape& shape) {
    const auto rank = static_cast<std::size_t>(params.rank);
    if (!shape.matrices.empty()) return matrix_parts(shape.matrices, shape.dimension, rank);
    const MatrixShape whole = whole_vector(shape.dimension, static_cast<std::size_t>(params.rows));
    return matrix_parts({whole}, whole.rows * whole.columns, rank);
  }

  Matrix X_of(const MatrixPart& part) {
    return matrix(entries_.data() + part.shape.offset, part.shape.rows, part.shape.columns);
  }
  static Matrix P_of(const MatrixPart& part, double* at) { return matrix(at, part.shape.rows, part.rank); }
  static Matrix Q_of(const MatrixPart& part, double* at) { return matrix(at, part.shape.columns, part.rank); }

  /// x as float64, with zeros behind its end.
  void load(const Vector& x) {
    entries_.tail(entries_.size() - static_cast<Eigen::Index>(dimension_)).setZero();
    with_entries(x, [this](auto entries) { std::copy(entries.begin(), entries.end(), entries_.data()); });
  }

  /// The Q that a sender begins with: what its memory holds, or zeros for a fresh start.
  Vector& start_of(const Sender& from) {
    if (!warm_) fill(server_start_, 0);
    if (!warm_ || from.worker == everyone) return server_start_;
    if (from.worker - first_worker_ >= worker_starts_.size())
      throw std::logic_error(fmt::format("rank_r: no memory here for worker {}", from.worker));
    return worker_starts_[from.worker - first_worker_];
  }

  /// Columns of length 1. One without a direction is drawn: all of them at the start, later those that an X
  /// of lower rank has left as zeros, which could never grow again.
  static void renew(Matrix& Q, Stream& stream) {
    for (auto column : Q.colwise()) {
      double length = column.stableNorm();
      if (!(length > 0) || !std::isfinite(length)) {
        for (double& entry : column) entry = stream.normal();
        length = column.stableNorm();
      }
      column /= length;
    }
  }

  std::size_t dimension_;
  std::vector<MatrixPart> parts_;
  ValueFormat format_;
  bool warm_;
  std::size_t sent_size_ = 0, start_size_ = 0;
  std::uint64_t first_worker_ = 0;
  std::vector<Vector> worker_starts_;  // warm: Q of the message before, of every matrix; zeros: none yet
  Vector server_start_;                // the same for the server; fresh: scratch
  Eigen::VectorXd entries_, sent_;     // scratch, aligned always alike so that sums come out alike
};

}  // namespace

void register_rank_r(Catalogue& all) { all.add<RankR>("rank_r"); }

}  // namespace trivium::compressors
