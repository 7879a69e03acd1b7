"""Writes a random sparse regression problem as LIBSVM text for the benchmarks.

    python3 make_sparse_rows.py --rows 2000 --features 500 --nonzeros 10 --seed 1 --out rows.libsvm

b = <a, x> + noise with |x| = 1/2, so that robust regression with beta = 1 is monotone around its solution.
"""

import argparse

import numpy as np


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--features", type=int, default=500)
    parser.add_argument("--nonzeros", type=int, default=10, help="of each row")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    x = rng.standard_normal(arguments.features)
    x *= 0.5 / np.linalg.norm(x)
    with open(arguments.out, "w") as file:
        for _ in range(arguments.rows):
            columns = np.sort(rng.choice(arguments.features, arguments.nonzeros, replace=False))
            values = rng.standard_normal(arguments.nonzeros)
            label = values @ x[columns] + 0.1 * rng.standard_normal()
            entries = " ".join(f"{column + 1}:{value:.17g}" for column, value in zip(columns, values))
            file.write(f"{label:.17g} {entries}\n")


if __name__ == "__main__":
    main()
