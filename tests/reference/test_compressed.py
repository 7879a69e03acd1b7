"""The loops of compressed.py against what is known of them without randomness. Run as `python3 test_compressed.py`."""

import unittest

import numpy as np

import compressed
import families
import methods

GAME = families.quadratic_game(n=5, M=4)


def unchanged(x):
    return x


class Compressed(unittest.TestCase):
    def same(self, found, expected):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)

    def test_rand_k_is_unbiased_with_the_stated_variance(self):
        x, compress = np.cos(np.arange(10.0)), compressed.rand_k(np.random.default_rng(1), 2)
        draws = np.array([compress(x) for _ in range(20000)])
        np.testing.assert_allclose(draws.mean(axis=0), x, atol=0.07)
        self.assertAlmostEqual(((draws - x) ** 2).sum(axis=1).mean() / (x @ x), 10 / 2 - 1, delta=0.1)

    def test_without_compression_every_method_is_gradient_or_extragradient(self):
        plain = methods.gradient(GAME, 0.1, 40)
        rng = np.random.default_rng(1)
        self.same(compressed.qsgda(GAME, 0.1, 40, unchanged), plain)
        self.same(compressed.diana_sgda(GAME, 0.1, 40, unchanged, 0.5), plain)
        self.same(compressed.diana_sgda(GAME, 0.1, 40, unchanged, 0.5, at_operator=True), plain)
        self.same(compressed.ef21_sgda(GAME, 0.1, 40, unchanged), plain)
        self.same(compressed.marina_sgda(GAME, 0.1, 40, unchanged, rng, 0.3), plain)
        all_summands = compressed.loopless_svrg(GAME, rng, 0.1, 6, 6)
        self.same(compressed.diana_sgda(GAME, 0.1, 40, unchanged, 0.5, estimate=all_summands), plain)
        self.same(compressed.compressed_extragradient(GAME, 0.1, 40, unchanged), methods.extragradient(GAME, 0.1, 40))

    def test_floors_from_moments_are_those_of_the_loops(self):
        pairs = [
            (compressed.qsgda, compressed.qsgda_floor),
            (compressed.compressed_extragradient, compressed.compressed_extragradient_floor),
        ]
        for run, exact in pairs:
            iterates = run(GAME, 0.1, 20000, compressed.rand_k(np.random.default_rng(1), 2))
            found = methods.errors(iterates, GAME.solution())[500:].mean()
            with self.subTest(method=run.__name__):
                self.assertAlmostEqual(found / exact(GAME, 0.1, 2), 1, delta=0.05)

    def test_floors_are_proportional_to_the_step(self):
        # 2 g A s / mu and 24 g A s / mu bound them, A = omega / M, s = mean |F_m(z*)|^2 / |z*|^2.
        z = GAME.solution()
        s = np.mean([np.sum(GAME.worker(m, z) ** 2) for m in range(4)]) / (z @ z)
        for exact in (compressed.qsgda_floor, compressed.compressed_extragradient_floor):
            once, half = exact(GAME, 0.02, 2), exact(GAME, 0.01, 2)
            self.assertAlmostEqual(once / half, 2, delta=0.05)
            self.assertLess(once, 2 * 0.02 * 1 * s / 0.2)

    def test_methods_that_remember_reach_the_solution(self):
        rng = np.random.default_rng(1)
        compress, contractive = compressed.rand_k(rng, 2), compressed.rand_k(rng, 2, scaled=False)
        batches = compressed.loopless_svrg(GAME, rng, 0.1, 6, 2)
        for iterates in (
            compressed.diana_sgda(GAME, 0.1, 1500, compress, 0.2),
            compressed.diana_sgda(GAME, 0.1, 1500, compress, 0.2, estimate=batches),
            compressed.ef21_sgda(GAME, 0.05, 1500, contractive),
            compressed.marina_sgda(GAME, 0.1, 1500, compress, rng, 0.2),
        ):
            self.assertLess(methods.errors(iterates, GAME.solution())[-1], 1e-12)


if __name__ == "__main__":
    unittest.main()
