// What the methods with similarity and local steps cost beyond their operators: 500 workers on a9a, 65 rows
// of 14 nonzeros each. An iteration, its share of full exchanges included, against the same evaluations of
// the same workers in the same order and nothing else: in one process, or every rank its own.
//   method_overhead [--data FOLDER] [--only NAME]    all, or only the rows whose name contains NAME
//   mpirun -n 2 method_overhead ...
#include <array>

#include "a9a.hpp"
#include "measure.hpp"
#include "method.hpp"

namespace {

using namespace trivium;

constexpr int turns = 7;

/// Notes which worker's operator is called; the prox here is the identity.
class Noted final : public problems::Problem {
 public:
  explicit Noted(problems::Problem& problem) : Problem(problem.traits()), problem_(problem) {}
  void evaluate(int m, const Vector& z, Vector& out) override {
    calls.push_back(m);
    problem_.evaluate(m, z, out);
  }
  std::vector<int> calls;

 private:
  problems::Problem& problem_;
};

struct Row {
  std::string name;
  Plugin method;
  int iterations;
};

/// Local methods get small steps as numbers: what an iteration costs does not depend on them.
std::vector<Row> rows(double L) {
  const Table perm_k{{"type", "perm_k"}}, identity{{"type", "identity"}},
      rand_k{{"type", "rand_k"}, {"k", 0.1}};
  const double small = 0.01 / L;
  return {
      {"extragradient", {"extragradient", {}, ""}, 100},
      {"optimistic", {"optimistic", {}, ""}, 200},
      {"masha1 with rand_k", {"masha1", {{"uplink", rand_k}}, ""}, 200},
      {"smmds", {"smmds", {}, ""}, 100},
      {"extragradient_sliding", {"extragradient_sliding", {}, ""}, 100},
      {"three_pillars, hpe, perm_k", {"three_pillars", {{"uplink", perm_k}}, ""}, 200},
      {"three_pillars, tseng, perm_k", {"three_pillars", {{"uplink", perm_k}, {"form", "tseng"}}, ""}, 200},
      {"three_pillars, hpe, one worker",
       {"three_pillars", {{"uplink", identity}, {"participants", 1}}, ""},
       4000},
      {"three_pillars_ef, top_k", {"three_pillars_ef", {}, ""}, 200},
      {"svogs", {"svogs", {}, ""}, 1000},
      {"local_sgda, K = 5", {"local_sgda", {{"step", small}}, ""}, 50},
      {"local_extragradient, K = 5", {"local_extragradient", {{"step", small}}, ""}, 25},
      {"scaffold_sgda, K = 5", {"scaffold_sgda", {{"step", small}}, ""}, 50},
      {"fedgda_gt, K = 5", {"fedgda_gt", {{"step", small}}, ""}, 50},
      {"proxskip_vip, p = 0.2", {"proxskip_vip", {{"step", small}, {"communication", 0.2}}, ""}, 200}};
}

/// Seconds of `work` from a common start until the slowest rank is through: of one rank the processor's.
template <class Work>
double seconds_of_all(mpi::Network& network, Work&& work) {
  const bool alone = network.transport().ranks() == 1;
  network.max_off_the_record(0);
  return network.max_off_the_record(
      bench::seconds_of(alone ? bench::Clock::processor : bench::Clock::wall, work));
}

/// Evaluations so far: by workers, by the server.
std::array<double, 2> evaluations(mpi::Network& network) {
  Record record;
  network.totals(record);
  return {record.calls * bench::A9a::workers, record.local_steps};
}

struct Measured {
  double method, bare;  ///< seconds of an iteration, and of its evaluations
  double messages;      ///< share of the method's wall time that encoding and decoding took
};

Measured measure(const bench::A9a& a9a, const Row& row, const std::vector<int>& calls,
                 mpi::Transport& transport) {
  Vector out = a9a.start.like();
  std::vector<double> method_s, bare_s, messages;
  for (int turn = 0; turn <= turns; ++turn) {
    bench::Method method(*a9a.problem, row.method, a9a.start, a9a.known, 1, transport);
    const double before = method.network.seconds().encode;
    double wall = 0;
    const double seconds = seconds_of_all(method.network, [&] {
      wall = bench::seconds_of(bench::Clock::wall, [&] {
        for (int i = 0; i < row.iterations; ++i) method.step();
      });
    });
    const double bare = seconds_of_all(method.network, [&] {
      for (const int m : calls) a9a.problem->evaluate(m, a9a.solution, out);
      bench::keep(out);
    });
    if (turn == 0) continue;
    method_s.push_back(seconds / row.iterations);
    bare_s.push_back(bare / row.iterations);
    messages.push_back((method.network.seconds().encode - before) / wall);
  }
  return {bench::median(method_s), bench::median(bare_s), bench::median(messages)};
}

void compare(const bench::A9a& a9a, const Row& row, mpi::Transport& transport) {
  Noted noted(*a9a.problem);
  bench::Method once(noted, row.method, a9a.start, a9a.known, 1, transport);
  noted.calls.clear();
  const auto before = evaluations(once.network);
  for (int i = 0; i < row.iterations; ++i) once.step();
  const auto after = evaluations(once.network);
  const Measured measured = measure(a9a, row, noted.calls, transport);
  if (transport.rank() > 0) return;
  const int ranks = transport.ranks();
  bench::row_at_most(fmt::format("{}, a9a, M = {}{}: an iteration over its evaluations alone", row.name,
                                 bench::A9a::workers, ranks > 1 ? fmt::format(", {} ranks", ranks) : ""),
                     measured.method / measured.bare, 1.3);
  bench::note(
      "an iteration {:.1f} us, messages {:.0f}%; its evaluations {:.1f} us: {:.1f} by workers, {:.1f} by the "
      "server",
      measured.method * 1e6, 100 * measured.messages, measured.bare * 1e6,
      (after[0] - before[0]) / row.iterations, (after[1] - before[1]) / row.iterations);
}

}  // namespace

int main(int argc, char** argv) {
  std::string only;
  for (int i = 1; i + 1 < argc; ++i)
    if (std::string(argv[i]) == "--only") only = argv[i + 1];
  const auto transport = mpi::launched_by_mpi() ? mpi::world() : mpi::in_process();
  return bench::with_a9a(argc, argv, [&](const std::vector<std::string>& folders) {
    bench::A9a a9a(folders, *transport);
    // What theory asks of every worker is not needed: the steps that depend on it are numbers.
    a9a.known[problems::Which::ell] = a9a.known[problems::Which::L_max];
    a9a.known[problems::Which::mu_min] = a9a.known[problems::Which::mu];
    for (const Row& row : rows(a9a.known[problems::Which::L].value))
      if (row.name.find(only) != std::string::npos) compare(a9a, row, *transport);
  });
}
