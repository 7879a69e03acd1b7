// rank_r: X is sent as P (X^T P)^T with P an orthonormal basis of the span of X Q.
#include <algorithm>
#include <limits>

#include <Eigen/QR>
#include <Eigen/SVD>

#include "compressors/contract.hpp"
#include "core/allocations.hpp"

using namespace contract;

namespace {

using Eigen::MatrixXd;

std::unique_ptr<Compressor> rank_r(const Table& parameters, const Shape& shape) {
  return compressors::catalogue().make({"rank_r", parameters, ""}, shape);
}

MatrixXd normal_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t number) {
  Stream stream(96, Purpose::test, number, 0);
  MatrixXd X(rows, columns);
  for (double& entry : X.reshaped()) entry = stream.normal();
  return X;
}
MatrixXd orthogonal_matrix(Eigen::Index rows, Eigen::Index columns, std::uint64_t number) {
  const MatrixXd X = normal_matrix(rows, columns, number);
  return X.householderQr().householderQ() * MatrixXd::Identity(rows, columns);
}
/// With given singular values.
MatrixXd with_spectrum(Eigen::Index rows, Eigen::Index columns, const Eigen::VectorXd& sigma,
                       std::uint64_t number) {
  return orthogonal_matrix(rows, sigma.size(), number) * sigma.asDiagonal() *
         orthogonal_matrix(columns, sigma.size(), number + 1).transpose();
}

Vector by_columns(const MatrixXd& X) {
  return Vector(std::span(X.data(), static_cast<std::size_t>(X.size())));
}
MatrixXd sent(Codec& codec, const MatrixXd& X, const Sender& from) {
  const auto y = decoded(codec, encoded(codec, by_columns(X), from), static_cast<std::size_t>(X.size()));
  return Eigen::Map<const MatrixXd>(y.data(), X.rows(), X.cols());
}
double relative_error(const MatrixXd& C, const MatrixXd& X) { return (C - X).norm() / X.norm(); }

Shape shape_of(const MatrixXd& X, int workers = 1) {
  const auto rows = static_cast<std::size_t>(X.rows()), columns = static_cast<std::size_t>(X.cols());
  return {rows * columns, workers, {{0, rows, columns}}, {}};
}

}  // namespace

TEST_CASE("matrices of rank up to r are sent exactly, whatever their shape") {
  for (const auto& [rows, columns] : {std::pair(30, 20), std::pair(20, 30), std::pair(5, 5), std::pair(7, 1)})
    for (const int rank : {1, 2, 4, 100})
      for (const char* start : {"warm", "fresh"}) {
        INFO(rows << " x " << columns << " rank " << rank << " " << start);
        const MatrixXd X = rank == 100 ? normal_matrix(rows, columns, 1)
                                       : normal_matrix(rows, rank, 1) * normal_matrix(rank, columns, 2);
        const auto codec = rank_r({{"rank", rank}, {"start", start}}, shape_of(X));
        for (std::uint64_t round = 1; round <= 3; ++round)
          CHECK(relative_error(sent(*codec, X, sender(round)), X) < 1e-12);
      }
}

TEST_CASE("a rank below r does no harm, and zero stays zero, at every size of the entries") {
  for (const double size : {1e-300, 1e-30, 1.0, 1e30, 1e300}) {
    INFO(size);
    const MatrixXd X = size * normal_matrix(12, 1, 1) * normal_matrix(1, 9, 2), zero = MatrixXd::Zero(12, 9);
    const auto codec = rank_r({{"rank", 4}}, shape_of(X));
    std::uint64_t round = 0;
    for (const MatrixXd* sends : {&X, &zero, &X, &X, &zero, &zero, &X}) {
      const MatrixXd C = sent(*codec, *sends, sender(++round));
      if (sends == &zero)
        CHECK(C.cwiseAbs().maxCoeff() == 0);
      else
        CHECK((C / size - X / size).norm() < 1e-12 * (X / size).norm());
    }
  }
}

TEST_CASE("a direction that was lost comes back when the rank grows") {
  // The second column of Q has met a matrix of rank one: it must not stay zero.
  const MatrixXd thin = normal_matrix(8, 1, 1) * normal_matrix(1, 6, 2);
  const MatrixXd full = normal_matrix(8, 2, 3) * normal_matrix(2, 6, 4);
  const auto codec = rank_r({{"rank", 2}}, shape_of(full));
  for (std::uint64_t round = 1; round <= 5; ++round) sent(*codec, thin, sender(round));
  CHECK(relative_error(sent(*codec, full, sender(6)), full) < 1e-12);
}

TEST_CASE("the decoded matrix is an orthogonal projection: <C, X> = |C|^2, its rank is r") {
  const MatrixXd X = normal_matrix(20, 15, 5);
  const auto codec = rank_r({{"rank", 3}, {"start", "fresh"}}, shape_of(X));
  for (std::uint64_t round = 1; round <= 20; ++round) {
    const MatrixXd C = sent(*codec, X, sender(round));
    CHECK(C.cwiseProduct(X).sum() == Approx(C.squaredNorm()).epsilon(1e-12));
    const Eigen::VectorXd sigma = C.jacobiSvd().singularValues();
    CHECK(sigma[2] > 1e-3 * sigma[0]);
    CHECK(sigma[3] < 1e-13 * sigma[0]);
  }
}

TEST_CASE("a warm start comes to the best approximation of rank r, a fresh one stays away from it") {
  // Singular values 5, 4, 2, 1, 1, 1: the best of rank 2 leaves 2^2 + 3 = 7 of 48 (Eckart and Young). The
  // power method gains (2/4)^2 a message in the angle: 30 messages leave 4^-30.
  const MatrixXd X = with_spectrum(12, 10, (Eigen::VectorXd(6) << 5, 4, 2, 1, 1, 1).finished(), 7);
  REQUIRE(X.squaredNorm() == Approx(48));
  const auto warm = rank_r({{"rank", 2}}, shape_of(X)),
             fresh = rank_r({{"rank", 2}, {"start", "fresh"}}, shape_of(X));
  MatrixXd C;
  double first = 0, fresh_mean = 0;
  for (std::uint64_t round = 1; round <= 30; ++round) {
    C = sent(*warm, X, sender(round));
    if (round == 1) first = (C - X).squaredNorm();
    fresh_mean += (sent(*fresh, X, sender(round)) - X).squaredNorm() / 30;
  }
  CHECK((C - X).squaredNorm() == Approx(7).epsilon(1e-10));
  CHECK(first > 7.1);
  CHECK(fresh_mean > 7.5);
  CHECK(fresh_mean < 48 * (1 - 2.0 / 10));
}

TEST_CASE("a fresh start loses 1 - r/min(a, c) of a flat spectrum, and less of others") {
  // X^T X = 1: |X - P P^T X|^2 = c - r for every orthonormal P in the range.
  const auto flat = orthogonal_matrix(12, 10, 9);
  const auto other = normal_matrix(12, 10, 11);
  for (const int rank : {1, 3, 10}) {
    const auto codec = rank_r({{"rank", rank}, {"start", "fresh"}}, shape_of(flat));
    CHECK(codec->guarantee().delta == Approx(10.0 / rank));
    Average error_flat, error_other;
    for (std::uint64_t round = 1; round <= 200; ++round) {
      error_flat.add(std::pow(relative_error(sent(*codec, flat, sender(round)), flat), 2));
      error_other.add(std::pow(relative_error(sent(*codec, other, sender(round)), other), 2));
    }
    CHECK(error_flat.mean() == Approx(1 - rank / 10.0).margin(1e-12));
    CHECK(error_other.mean() < 1 - rank / 10.0 + 1e-12);
  }
}

TEST_CASE("every worker and the server have memories of their own") {
  const MatrixXd X = normal_matrix(9, 8, 1), Y = normal_matrix(9, 8, 2), Z = normal_matrix(9, 8, 3);
  Shape shape = shape_of(X, 7);
  shape.local = WorkerRange{7, 3, 5};
  const auto together = rank_r({}, shape), alone = rank_r({}, shape);
  for (std::uint64_t round = 1; round <= 5; ++round) {
    sent(*together, Y, sender(round, 3, 7));
    sent(*together, Z, sender(round, everyone, 7));
    const MatrixXd C = sent(*together, X, sender(round, 4, 7));
    CHECK(C == sent(*alone, X, sender(round, 4, 7)));
  }
  CHECK_THROWS_AS(sent(*together, X, sender(1, 2, 7)), std::logic_error);
  CHECK_THROWS_AS(sent(*together, X, sender(1, 5, 7)), std::logic_error);
}

TEST_CASE("the server's codec remembers nothing of workers") {
  // A checkpoint's rows are those of all M workers: there is no row for the server.
  const MatrixXd X = normal_matrix(9, 8, 1);
  Shape shape = shape_of(X);
  shape.local = WorkerRange{1, 0, 0};
  const auto codec = rank_r({}, shape);
  const MatrixXd first = sent(*codec, X, sender(1, everyone));
  CHECK((sent(*codec, X, sender(2, everyone)) - X).norm() < (first - X).norm());
  Archive saved = Archive::saving();
  codec->state(saved, "downlink");
  CHECK(saved.worker_entries.empty());
  CHECK(saved.common_entries.at("downlink.server_start").size() == 8 * 2);
}

TEST_CASE("a restored memory goes on bit for bit, a new one does not") {
  const MatrixXd X = normal_matrix(9, 8, 1), Y = normal_matrix(9, 8, 2);
  Shape shape = shape_of(X, 2);
  const auto codec = rank_r({}, shape), restored = rank_r({}, shape), empty = rank_r({}, shape);
  const auto bytes = [](Codec& codec, const MatrixXd& X, const Sender& from) {
    return bytes_of(encoded(codec, by_columns(X), from));
  };
  for (const std::uint64_t worker : {std::uint64_t{1}, everyone}) bytes(*codec, Y, sender(1, worker, 2));
  Archive saved = Archive::saving(), loading = Archive::loading();
  codec->state(saved, "uplink");
  CHECK(saved.worker_entries.at("uplink.start").values.size() == 2 * 8 * 2);
  loading.common_entries = saved.common_entries;
  loading.worker_entries = saved.worker_entries;
  restored->state(loading, "uplink");
  for (const std::uint64_t worker : {std::uint64_t{0}, std::uint64_t{1}, everyone})
    for (std::uint64_t round = 2; round <= 4; ++round) {
      const Sender from = sender(round, worker, 2);
      const auto expected = bytes(*codec, X, from);
      CHECK(bytes(*restored, X, from) == expected);
      CHECK((bytes(*empty, X, from) == expected) == (worker == 0));  // worker 0 has sent nothing before
    }
}

TEST_CASE("a fresh start remembers nothing") {
  const MatrixXd X = normal_matrix(9, 8, 1);
  const auto codec = rank_r({{"start", "fresh"}}, shape_of(X));
  Archive saved = Archive::saving();
  codec->state(saved, "uplink");
  CHECK(saved.worker_entries.empty());
  CHECK(saved.common_entries.empty());
  const MatrixXd first = sent(*codec, X, sender(1));
  CHECK(first != sent(*codec, X, sender(2)));
  CHECK(first == sent(*codec, X, sender(1)));
}

TEST_CASE("named matrices are sent as such, and the entries outside as they are") {
  // 2 entries, a 4 x 3 matrix of rank one, 1 entry, a 2 x 5 matrix of rank one, 3 entries.
  const MatrixXd A = normal_matrix(4, 1, 1) * normal_matrix(1, 3, 2),
                 B = normal_matrix(2, 1, 3) * normal_matrix(1, 5, 4);
  const std::size_t d = 2 + 12 + 1 + 10 + 3;
  std::vector<double> x;
  for (int i = 0; i < 2; ++i) x.push_back(10 + i);
  x.insert(x.end(), A.data(), A.data() + 12);
  x.push_back(12);
  x.insert(x.end(), B.data(), B.data() + 10);
  for (int i = 0; i < 3; ++i) x.push_back(13 + i);
  const auto codec = rank_r({{"rank", 1}}, {d, 1, {{2, 4, 3}, {15, 2, 5}}, {}});
  const Message message = encoded(*codec, Vector{std::span<const double>(x)}, sender(1));
  CHECK(message.bits() == 64 * ((4 + 3) + (2 + 5) + 6));
  CHECK(codec->guarantee().expected_bits == static_cast<double>(message.bits()));
  CHECK(codec->guarantee().delta == 3);  // the worse of 3/1 and 2/1
  const std::vector<double> y = decoded(*codec, message, d);
  for (std::size_t i = 0; i < d; ++i) {
    INFO(i);
    if (i < 2 || i == 14 || i >= 25)
      CHECK(y[i] == x[i]);
    else
      CHECK(y[i] == Approx(x[i]).epsilon(1e-12));
  }
}

TEST_CASE("a vector without named matrices is one, nearly square or as the rows say") {
  const auto bits = [](std::size_t d, int rows) {
    return rank_r({{"rank", 1}, {"rows", rows}}, {d, 1})->guarantee().expected_bits / 64;
  };
  CHECK(bits(100, 0) == 10 + 10);
  CHECK(bits(101, 0) == 11 + 10);  // 11 x 10, the last column with 2 entries
  CHECK(bits(1, 0) == 1 + 1);
  CHECK(bits(100, 20) == 20 + 5);
  CHECK(bits(100, 100) == 100 + 1);
  CHECK(bits(100, 1) == 1 + 100);
  // u_i v_j by columns of 6 has rank one. With the last of 4 columns cut short it has rank two.
  std::vector<double> x(23);
  for (std::size_t i = 0; i < x.size(); ++i)
    x[i] = (1 + static_cast<double>(i % 6)) * std::pow(0.5, static_cast<double>(i / 6));
  const auto check_exact = [&](int rank) {
    const auto codec = rank_r({{"rank", rank}, {"rows", 6}}, {x.size(), 1});
    const std::vector<double> y =
        decoded(*codec, encoded(*codec, Vector{std::span<const double>(x)}, sender(1)), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) CHECK(y[i] == Approx(x[i]).epsilon(1e-12));
  };
  check_exact(2);
  x.resize(18);
  check_exact(1);
}

TEST_CASE("a NaN shows, and is forgotten with the next message") {
  MatrixXd X = normal_matrix(5, 4, 1);
  const MatrixXd thin = normal_matrix(5, 1, 2) * normal_matrix(1, 4, 3);
  X(2, 1) = std::numeric_limits<double>::quiet_NaN();
  const auto codec = rank_r({{"rank", 1}}, shape_of(X));
  CHECK(sent(*codec, X, sender(1)).array().isNaN().any());
  CHECK(relative_error(sent(*codec, thin, sender(2)), thin) < 1e-12);
}

TEST_CASE("nothing is allocated after the first message") {
  const Vector x = by_columns(normal_matrix(30, 20, 1));
  const auto codec = rank_r({{"rank", 3}}, {600, 1, {{0, 30, 20}}, {}});
  Message message;
  Vector out(600);
  const auto round = [&] {
    message.clear();
    codec->encode(x, message);
    codec->decode_add(message, 1, out);
  };
  round();
  CHECK(allocations_of([&] {
          for (int i = 0; i < 10; ++i) round();
        }) == 0);
}

TEST_CASE("shapes and parameters that cannot be are refused") {
  CHECK_THROWS_WITH(rank_r({{"rows", 11}}, {10, 1}),
                    "rank_r.rows = 11 is more than the 10 entries of the vector");
  CHECK_THROWS_AS(rank_r({{"rank", 0}}, {10, 1}), InputError);
  CHECK_THROWS_AS(rank_r({{"start", "cold"}}, {10, 1}), InputError);
  const std::vector<std::vector<MatrixShape>> wrong = {
      {{0, 0, 3}}, {{0, 3, 4}}, {{8, 1, 3}}, {{11, 1, 1}}, {{0, 2, 2}, {3, 2, 2}}, {{4, 2, 2}, {0, 2, 2}}};
  for (const auto& matrices : wrong) CHECK_THROWS_AS(rank_r({}, {10, 1, matrices, {}}), std::logic_error);
  CHECK_NOTHROW(rank_r({}, {10, 1, {{0, 2, 2}, {4, 2, 3}}, {}}));
}
