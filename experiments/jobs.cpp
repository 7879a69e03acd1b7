#include "jobs.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/results.hpp>

namespace trivium::experiments {

namespace fs = std::filesystem;

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

std::string shown(const MethodRun& run) {
  return run.label + (run.grid.empty() ? "" : " (" + run.grid + ")");
}

std::string shown(const Job& job) { return fmt::format("{}, seed {}", shown(*job.method), job.seed); }

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

}  // namespace trivium::experiments
