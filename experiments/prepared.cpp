#include "prepared.hpp"

#include <cmath>
#include <filesystem>

#include <trivium/analysis/constants.hpp>
#include <trivium/analysis/merits.hpp>
#include <trivium/analysis/solution.hpp>
#include <trivium/core/errors.hpp>
#include <trivium/io/arrays.hpp>

namespace trivium::experiments {
namespace {

constexpr double solution_tolerance = 1e-13;

/// A file name for the solution of this problem: the configuration's hash and a hash of F(z0), which changes
/// with the data.
std::string cache_name(const ProblemPoint& point, const std::vector<double>& F_start) {
  Fingerprint key;
  for (const char c : to_toml_document(point.resolved)) key.add(static_cast<double>(c));
  for (const double entry : F_start) key.add(entry);
  return fmt::format("solution-{:016x}.h5", key.value);
}

double relative_residual(analysis::Merits& merits, const Vector& z, const Vector& start) {
  const double at_start = merits.natural_residual(start);
  return at_start > 0 ? std::sqrt(merits.natural_residual(z) / at_start) : 0;
}

/// The solution kept in `file`, when there is one and it still solves the problem.
std::optional<Vector> cached_solution(const std::string& file, analysis::Merits& merits, Prepared& prepared) {
  Vector z = prepared.start.like();
  bool found = false;
  std::string how;
  if (prepared.network->is_server() && std::filesystem::exists(file)) {
    try {
      const io::ArrayFile kept(file);
      const std::vector<double> values = kept.read("solution");
      const io::Attributes attributes = kept.attributes();
      if (const auto it = attributes.find("how"); it != attributes.end())
        how = std::get<std::string>(it->second);
      if (values.size() == z.size()) {
        z.assign(values);
        found = true;
      }
    } catch (const InputError&) {  // a damaged cache is no cache
    }
  }
  if (prepared.network->decide(found ? 1 : 0) == 0) return std::nullopt;
  std::vector<double> entries = z.to_host();  // rank 0 has read the file, the others hear of it
  prepared.network->transport().broadcast(std::as_writable_bytes(std::span(entries)), mpi::Channel::control);
  z.assign(entries);
  prepared.solution_residual = relative_residual(merits, z, prepared.start);
  if (!(prepared.solution_residual <= solution_tolerance)) return std::nullopt;
  prepared.solution_how = how + " (kept from an earlier run)";
  return z;
}

void find_solution(const ProblemPoint& point, const std::string& cache, Prepared& prepared) {
  if (!prepared.problem->traits().solvable) {
    prepared.solution_how = "none is looked for: the operator of this problem is not monotone, or jumps";
    return;
  }
  analysis::Merits merits(*prepared.problem, *prepared.network);
  Vector F = prepared.start.like();
  merits.operator_at(prepared.start, F);
  const std::string file = cache.empty() ? "" : cache + "/" + cache_name(point, F.to_host());
  if (!file.empty()) {
    prepared.solution = cached_solution(file, merits, prepared);
    if (prepared.solution) return;
  }
  try {
    const analysis::Solution found =
        analysis::solve(*prepared.problem, *prepared.network, prepared.start, solution_tolerance);
    Vector z = prepared.start.like();
    z.assign(found.point);
    prepared.solution = std::move(z);
    prepared.solution_residual = found.relative_residual;
    prepared.solution_how = found.how;
    prepared.solution_file = file;
  } catch (const analysis::NoSolution& error) {
    prepared.solution_how = error.what();
  }
}

}  // namespace

Prepared prepare(const ProblemPoint& point, mpi::Transport& transport,
                 const std::vector<std::string>& data_folders, const std::string& cache) {
  Prepared prepared;
  mpi::agree(transport, [&] {
    const problems::Place place{transport.rank(), transport.ranks(), data_folders};
    prepared.problem = problems::catalogue().make(point.plugin, place);
  });
  prepared.noise = point.noise;
  prepared.chains = data_folders;
  const problems::Traits& traits = prepared.problem->traits();
  const problems::Known known = prepared.problem->known();
  prepared.start = Vector(traits.dimension, traits.dtype, *traits.device);
  if (known.start) prepared.start.assign(*known.start);
  prepared.problem->prox(1, prepared.start);  // a feasible start
  prepared.network = std::make_unique<mpi::Network>(transport, traits.workers, prepared.start, 0);
  find_solution(point, cache, prepared);
  const Vector& at = prepared.solution ? *prepared.solution : prepared.start;
  prepared.constants =
      std::make_unique<problems::Constants>(analysis::constants(*prepared.problem, *prepared.network, at));
  return prepared;
}

std::optional<FoundSolution> found_solution(const ProblemPoint& point, const Prepared& prepared) {
  if (!prepared.network->is_server() || prepared.solution_file.empty() || !prepared.solution)
    return std::nullopt;
  return FoundSolution{prepared.solution_file, to_toml_document(point.resolved), prepared.solution_how,
                       prepared.solution->to_host()};
}

void keep(const FoundSolution& solution) try {
  io::write_arrays(solution.file, {{"solution", {{solution.point.size()}, solution.point}}},
                   {{"problem", solution.problem}, {"how", solution.how}});
} catch (const InputError&) {  // it is then computed again next time
}

}  // namespace trivium::experiments
