"""RASGD with multilevel Monte Carlo estimates under two-state noise, as research scripts write it: with a Python loop over
the samples, or vectorised over each segment of the chain. Prints one line of JSON.

    python3 rasgd.py --way loop --iterations 200
    python3 rasgd.py --way vectorised --iterations 2000 --dimension 10

Minimises 1/2 <x - x*, A (x - x*)> with A = diag from mu to 1; an oracle call returns A (x - x*) + sigma xi v, xi = -1 or 1
the state of a chain that switches with probability s, v = (1, ..., 1) / sqrt(d). Only the iterations are timed, after a
warm-up, in processor seconds of the one thread.
"""

import argparse
import json
import math
import time

import numpy as np


class Loop:
    """One oracle call a sample, prefix means as running sums."""

    def __init__(self, d, mu, sigma, switching, rng):
        self.A, self.solution = np.linspace(mu, 1, d), np.cos(np.arange(d))
        self.v, self.switching, self.rng = np.full(d, sigma / math.sqrt(d)), switching, rng
        self.state = 1.0 if rng.random() < 0.5 else -1.0

    def sample(self, x):
        if self.rng.random() < self.switching:
            self.state = -self.state
        return self.A * (x - self.solution) + self.state * self.v

    def estimate(self, x, batch, cap):
        level = self.rng.geometric(0.5)
        used = 2**level <= cap
        count = 2**level * batch if used else batch
        first = half = total = np.zeros_like(x)
        for i in range(count):
            total = total + self.sample(x)
            if i + 1 == batch:
                first = total / batch
            if used and i + 1 == count // 2:
                half = total / (count // 2)
        return (first + 2**level * (total / count - half) if used else first), count


class Vectorised(Loop):
    """The chain's path of a segment at once. The noise is added to one exact gradient, since it does not depend on x: nothing
    is left to evaluate for each sample."""

    def estimate(self, x, batch, cap):
        level = self.rng.geometric(0.5)
        used = 2**level <= cap
        count = 2**level * batch if used else batch
        switches = self.rng.random(count) < self.switching
        path = self.state * (1.0 - 2.0 * (np.cumsum(switches) & 1))
        self.state = path[-1]
        mean = path[:batch].mean()
        if used:
            mean += 2**level * (path.mean() - path[: count // 2].mean())
        return self.A * (x - self.solution) + mean * self.v, count


def rasgd(oracle, d, mu, gamma, batch, cap, iterations, x):
    """p = 1."""
    beta = math.sqrt(4 * mu * gamma / 3)
    eta = math.sqrt(3 / (mu * gamma))
    theta = (1 / eta - 1) / (beta / eta - 1)
    x, x_f, samples = x.copy(), x.copy(), 0
    for _ in range(iterations):
        x_g = theta * x_f + (1 - theta) * x
        g, count = oracle.estimate(x_g, batch, cap)
        samples += count
        following = x_g - gamma * g
        x = eta * following + (1 - eta) * x_f
        x_f = following
    return x, samples


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--way", choices=["loop", "vectorised"], required=True)
    parser.add_argument("--dimension", type=int, default=10)
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    d, mu, sigma, switching, gamma, batch, cap = arguments.dimension, 0.1, 0.1, 0.0625, 0.005, 8, 64

    def run(iterations, seed):
        way = Loop if arguments.way == "loop" else Vectorised
        oracle = way(d, mu, sigma, switching, np.random.default_rng(seed))
        return rasgd(oracle, d, mu, gamma, batch, cap, iterations, np.zeros(d)), oracle.solution

    run(20, 0)
    begin = time.thread_time()
    (x, samples), solution = run(arguments.iterations, arguments.seed)
    seconds = time.thread_time() - begin
    print(json.dumps({"seconds_per_iteration": seconds / arguments.iterations, "samples": samples / arguments.iterations,
                      "error": float(((x - solution) ** 2).sum() / (solution**2).sum())}))


if __name__ == "__main__":
    main()
