#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <trivium/io/attributes.hpp>

#include "commands.hpp"
#include "experiment.hpp"

namespace trivium::experiments {

/// One result file to be: where it goes and what it will say.
struct Job {
  const MethodRun* method;
  std::int64_t seed;
  std::string result, checkpoint, config;
  std::int64_t order;  ///< place of the method in the experiment
};

/// What to do about a job.
enum class Plan { fresh, resume, keep };

/// Every run and seed of an experiment, which must outlive them, below the folder `out`.
std::vector<Job> jobs_of(const Experiment& experiment, const std::string& out);

/// "EG (step = 2 x theory)"
std::string shown(const MethodRun& run);
/// "EG (step = 2 x theory), seed 3"
std::string shown(const Job& job);

// What is there already; on rank 0 only.

/// Refuses a place where no folder can be made, without making one.
void check_folder(const std::string& out);
/// What to do about a job, from the files that are there; checkpoints are looked into later. Throws
/// InputError for results that are in the way or were made with another configuration.
Plan plan_for(const Job& job, const Request& request);
/// Refuses a file of this job that was made with another configuration.
void check_config(const Job& job, const io::Attributes& attributes, const std::string& file);
/// The text of that name, or "".
std::string text_attribute(const io::Attributes& attributes, const std::string& name);

}  // namespace trivium::experiments
