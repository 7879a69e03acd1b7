#include "sweep.hpp"

#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/checkpoints.hpp>

#include "claim_reader.hpp"
#include "live_run.hpp"
#include "load.hpp"
#include "run_job.hpp"
#include "server.hpp"

namespace trivium::experiments {
namespace {

/// All runs of one experiment. The members are what its stages share.
class Sweep {
 public:
  Sweep(const Experiment& experiment, const Request& request, mpi::Transport& transport)
      : experiment_(experiment),
        request_(request),
        transport_(transport),
        out_(result_folder(experiment, request)),
        jobs_(jobs_of(experiment, out_)),
        plans_(jobs_.size()),
        found_(experiment.problems.size()) {}

  void run() {
    plan();
    check();
    for (const std::optional<FoundSolution>& solution : found_)
      if (solution) keep(*solution);
    if (is_server()) {
      print_header();
      progress_.emplace(jobs_.size());
    }
    for (std::size_t i = 0; i < jobs_.size(); ++i) run(i);
  }

 private:
  bool is_server() const { return transport_.rank() == 0; }
  Plan plan_of(std::size_t job) const { return static_cast<Plan>(plans_[job]); }
  bool has_grid() const { return experiment_.problems.size() > 1; }

  void plan() {
    agree_on_server(transport_, [&] {
      check_folder(out_);
      for (std::size_t i = 0; i < jobs_.size(); ++i)
        plans_[i] = static_cast<std::int64_t>(plan_for(jobs_[i], request_));
    });
    transport_.broadcast(std::as_writable_bytes(std::span(plans_)), mpi::Channel::control);
  }

  /// Makes every problem that has runs to do, and every method on it, so that no mistake is found halfway.
  /// One problem lives at a time: from the last to the first, which then is there when the runs begin.
  void check() {
    for (std::size_t problem = experiment_.problems.size(); problem-- > 0;) {
      if (!has_work(problem)) continue;
      make(problem);
      found_[problem] = found_solution(experiment_.problems[problem], *prepared_);
      agree_on_server(transport_, [&] { check_checkpoints(problem); });
    }
  }

  bool has_work(std::size_t problem) const {
    for (std::size_t i = 0; i < jobs_.size(); ++i)
      if (jobs_[i].method->problem == problem && plan_of(i) != Plan::keep) return true;
    return false;
  }

  void check_checkpoints(std::size_t problem) const {
    const WorkerRange nobody{prepared_->problem->traits().workers.total, 0, 0};
    for (std::size_t i = 0; i < jobs_.size(); ++i)
      if (jobs_[i].method->problem == problem && plan_of(i) == Plan::resume)
        check_config(jobs_[i], io::read_checkpoint(jobs_[i].checkpoint, nobody).attributes,
                     jobs_[i].checkpoint);
  }

  /// The problem in place of the one before, with its methods made once.
  void make(std::size_t problem) try {
    prepared_.reset();
    prepared_.emplace(prepare(experiment_.problems[problem], transport_, folders(request_), out_ + "/cache"));
    made_ = problem;
    check_solution();
    check_gap();
    check_measures(experiment_.claims, prepared_->problem->traits().measures);
    for (const MethodRun& run : experiment_.runs)
      if (run.problem == problem) make_method(run);
  } catch (const InputError& mistake) {
    if (!has_grid()) throw;
    reject("{}: {}", grid_name(experiment_.problems[problem].parts), mistake.what());
  }

  void check_solution() const {
    if (prepared_->solution) return;
    if (experiment_.settings.limits.distance)
      reject("[stop] distance needs the solution: {}; use `residual = 1e-6` in its place",
             prepared_->solution_how);
    for (const Claim& claim : experiment_.claims)
      if (claim.kind != Claim::Kind::status && claim.at.merit == "distance")
        reject("the claim '{}' needs the solution: {}; let it look at the residual", claim.text,
               prepared_->solution_how);
  }

  void check_gap() const {
    const solvers::RunSettings& settings = experiment_.settings;
    if ((settings.gap || settings.gap_average || settings.limits.gap) &&
        !prepared_->problem->traits().has_gap)
      reject("the gap needs bounded feasible sets, and {} has none here; give it some, or use the residual",
             experiment_.problems[made_].plugin.type);
  }

  void make_method(const MethodRun& run) try {
    LiveRun(*prepared_, transport_, run, 0);
  } catch (const InputError& mistake) {
    reject("{}: {}", run.solver.where, mistake.what());
  }

  void run(std::size_t i) {
    const Job& job = jobs_[i];
    const std::size_t problem = job.method->problem;
    if (plan_of(i) == Plan::keep) {
      if (progress_) progress_->kept(shown(job));
      return;
    }
    if (!prepared_ || made_ != problem) {
      make(problem);
      if (found_[problem]) prepared_->solution_how = found_[problem]->how;
    }
    if (is_server() && announced_ != problem) print_problem(problem);
    announced_ = problem;
    if (is_server() && plan_of(i) == Plan::fresh) std::filesystem::remove(job.checkpoint);
    run_job(experiment_, job, plan_of(i), *prepared_, transport_, progress_ ? &*progress_ : nullptr);
  }

  void print_header() const {
    fmt::print("{}: {} runs{} into {}\n", experiment_.name, jobs_.size(),
               has_grid() ? fmt::format(" on {} problems", experiment_.problems.size()) : "", out_);
    if (experiment_.claims_left_out > 0)
      fmt::print("claims left out: {}; they are about the file without --set\n", experiment_.claims_left_out);
  }

  void print_problem(std::size_t problem) const {
    const ProblemPoint& point = experiment_.problems[problem];
    const problems::Traits& traits = prepared_->problem->traits();
    fmt::print("{}{}{} with {} workers, d = {}\n", grid_name(point.parts), point.parts.empty() ? "" : ": ",
               point.plugin.type, traits.workers.total, traits.dimension);
    if (prepared_->solution)
      fmt::print("solution: {}, relative residual {:.1e}\n", prepared_->solution_how,
                 prepared_->solution_residual);
    else
      fmt::print("no solution to measure distances to: {}\n", prepared_->solution_how);
  }

  const Experiment& experiment_;
  const Request& request_;
  mpi::Transport& transport_;
  std::string out_;
  std::vector<Job> jobs_;
  std::vector<std::int64_t> plans_;
  std::vector<std::optional<FoundSolution>> found_;  ///< of every problem, what is to be kept for later runs
  std::optional<Prepared> prepared_;
  std::size_t made_ = 0;  ///< the problem that is prepared
  std::optional<std::size_t> announced_;
  std::optional<Progress> progress_;  ///< on rank 0
};

}  // namespace

std::string result_folder(const Experiment& experiment, const Request& request) {
  return request.out.empty() ? "results/" + safe_file_name(experiment.name) : request.out;
}

void sweep(const Experiment& experiment, const Request& request, mpi::Transport& transport) {
  Sweep(experiment, request, transport).run();
}

}  // namespace trivium::experiments
