#include <chrono>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/checkpoints.hpp>
#include <trivium/io/results.hpp>
#include <trivium/solvers/run.hpp>

#include "commands.hpp"
#include "live_run.hpp"
#include "load.hpp"
#include "prepared.hpp"
#include "progress.hpp"
#include "version.hpp"

namespace trivium::experiments {
namespace {

namespace fs = std::filesystem;

/// One result file to be: where it goes and what it will say.
struct Job {
  const MethodRun* method;
  std::int64_t seed;
  std::string result, checkpoint, config;
  std::int64_t order;  ///< place of the method in the experiment
};

enum class Plan { fresh, resume, keep };

std::vector<Job> jobs_of(const Experiment& experiment, const std::string& out) {
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < experiment.runs.size(); ++i)
    for (const std::int64_t seed : experiment.seeds) {
      const MethodRun& run = experiment.runs[i];
      const std::string path = out + "/" + run_path(run, seed);
      jobs.push_back({&run, seed, path + ".h5", path + ".checkpoint.h5",
                      resolved_config(experiment, run, seed), static_cast<std::int64_t>(i)});
    }
  return jobs;
}

std::string shown(const MethodRun& run, std::int64_t seed) {
  return fmt::format("{}{}, seed {}", run.label, run.grid.empty() ? "" : " (" + run.grid + ")", seed);
}

/// Refuses a place where no folder can be made, without making one. Rank 0 only.
void check_folder(const std::string& out) {
  std::error_code unreadable;
  fs::path there = fs::absolute(out);
  while (!fs::exists(there, unreadable) && there.has_relative_path()) there = there.parent_path();
  if (!fs::is_directory(there, unreadable))
    reject("results cannot go to '{}': '{}' is not a folder; choose another --out", out, there.string());
  if (access(there.c_str(), W_OK | X_OK) != 0)
    reject("results cannot go to '{}': nothing may be written in '{}'; choose another --out", out,
           there.string());
}

std::string text_attribute(const io::Attributes& attributes, const std::string& name) {
  const auto it = attributes.find(name);
  const auto* text = it == attributes.end() ? nullptr : std::get_if<std::string>(&it->second);
  return text == nullptr ? "" : *text;
}

void check_config(const Job& job, const io::Attributes& attributes, const std::string& file) {
  if (text_attribute(attributes, "config") != job.config)
    reject("{} was made with another configuration; resume with the same one, or replace it with --overwrite",
           file);
}

/// What to do about a job, from the files that are there; checkpoints are looked into later. Rank 0 only.
Plan plan_for(const Job& job, const Request& request) {
  const bool result = fs::exists(job.result), checkpoint = fs::exists(job.checkpoint);
  if (request.overwrite || (!result && !checkpoint)) return Plan::fresh;
  if (!request.resume)
    reject(
        "results are already in {}; go on with --resume, replace them with --overwrite, or choose another "
        "--out",
        fs::path(job.result).parent_path().string());
  if (checkpoint) return Plan::resume;
  const io::Attributes attributes = io::read_result(job.result).attributes;
  check_config(job, attributes, job.result);
  return text_attribute(attributes, "status") == name_of(Status::running) ? Plan::fresh : Plan::keep;
}

/// mpi::agree on what rank 0 alone does: its sentence is everybody's.
template <class Work>
void agree_on_server(mpi::Transport& transport, Work work) try {
  mpi::agree(transport, [&] {
    if (transport.rank() == 0) work();
  });
} catch (const InputError& mistake) {
  const std::string sentence = mistake.what(), who = "rank 0: ";
  throw InputError(sentence.starts_with(who) ? sentence.substr(who.size()) : sentence);
}

std::string constants_text(problems::Constants& constants) {
  Table table;
  for (const auto& [which, constant] : constants.found())
    table.set(problems::name_of(which), Table{{"value", constant.value},
                                              {"origin", problems::name_of(constant.origin)},
                                              {"how", constant.how}});
  return to_toml_document(table);
}

std::string theory_text(const solvers::Theory& theory) {
  return to_toml_document(Table{{"step", theory.step},
                                {"step_used", theory.step_used},
                                {"rate", theory.rate},
                                {"bits_up", theory.bits_up},
                                {"bits_down", theory.bits_down},
                                {"rule", theory.rule}});
}

/// Runs one job on all ranks.
void run_job(const Experiment& experiment, const Job& job, Plan plan, Prepared& prepared,
             mpi::Transport& transport, Progress* progress) {
  LiveRun live(*prepared.problem, prepared.start, *prepared.constants, transport, *job.method, job.seed);
  io::Attributes attributes{
      {"experiment", experiment.name},
      {"method", job.method->solver.type},
      {"label", job.method->label},
      {"grid", job.method->grid},
      {"order", job.order},
      {"seed", job.seed},
      {"config", job.config},
      {"constants", constants_text(*prepared.constants)},
      {"theory", theory_text(live.solver().theory())},
      {"version", version},
      {"git_revision", git_revision},
      {"ranks", std::int64_t{transport.ranks()}},
      {"workers", std::int64_t{prepared.problem->traits().workers.total}},
      {"dimension", static_cast<std::int64_t>(prepared.problem->traits().dimension)},
      {"solution", prepared.solution_how},
      {"solution_residual", prepared.solution_residual},
  };

  class Files final : public solvers::Observer {
   public:
    Files(const Job& job, io::Attributes& attributes, Progress* progress)
        : job_(job), attributes_(attributes), progress_(progress) {}
    void recorded(const std::vector<Record>& history, const Vector& point, const Fingerprint& fingerprint,
                  const std::optional<Stop>& stop) override {
      if (progress_ != nullptr) progress_->update(history.back());
      const auto now = std::chrono::steady_clock::now();
      if (!stop && written_ && now - last_ < std::chrono::milliseconds(1500)) return;
      attributes_["status"] = name_of(stop ? stop->status : Status::running);
      attributes_["reason"] = stop ? stop->reason : "";
      attributes_["fingerprint"] = fmt::format("{:016x}", fingerprint.value);
      io::write_result(job_.result, {history, attributes_, point.to_host()});
      if (stop) fs::remove(job_.checkpoint);
      last_ = now;
      written_ = true;
    }
    void checkpoint(const solvers::RunState& state) override {
      io::write_checkpoint(job_.checkpoint,
                           {state.common, state.workers, state.history, {{"config", job_.config}}});
    }

   private:
    const Job& job_;
    io::Attributes& attributes_;
    Progress* progress_;
    bool written_ = false;
    std::chrono::steady_clock::time_point last_;
  } files(job, attributes, progress);

  std::optional<solvers::RunState> saved;
  if (plan == Plan::resume)
    mpi::agree(transport, [&] {
      io::Checkpoint checkpoint = io::read_checkpoint(job.checkpoint, prepared.problem->traits().workers);
      saved = solvers::RunState{std::move(checkpoint.common), std::move(checkpoint.workers),
                                std::move(checkpoint.history)};
    });
  const std::string name = shown(*job.method, job.seed);
  if (progress != nullptr) progress->begin(name, experiment.settings.limits);
  try {
    const solvers::Outcome outcome =
        solvers::run(live.solver(), *prepared.problem, live.network(), prepared.start, prepared.solution,
                     experiment.settings, files, saved ? &*saved : nullptr);
    if (progress != nullptr) progress->end(outcome.history.back(), outcome.stop);
  } catch (const std::exception&
               error) {  // on this rank alone: the others are waiting for it in the middle of a round
    transport.abort(fmt::format("{}: {}", name, error.what()), 2);
  }
}

void print_header(const Experiment& experiment, const Prepared& prepared, std::size_t runs,
                  const std::string& out) {
  const problems::Traits& traits = prepared.problem->traits();
  fmt::print("{}: {} with {} workers, d = {}; {} runs into {}\n", experiment.name, experiment.problem.type,
             traits.workers.total, traits.dimension, runs, out);
  if (prepared.solution)
    fmt::print("solution: {}, relative residual {:.1e}\n", prepared.solution_how, prepared.solution_residual);
  else
    fmt::print("no solution to measure distances to: {}\n", prepared.solution_how);
}

}  // namespace

void run_experiment(const Request& request, mpi::Transport& transport) {
  const bool server = transport.rank() == 0;
  Experiment experiment;
  std::string out;
  std::vector<Job> jobs;
  std::vector<std::int64_t> plans;
  mpi::agree(transport, [&] {
    experiment = load(request);
    out = request.out.empty() ? "results/" + safe_file_name(experiment.name) : request.out;
    jobs = jobs_of(experiment, out);
    plans.resize(jobs.size());
  });
  agree_on_server(transport, [&] {
    check_folder(out);
    for (std::size_t i = 0; i < jobs.size(); ++i)
      plans[i] = static_cast<std::int64_t>(plan_for(jobs[i], request));
  });
  transport.broadcast(std::as_writable_bytes(std::span(plans)), mpi::Channel::control);

  Prepared prepared = prepare(experiment, transport, folders(request), out + "/cache");
  if (!prepared.solution && experiment.settings.limits.distance)
    reject("[stop] distance needs the solution: {}; use `residual = 1e-6` in its place",
           prepared.solution_how);
  const WorkerRange nobody{prepared.problem->traits().workers.total, 0, 0};
  agree_on_server(transport, [&] {
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (static_cast<Plan>(plans[i]) == Plan::resume)
        check_config(jobs[i], io::read_checkpoint(jobs[i].checkpoint, nobody).attributes, jobs[i].checkpoint);
  });
  // Every method is made once before the first round, so that no mistake is found halfway through a sweep.
  for (const MethodRun& run : experiment.runs) try {
      LiveRun(*prepared.problem, prepared.start, *prepared.constants, transport, run, 0);
    } catch (const InputError& mistake) {
      reject("{}: {}", run.solver.where, mistake.what());
    }

  keep_solution(experiment, prepared);

  std::optional<Progress> progress;
  if (server) {
    print_header(experiment, prepared, jobs.size(), out);
    progress.emplace(jobs.size());
  }
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto plan = static_cast<Plan>(plans[i]);
    if (plan == Plan::keep) {
      if (progress) progress->kept(shown(*jobs[i].method, jobs[i].seed));
      continue;
    }
    if (server && plan == Plan::fresh) fs::remove(jobs[i].checkpoint);
    run_job(experiment, jobs[i], plan, prepared, transport, progress ? &*progress : nullptr);
  }
}

}  // namespace trivium::experiments
