"""The loops of local.py against what is known of them without randomness. Run as `python3 test_local.py`."""

import unittest

import numpy as np

import families
import local
import methods

GAME = families.quadratic_game(n=5, M=4)


class Local(unittest.TestCase):
    def same(self, found, expected):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)

    def test_with_one_local_step_every_method_is_gradient(self):
        plain = methods.gradient(GAME, 0.1, 40)
        for run in (local.local_sgda, local.scaffold_sgda, local.fedgda_gt):
            with self.subTest(method=run.__name__):
                self.same(run(GAME, 0.1, 40, 1), plain)
        self.same(local.proxskip_vip(GAME, 0.1, 40, 1, np.random.default_rng(1))[0], plain)

    def test_loops_end_at_their_fixed_points(self):
        for run, extragradient in ((local.local_sgda, False), (local.local_extragradient, True)):
            found = methods.errors(run(GAME, 0.1, 400, 5), GAME.solution())[-1]
            with self.subTest(method=run.__name__):
                self.assertAlmostEqual(found / local.floor(GAME, 0.1, 5, extragradient), 1, delta=1e-9)

    def test_floors_are_proportional_to_the_square_of_the_step(self):
        for extragradient in (False, True):
            once, half = (local.floor(GAME, g, 5, extragradient) for g in (0.002, 0.001))
            self.assertAlmostEqual(once / half, 4, delta=0.05)
        self.assertLess(local.floor(GAME, 0.1, 1), 1e-24)

    def test_corrected_steps_reach_the_solution(self):
        for run in (local.scaffold_sgda, local.fedgda_gt):
            with self.subTest(method=run.__name__):
                self.assertLess(methods.errors(run(GAME, 0.1, 600, 5), GAME.solution())[-1], 1e-24)
        iterates, rounds = local.proxskip_vip(GAME, 0.3, 600, 0.3, np.random.default_rng(1))
        self.assertLess(methods.errors(iterates, GAME.solution())[-1], 1e-20)
        self.assertLess(abs(rounds[-1] - 180), 60)


if __name__ == "__main__":
    unittest.main()
