// The `trivium` program with one more problem: an operator that fails on one worker after some evaluations,
// and that has measures.
// Built from this file and experiments/main.cpp; test_program.py runs it.
#include <stdexcept>

#include <trivium/core/errors.hpp>
#include <trivium/problems/problem.hpp>

namespace trivium::problems {
namespace {

/// F_m(z) = z - m - 1 on R^3 with four workers; the solution is 2.5 in every entry. Measures: "height", the
/// mean of z_0 + m - 1.5, which is z_0, and "depth", that of (m + 1) (2.5 - z_0), which is 2.5 (2.5 - z_0).
class Failing final : public Problem {
 public:
  struct Params {
    std::int64_t worker = 3, after = 1000;
    bool mistake = false;
    void describe(Fields& fields) {
      fields.integer("worker", worker, {0, 3}, "who fails");
      fields.integer("after", after, non_negative, "evaluations that go well");
      fields.flag("mistake", mistake, "fail with an InputError, not a std::runtime_error");
    }
  };
  static About about() { return {"fails while running", "F_m(z) = z - m - 1", "a test"}; }

  Failing(const Params& params, const Place& place)
      : Problem({.dimension = 3,
                 .workers = worker_block(4, place.rank, place.ranks),
                 .measures = {"height", "depth"}}),
        params_(params) {}

  void evaluate(int m, const Vector& z, Vector& out) override {
    if (m == params_.worker && evaluations_++ >= params_.after) fail();
    const auto from = z.span<double>();
    const auto to = out.span<double>();
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i] - m - 1;
  }

  void measure(int m, const Vector& z, std::span<double> out) override {
    out[0] = z.span<double>()[0] + m - 1.5;
    out[1] = (m + 1) * (2.5 - z.span<double>()[0]);
  }

 private:
  [[noreturn]] void fail() const {
    const auto sentence = fmt::format("the operator of worker {} has failed", params_.worker);
    if (params_.mistake) throw InputError(sentence);
    throw std::runtime_error(sentence);
  }

  Params params_;
  std::int64_t evaluations_ = 0;
};

const bool added = (catalogue().add<Failing>("failing"), true);

}  // namespace
}  // namespace trivium::problems
