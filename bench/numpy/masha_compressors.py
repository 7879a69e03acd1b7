"""MASHA1 and MASHA2 with every kind of compressor as research scripts write them: a Python loop over the workers, NumPy
within a worker. Prints one line of JSON.

    python3 masha_compressors.py --method masha1 --compressor rand_k --affine affine.h5 --step 0.2 --refresh 0.1 --rounds 300
    python3 masha_compressors.py ... --rows rows.libsvm --solution solution.h5 --workers 100 --features 500

A compressor takes a worker's vector and returns what the server decodes, as a dense vector, and the bits of its message.
Only the loop is timed, after a warm-up of twenty rounds, in processor seconds of its one thread.
"""

import argparse
import json
import math
import time
import timeit

import numpy as np

SHARE = 0.1  # of the entries that rand_k, top_k and the like send
LEVELS = 7  # of qsgd
LEVEL = 0.5  # of threshold


def identity(x, rng, mine):
    return x, 64 * x.size


def rand_k(x, rng, mine):
    d, k = x.size, round(SHARE * x.size)
    kept = rng.choice(d, k, replace=False, shuffle=False)
    message = np.zeros(d)
    message[kept] = x[kept] * (d / k)
    return message, k * (64 + math.ceil(math.log2(d)))


def natural_in_rand_k(x, rng, mine):
    d, k = x.size, round(SHARE * x.size)
    kept = rng.choice(d, k, replace=False, shuffle=False)
    message = np.zeros(d)
    message[kept] = natural(x[kept], rng, mine)[0] * (d / k)
    return message, k * (12 + math.ceil(math.log2(d)))


def block_rand_k(x, rng, mine):
    d, blocks = x.size, x.size // 2
    k, length = round(SHARE * blocks), d // blocks
    message = np.zeros(d)
    kept = rng.choice(blocks, k, replace=False, shuffle=False)
    message.reshape(blocks, length)[kept] = x.reshape(blocks, length)[kept] * (blocks / k)
    return message, k * (64 * length + math.ceil(math.log2(blocks)))


def perm_k(x, rng, mine):
    coordinates, scale = mine
    message = np.zeros(x.size)
    message[coordinates] = x[coordinates] * scale
    return message, 64 * len(coordinates)


def bernoulli(x, rng, mine):
    if rng.random() < SHARE:
        return x / SHARE, 64 * x.size + 1
    return np.zeros(x.size), 1


def natural(x, rng, mine):
    mantissa, exponent = np.frexp(x)  # |mantissa| in [1/2, 1)
    up = rng.random(x.size) < 2 * np.abs(mantissa) - 1
    return np.ldexp(np.sign(x), exponent - 1 + up), 12 * x.size


def qsgd(x, rng, mine):
    size = np.linalg.norm(x)
    if size == 0:
        return np.zeros(x.size), 64
    levels = np.floor(np.abs(x) * (LEVELS / size) + rng.random(x.size))
    return np.sign(x) * levels * (size / LEVELS), 64 + x.size * math.ceil(math.log2(2 * LEVELS + 1))


def ternary(x, rng, mine):
    sizes = np.abs(x)
    largest = sizes.max()
    return np.where(rng.random(x.size) * largest < sizes, np.sign(x) * largest, 0.0), 64 + math.ceil(1.6 * x.size)


def top_k(x, rng, mine):
    d, k = x.size, round(SHARE * x.size)
    kept = np.argpartition(np.abs(x), d - k)[d - k :]
    message = np.zeros(d)
    message[kept] = x[kept]
    return message, k * (64 + math.ceil(math.log2(d)))


def sign_norm(x, rng, mine):
    return np.sign(x) * np.abs(x).mean(), 64 + x.size


def threshold(x, rng, mine):
    sizes = np.abs(x)
    kept = sizes >= LEVEL * sizes.max()
    return np.where(kept, x, 0.0), np.count_nonzero(kept) * (64 + math.ceil(math.log2(x.size)))


COMPRESSORS = {f.__name__: f for f in (identity, rand_k, natural_in_rand_k, block_rand_k, perm_k, bernoulli, natural, qsgd,
                                       ternary, top_k, sign_norm, threshold)}


def deal(compress, workers, d, rng):
    """What the workers of a round have in common: perm_k's coordinates of each and their scale."""
    if compress is not perm_k:
        return [None] * workers
    coordinates, order = rng.permutation(d), rng.permutation(workers)
    if d < workers:
        return [(coordinates[[m % d]], d) for m in order]
    blocks = np.array_split(coordinates, workers)
    return [(blocks[m], workers) for m in order]


def masha1(F, compress, d, step, refresh, rounds, rng):
    workers = len(F)
    z = np.zeros(d)
    w = z.copy()
    local_w = [F[m](w) for m in range(workers)]
    full_w = np.mean(local_w, axis=0)
    bits = 0
    for _ in range(rounds):
        half = (1 - refresh) * z + refresh * w - step * full_w
        mine = deal(compress, workers, d, rng)
        correction = np.zeros(d)
        for m in range(workers):
            message, length = compress(F[m](half) - local_w[m], rng, mine[m])
            correction += message
            bits += length
        fresh = rng.random() < refresh
        if fresh:
            w = z
        z = half - step / workers * correction
        if fresh:
            local_w = [F[m](w) for m in range(workers)]
            full_w = np.mean(local_w, axis=0)
            bits += workers * 64 * d
    return z, bits


def masha2(F, compress, d, step, refresh, rounds, rng):
    workers = len(F)
    z = np.zeros(d)
    w = z.copy()
    local_w = [F[m](w) for m in range(workers)]
    full_w = np.mean(local_w, axis=0)
    errors = [np.zeros(d) for _ in range(workers)]
    bits = 0
    for _ in range(rounds):
        half = (1 - refresh) * z + refresh * w - step * full_w
        correction = np.zeros(d)
        for m in range(workers):
            x = step * (F[m](half) - local_w[m]) + errors[m]
            message, length = compress(x, rng, None)
            errors[m] = x - message
            correction += message
            bits += length
        fresh = rng.random() < refresh
        if fresh:
            w = z
        z = half - correction / workers
        if fresh:
            local_w = [F[m](w) for m in range(workers)]
            full_w = np.mean(local_w, axis=0)
            bits += workers * 64 * d
    return z, bits


def affine_workers(file):
    import h5py

    with h5py.File(file) as source:
        J, q, solution = source["J"][:], source["q"][:], source["solution"][:]
    return [lambda z, A=A, b=b: A @ z + b for A, b in zip(list(J), list(q))], solution


def robust_worker(A, At, b, n, scale, penalty=0.1, beta=1.0):
    """F_m of robust regression; A(x) and At(r) are the products with the worker's rows, scale is 1 / their number."""

    def F(z):
        x, y = z[:n], z[n:]
        r = (A(x) + (x @ y - b)) * scale
        total = r.sum()
        return np.concatenate((At(r) + total * y + penalty * x, beta * y - total * x))

    return F


def products(rows, columns, values, count, n):
    """The products of a sparse matrix, with and without SciPy."""

    def by_bincount():
        return (lambda x: np.bincount(rows, values * x[columns], count)), (
            lambda r: np.bincount(columns, values * r[rows], n))

    def by_scipy():
        from scipy.sparse import csr_matrix

        A = csr_matrix((values, (rows, columns)), shape=(count, n))
        At = A.T.tocsr()
        return (lambda x: A @ x), (lambda r: At @ r)

    return {"bincount": by_bincount, "scipy": by_scipy}


def robust_workers(file, workers, n):
    """Contiguous blocks of rows, with the faster of the products that are there."""
    labels, entries = [], []
    for line in open(file):
        label, *pairs = line.split()
        labels.append(float(label))
        entries.append([(int(column) - 1, float(value)) for column, value in (pair.split(":") for pair in pairs)])
    edges = [len(labels) * m // workers for m in range(workers + 1)]

    def make(way):
        F = []
        for first, last in zip(edges, edges[1:]):
            rows = np.array([i - first for i in range(first, last) for _ in entries[i]])
            columns = np.array([column for i in range(first, last) for column, _ in entries[i]])
            values = np.array([value for i in range(first, last) for _, value in entries[i]])
            A, At = products(rows, columns, values, last - first, n)[way]()
            F.append(robust_worker(A, At, np.array(labels[first:last]), n, 1 / (last - first)))
        return F

    z = np.ones(2 * n)
    best = None
    for way in ("bincount", "scipy"):
        try:
            F = make(way)
        except ImportError:
            continue
        seconds = min(timeit.repeat(lambda: [f(z) for f in F], number=1, repeat=5))
        if best is None or seconds < best[0]:
            best = seconds, way, F
    return best[2], best[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", choices=["masha1", "masha2"], required=True)
    parser.add_argument("--compressor", choices=list(COMPRESSORS), required=True)
    parser.add_argument("--affine", help="HDF5 file with /J, /q, /solution")
    parser.add_argument("--rows", help="LIBSVM text: robust regression with lambda = 0.1, beta = 1")
    parser.add_argument("--solution", help="HDF5 file with /solution of the latter")
    parser.add_argument("--workers", type=int, help="of the latter")
    parser.add_argument("--features", type=int, help="of the latter")
    parser.add_argument("--step", type=float, required=True)
    parser.add_argument("--refresh", type=float, required=True, help="probability of a new snapshot")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    way = "dense"
    if arguments.affine:
        F, solution = affine_workers(arguments.affine)
    else:
        import h5py

        F, way = robust_workers(arguments.rows, arguments.workers, arguments.features)
        solution = h5py.File(arguments.solution)["solution"][:]
    method, compress = globals()[arguments.method], COMPRESSORS[arguments.compressor]
    run = lambda rounds, seed: method(F, compress, solution.size, arguments.step, arguments.refresh, rounds,
                                      np.random.default_rng(seed))
    run(20, 0)
    begin = time.thread_time()
    z, bits = run(arguments.rounds, arguments.seed)
    seconds = (time.thread_time() - begin) / arguments.rounds
    print(json.dumps({"seconds_per_round": seconds, "bits_per_round": bits / len(F) / arguments.rounds,
                      "error": float(((z - solution) ** 2).sum() / (solution**2).sum()), "products": way}))


if __name__ == "__main__":
    main()
