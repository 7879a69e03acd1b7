// The methods of the catalogue with the parameters they are tested with, and what is known of each.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "setup.hpp"

namespace trivium::solvers::testing {

inline Table compressor(const char* type) { return {{"type", type}}; }
inline Table top_k(double k) { return {{"type", "top_k"}, {"k", k}}; }
inline Table rand_k(double k, const char* indices = "packed") {
  return {{"type", "rand_k"}, {"k", k}, {"indices", indices}};
}
inline Table unscaled_rand_k(double k) { return {{"type", "rand_k"}, {"k", k}, {"scaled", false}}; }

/// With a memory: a warm start for every sender.
inline Table rank_1() { return {{"type", "rank_r"}, {"rank", 1}}; }
inline Table induced(const Table& first, const Table& rest) {
  return {{"type", "induced"}, {"first", first}, {"rest", rest}};
}

/// Parameter sets of one method; a method that is not listed is tested with its defaults.
inline std::vector<Table> parameter_sets(const std::string& name) {
  if (name == "forward_backward_forward") return {{}, {{"project_last", true}}};
  if (name == "masha1")
    return {{},
            {{"snapshot", "new"}},
            {{"uplink", compressor("identity")}, {"downlink", compressor("identity")}},
            {{"uplink", rand_k(0.3, "seed")}, {"downlink", rand_k(0.5)}, {"schedule", "periodic"}},
            {{"uplink", compressor("perm_k")}},
            {{"participants", 2}, {"uplink", rand_k(0.5)}},
            {{"uplink", induced(rank_1(), rand_k(0.5))}}};
  if (name == "vr_masha1") return {{}, {{"batch", 2}, {"uplink", compressor("perm_k")}}};
  if (name == "masha2")
    return {{},
            {{"rule", "proven"}, {"uplink", top_k(0.5)}},
            {{"uplink", compressor("sign_norm")}, {"downlink", top_k(0.5)}, {"snapshot", "new"}},
            {{"error_feedback", false}, {"uplink", compressor("natural")}},
            {{"uplink", rank_1()}, {"downlink", rank_1()}}};
  if (name == "vr_masha2") return {{}, {{"rule", "proven"}, {"uplink", top_k(0.5)}, {"batch", 3}}};
  if (name == "three_pillars")
    return {{},
            {{"form", "tseng"}, {"uplink", rand_k(0.3, "seed")}, {"schedule", "periodic"}},
            {{"uplink", compressor("natural")}, {"inner", "relative"}, {"snapshot", "new"}},
            {{"uplink", compressor("identity")}, {"participants", 2}, {"inner", "exact"}},
            {{"uplink", compressor("identity")}, {"participants", 2}, {"sampling", "cyclic"}}};
  if (name == "three_pillars_ef")
    return {{},
            {{"rule", "proven"}, {"uplink", top_k(0.5)}, {"form", "tseng"}},
            {{"uplink", compressor("sign_norm")}, {"inner", "relative"}, {"snapshot", "new"}},
            {{"error_feedback", false}, {"uplink", compressor("natural")}, {"schedule", "periodic"}}};
  if (name == "smmds") return {{}, {{"inner", "exact"}}};
  if (name == "extragradient_sliding")
    return {{}, {{"inner", "exact"}, {"eta", Table{{"theory", 0.5}}}}, {{"inner", "relative"}}};
  if (name == "svogs")
    return {{},
            {{"inner", "exact"}, {"participants", 1}},
            {{"participants", 2}, {"sampling", "cyclic"}, {"schedule", "periodic"}, {"snapshot", "old"}}};
  if (name == "optimistic_masha")
    return {{}, {{"uplink", rand_k(0.5)}}, {{"downlink", compressor("natural")}, {"schedule", "periodic"}}};
  if (name == "qsgda" || name == "compressed_extragradient")
    return {{}, {{"uplink", compressor("identity")}}};
  if (name == "diana_sgda") return {{{"shifts", "operator"}}, {{"uplink", rand_k(0.3, "seed")}}};
  if (name == "vr_diana_sgda") return {{{"shifts", "operator"}, {"uplink", rand_k(0.3)}, {"batch", 3}}};
  if (name == "ef21_sgda") return {{{"uplink", unscaled_rand_k(0.7)}}};
  if (name == "marina_sgda") return {{}, {{"uplink", rand_k(0.3)}, {"refresh", 0.5}}};
  if (name == "local_sgda") return {{}, {{"local_steps", 1}}};
  if (name == "scaffold_sgda" || name == "fedgda_gt")
    return {{}, {{"local_steps", 1}}, {{"local_steps", 20}}};
  if (name == "proxskip_vip") return {{}, {{"communication", 0.5}}};
  if (name == "lsvrg_proxskip_vip") return {{}, {{"batch", 3}, {"communication", 0.5}}};
  if (name == "randomized_accelerated_gradient") return {{}, {{"p", 0.5}}};
  if (name == "stochastic_extragradient") return {{}, {{"samples", "same"}}};
  if (name == "randomized_extragradient") return {{}, {{"half", "same"}}, {{"half", "mlmc"}}};
  return {{}};
}

/// Every method of the catalogue with every parameter set, so that a new method is tested at once.
inline std::vector<Plugin> variants() {
  std::vector<Plugin> all;
  for (const std::string& name : catalogue().names())
    for (const Table& parameters : parameter_sets(name)) all.push_back({name, parameters, ""});
  return all;
}

inline std::string text_of(const Plugin& plugin) {
  return plugin.type + " with " + to_toml(plugin.parameters);
}

/// What one iteration costs.
struct Cost {
  double rounds, calls, prox;
};

/// What is known of a method beside what it says itself.
struct Facts {
  /// |z_k - z*|^2 <= constant * rate^k |z_0 - z*|^2. Two for a method whose theorem is about |z - z*|^2 + |w
  /// - z*|^2.
  double constant = 2;
  bool random = true;       ///< then the bound and the bits hold in the mean
  bool rotates = true;      ///< converges on a pure rotation
  std::vector<Cost> cost;   ///< one entry, or none when it varies
  bool reaches = true;      ///< the solution; otherwise it stops before, and no rate is stated
  bool constraints = true;  ///< takes problems with constraints
  bool serves = false;      ///< the server evaluates F_1 on its own
  bool minimises = false;   ///< takes gradients of convex functions only
  /// For a method that states no rate, or one too slow to follow: 1e-12 is reached on the suite's problems
  /// within so many iterations.
  std::optional<std::int64_t> iterations = {};
};

inline Facts facts(const Plugin& plugin);

/// Snapshots that come without a coin have no theorem.
inline bool is_periodic(const Plugin& plugin) { return plugin.parameters.find("schedule") != nullptr; }

inline Facts facts(const Plugin& plugin) {
  if (is_periodic(plugin)) {
    Plugin by_coin = plugin;
    by_coin.parameters = {};
    for (const Entry& entry : plugin.parameters.entries())
      if (entry.name != "schedule") by_coin.parameters.set(entry.name, entry.value);
    Facts same = facts(by_coin);
    same.iterations = 8000;
    return same;
  }
  const bool project_last = plugin.parameters.find("project_last") != nullptr;
  if (plugin.type == "gradient") return {1, false, false, {{1, 1, 1}}};
  if (plugin.type == "sgd" || plugin.type == "randomized_gradient") return {1, false, false, {{1, 1, 1}}};
  if (plugin.type == "stochastic_extragradient" || plugin.type == "randomized_extragradient")
    return {1, false, true, {{2, 2, 2}}};
  if (plugin.type == "randomized_accelerated_gradient") {
    // V_0 <= (1 + 3 L / mu) |z_0 - z*|^2, L / mu = 5 on the suite's function.
    Facts facts{16, false, false, {{1, 1, 0}}, true, false};
    facts.minimises = true;
    return facts;
  }
  if (plugin.type == "mag") {
    Facts facts{1, false, false, {{1, 1, 1}}};
    facts.iterations = 6000;
    return facts;
  }
  if (plugin.type == "mirror_descent") return {1, false, false, {{1, 1, 1}}, false};  // of order 1 / k
  if (plugin.type == "extragradient") return {1, false, true, {{2, 2, 2}}};
  if (plugin.type == "forward_backward_forward") return {1, false, true, {{2, 2, project_last ? 2.0 : 1.0}}};
  if (plugin.type == "past_extragradient") return {1, false, true, {{1, 1, 2}}};
  // With D = |z_k - z*|^2, S = |z_k - z_{k-1}|^2, V = D + 2 g <F(z_k) - F(z_{k-1}), z* - z_k> + g L S falls
  // by 1 - g mu for g <= 1 / (4 L), and V >= (1 - g L) D >= 3/4 D.
  if (plugin.type == "optimistic") return {4.0 / 3, false, true, {{1, 1, 1}}};
  if (plugin.type == "masha2" || plugin.type == "vr_masha2" || plugin.type == "three_pillars_ef") {
    // |z - z*|^2 <= 2 |z - E - z*|^2 + 2 |E|^2, and V_0 = 2 |z_0 - z*|^2.
    Facts facts{4, true, true, {}, true, false};
    const bool proven = plugin.parameters.find("rule") != nullptr;
    if (!proven) facts.iterations = 6000;
    if (proven) facts.rotates = false;  // it does, in 50 times as many iterations
    facts.serves = plugin.type == "three_pillars_ef";
    return facts;
  }
  if (plugin.type == "three_pillars") {
    Facts facts;
    facts.serves = true;
    // Turns have no proof.
    if (plugin.parameters.find("sampling") != nullptr) facts.iterations = 2000;
    return facts;
  }
  if (plugin.type == "smmds" || plugin.type == "extragradient_sliding") {
    Facts facts;
    facts.constant = 1;
    facts.random = false;
    facts.serves = true;
    if (text_of(plugin).find("relative") != std::string::npos) facts.iterations = 400;
    return facts;
  }
  // svogs and optimistic_masha: V_0 = ((1 - p) / eta + (2 p + eta mu) / (2 p eta)) |z_0 - z*|^2 and V >= (1 -
  // p) / (2 eta) |z - z*|^2 with p <= 1/2 and eta mu <= p / 2.
  if (plugin.type == "svogs") {
    Facts facts;
    facts.constant = 7;
    facts.serves = true;
    facts.iterations = 6000;  // the stated rate, up to 25000, is checked where workers are similar
    return facts;
  }
  if (plugin.type == "optimistic_masha") return {7, true, true, {}};
  const bool lossless = text_of(plugin).find("identity") != std::string::npos;
  if (plugin.type == "qsgda") return {1, true, false, {{1, 1, 1}}, lossless};
  if (plugin.type == "compressed_extragradient") return {1, true, lossless, {{2, 2, 2}}, lossless};
  // V also holds the errors of the shifts, (4 A / alpha) g^2 mean |h_m - F_m(z*)|^2: at most 4 A (1 + omega)
  // g^2 L_rms^2 = 0.18 of |z_0 - z*|^2 for shifts that start at F_m(z_0), 0.09 on the contract's problems for
  // those that start at 0. With batches V starts with at most (2/3) (r / s) g mu = 0.05 more.
  if (plugin.type == "diana_sgda") return {1.25, true, false, {{1, 1, 1}}};
  if (plugin.type == "vr_diana_sgda") return {1.25, true, false, {}};
  if (plugin.type == "ef21_sgda" || plugin.type == "marina_sgda")
    return {1, true, false, {{1, 1, 0}}, true, false};
  if (plugin.type == "local_sgda" || plugin.type == "local_extragradient" || plugin.type == "scaffold_sgda" ||
      plugin.type == "fedgda_gt") {
    const Value* given = plugin.parameters.find("local_steps");
    const double K = given ? given->number() : 5;
    const bool extra = plugin.type == "local_extragradient", tracks = plugin.type == "fedgda_gt";
    const bool floor = extra || (plugin.type == "local_sgda" && K > 1);
    // V of scaffold_sgda starts with 7.5 (g K)^3 L_max^2 / mu mean |F_m(z_0)|^2 more: 0.005 on these
    // problems.
    return {plugin.type == "scaffold_sgda" ? 1.05 : 1,    false,  false,
            {{tracks ? 2.0 : 1.0, extra ? 2 * K : K, 0}}, !floor, false};
  }
  // 2 / (1 - p) V_0, and V_0 = |z_0 - z*|^2 + (g / p)^2 mean |F_m(z*)|^2: with constraints the second is
  // three times the first.
  if (plugin.type == "proxskip_vip" || plugin.type == "lsvrg_proxskip_vip") return {9, true, false, {}};
  return {};
}

/// What a method is tested on: a saddle point, or a function of the same size for methods that only minimise.
inline Plugin problem_for(const Plugin& method, const Table& bilinear) {
  if (!facts(method).minimises) return {"bilinear", bilinear, ""};
  const int n = static_cast<int>(2 * bilinear.find("n")->number());
  return {"quadratic",
          {{"n", n}, {"workers", *bilinear.find("workers")}, {"mu", 0.2}, {"heterogeneity", 0.5}},
          ""};
}

/// The arenas of both.
struct Arenas {
  explicit Arenas(const Table& bilinear, mpi::Transport& over = alone())
      : saddle(arena("bilinear", bilinear, over)),
        function(arena("quadratic", problem_for(minimiser, bilinear).parameters, over)) {}
  Arena& of(const Plugin& method) { return facts(method).minimises ? function : saddle; }

  static inline const Plugin minimiser{"randomized_accelerated_gradient", {}, ""};
  Arena saddle, function;
};

}  // namespace trivium::solvers::testing
