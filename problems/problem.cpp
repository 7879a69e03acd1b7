#include <stdexcept>

#include <trivium/problems/problem.hpp>

namespace trivium::problems {

std::string name_of(Which which) {
  switch (which) {
    case Which::L:
      return "L";
    case Which::L_max:
      return "L_max";
    case Which::L_rms:
      return "L_rms";
    case Which::mu:
      return "mu";
    case Which::mu_min:
      return "mu_min";
    case Which::delta:
      return "delta";
    case Which::d1:
      return "d1";
    case Which::sig:
      return "sig";
    case Which::sig1:
      return "sig1";
    case Which::L_loc:
      return "L_loc";
    case Which::L_1:
      return "L_1";
    case Which::ell:
      return "ell";
  }
  throw std::logic_error("no such constant");
}

const Constant& Constants::get(Which which) {
  if (auto it = found_.find(which); it != found_.end()) return it->second;
  if (!measure_)
    throw std::logic_error("the constant " + name_of(which) + " is not known and nothing measures it");
  return found_.emplace(which, measure_(which)).first->second;
}

std::size_t Problem::samples(int) const { return 0; }

void Problem::evaluate_samples(int, const Vector&, std::span<const std::uint32_t>, Vector&) {
  throw std::logic_error("this problem is not a finite sum: it has no samples to evaluate");
}

void Problem::jacobian(int, const Vector&, const Vector&, bool, Vector&) {
  throw std::logic_error("this problem has no Jacobian: ask traits().has_jacobian first");
}

void Problem::samples_gram(int, const Vector&, const Vector&, Vector&) {
  throw std::logic_error(
      "this problem has no Jacobians of its summands: ask traits().has_samples_gram first");
}

double Problem::gap(const Vector&, const Vector&) {
  throw std::logic_error("this problem has no gap: ask traits().has_gap first");
}

void Problem::measure(int, const Vector&, std::span<double>) {
  throw std::logic_error("this problem has no measures: ask traits().measures first");
}

void Problem::prox(double, Vector&) {}

}  // namespace trivium::problems
