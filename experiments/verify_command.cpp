// `trivium verify`: runs experiments and judges what they claim.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include <trivium/core/errors.hpp>
#include <trivium/io/results.hpp>

#include "claim_reader.hpp"
#include "claims.hpp"
#include "commands.hpp"
#include "jobs.hpp"
#include "load.hpp"
#include "own_folder.hpp"
#include "server.hpp"
#include "sweep.hpp"

namespace trivium::experiments {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

/// One experiment file with claims.
struct Case {
  Request request;
  Experiment experiment;
};

/// The experiment files in a folder, by name; none when it is no folder.
Texts files_in(const fs::path& folder) {
  Texts files;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable))
    if (entry.is_regular_file() && entry.path().extension() == ".toml")
      files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

/// The folders of experiments that come with the program: `masha`, `adversarial/long`.
Texts own_folders() {
  const fs::path own = own_folder("");
  Texts names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(own))
    if (!files_in(entry.path()).empty()) names.push_back(fs::relative(entry.path(), own).generic_string());
  std::sort(names.begin(), names.end());
  return names;
}

/// Whether a folder lies in another one: experiments that take long, which run only when it is named.
bool is_within(const std::string& folder) { return folder.find('/') != std::string::npos; }

/// The experiment files that a file, a folder, or the name of one of the program's own stands for.
Texts files_named(const std::string& name) {
  if (fs::is_regular_file(name)) return {name};
  if (Texts files = files_in(name); !files.empty()) return files;
  Texts known = own_folders();
  if (std::find(known.begin(), known.end(), name) != known.end()) return files_in(own_folder(name));
  for (const std::string& file : files_in(own_folder(""))) {
    known.push_back(fs::path(file).stem().string());
    if (known.back() == name) return {file};
  }
  reject("no experiment file, folder of them, or experiment of trivium's own is named '{}'{}", name,
         did_you_mean(name, known));
}

/// Where files are looked for, in words.
std::string named(const VerifyRequest& request) {
  return request.names.empty() ? "the experiments of trivium" : join(request.names);
}

/// Every file to look at, once: those named, or all of the program's own that do not take long.
Texts files_of(const VerifyRequest& request) {
  Texts all = request.names.empty() ? files_in(own_folder("")) : Texts{};
  const auto add = [&](const Texts& files) {
    for (const std::string& file : files)
      if (std::find(all.begin(), all.end(), file) == all.end()) all.push_back(file);
  };
  for (const std::string& name : request.names) add(files_named(name));
  if (request.names.empty())
    for (const std::string& folder : own_folders())
      if (!is_within(folder)) add(files_in(own_folder(folder)));
  std::erase_if(all, [&](const std::string& file) {
    return fs::path(file).filename().string().find(request.only) == std::string::npos;
  });
  if (all.empty())
    reject("nothing to verify in {}: no file's name contains '{}'", named(request), request.only);
  return all;
}

/// The experiments that claim something, all of them checked.
std::vector<Case> cases_of(const VerifyRequest& request) {
  std::vector<Case> cases;
  std::map<std::string, std::string> folders;  // of results -> the file that leaves them
  for (const std::string& file : files_of(request)) {
    Case item;
    item.request.file = file;
    item.request.data_folders = request.data_folders;
    item.request.overwrite = request.overwrite;
    item.request.resume = !request.overwrite;
    item.experiment = load(item.request);
    if (item.experiment.claims.empty()) continue;
    item.request.out =
        (request.out.empty() ? "results" : request.out) + "/" + safe_file_name(item.experiment.name);
    const auto [taken, fresh] = folders.emplace(item.request.out, file);
    if (!fresh)
      reject("{} and {} are both named '{}': their results would share a folder; give one another name",
             taken->second, file, item.experiment.name);
    cases.push_back(std::move(item));
  }
  if (cases.empty()) reject("nothing to verify: no [[claim]] in {}", named(request));
  return cases;
}

MeasuredPoint measured(const Case& item, std::size_t run_index) {
  const MethodRun& run = item.experiment.runs[run_index];
  MeasuredPoint point{shown(run), 0, {}};
  for (const std::int64_t seed : item.experiment.seeds) {
    io::Result result = io::read_result(item.request.out + "/" + run_path(run, seed) + ".h5");
    point.dimension = static_cast<double>(result.point.size());
    point.seeds.push_back({std::move(result.history), text_attribute(result.attributes, "status")});
  }
  return point;
}

/// What the problem of these runs measures, by name.
Texts measures_of(const std::vector<MeasuredPoint>& points) {
  Texts names;
  const std::vector<Record>& history = points.front().seeds.front().history;
  if (history.empty()) return names;
  for (const auto& [name, value] : history.front().measures) names.push_back(name);
  return names;
}

/// Prints what came of an experiment's claims and returns how many hold. Rank 0 only.
std::int64_t judge_claims(const Case& item) {
  const std::vector<Claim>& claims = item.experiment.claims;
  std::int64_t holding = 0;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    std::vector<MeasuredPoint> of, to;
    for (const std::size_t run : claims[i].of_points) of.push_back(measured(item, run));
    for (const std::size_t run : claims[i].to_points) to.push_back(measured(item, run));
    check_measures({claims[i]}, measures_of(of));  // also where every run was there already
    const Verdict verdict = judge(claims[i], of, to);
    fmt::print("{}claim {}/{}: {}\n  expected: {}\n  measured: {}\n  {}\n", i == 0 ? "\n" : "", i + 1,
               claims.size(), claims[i].text, verdict.expected, verdict.measured,
               verdict.holds ? "holds" : "DOES NOT HOLD");
    holding += verdict.holds ? 1 : 0;
  }
  fmt::print("\n");
  std::fflush(stdout);
  return holding;
}

}  // namespace

bool verify_experiments(const VerifyRequest& request, mpi::Transport& transport) {
  std::vector<Case> cases;
  mpi::agree(transport, [&] { cases = cases_of(request); });
  std::int64_t claims = 0, holding = 0;
  for (const Case& item : cases) {
    sweep(item.experiment, item.request, transport);
    agree_on_server(transport, [&] { holding += judge_claims(item); });
    claims += static_cast<std::int64_t>(item.experiment.claims.size());
  }
  transport.broadcast(std::as_writable_bytes(std::span(&holding, 1)), mpi::Channel::control);
  if (transport.rank() == 0) {
    fmt::print("{} of {} claims hold\n", holding, claims);
    std::fflush(stdout);
  }
  return holding == claims;
}

}  // namespace trivium::experiments
