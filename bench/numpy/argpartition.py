"""The k entries of a vector largest in magnitude, by numpy.argpartition. Prints one line of JSON.

    python3 argpartition.py --dimension 1000000 --k 10000 --turns 9
"""

import argparse
import json
import statistics
import time

import numpy as np


def seconds(work):
    begin = time.thread_time()
    work()
    return time.thread_time() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dimension", type=int, default=1_000_000)
    parser.add_argument("--k", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--dtype", choices=["float64", "float32"], default="float64")
    given = parser.parse_args()

    x = np.random.default_rng(1).standard_normal(given.dimension).astype(given.dtype)
    last = given.dimension - given.k
    found = [seconds(lambda: np.argpartition(np.abs(x), last)[last:]) for _ in range(given.turns + 1)]
    print(json.dumps({"seconds": statistics.median(found[1:])}))


if __name__ == "__main__":
    main()
