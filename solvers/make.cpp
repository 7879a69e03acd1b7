#include <algorithm>

#include <trivium/core/errors.hpp>
#include <trivium/solvers/make.hpp>

#include "detail/counted.hpp"
#include "detail/noisy.hpp"

namespace trivium::solvers {
namespace {

/// A method together with the problem it runs on.
class Whole final : public Solver {
 public:
  Whole(const Plugin& method, const Ingredients& with) : problem_(count_calls(with.problem, with.network)) {
    if (with.noise != nullptr)
      with.network.agree([&] {
        oracle_ = problems::oracles::catalogue().make(
            *with.noise, {with.problem, with.start, with.solution, with.network.seed(), with.chains});
      });
    if (with.estimator != nullptr && has_estimator(method.type))
      reject("{} chooses its samples itself; give it its own parameter estimator", method.type);
    const Context exact{*problem_, with.network, with.constants, with.start, oracle_.get()};
    if (oracle_ == nullptr || has_estimator(method.type)) {
      solver_ = catalogue().make(method, exact);
      return;
    }
    noisy_ = std::make_unique<Noisy>(with.estimator != nullptr ? *with.estimator : Plugin{"single", {}, ""},
                                     exact);
    solver_ = catalogue().make(method, {*noisy_, with.network, with.constants, with.start});
  }

  void start() override { solver_->start(); }
  void step() override { solver_->step(); }
  const Vector& point() const override { return solver_->point(); }
  /// The rates are those of exact operators: with noise the error levels off.
  Theory theory() const override {
    Theory theory = solver_->theory();
    if (oracle_ != nullptr) theory.rate = 1;
    return theory;
  }
  void state(Archive& archive) override {
    solver_->state(archive);
    if (oracle_ != nullptr) oracle_->state(archive);
  }

 private:
  std::unique_ptr<problems::Problem> problem_;
  std::unique_ptr<problems::oracles::Oracle> oracle_;
  std::unique_ptr<Noisy> noisy_;
  std::unique_ptr<Solver> solver_;
};

}  // namespace

std::unique_ptr<problems::Problem> count_calls(problems::Problem& problem, mpi::Network& network) {
  return std::make_unique<Counted>(problem, network);
}

bool has_estimator(const std::string& method) {
  const std::vector<FieldInfo> fields = catalogue().fields(method);
  return std::any_of(fields.begin(), fields.end(),
                     [](const FieldInfo& field) { return field.name == "estimator"; });
}

std::unique_ptr<Solver> make(const Plugin& method, const Ingredients& with) {
  return std::make_unique<Whole>(method, with);
}

}  // namespace trivium::solvers
