#pragma once

namespace trivium::problems::detail {

/// One function for each alternative of a variant: std::visit(Overloaded{on_host, on_card}, data).
template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>  // Clang 14 asks for it
Overloaded(F...)->Overloaded<F...>;

}  // namespace trivium::problems::detail
