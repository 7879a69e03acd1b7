#pragma once
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// Parameters of methods that keep a snapshot.
struct SnapshotParams {
  Tunable refresh = {};
  std::string snapshot = "old", schedule = "random", values = "float64";
  /// `probability`: what the method's source calls the probability of a new snapshot.
  void describe(Fields& fields, const char* probability) {
    fields.tunable("refresh", refresh, {0, 1, true}, probability);
    fields.choice("schedule", schedule, {"random", "periodic"},
                  "new snapshots by a coin, or every round(1 / refresh) iterations");
    fields.choice("snapshot", snapshot, {"old", "new"},
                  "what the snapshot becomes: the old iterate z or the new z+");
    fields.choice("values", values, {"float64", "float32"}, "how the entries of full exchanges travel");
  }
};

/// A point w at which everybody knows F(w) and every worker its F_m(w), renewed now and then by a full
/// exchange.
class Snapshot {
 public:
  /// Who learns what when w is renewed. everybody: w is known to all already, the workers send F_m(w), all
  /// hear F(w). server: the server broadcasts w, the workers send F_m(w). server_with_F_1: it broadcasts
  /// F_1(w) too.
  enum class Hears { everybody, server, server_with_F_1 };
  Snapshot(const SnapshotParams& params, const Context& context, Hears hears = Hears::everybody);

  /// Fixes the probability of a new snapshot; `theory` is the theorem's.
  void use_theory(double theory);
  double probability() const { return probability_; }
  /// Share of iterations that end with an exchange.
  double frequency() const { return periodic_ ? 1 / static_cast<double>(period_) : probability_; }
  /// Drawn by a coin, as the theorems have it; not periodic.
  bool by_coin() const { return !periodic_; }
  bool takes_new() const { return takes_new_; }
  /// Bits of one dense vector.
  double dense_bits() const;

  const Vector& point() const { return w_; }
  const Vector& mean() const { return F_; }     ///< F(w); on the server only unless everybody hears it
  const Vector& first() const { return F_1_; }  ///< F_1(w), for server_with_F_1
  const Vector& of(int m) const { return F_m_[local(m)]; }  ///< F_m(w)

  /// The exchange at w, also the one before the first iteration.
  void exchange();
  /// Whether this iteration ends with a new snapshot; the server's decision, to be broadcast.
  bool due() const;
  /// Ends an iteration from `old_point` to `new_point`; takes one of them when `fresh`.
  void end_iteration(bool fresh, const Vector& old_point, const Vector& new_point);
  void state(Archive& archive);

 private:
  void evaluate(int m, Vector& out);
  std::size_t local(int m) const { return static_cast<std::size_t>(m - network_.workers().first); }

  problems::Problem& problem_;
  mpi::Network& network_;
  Tunable refresh_;
  ValueFormat format_;
  Hears hears_;
  std::unique_ptr<compressors::Compressor> dense_;
  bool takes_new_, periodic_, w_is_known_ = true;
  double probability_ = 1;
  std::int64_t period_ = 1, iteration_ = 0;
  Vector w_, F_, F_1_;
  std::vector<Vector> F_m_;
};

}  // namespace trivium::solvers
