"""Runs the trivium program on the bilinear problem and compares it with the reference loops, iterate by iterate.

    python3 compare_program.py PATH-TO-trivium

Points agree to 1e-12 of |z*|. So do distances to the solution, except that a squared distance e (relative to the start)
cannot be known better than 2 sqrt(e) times the relative error of z*, which is allowed for.
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

import methods

PROGRAM = None
TOLERANCE = 1e-12
SETS = 'x_set = { type = "l2_ball", radius = 5 }\ny_set = { type = "l1_ball", radius = 8 }\n'

HEAD = """name = "reference"
seeds = [1]
[problem]
type = "bilinear"
{sets}[stop]
iterations = {iterations}
[record]
every = 1
"""

METHOD = """[[method]]
label = "{label}"
step = {step!r}
{keys}
"""

MASHA1 = """type = "masha1"
uplink = {{ type = "identity" }}
downlink = {{ type = "identity" }}
refresh = 0.1
schedule = "periodic"
snapshot = "{snapshot}\""""

# What an experiment file says of a reference run besides label and step; the others are named like their method.
KEYS = {
    "forward_backward_forward_projected": 'type = "forward_backward_forward"\nproject_last = true',
    "masha1": MASHA1.format(snapshot="old"),
    "masha1_new_snapshot": MASHA1.format(snapshot="new"),
}


def experiment(runs, sets, iterations):
    methods_text = [
        METHOD.format(label=name, step=float(run.keywords["step"]), keys=KEYS.get(name, f'type = "{name}"'))
        for name, run in runs.items()
    ]
    return HEAD.format(sets=sets, iterations=iterations) + "".join(methods_text)


def run_program(folder, text):
    """The folder of the results. Fails with what the program said."""
    file = Path(folder) / "reference.toml"
    file.write_text(text)
    results = Path(folder) / "results"
    done = subprocess.run([PROGRAM, "run", str(file), "--out", str(results)], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"trivium exited with {done.returncode}: {done.stderr}{done.stdout}\n{text}")
    return results


class Program(unittest.TestCase):
    def check_point(self, point, iterates, solution):
        scale = np.linalg.norm(solution)
        self.assertLessEqual(np.linalg.norm(point - iterates[-1]), TOLERANCE * scale)
        # The test can tell one iteration from the next.
        self.assertGreater(np.linalg.norm(iterates[-1] - iterates[-2]), TOLERANCE * scale)

    def check_distances(self, found, expected):
        self.assertEqual(found.shape, expected.shape)
        self.assertFalse(np.isnan(found).any(), "the program did not know the solution")
        allowed = TOLERANCE * np.maximum(expected, 0.1 * np.sqrt(expected))
        self.assertLessEqual((np.abs(found - expected) / allowed).max(), 1)

    def compare(self, problem_name, sets, iterations):
        problem, project, solution = next(rest for name, *rest in methods.reference_problems() if name == problem_name)
        runs = methods.reference_runs(problem)
        with tempfile.TemporaryDirectory() as folder:
            results = run_program(folder, experiment(runs, sets, iterations))
            for name, run in runs.items():
                with self.subTest(problem=problem_name, method=name):
                    iterates = run(problem, iterations=iterations, project=project)
                    with h5py.File(results / name / "seed-1.h5") as file:
                        point, distances = file["point"][:], file["history/distance"][:]
                    self.check_point(point, iterates, solution)
                    self.check_distances(distances, methods.errors(iterates, solution))

    def test_whole_space(self):
        self.compare("A", "", iterations=100)

    def test_product_of_balls(self):
        self.compare("A_constrained", SETS, iterations=50)  # later iterates differ by rounding only


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: compare_program.py PATH-TO-trivium")
    PROGRAM = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
