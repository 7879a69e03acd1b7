#pragma once
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/solution.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/io/data_files.hpp>
#include <trivium/problems/problem.hpp>

#include "method.hpp"

namespace trivium::bench {

/// Where data files are looked up: the folder after --data, $TRIVIUM_DATA, ./data.
inline std::vector<std::string> data_folders(int argc, char** argv) {
  std::vector<std::string> folders;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string(argv[i]) == "--data") folders.emplace_back(argv[i + 1]);
  if (const char* variable = std::getenv("TRIVIUM_DATA"); variable != nullptr && *variable != '\0')
    folders.emplace_back(variable);
  folders.emplace_back("data");
  return folders;
}

/// Runs `work(folders)`. When none of them has a9a that is a sentence and exit code 2, which run.sh takes for
/// "go on without this one".
template <class Work>
int with_a9a(int argc, char** argv, Work&& work) {
  const std::vector<std::string> folders = data_folders(argc, argv);
  try {
    io::find_data("a9a", folders);
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s; give --data FOLDER or set TRIVIUM_DATA\n", error.what());
    return 2;
  }
  work(folders);
  return 0;
}

/// Robust regression on a9a, as in experiments/three_pillars/svogs.toml: 500 workers of 65 or 66 rows, dealt
/// by a fixed shuffle. The ranks of `transport` make it together. Throws InputError when none of the folders
/// has the file.
struct A9a {
  static constexpr int workers = 500;
  static Plugin partition() { return {"shuffled", {}, ""}; }
  explicit A9a(const std::vector<std::string>& folders, mpi::Transport& transport = one_process())
      : problem(problems::catalogue().make({"robust_regression",
                                            {{"file", "a9a"},
                                             {"workers", workers},
                                             {"lambda", 0.1},
                                             {"beta", 1.0},
                                             {"partition", partition().type}},
                                            ""},
                                           {transport.rank(), transport.ranks(), folders})),
        start(problem->traits().dimension),
        solution(start.like()) {
    mpi::Network network(transport, problem->traits().workers, start, 1);
    solution.assign(analysis::solve(*problem, network, start).point);
    problems::Constants constants = analysis::constants(*problem, network, solution);
    using problems::Which;
    for (const auto which : {Which::L, Which::L_max, Which::L_rms, Which::L_1, Which::mu, Which::delta,
                             Which::d1, Which::sig, Which::sig1})
      known[which] = constants.get(which);
  }

  std::unique_ptr<problems::Problem> problem;
  Vector start, solution;
  std::map<problems::Which, problems::Constant> known;  ///< at the solution
};

}  // namespace trivium::bench
