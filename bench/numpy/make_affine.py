"""Writes a random strongly monotone affine problem F_m(z) = J_m z + q_m for the benchmarks.

    python3 make_affine.py --workers 50 --dimension 20 --seed 1 --out affine.h5

Datasets /J (M, d, d), /q (M, d), /solution (d), float64; attributes L, L_rms and mu of the mean. L = 1, mu is about 0.1.
"""

import argparse

import numpy as np


def random_orthogonal(rng, d):
    return np.linalg.qr(rng.standard_normal((d, d)))[0]


def random_affine(workers, d, seed, spread=0.3):
    """J (M, d, d), q (M, d), solution (d). Worker matrices differ from their mean by `spread` in norm, to scale."""
    rng = np.random.default_rng(seed)
    basis, skew = random_orthogonal(rng, d), rng.standard_normal((d, d))
    mean = (basis * np.linspace(0.1, 0.9, d)) @ basis.T + (skew - skew.T) * 0.5 / np.sqrt(8 * d)
    mean /= np.linalg.norm(mean, 2)
    noise = rng.standard_normal((workers, d, d)) * spread / (2 * np.sqrt(d))
    q = rng.standard_normal((workers, d))
    J = mean + noise - noise.mean(axis=0)
    return J, q, np.linalg.solve(mean, -q.mean(axis=0))


def load_or_make(file, workers, d, seed):
    """The arrays of an HDF5 file, or of `random_affine` when no file is named."""
    if file is None:
        return random_affine(workers, d, seed)
    import h5py

    with h5py.File(file) as source:
        return source["J"][:], source["q"][:], source["solution"][:]


def constants(J):
    """L, L_rms, mu: Lipschitz, in the root mean square over workers, strong monotonicity."""
    mean = J.mean(axis=0)
    gram = np.einsum("mij,mik->jk", J, J, optimize=True) / len(J)
    return np.linalg.norm(mean, 2), np.sqrt(np.linalg.norm(gram, 2)), np.linalg.eigvalsh((mean + mean.T) / 2)[0]


def theory_step(J, k):
    """MASHA1's step with RandK and refresh probability k / d: min(sqrt(p / 2) / C, p / (2 mu))."""
    workers, d = J.shape[:2]
    L, L_rms, mu = constants(J)
    p = k / d
    return min(np.sqrt(p / 2) / np.sqrt(L**2 + (d / k - 1) * L_rms**2 / workers), p / (2 * mu))


def benchmark_arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--dimension", type=int, default=20)
    parser.add_argument("--k", type=int, default=2, help="coordinates that a worker sends")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--step", type=float, help="step size; the theorem's when absent")
    parser.add_argument("--seed", type=int, default=1, help="of the method; the generated problem is always the same")
    parser.add_argument("--file", help="HDF5 file with /J, /q, /solution in place of the generated problem")
    return parser.parse_args()


def main():
    import h5py

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--dimension", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    J, q, solution = random_affine(arguments.workers, arguments.dimension, arguments.seed)
    with h5py.File(arguments.out, "w") as file:
        file["J"], file["q"], file["solution"] = J, q, solution
        file.attrs["L"], file.attrs["L_rms"], file.attrs["mu"] = constants(J)


if __name__ == "__main__":
    main()
