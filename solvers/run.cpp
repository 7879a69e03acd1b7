#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include <trivium/solvers/run.hpp>

namespace trivium::solvers {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Run {
 public:
  Run(Solver& solver, problems::Problem& problem, mpi::Network& network, const Vector& start,
      const std::optional<Vector>& solution, const RunSettings& settings, Observer& observer)
      : solver_(solver),
        network_(network),
        merits_(problem, network),
        solution_(solution),
        settings_(settings),
        observer_(observer) {
    if (solution_) start_distance_ = squared_distance(start, *solution_);
    require_gap();
    require_names(problem.traits().measures);
    if (measures_residual()) start_residual_ = merits_.natural_residual(start);
  }

  Outcome go(const RunState* resume) {
    if (resume != nullptr) {
      restore(*resume);
    } else {
      timed([&] { solver_.start(); });
      network_.ledger().before_first_iteration = false;
      record();
    }
    double last_checkpoint = now();
    std::optional<Stop> stop = stop_reason(history_.back(), settings_.limits);
    if (resume == nullptr || stop) report(stop);
    while (!stop) {
      timed([&] {
        const std::int64_t until = next_record();
        for (; iteration_ < until; ++iteration_) step();
      });
      record();
      stop = stop_reason(history_.back(), settings_.limits);
      report(stop);
      const bool due =
          settings_.checkpoint_seconds > 0 && now() - last_checkpoint >= settings_.checkpoint_seconds;
      if (network_.decide(due && !stop ? 1 : 0) != 0) {
        checkpoint();
        last_checkpoint = now();
      }
    }
    return {*stop, std::move(history_), fingerprint_.value};
  }

 private:
  bool measures_residual() const { return settings_.residual || !solution_ || settings_.limits.residual; }

  bool measures_gap() const { return settings_.gap || settings_.limits.gap; }

  void require_gap() {
    if (!measures_gap() && !settings_.gap_average) return;
    if (!merits_.has_gap())
      reject("the gap needs bounded feasible sets; give the problem some, or measure the residual");
    if (settings_.gap_average) average_ = solver_.point();
  }

  /// Every measure is a column of its own.
  static void require_names(const std::vector<std::string>& measures) {
    for (const std::string& name : measures)
      if (name.empty() || name.find('/') != std::string::npos || name == "bits_both" || find_column(name) ||
          std::count(measures.begin(), measures.end(), name) > 1)
        throw std::logic_error("a measure cannot be named '" + name + "': it needs a column of its own");
  }

  /// One iteration; the mean of the points z_1, ..., z_k after it: mean += (z_k - mean) / k.
  void step() {
    solver_.step();
    if (!average_) return;
    const double begin = now();
    const double share = 1 / static_cast<double>(iteration_ + 1);
    combine(*average_, {{1 - share, *average_}, {share, solver_.point()}});
    seconds_ -= now() - begin;  // measuring, not the method's time
  }

  template <class Work>
  void timed(Work work) {
    const double begin = now();
    work();
    seconds_ += now() - begin;
  }

  std::int64_t next_record() const {
    const std::int64_t next = (iteration_ / settings_.every + 1) * settings_.every;
    if (!settings_.limits.iterations) return next;
    return std::min(next, static_cast<std::int64_t>(std::ceil(*settings_.limits.iterations)));
  }

  /// A point of NaNs has diverged.
  static double finite_or_infinite(double merit) {
    return std::isnan(merit) ? std::numeric_limits<double>::infinity() : merit;
  }

  void record() {
    Record r;
    r.iteration = static_cast<double>(iteration_);
    network_.totals(r);
    r.seconds = seconds_;
    const mpi::Network::OffTheRecord quiet(network_);
    const auto relative = [](double merit, double at_start) {
      return finite_or_infinite(at_start > 0 ? merit / at_start : merit);
    };
    if (solution_) r.distance = relative(squared_distance(solver_.point(), *solution_), start_distance_);
    if (measures_residual())
      r.residual = relative(merits_.natural_residual(solver_.point()), start_residual_);
    if (measures_gap()) r.gap = finite_or_infinite(merits_.gap(solver_.point()));
    if (average_) r.gap_average = finite_or_infinite(merits_.gap(*average_));
    r.measures =
        iteration_ % settings_.measures == 0 ? merits_.measures(solver_.point()) : merits_.no_measures();
    network_.share(r);  // rank 0's seconds, so that all ranks stop together
    history_.push_back(r);
    fingerprint_.add(r);
    for (const double entry : solver_.point().to_host()) fingerprint_.add(entry);
  }

  void report(const std::optional<Stop>& stop) {
    if (network_.is_server()) observer_.recorded(history_, solver_.point(), fingerprint_, stop);
  }

  /// Everything a run's future depends on.
  void state(Archive& archive) {
    solver_.state(archive);
    network_.state(archive);
    archive.common("run.iteration", iteration_);
    archive.common("run.seconds", seconds_);
    archive.common("run.fingerprint", fingerprint_.value);
    if (average_) archive.common("run.average", *average_);
  }

  void checkpoint() {
    Archive archive = Archive::saving();
    state(archive);
    RunState all;
    for (auto& [name, rows] : archive.worker_entries)
      all.workers[name] = {rows.row_length, network_.collect_rows(rows)};
    if (!network_.is_server()) return;
    all.common = std::move(archive.common_entries);
    all.history = history_;
    observer_.checkpoint(all);
  }

  void restore(const RunState& saved) {
    Archive archive = Archive::loading();
    archive.common_entries = saved.common;
    archive.worker_entries = saved.workers;
    state(archive);
    history_ = saved.history;
    if (history_.empty()) reject("the checkpoint has no history");
  }

  Solver& solver_;
  mpi::Network& network_;
  analysis::Merits merits_;
  const std::optional<Vector>& solution_;
  const RunSettings& settings_;
  Observer& observer_;
  double start_distance_ = 0, start_residual_ = 0;
  std::int64_t iteration_ = 0;
  double seconds_ = 0;
  std::optional<Vector> average_;  // when its gap is measured
  Fingerprint fingerprint_;
  std::vector<Record> history_;
};

}  // namespace

Outcome run(Solver& solver, problems::Problem& problem, mpi::Network& network, const Vector& start,
            const std::optional<Vector>& solution, const RunSettings& settings, Observer& observer,
            const RunState* resume) {
  return Run(solver, problem, network, start, solution, settings, observer).go(resume);
}

}  // namespace trivium::solvers
