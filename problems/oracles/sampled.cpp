// Learning along a walk: the state of worker m's chain is the number of the row it learns from. The
// stationary law must be uniform, so that the rows weigh in F_m(z, xi) what they weigh in F_m.
#include <algorithm>
#include <cmath>
#include <map>

#include <trivium/core/errors.hpp>

#include "detail/walkers.hpp"

namespace trivium::problems::oracles {
namespace {

class Sampled final : public Oracle {
 public:
  struct Params {
    Plugin chain{"iid", {}, ""};
    void describe(Fields& fields) {
      fields.plugin("chain", chain, noise::chains::catalogue(),
                    "what picks the rows; its states are numbered like the rows of a worker");
    }
  };
  static About about() {
    return {"the chain's state picks the summand: learning along a walk",
            "F_m(z, xi) = F_{m,xi}(z), xi the state of worker m's chain on the numbers of its r summands\n"
            "the stationary law must be uniform: otherwise the summands would weigh more or less than in F_m",
            "token algorithms: Johansson, Rabi, Johansson 2009; Even 2023"};
  }
  Sampled(const Params& params, const Setting& setting)
      : problem_(setting.problem),
        solution_(setting.solution != nullptr ? *setting.solution : setting.start),
        at_solution_(setting.solution != nullptr),
        part_(setting.start.like()),
        walkers_(make_chains(params, setting),
                 [this](int m) -> const noise::chains::Chain& { return chain(m); }),
        segments_(walkers_.count()) {}

  std::span<const Piece> draw(int m, Estimator& estimator) override {
    Stream stream = walkers_.next_stream(m);
    const std::span<const Piece> pieces = estimator.draw(stream);
    Segment& segment = segments_[walkers_.local(m)];
    segment.pieces.assign(pieces.begin(), pieces.end());
    std::size_t total = 0;
    for (const Piece& piece : pieces) total += piece.samples;
    segment.rows.resize(total);
    chain(m).walk(walkers_.of(m), stream, segment.rows);
    return pieces;
  }
  void evaluate(int m, const Vector& z, Vector& out) override {
    const Segment& segment = segments_[walkers_.local(m)];
    std::size_t next = 0;
    bool first = true;
    for (const Piece& piece : segment.pieces) {
      const std::span<const std::uint32_t> rows(segment.rows.data() + next, piece.samples);
      next += piece.samples;
      if (piece.weight == 0 || piece.samples == 0) continue;
      Vector& part = first ? out : part_;
      problem_.evaluate_samples(m, z, rows, part);
      if (first)
        combine(out, {{piece.weight, out}});
      else
        combine(out, {{1, out}, {piece.weight, part_}});
      first = false;
    }
  }
  double calls_per_sample(int m) const override { return 1 / static_cast<double>(problem_.samples(m)); }
  const noise::chains::Chain& chain(int m) const override { return *chains_.at(problem_.samples(m)); }
  void state(Archive& archive) override { walkers_.state(archive); }

  Level level() override {
    double square = 0;
    Constant tau{0, Origin::known, ""};
    for (const auto& [states, walked] : chains_) {
      const Constant relaxation = walked->times().relaxation;
      if (relaxation.value >= tau.value) tau = relaxation;
    }
    const WorkerRange& workers = problem_.traits().workers;
    Vector whole = part_.like();
    for (int m = workers.first; m < workers.last; ++m) {
      problem_.evaluate(m, solution_, whole);
      const auto rows = static_cast<std::uint32_t>(problem_.samples(m));
      double sum = 0;
      for (std::uint32_t row = 0; row < rows; ++row) {
        problem_.evaluate_samples(m, solution_, {&row, 1}, part_);
        sum += squared_distance(part_, whole);
      }
      square = std::max(square, sum / rows);
    }
    const char* where = at_solution_ ? "the rows of the worst worker at the solution"
                                     : "the rows of the worst worker at the start";
    return {{std::sqrt(square), Origin::computed, where},
            {0, Origin::estimated, "that of the summands: L_loc above"},
            tau,
            true};
  }

 private:
  struct Segment {
    std::vector<Piece> pieces;
    std::vector<std::uint32_t> rows;
  };

  /// A chain for every number of rows that a worker of this rank has.
  const Setting& make_chains(const Params& params, const Setting& setting) {
    const WorkerRange& workers = setting.problem.traits().workers;
    for (int m = workers.first; m < workers.last; ++m) {
      const std::size_t rows = setting.problem.samples(m);
      if (rows == 0)
        reject("noise 'sampled' needs operators that are finite sums, and the one of worker {} is not", m);
      if (chains_.count(rows) > 0) continue;
      auto chain = setting.chains.get(params.chain, rows);
      require_uniform(*chain, rows, params.chain.type);
      chains_[rows] = std::move(chain);
    }
    return setting;
  }
  static void require_uniform(const noise::chains::Chain& chain, std::size_t rows, const std::string& name) {
    const noise::chains::Law law = chain.law();
    if (law.probabilities.size() != rows)
      reject("the chain {} has {} states, and a worker has {} rows; its states must be their numbers", name,
             law.probabilities.size(), rows);
    const double even = 1 / static_cast<double>(rows);
    for (const double probability : law.probabilities)
      if (std::abs(probability - even) > 1e-9 * even)
        reject(
            "the stationary law of the chain {} is {}, not uniform, so that rows would weigh more or less "
            "than in "
            "the worker's operator; take a walk whose law is uniform",
            name, law.stationary);
  }
  Problem& problem_;
  std::map<std::size_t, std::shared_ptr<const noise::chains::Chain>> chains_;  // by number of rows
  const Vector solution_;
  bool at_solution_;
  Vector part_;
  Walkers walkers_;
  std::vector<Segment> segments_;
};

}  // namespace

void register_sampled(Catalogue& all) { all.add<Sampled>("sampled"); }

}  // namespace trivium::problems::oracles
