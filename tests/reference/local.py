"""Methods with local steps as the shortest loops that state their rules, and the exact fixed points of those that have a floor.

A method returns the iterates z_0 .. z_K, shape (K + 1, d), from z_0 = 0; `local_steps` is the number of steps between two means. As
a script it prints the numbers that the C++ tests expect on the quadratic game:

    python3 local.py [--seeds N]
"""

import argparse

import numpy as np

import families
import methods


def average(problem, iterations, walk):
    """z+ = mean of walk(m, z), worker by worker."""
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        z = sum(walk(m, z) for m in range(problem.workers)) / problem.workers
        iterates.append(z)
    return np.array(iterates)


def local_sgda(problem, step, iterations, local_steps):
    def walk(m, y):
        for _ in range(local_steps):
            y = y - step * problem.worker(m, y)
        return y

    return average(problem, iterations, walk)


def local_extragradient(problem, step, iterations, local_steps):
    def walk(m, y):
        for _ in range(local_steps):
            y = y - step * problem.worker(m, y - step * problem.worker(m, y))
        return y

    return average(problem, iterations, walk)


def fedgda_gt(problem, step, iterations, local_steps):
    def walk(m, z):
        y, correction = z, problem.full(z) - problem.worker(m, z)
        for _ in range(local_steps):
            y = y - step * (problem.worker(m, y) + correction)
        return y

    return average(problem, iterations, walk)


def scaffold_sgda(problem, step, iterations, local_steps):
    """With the controls as published: c_m+ = c_m - c + (z - y_m) / (K g), c the mean of the c_m."""
    controls = np.zeros((problem.workers, problem.dimension))
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        common = controls.mean(axis=0)
        ends = []
        for own in controls:
            y = z
            for _ in range(local_steps):
                y = y - step * (problem.worker(len(ends), y) - own + common)
            ends.append(y)
        controls = controls - common + (z - np.array(ends)) / (local_steps * step)
        z = np.mean(ends, axis=0)
        iterates.append(z)
    return np.array(iterates)


def proxskip_vip(problem, step, iterations, probability, rng):
    """The last common iterate after every iteration, and the number of rounds up to it, shape (K + 1)."""
    own = np.zeros((problem.workers, problem.dimension))
    shifts = own.copy()
    iterates, rounds = [own[0]], [0]
    for _ in range(iterations):
        moved = own - step * (np.array([problem.worker(m, z) for m, z in enumerate(own)]) - shifts)
        meet = rng.random() < probability
        if meet:
            z = np.mean(moved - step / probability * shifts, axis=0)
            shifts = shifts + probability / step * (z - moved)
            own = np.tile(z, (problem.workers, 1))
        else:
            own = moved
        iterates.append(z if meet else iterates[-1])
        rounds.append(rounds[-1] + meet)
    return np.array(iterates), np.array(rounds)


def floor(problem, step, local_steps, extragradient=False):
    """|z - z*|^2 / |z*|^2 at the fixed point of local_sgda or local_extragradient on an affine problem, by a dense solve."""
    identity, zero = np.eye(problem.dimension), np.zeros(problem.dimension)
    matrix, offset = np.zeros_like(identity), zero
    for m, J in enumerate(problem.jacobians()):
        q = problem.worker(m, zero)
        inner = identity - step * J if extragradient else identity  # the point at which F_m is evaluated
        shift = -step * q if extragradient else zero
        T, t = identity - step * J @ inner, -step * (J @ shift + q)
        power, sum_of_powers = np.linalg.matrix_power(T, local_steps), zero
        for _ in range(local_steps):
            sum_of_powers = T @ sum_of_powers + t
        matrix, offset = matrix + power / problem.workers, offset + sum_of_powers / problem.workers
    z, solution = np.linalg.solve(identity - matrix, offset), problem.solution()
    return np.sum((z - solution) ** 2) / (solution @ solution)


def first_below(errors, tolerance=1e-6):
    return int(np.argmax(errors <= tolerance))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    game = families.quadratic_game()
    for K in (1, 5, 20):
        for g in (0.1, 0.05, 0.025):
            print(f"K = {K}, g = {g}: floors {floor(game, g, K):.6e} {floor(game, g, K, extragradient=True):.6e}")
    for run in (scaffold_sgda, fedgda_gt):
        print(run.__name__, first_below(methods.errors(run(game, 0.1, 40, 20), game.solution())), "iterations")
    step = 1 / 2.1441046721  # 1 / ell
    found = []
    for seed in range(seeds):
        iterates, rounds = proxskip_vip(game, step, 400, np.sqrt(step * 0.2), np.random.default_rng(seed))
        k = first_below(methods.errors(iterates, game.solution()))
        found.append((k, rounds[k]))
    print("proxskip_vip", np.mean(found, axis=0), "iterations, rounds")
