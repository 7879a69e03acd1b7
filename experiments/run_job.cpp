#include "run_job.hpp"

#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/checkpoints.hpp>
#include <trivium/io/results.hpp>
#include <trivium/solvers/run.hpp>

#include "live_run.hpp"
#include "version.hpp"

namespace trivium::experiments {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

void run_job(const Experiment& experiment, const Job& job, Plan plan, Prepared& prepared,
             mpi::Transport& transport, Progress* progress) {
  LiveRun live(prepared, transport, *job.method, job.seed);
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
  const std::string name = shown(job);
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

}  // namespace trivium::experiments
