"""The reference loops reproduce the golden runs and the constants of the reference problems to all digits of the tables.

The tables were computed by another implementation, so agreement checks both. Run as `python3 test_golden.py`.
"""

import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import families
import methods

A = families.bilinear()
CHECKPOINTS = [10, 50, 200]


def on_a(method, step, **options):
    return methods.errors(method(A, step, 200, **options), A.solution())


def masha1_on_a(step, compress, new_snapshot=False):
    return on_a(
        methods.masha1, step, compress=compress, refresh=methods.every_tenth, tau=0.9, new_snapshot=new_snapshot
    )


class Numbers(unittest.TestCase):
    def agree(self, found, expected, digits=1e-10):
        np.testing.assert_allclose(found, expected, rtol=digits)


class Families(Numbers):
    def test_random_bits(self):
        self.agree(families.uniform(1, 2, 3), 0.41755805950440272, digits=1e-15)
        self.agree(families.uniform(0, 0, 0), 0.13870941014555427, digits=1e-15)

    def test_constants_of_a(self):
        found = families.constants(A.J)
        self.agree([found["L"], found["mu"], found["delta"], found["d1"]], [1.0001999800, 0.02, 1, 1])
        self.agree(
            [found["sig"], found["sig1"], found["L_max"]], [0.7071067812, 1.2247448714, 1.9278175257], digits=1e-9
        )
        z = A.solution()
        self.agree([np.linalg.norm(z), z[0], z[99]], [15.036366256640, -1.317470559381, -1.899587875636], digits=1e-12)

    def test_constants_of_b10(self):
        found = families.constants(families.bilinear(dA=0.1).J)
        names = ["L", "mu", "delta", "d1", "sig", "sig1", "L_max"]
        expected = [1.0001999800, 0.02, 0.1, 0.1, 0.0707106781, 0.1224744871, 1.0760908510]
        self.agree([found[name] for name in names], expected, digits=1e-9)

    def test_solution_of_a_does_not_depend_on_workers_or_similarity(self):
        self.agree(families.bilinear(M=4, dA=0.3).solution(), A.solution())

    def test_quadratic_game(self):
        # The mean operator is P, R on the diagonal, B off it: E_m and G_m sum to zero over the workers.
        game = families.quadratic_game()
        found = families.constants(game.J)
        self.agree([found["mu"], found["sig"]], [0.2, 0.1])
        self.agree(found["L"], np.sqrt(2))  # p_i = |s_i| = 1 share the last vector of U
        self.agree(game.full(game.solution()) + 1, np.ones(50))

    def test_solutions_of_the_constrained_problems(self):
        project = families.on_balls(families.project_l2, 5, families.project_l1, 8)
        z = families.constrained_solution(A, project, 0.5, iterations=100)
        self.agree(np.linalg.norm(z), 5.53272000, digits=1e-9)
        self.assertEqual(np.count_nonzero(z[50:]), 14)
        problem = families.robust_ls(lam=0, beta=0.5)
        project = families.on_balls(families.project_l1, 0.4, families.project_l2, 0.03)
        z = families.constrained_solution(problem, project, 0.5, iterations=300)
        self.agree(np.linalg.norm(z), 0.14670473, digits=4e-8)

    def test_robust_regression_operator_is_the_gradient_of_its_saddle_function(self):
        problem = families.robust_ls()

        def value(z):
            x, y = z[:20], z[20:]
            r = (problem.a[2] + y) @ x - problem.b[2]
            return (r @ r) / 100 + problem.lam / 2 * x @ x - problem.beta / 2 * y @ y

        z, shift = np.cos(np.arange(40)), 1e-5 * np.eye(40)
        slope = [(value(z + e) - value(z - e)) / 2e-5 for e in shift]
        np.testing.assert_allclose(problem.worker(2, z), np.repeat([1, -1], 20) * slope, atol=1e-9)
        self.assertLess(np.linalg.norm(problem.full(problem.solution())), 1e-14)

    def test_projections_satisfy_their_variational_inequality(self):
        # p = P(v) iff <v - p, q - p> <= 0 for all q of the set; on a ball the worst q is the support of v - p.
        v = 3 * np.cos(np.arange(30.0))
        for project, dual in [(families.project_l2, np.linalg.norm), (families.project_l1, lambda c: np.abs(c).max())]:
            p = project(v, 2)
            self.assertLess(2 * dual(v - p) - (v - p) @ p, 1e-12)
            self.assertTrue((project(p * 0.5, 2) == p * 0.5).all())


class GoldenRuns(Numbers):
    def test_gradient(self):
        self.agree(on_a(methods.gradient, 0.02)[CHECKPOINTS], [9.9290593114e-01, 9.6503224369e-01, 8.6733498797e-01])

    def test_extragradient_and_tseng(self):
        expected = [4.9535661039e-01, 4.7236828144e-02, 4.9659886436e-05]
        self.agree(on_a(methods.extragradient, 0.5)[CHECKPOINTS], expected)
        self.agree(on_a(methods.forward_backward_forward, 0.5)[CHECKPOINTS], expected)

    def test_popov(self):
        expected = [5.9437572692e-01, 1.0328057887e-01, 4.1985029393e-04]
        self.agree(on_a(methods.past_extragradient, 0.4)[CHECKPOINTS], expected)

    def test_optimistic(self):
        self.agree(on_a(methods.optimistic, 0.4)[CHECKPOINTS], [6.3492268104e-01, 1.0831697364e-01, 4.3344950443e-04])

    def test_masha1_cyclic(self):
        found = masha1_on_a(0.1, methods.cyclic10)
        self.agree(found[CHECKPOINTS], [9.7735002736e-01, 7.2657891847e-01, 2.9516801829e-01])
        found = masha1_on_a(0.1, methods.cyclic10, new_snapshot=True)
        self.agree(found[CHECKPOINTS], [9.7735002736e-01, 7.1627250594e-01, 2.6743248746e-01])

    def test_masha1_perm_k(self):
        found = masha1_on_a(0.15, methods.perm_k(10))
        self.agree(found[CHECKPOINTS], [8.8281411629e-01, 5.7097527278e-01, 1.2537775597e-01])

    def test_masha1_without_compression_and_a_fresh_snapshot_is_extragradient(self):
        options = {"compress": lambda m, k, x: x, "refresh": lambda k: True, "tau": 0.5, "new_snapshot": True}
        self.agree(on_a(methods.masha1, 0.5, **options), on_a(methods.extragradient, 0.5))

    def test_every_method_solves_the_constrained_problem(self):
        # 22 iterations of extragradient to 1e-6. MASHA1 waits ten iterations for a snapshot, gradient creeps.
        _, (_, problem, project, solution) = methods.reference_problems()
        for name, run in methods.reference_runs(problem).items():
            bound = 0.1 if name == "gradient" else 1e-6 if "masha1" in name else 1e-12
            with self.subTest(method=name):
                self.assertLess(methods.errors(run(problem, iterations=80, project=project), solution)[-1], bound)
        found = methods.errors(methods.extragradient(problem, 0.5, 22, project), solution)
        self.assertLessEqual(found[22], 1e-6)
        self.assertGreater(found[21], 1e-6)

    def test_iterates_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "iterates.h5"
            methods.write_iterates(path, iterations=3)
            with h5py.File(path) as file:
                self.assertEqual(file["A/optimistic"].shape, (4, 100))
                self.agree(file["A_constrained/extragradient"].attrs["step"], 0.5 / 1.0001999800, digits=1e-9)


if __name__ == "__main__":
    unittest.main()
