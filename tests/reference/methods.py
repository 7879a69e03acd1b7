"""Deterministic reference runs: each method as the shortest loop that states its rule.

A method takes a problem of families.py, a step, a number of iterations K and a projection, and returns the iterates
z_0 .. z_K, shape (K + 1, d), from z_0 = 0. A program has to reproduce them up to rounding. As a script,

    python3 methods.py iterates --out FILE.h5

writes the first 100 iterates of every deterministic method on the bilinear problem, free and constrained.
"""

import argparse
from functools import partial

import h5py
import numpy as np

import families


def everywhere(z):
    """The projection on the whole space."""
    return z


def errors(iterates, solution):
    """|z_k - z*|^2 / |z_0 - z*|^2 for every k."""
    squares = ((iterates - solution) ** 2).sum(axis=1)
    return squares / squares[0]


def gradient(problem, step, iterations, project=everywhere):
    """z+ = P(z - g F(z))."""
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        z = project(z - step * problem.full(z))
        iterates.append(z)
    return np.array(iterates)


def extragradient(problem, step, iterations, project=everywhere):
    """h = P(z - g F(z)), z+ = P(z - g F(h)). Korpelevich 1976."""
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        half = project(z - step * problem.full(z))
        z = project(z - step * problem.full(half))
        iterates.append(z)
    return np.array(iterates)


def past_extragradient(problem, step, iterations, project=everywhere):
    """h = P(z - g F(previous h)), z+ = P(z - g F(h)); the first previous h is z_0. Popov 1980."""
    z = np.zeros(problem.dimension)
    past = problem.full(z)
    iterates = [z]
    for _ in range(iterations):
        half = project(z - step * past)
        past = problem.full(half)
        z = project(z - step * past)
        iterates.append(z)
    return np.array(iterates)


def optimistic(problem, step, iterations, project=everywhere):
    """z+ = P(z - g (2 F(z) - F(previous z))); the first previous z is z_0. Malitsky and Tam 2020."""
    z = np.zeros(problem.dimension)
    past = problem.full(z)
    iterates = [z]
    for _ in range(iterations):
        now = problem.full(z)
        z = project(z - step * (2 * now - past))
        past = now
        iterates.append(z)
    return np.array(iterates)


def forward_backward_forward(problem, step, iterations, project=everywhere, project_last=False):
    """h = P(z - g F(z)), z+ = h - g (F(h) - F(z)), optionally projected. Tseng 2000."""
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        forward = problem.full(z)
        half = project(z - step * forward)
        z = half - step * (problem.full(half) - forward)
        z = project(z) if project_last else z
        iterates.append(z)
    return np.array(iterates)


def masha1(problem, step, iterations, compress, refresh, tau, new_snapshot=False, project=everywhere):
    """MASHA1 with compress(m, k, x), the compressor of worker m at iteration k, and refreshes where refresh(k) holds.

    A refresh moves the snapshot w to z_k, or to z_{k+1} with `new_snapshot`.
    """
    z = w = np.zeros(problem.dimension)
    iterates = [z]
    for k in range(iterations):
        full_w = problem.full(w)
        mix = tau * z + (1 - tau) * w
        half = project(mix - step * full_w)
        messages = [compress(m, k, problem.worker(m, half) - problem.worker(m, w)) for m in range(problem.workers)]
        previous, z = z, project(mix - step * (full_w + sum(messages) / problem.workers))
        if refresh(k):
            w = z if new_snapshot else previous
        iterates.append(z)
    return np.array(iterates)


def keep(x, kept, scale):
    """Zero but for the coordinates `kept`, which are scaled."""
    message = np.zeros_like(x)
    message[kept] = scale * x[kept]
    return message


def cyclic10(m, k, x):
    """Ten coordinates that move with the worker and the iteration, scaled by d / 10."""
    return keep(x, (np.arange(10) + 7 * m + 3 * k) % x.size, x.size / 10)


def perm_k(workers):
    """The M blocks of a coordinate list that turns with the iteration; each worker sends one of them, scaled by M."""

    def compress(m, k, x):
        blocks = np.split((np.arange(x.size) + 2 * k) % x.size, workers)
        return keep(x, blocks[(m + 2 * k + 1) % workers], workers)

    return compress


def every_tenth(k):
    return k % 10 == 9


def reference_problems():
    """Name, problem, projection and solution of the two problems of the iterates file."""
    problem = families.bilinear()
    project = families.on_balls(families.project_l2, 5, families.project_l1, 8)
    yield "A", problem, everywhere, problem.solution()
    yield "A_constrained", problem, project, families.constrained_solution(problem, project, 0.5, iterations=400)


def unchanged(m, k, x):
    return x


def reference_runs(problem):
    """Name and run of every deterministic method: run(problem, iterations=K, project=P), its step in run.keywords."""
    found = families.constants(problem.J)
    L, mu = found["L"], found["mu"]
    snapshots = partial(masha1, step=0.3 / L, compress=unchanged, refresh=every_tenth, tau=0.9)
    return {
        "gradient": partial(gradient, step=mu / L**2),
        "extragradient": partial(extragradient, step=0.5 / L),
        "past_extragradient": partial(past_extragradient, step=0.4 / L),
        "optimistic": partial(optimistic, step=0.4 / L),
        "forward_backward_forward": partial(forward_backward_forward, step=0.5 / L),
        "forward_backward_forward_projected": partial(forward_backward_forward, step=0.5 / L, project_last=True),
        "masha1": snapshots,
        "masha1_new_snapshot": partial(snapshots, new_snapshot=True),
    }


def write_iterates(path, iterations=100):
    """/PROBLEM/METHOD (iterations + 1, d) with attribute step, /PROBLEM/METHOD_error, /PROBLEM/solution."""
    with h5py.File(path, "w") as file:
        for problem_name, problem, project, solution in reference_problems():
            file[f"{problem_name}/solution"] = solution
            for name, run in reference_runs(problem).items():
                iterates = run(problem, iterations=iterations, project=project)
                file[f"{problem_name}/{name}"] = iterates
                file[f"{problem_name}/{name}"].attrs["step"] = run.keywords["step"]
                file[f"{problem_name}/{name}_error"] = errors(iterates, solution)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["iterates"])
    parser.add_argument("--out", required=True, metavar="FILE.h5")
    arguments = parser.parse_args()
    write_iterates(arguments.out)


if __name__ == "__main__":
    main()
