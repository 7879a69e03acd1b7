// Your own operator in twenty lines: min_x max_y  x^2/2 + x y - y^2/2 + x - 2 y  on R x R, split over four
// workers. Operator F = (x + y + 1, y - x + 2), solution x = 1/2, y = -3/2.
#include <cstdio>

#include <trivium/problems/from_function.hpp>
#include <trivium/solvers/solve.hpp>

int main() {
  using namespace trivium;

  // Worker m owns F_m; the shifts add up to zero over the workers.
  problems::FromFunction game(2, 4, [](int m, auto z, auto F) {
    const double shift = m - 1.5;
    F[0] = z[0] + z[1] + 1 + shift;
    F[1] = z[1] - z[0] + 2 - shift;
  });

  const auto solved = solvers::solve(game, {"masha1", {{"uplink", Table{{"type", "rand_k"}, {"k", 1}}}}},
                                     {.limits = {.distance = 1e-16}, .solution = Vector{0.5, -1.5}});

  const auto z = solved.point.to_host();
  const auto& last = solved.history.back();
  std::printf("x = %.6f, y = %.6f, squared error %.1e of the start's, %g bits sent per worker\n", z[0], z[1],
              last.distance, last.bits_up);
}
