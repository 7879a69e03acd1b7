"""Methods with a compressed uplink as the shortest loops that state their rules, with NumPy's own random numbers.

`compress(x)` is the compressor of one worker, drawn anew for every message. A method returns the iterates z_0 .. z_K, shape
(K + 1, d), from z_0 = 0. As a script it prints the numbers that the C++ tests of these methods expect of the means:

    python3 compressed.py [--seeds N]
"""

import argparse

import numpy as np

import families
import methods


def rand_k(rng, k, scaled=True):
    """k entries chosen at random, scaled by d / k."""

    def compress(x):
        message = np.zeros_like(x)
        kept = rng.choice(x.size, k, replace=False)
        message[kept] = x[kept] * (x.size / k if scaled else 1)
        return message

    return compress


def mean(problem, vector):
    return sum(vector(m) for m in range(problem.workers)) / problem.workers


def qsgda(problem, step, iterations, compress):
    """z+ = z - g mean C(F_m(z))."""
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        z = z - step * mean(problem, lambda m: compress(problem.worker(m, z)))
        iterates.append(z)
    return np.array(iterates)


def compressed_extragradient(problem, step, iterations, compress):
    """h = z - g mean C(F_m(z)), z+ = z - g mean C(F_m(h))."""
    z = np.zeros(problem.dimension)
    iterates = [z]
    for _ in range(iterations):
        half = z - step * mean(problem, lambda m: compress(problem.worker(m, z)))
        z = z - step * mean(problem, lambda m: compress(problem.worker(m, half)))
        iterates.append(z)
    return np.array(iterates)


def diana_sgda(problem, step, iterations, compress, alpha, estimate=None, at_operator=False):
    """q_m = C(F_m(z) - h_m), z+ = z - g (mean h_m + mean q_m), h_m += alpha q_m; `estimate(m, z)` may replace F_m(z)."""
    estimate = estimate or problem.worker
    z = np.zeros(problem.dimension)
    shifts = np.array([problem.worker(m, z) * at_operator for m in range(problem.workers)])
    iterates = [z]
    for _ in range(iterations):
        sent = np.array([compress(estimate(m, z) - shifts[m]) for m in range(problem.workers)])
        z = z - step * (shifts.mean(axis=0) + sent.mean(axis=0))
        shifts = shifts + alpha * sent
        iterates.append(z)
    return np.array(iterates)


def loopless_svrg(problem, rng, spread, summands, batch):
    """The estimate of VR-DIANA-SGDA for an affine game whose r summands differ as in the reference problems.

    Summand k adds spread diag_j cos(2 pi (k/r + 3j/n)) to the coupling, spread sin(2 pi k/r + j) to the x part of the
    linear term and -spread cos(2 pi k/r + j) to its y part.
    """
    n = problem.dimension // 2
    j = np.arange(n)
    w = [np.zeros(2 * n) for _ in range(problem.workers)]

    def deviation(k, z):
        turn, x, y = 2 * np.pi * k / summands, z[:n], z[n:]
        diagonal = np.cos(turn + 6 * np.pi * j / n)
        return spread * np.concatenate([diagonal * y + np.sin(turn + j), -diagonal * x - np.cos(turn + j)])

    def estimate(m, z):
        chosen = rng.choice(summands, batch, replace=False)
        noise = sum(deviation(k, z) - deviation(k, w[m]) for k in chosen) / batch
        if rng.random() < batch / summands:
            w[m] = z
        return problem.worker(m, z) + noise

    return estimate


def ef21_sgda(problem, step, iterations, compress):
    """z+ = z - g mean g_m, g_m += C(F_m(z+) - g_m), from g_m = F_m(z_0)."""
    z = np.zeros(problem.dimension)
    estimates = np.array([problem.worker(m, z) for m in range(problem.workers)])
    iterates = [z]
    for _ in range(iterations):
        z = z - step * estimates.mean(axis=0)
        estimates = estimates + [compress(problem.worker(m, z) - estimates[m]) for m in range(problem.workers)]
        iterates.append(z)
    return np.array(iterates)


def marina_sgda(problem, step, iterations, compress, rng, refresh):
    """z+ = z - g G; with probability `refresh` G = F(z+), else G += mean C(F_m(z+) - F_m(z))."""
    z = np.zeros(problem.dimension)
    estimate = problem.full(z)
    iterates = [z]
    for _ in range(iterations):
        before, z = z, z - step * estimate
        if rng.random() < refresh:
            estimate = problem.full(z)
        else:
            estimate = estimate + mean(problem, lambda m: compress(problem.worker(m, z) - problem.worker(m, before)))
        iterates.append(z)
    return np.array(iterates)


def cocoercivity(J):
    """The largest ell with |J_m v|^2 <= ell <J_m v, v>: the squared norm of J_m S^(-1/2), S its symmetric part."""
    roots = [np.linalg.cholesky((matrix + matrix.T) / 2) for matrix in J]
    return max(np.linalg.norm(np.linalg.solve(root, matrix.T), 2) ** 2 for root, matrix in zip(roots, J))


def stationary(problem, k, update, digits=1e-7):
    """E|z - z*|^2 / |z*|^2 in the limit, inf when there is none; no randomness, no seeds.

    Cov(z)+ = update(Cov(z), noise), where noise(Cov(y)) is the covariance of the mean of the workers' scaled RandK
    messages at a random y of mean z*: (1/M^2) sum over m of ((d/k)^2 P(i and j are kept) - 1) E[x_i x_j], x = F_m(y).
    """
    z, d, M = problem.solution(), problem.dimension, problem.workers
    own = sum(np.outer(F, F) for F in (problem.worker(m, z) for m in range(M)))
    pairs = d * (k - 1) / (k * (d - 1))

    def noise(covariance):
        total = own + (problem.J @ covariance @ problem.J.transpose(0, 2, 1)).sum(axis=0)
        return ((pairs - 1) * total + np.diag((d / k - pairs) * np.diag(total))) / M**2

    covariance, last = np.zeros((d, d)), -1
    while np.trace(covariance) > last * (1 + digits):
        last = np.trace(covariance)
        covariance = update(covariance, noise)
        if last > 1e6 * (z @ z):
            return np.inf
    return last / (z @ z)


def qsgda_floor(problem, step, k):
    """Cov+ = A Cov A^T + g^2 noise, A = 1 - g J."""
    A = np.eye(problem.dimension) - step * problem.J.mean(axis=0)
    return stationary(problem, k, lambda c, noise: A @ c @ A.T + step**2 * noise(c))


def compressed_extragradient_floor(problem, step, k):
    """With e, f the messages' errors: h = A z - g e and z+ = z - g J h - g f = (1 - g J A) z + g^2 J e - g f."""
    J = problem.J.mean(axis=0)
    A = np.eye(problem.dimension) - step * J
    E, B = np.eye(problem.dimension) - step * J @ A, step**2 * J

    def update(c, noise):
        first = noise(c)
        return E @ c @ E.T + B @ first @ B.T + step**2 * noise(A @ c @ A.T + step**2 * first)

    return stationary(problem, k, update)


def iterations_to(errors, level=1e-6):
    below = np.nonzero(errors <= level)[0]
    return int(below[0]) if below.size else None


def runs_on_c(C):
    """Name and run(rng) of the methods that reach the solution of problem C, Rand5."""
    theory = 1 / (cocoercivity(C.J) * (1 + 6 * 9 / 8))
    for step in (theory, 0.1):
        yield f"DIANA {step:.4f}", lambda rng: diana_sgda(C, step, 1000, rand_k(rng, 5), 0.1)
    yield f"VR-DIANA {theory:.4f}, 1 of 10 summands", lambda rng: diana_sgda(
        C, theory, 1000, rand_k(rng, 5), 0.1, estimate=loopless_svrg(C, rng, 0.1, 10, 1)
    )
    yield "EF21 0.05, unscaled", lambda rng: ef21_sgda(C, 0.05, 1000, rand_k(rng, 5, scaled=False))
    yield "MARINA 0.1, p = 0.1", lambda rng: marina_sgda(C, 0.1, 1000, rand_k(rng, 5), rng, 0.1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    C = families.quadratic_game()
    z = C.solution()
    own = np.mean([np.sum(C.worker(m, z) ** 2) for m in range(C.workers)])
    print(f"C: ell = {cocoercivity(C.J):.10f}, mean |F_m(z*)|^2 / |z*|^2 = {own / (z @ z):.5f}")
    for exact in (qsgda_floor, compressed_extragradient_floor):
        for step in (0.05, 0.025, 0.0125):
            print(f"C, Rand5, {exact.__name__}, g = {step}: {exact(C, step, 5):.5g}")
    for name, run in runs_on_c(C):
        counts = [iterations_to(methods.errors(run(np.random.default_rng(seed)), z)) for seed in seeds]
        print(f"C, Rand5, {name}: iterations to 1e-6 {counts}")


if __name__ == "__main__":
    main()
