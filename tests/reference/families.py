"""The reference problems in closed form, by dense linear algebra: a second derivation that shares no code with the library.

Every family gives F = (1/M) sum F_m on R^d with z = (x, y). Affine ones are arrays J (M, d, d) and q (M, d) with
F_m(z) = J_m z + q_m. Sizes are small, so solutions and constants come from dense solves and singular values.
"""

from dataclasses import dataclass

import numpy as np


def splitmix64(state):
    """The splitmix64 finaliser of an array of 64-bit states, increment included."""
    with np.errstate(over="ignore"):
        z = np.asarray(state, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(seed, i, j):
    """u(seed, i, j) in [0, 1) for integer arrays that broadcast: the top 53 bits of three nested splitmix64."""
    seed, i, j = (np.asarray(number, dtype=np.uint64) for number in (seed, i, j))
    with np.errstate(over="ignore"):
        bits = splitmix64(splitmix64(splitmix64(seed) + i) + j)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def sine_basis(n):
    """U, shape (n, n): symmetric and orthogonal."""
    grid = np.arange(1, n + 1)
    return np.sqrt(2 / (n + 1)) * np.sin(np.pi * np.outer(grid, grid) / (n + 1))


def norm2(matrix):
    return np.linalg.norm(matrix, 2)


def constants(jacobians):
    """The table of constants of F_m(z) = J_m z + q_m, or of a nonlinear F linearised at a point."""
    mean = jacobians.mean(axis=0)
    from_mean, from_first = jacobians - mean, jacobians - jacobians[0]

    def rms(matrices):  # smallest c with mean |A_m v|^2 <= c^2 |v|^2
        return np.sqrt(norm2(np.einsum("mij,mik->jk", matrices, matrices) / len(matrices)))

    return {
        "L": norm2(mean),
        "L_max": max(norm2(J) for J in jacobians),
        "L_rms": rms(jacobians),
        "mu": np.linalg.eigvalsh((mean + mean.T) / 2)[0],
        "delta": max(norm2(J) for J in from_mean),
        "d1": norm2(from_first.mean(axis=0)),
        "sig": rms(from_mean),
        "sig1": rms(from_first),
    }


@dataclass(frozen=True)
class Affine:
    J: np.ndarray  # (M, d, d)
    q: np.ndarray  # (M, d)

    @property
    def workers(self):
        return self.q.shape[0]

    @property
    def dimension(self):
        return self.q.shape[1]

    def worker(self, m, z):
        return self.J[m] @ z + self.q[m]

    def full(self, z):
        return sum(self.worker(m, z) for m in range(self.workers)) / self.workers

    def jacobians(self, z=None):
        return self.J

    def solution(self):
        return np.linalg.solve(self.J.mean(axis=0), -self.q.mean(axis=0))


def bilinear(n=50, M=10, smin=0.1, smax=1.0, lam=0.02, dA=1.0, h=1.0):
    """Family 1: min_x max_y x.(A_m y + b_m) - y.c_m + lam/2 |x|^2 - lam/2 |y|^2. Perturbations sum to zero over m."""
    i, m = np.arange(n), np.arange(M)[:, None]
    U, eye = sine_basis(n), lam * np.eye(n)
    s = smin + (smax - smin) * i / (n - 1)
    shift = dA * np.cos(2 * np.pi * (m / M + i / n))
    b = np.cos(i + 1) + h * np.sin(2 * np.pi * m / M + i)
    c = np.sin(2 * (i + 1)) + h * np.cos(2 * np.pi * m / M + 2 * i)
    A = [(U * s) @ U + np.diag(shift[worker]) for worker in range(M)]
    return Affine(np.array([np.block([[eye, a], [-a.T, eye]]) for a in A]), np.hstack([b, -c]))


def quadratic_game(n=25, M=8, mu=0.2, Lq=1.0, LB=1.0, dQ=0.1, seed=7, h=1.0):
    """Family 3: convex and concave curvature with eigenvalues mu..Lq, coupling of norm LB, similarity dQ."""
    i, j = np.arange(n), np.arange(2 * n)
    U = sine_basis(n)
    p = mu + (Lq - mu) * i / (n - 1)
    P, R = (U * p) @ U, (U * p[::-1]) @ U
    B = LB * (U * ((-1.0) ** i * (i + 1) / n)) @ U[::-1]
    J = []
    for m in range(M):
        E = dQ * np.diag(np.cos(2 * np.pi * (m / M + i / n)))
        C = B + dQ * np.diag(np.sin(2 * np.pi * (m / M + 2 * i / n)))
        J.append(np.block([[P + E, C], [-C.T, R + E]]))
    v = 2 * uniform(seed, np.arange(1, M + 1)[:, None], j) - 1
    return Affine(np.array(J), 2 * uniform(seed, 0, j) - 1 + h * (v - v.mean(axis=0)))


@dataclass(frozen=True)
class RobustLS:
    """Family 2: min_x max_y of the mean of (x.(a_i + y) - b_i)^2 / 2, plus lam/2 |x|^2 - beta/2 |y|^2."""

    a: np.ndarray  # (M, rows of a worker, n)
    b: np.ndarray  # (M, rows of a worker)
    lam: float
    beta: float

    @property
    def workers(self):
        return self.a.shape[0]

    @property
    def dimension(self):
        return 2 * self.a.shape[2]

    def worker(self, m, z):
        x, y = np.split(z, 2)
        r = (self.a[m] + y) @ x - self.b[m]
        return np.concatenate([(self.a[m] + y).T @ r / r.size + self.lam * x, self.beta * y - r.mean() * x])

    def full(self, z):
        return sum(self.worker(m, z) for m in range(self.workers)) / self.workers

    def jacobians(self, z):
        x, y = np.split(z, 2)
        eye, result = np.eye(x.size), []
        for rows, targets in zip(self.a, self.b):
            shifted = rows + y
            cross = np.outer(shifted.mean(axis=0), x) + (shifted @ x - targets).mean() * eye
            xx = shifted.T @ shifted / targets.size + self.lam * eye
            result.append(np.block([[xx, cross], [-cross.T, self.beta * eye - np.outer(x, x)]]))
        return np.array(result)

    def solution(self):
        """Newton's method from zero."""
        z = np.zeros(self.dimension)
        for _ in range(50):
            z = z - np.linalg.solve(self.jacobians(z).mean(axis=0), self.full(z))
        return z


def robust_ls(n=20, M=20, Nm=50, lam=0.1, beta=1.0, amp=1.0, seed=3):
    """Rows a_i uniform in [-amp, amp]^n, targets a planted x0 with noise; worker m owns rows Nm*m .. Nm*m + Nm - 1."""
    i, j = np.arange(M * Nm), np.arange(n)
    a = amp * (2 * uniform(seed, i[:, None], j) - 1)
    b = a @ (np.cos(j) / np.sqrt(n)) + 0.1 * (2 * uniform(seed + 1, i, 0) - 1)
    return RobustLS(a.reshape(M, Nm, n), b.reshape(M, Nm), lam, beta)


def project_l2(x, radius):
    length = np.linalg.norm(x)
    return x if length <= radius else x * (radius / length)


def project_l1(x, radius):
    """Soft threshold at the level where the absolute values sum to the radius, found by sorting them."""
    if np.abs(x).sum() <= radius:
        return x
    largest = np.sort(np.abs(x))[::-1]
    levels = (np.cumsum(largest) - radius) / np.arange(1, x.size + 1)
    level = levels[np.nonzero(largest > levels)[0][-1]]
    return np.sign(x) * np.maximum(np.abs(x) - level, 0)


def on_balls(project_x, radius_x, project_y, radius_y):
    """The projection of z = (x, y) on a product of two balls."""

    def project(z):
        x, y = np.split(z, 2)
        return np.concatenate([project_x(x, radius_x), project_y(y, radius_y)])

    return project


def constrained_solution(problem, project, step, iterations=4000):
    """Extragradient from zero until rounding stops it."""
    z = np.zeros(problem.dimension)
    for _ in range(iterations):
        half = project(z - step * problem.full(z))
        z = project(z - step * problem.full(half))
    return z
