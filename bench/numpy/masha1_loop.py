"""MASHA1 with RandK as research scripts write it: a Python loop over the workers. Prints one line of JSON.

    python3 masha1_loop.py --workers 50 --dimension 20 --k 2 --rounds 2000

Snapshots move to z_k with probability k / d. Only the loop is timed, after a warm-up of fifty rounds.
"""

import json
import time

import numpy as np

import make_affine


def rand_k(x, k, rng):
    """k coordinates without replacement, scaled d / k."""
    kept = rng.choice(x.size, size=k, replace=False)
    message = np.zeros_like(x)
    message[kept] = x[kept] * (x.size / k)
    return message


def prepare(J, q):
    return list(J), list(q)


def masha1(matrices, offsets, step, k, rounds, rng):
    workers, d = len(offsets), offsets[0].size
    tau = 1 - k / d
    z = np.zeros(d)
    w = z.copy()
    local_w = [matrices[m] @ w + offsets[m] for m in range(workers)]
    full_w = np.mean(local_w, axis=0)
    for _ in range(rounds):
        mix = tau * z + (1 - tau) * w
        half = mix - step * full_w
        correction = np.zeros(d)
        for m in range(workers):
            difference = matrices[m] @ half + offsets[m] - local_w[m]
            correction += rand_k(difference, k, rng)
        correction /= workers
        if rng.random() < 1 - tau:
            w = z.copy()
            local_w = [matrices[m] @ w + offsets[m] for m in range(workers)]
            z = half - step * correction
            full_w = np.mean(local_w, axis=0)
        else:
            z = half - step * correction
    return z


def main(prepare, method, description):
    arguments = make_affine.benchmark_arguments(description)
    J, q, solution = make_affine.load_or_make(arguments.file, arguments.workers, arguments.dimension, seed=1)
    step = arguments.step or make_affine.theory_step(J, arguments.k)
    data = prepare(J, q)
    method(*data, step, arguments.k, min(50, arguments.rounds), np.random.default_rng(0))
    rng = np.random.default_rng(arguments.seed)
    begin = time.perf_counter()
    z = method(*data, step, arguments.k, arguments.rounds, rng)
    seconds = time.perf_counter() - begin
    error = float(((z - solution) ** 2).sum() / (solution**2).sum())
    per_round = seconds / arguments.rounds
    print(json.dumps({"rounds": arguments.rounds, "seconds": seconds, "seconds_per_round": per_round, "error": error}))


if __name__ == "__main__":
    main(prepare, masha1, __doc__.splitlines()[0])
