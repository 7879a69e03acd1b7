"""The comparison of the SVOGS paper as research scripts write it: five methods on robust regression, a Python loop over the
workers, NumPy within a worker. Prints one line of JSON.

    python3 svogs_comparison.py --rows a9a.gz --setting setting.h5 --rounds 200

The setting is an HDF5 file: /owner of every row, /solution, and as attributes the number of workers, L_1 and every method's
numbers. Each method's loop is timed, its record of the error in every iteration included, in processor seconds of its one
thread; a worker's products with its rows are those of NumPy (a dense block or `bincount`) or SciPy, whichever is fastest.
"""

import argparse
import gzip
import json
import time
import timeit

import numpy as np

from masha_compressors import products, robust_worker


class Workers:
    """The operators F_m; the server's is the first."""

    def __init__(self, F):
        self.F, self.M = F, len(F)

    def all(self, z):
        return [f(z) for f in self.F]

    def mean(self, z):
        return self.mean_and_first(z)[0]

    def mean_and_first(self, z):
        F_1 = self.F[0](z)
        total = F_1.copy()
        for f in self.F[1:]:
            total += f(z)
        return total / self.M, F_1


def solve(F_1, shift, centre, g, start, L_1, steps):
    """About the root of F_1(u) + shift + (u - centre) / g, by extragradient with step 1 / (2 (L_1 + 1/g)) from `start`."""
    s = 1 / (2 * (L_1 + 1 / g))
    u = start
    for _ in range(int(steps)):
        half = u - s * (F_1(u) + shift + (u - centre) / g)
        u = u - s * (F_1(half) + shift + (half - centre) / g)
    return u


# Every method yields its point and the rounds so far, after each iteration.


def extragradient(workers, z, p, rng):
    rounds = 0
    while True:
        half = z - p["step"] * workers.mean(z)
        z = z - p["step"] * workers.mean(half)
        rounds += 2
        yield z, rounds


def smmds(workers, z, p, rng):
    F_1, g, rounds = workers.F[0], p["step"], 0
    while True:
        F_z, F_1_z = workers.mean_and_first(z)
        G = F_z - F_1_z
        u = solve(F_1, G, z, g, z, p["L_1"], p["inner_steps"])
        F_u, F_1_u = workers.mean_and_first(u)
        z = u + g * (G - (F_u - F_1_u))
        rounds += 2
        yield z, rounds


def extragradient_sliding(workers, z, p, rng):
    F_1, g, rounds = workers.F[0], p["step"], 0
    while True:
        F_z, F_1_z = workers.mean_and_first(z)
        u = solve(F_1, F_z - F_1_z, z, g, z, p["L_1"], p["inner_steps"])
        z = z - g * workers.mean(u)
        rounds += 2
        yield z, rounds


def three_pillars(workers, z, p, rng):
    """One sampled worker an iteration."""
    F_1, g, refresh = workers.F[0], p["step"], p["refresh"]
    m, at_m = z, workers.all(z)
    shift = np.mean(at_m, axis=0) - at_m[0]  # (F - F_1)(m)
    rounds = 1
    while True:
        centre = z + refresh * (m - z)
        u = solve(F_1, shift, centre, g, z, p["L_1"], p["inner_steps"])
        i = rng.integers(workers.M)
        F_1_u = F_1(u)
        S = (at_m[i] - at_m[0]) - (workers.F[i](u) - F_1_u)
        old, z = z, centre - g * (F_1_u + shift) + g * S
        rounds += 1
        if rng.random() < refresh:
            m, at_m = old, workers.all(old)
            shift = np.mean(at_m, axis=0) - at_m[0]
            rounds += 1
        yield z, rounds


def svogs(workers, z, p, rng):
    F_1, eta, alpha, weight, b = workers.F[0], p["step"], p["alpha"], p["refresh"], int(p["participants"])
    w, at_w = z, workers.all(z)
    mean_w = np.mean(at_w, axis=0)
    lag, lag_mean = at_w, mean_w  # at the snapshot of the iteration before
    previous, F_1_previous = z, at_w[0]
    rounds = 1
    while True:
        F_1_z = F_1(z)
        delta = lag_mean - (1 + alpha) * F_1_z + alpha * F_1_previous  # F_1(w) cancels
        for j in rng.integers(workers.M, size=b):
            F_j = workers.F[j]
            delta += ((1 + alpha) * F_j(z) - lag[j] - alpha * F_j(previous)) / b
        u = solve(F_1, delta, (1 - weight) * z + weight * w, eta, z, p["L_1"], p["inner_steps"])
        previous, F_1_previous, z = z, F_1_z, u
        rounds += 1
        lag, lag_mean = at_w, mean_w
        if rng.random() < p["refresh"]:
            w, at_w = z, workers.all(z)
            mean_w = np.mean(at_w, axis=0)
            rounds += 1
        yield z, rounds


METHODS = {f.__name__: f for f in (extragradient, smmds, extragradient_sliding, three_pillars, svogs)}


def run(method, workers, p, solution, rounds, seed):
    """The squared distance to the solution after every iteration."""
    errors = []
    for z, used in method(workers, np.zeros(solution.size), p, np.random.default_rng(seed)):
        errors.append(((z - solution) ** 2).sum())
        if used >= rounds:
            return errors


def read_rows(file):
    labels, entries = [], []
    with (gzip.open if file.endswith(".gz") else open)(file, "rt") as lines:
        for line in lines:
            label, *pairs = line.split()
            labels.append(float(label))
            entries.append([(int(column) - 1, float(value)) for column, value in (pair.split(":") for pair in pairs)])
    return np.array(labels), entries


def make_workers(labels, entries, owner, count, n, way):
    rows_of = [[] for _ in range(count)]
    for row, m in enumerate(owner):
        rows_of[int(m)].append(row)
    F = []
    for mine in rows_of:
        rows = np.array([i for i, row in enumerate(mine) for _ in entries[row]])
        columns = np.array([column for row in mine for column, _ in entries[row]])
        values = np.array([value for row in mine for _, value in entries[row]])
        if way == "dense":
            X = np.zeros((len(mine), n))
            X[rows, columns] = values
            A, At = (lambda x, X=X: X @ x), (lambda r, X=X: r @ X)
        else:
            A, At = products(rows, columns, values, len(mine), n)[way]()
        F.append(robust_worker(A, At, labels[mine], n, 1 / len(mine)))
    return Workers(F)


def fastest_workers(*data):
    z, best = np.ones(2 * data[-1]), None
    for way in ("dense", "bincount", "scipy"):
        try:
            workers = make_workers(*data, way)
        except ImportError:
            continue
        seconds = min(timeit.repeat(lambda: workers.mean(z), number=1, repeat=5))
        if best is None or seconds < best[0]:
            best = seconds, way, workers
    return best[1:]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", required=True, help="LIBSVM text, plain or gzipped, labels -1 and 1")
    parser.add_argument("--setting", required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    import h5py

    with h5py.File(arguments.setting) as file:
        owner, solution, attributes = file["owner"][:], file["solution"][:], dict(file.attrs)
    labels, entries = read_rows(arguments.rows)
    way, workers = fastest_workers(labels, entries, owner, int(attributes["workers"]), solution.size // 2)
    result = {"products": way}
    for name, method in METHODS.items():
        p = {"L_1": attributes["L_1"]}
        p.update((key.split(".")[1], value) for key, value in attributes.items() if key.startswith(name + "."))
        run(method, workers, p, solution, 4, 0)
        begin = time.thread_time()
        errors = run(method, workers, p, solution, arguments.rounds, arguments.seed)
        result[name + " seconds"] = time.thread_time() - begin
        result[name + " error"] = float(errors[-1])
    print(json.dumps(result))


if __name__ == "__main__":
    main()
