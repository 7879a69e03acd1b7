#pragma once
#include <cmath>

#include <trivium/core/errors.hpp>
#include <trivium/solvers/solver.hpp>

namespace trivium::solvers {

/// A compressor on the network of a method, with its guarantee.
struct Compression {
  std::unique_ptr<compressors::Compressor> codec;
  compressors::Guarantee guarantee;
  std::string type;
};

/// For the workers' messages. Throws InputError for a compressor that needs all workers when only
/// `participants` of them send.
inline Compression uplink(const Plugin& plugin, const Context& context, int participants) {
  const WorkerRange& workers = context.network.workers();
  const problems::Traits& traits = context.problem.traits();
  Compression made{
      compressors::catalogue().make(plugin, {traits.dimension, participants, traits.matrices, workers}),
      {},
      plugin.type};
  made.guarantee = made.codec->guarantee();
  if (made.guarantee.needs_all_workers && participants < workers.total)
    reject(
        "uplink '{}' needs all {} workers in every round, and participants = {}; use an uplink that works "
        "for each worker alone, such as rand_k",
        plugin.type, workers.total, participants);
  return made;
}
inline Compression uplink(const Plugin& plugin, const Context& context) {
  return uplink(plugin, context, context.network.workers().total);
}

/// For the server's broadcasts: nothing is averaged, so the constants are those of a single vector; no
/// worker's messages are encoded, so there is nothing to remember of any.
inline Compression downlink(const Plugin& plugin, const Context& context) {
  const problems::Traits& traits = context.problem.traits();
  Compression made{
      compressors::catalogue().make(plugin, {traits.dimension, 1, traits.matrices, WorkerRange{1, 0, 0}}),
      {},
      plugin.type};
  made.guarantee = made.codec->guarantee();
  if (made.guarantee.needs_all_workers)
    reject("downlink '{}' splits coordinates among workers; the server is alone, use another one for it",
           plugin.type);
  return made;
}

/// Throws InputError unless the compressor is unbiased.
inline void require_unbiased(const Compression& made, const char* method, const char* direction) {
  if (!made.guarantee.unbiased)
    reject("{}: {} '{}' is biased; {} needs an unbiased compressor such as rand_k", method, direction,
           made.type, method);
}

/// Throws InputError unless the compressor itself contracts.
inline void require_contractive(const Compression& made, const char* method, const char* direction) {
  if (!std::isfinite(made.guarantee.contraction()))
    reject(
        "{}: {} '{}' has omega = {:.4g} and does not contract; use a contractive compressor such as top_k, "
        "or "
        "{{ type = \"scaled\", of = \"{}\" }}",
        method, direction, made.type, made.guarantee.omega, made.type);
}

}  // namespace trivium::solvers
