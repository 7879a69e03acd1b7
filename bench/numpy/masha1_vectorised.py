"""MASHA1 with RandK, vectorised over the workers: the strong NumPy baseline. Prints one line of JSON.

    python3 masha1_vectorised.py --workers 50 --dimension 20 --k 2 --rounds 2000

The method of masha1_loop.py with the same laws but other draws. What it saves: all matrices in one product, the random
subsets of many rounds drawn at once, one scatter for all messages, and whatever changes only at a refresh is kept.
"""

import timeit

import numpy as np

import masha1_loop

ROUNDS_DRAWN_AT_ONCE = 256


def random_subsets(rng, count, d, k):
    """`count` uniform subsets of k of 0..d-1, shape (count, k)."""
    if k * k > 10 * d:
        return rng.random((count, d), dtype=np.float32).argpartition(k - 1, axis=1)[:, :k]
    # Floyd's rule: the i-th draw is from 0..d-k+i; a draw that is taken already is replaced by d-k+i.
    top = np.arange(d - k, d)
    drawn = (rng.random((k, count)) * (top[:, None] + 1)).astype(np.intp)
    for i in range(1, k):
        drawn[i][(drawn[:i] == drawn[i]).any(axis=0)] = top[i]
    return drawn.T


def draws(rng, workers, d, k, rounds):
    """For each round: the coordinates that the workers send, their places in the (M, d) differences, the refresh coin."""
    starts = np.repeat(np.arange(workers) * d, k)
    while rounds > 0:
        block = min(rounds, ROUNDS_DRAWN_AT_ONCE)
        coordinates = random_subsets(rng, block * workers, d, k).reshape(block, workers * k)
        yield from zip(coordinates, coordinates + starts, (rng.random(block) < k / d).tolist())
        rounds -= block


def fastest_product(J):
    """f(z, out): out = all J_m z, one after the other. Which call is faster depends on NumPy's BLAS, so both are tried."""
    workers, d = J.shape[:2]
    rows = np.ascontiguousarray(J).reshape(workers * d, d)

    def by_blas(z, out):
        np.dot(rows, z, out=out)

    def by_einsum(z, out):
        np.einsum("ij,j->i", rows, z, out=out)

    z, out = np.ones(d), np.empty(workers * d)
    return min((by_blas, by_einsum), key=lambda f: min(timeit.repeat(lambda: f(z, out), number=3, repeat=5)))


def prepare(J, q):
    return fastest_product(J), q


def masha1(product, q, step, k, rounds, rng):
    workers, d = q.shape
    q, p = q.ravel(), k / d
    scale = step * d / (k * workers)  # of RandK, of the mean over workers and of the step
    z, differences = np.zeros(d), np.empty(workers * d)

    def refresh(w):
        local_w = np.empty(workers * d)
        product(w, local_w)
        local_w += q
        full_w = local_w.reshape(workers, d).mean(axis=0)
        return p * w - step * full_w, q - local_w

    base, shift = refresh(z)
    for coordinates, places, coin in draws(rng, workers, d, k, rounds):
        half = (1 - p) * z
        half += base
        product(half, differences)
        differences += shift  # F_m(half) - F_m(w) of all workers
        if coin:
            base, shift = refresh(z)
        correction = np.bincount(coordinates, weights=differences.take(places), minlength=d)
        correction *= scale
        z = np.subtract(half, correction, out=half)
    return z


if __name__ == "__main__":
    masha1_loop.main(prepare, masha1, __doc__.splitlines()[0])
