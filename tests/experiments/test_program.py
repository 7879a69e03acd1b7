"""The `trivium` program as a user runs it: alone and under mpirun, in a folder of its own.

    python3 test_program.py PATH-TO-trivium PATH-TO-mpirun [PATH-TO-failing_operator]

TRIVIUM_LONG=1 kills and resumes twenty times instead of once.
"""
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest
from pathlib import Path

import h5py
import numpy as np

EXPERIMENTS = Path(__file__).resolve().parents[2] / "experiments"
TRIVIUM, MPIRUN, FAILING = "trivium", "mpirun", None  # from the command line
ENVIRONMENT = {k: v for k, v in os.environ.items() if not k.startswith(("OMPI_", "PMIX_", "TRIVIUM_"))} | {
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_btl": "self,vader",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
TIMEOUT = 60  # seconds: what takes longer hangs

METHOD = '[[method]]\ntype = "extragradient"\n'
SMALL = """\
[problem]
type = "bilinear"
workers = 5
n = 10
[stop]
iterations = 60
"""


def command(arguments, ranks=None, program=None):
    """The command line of `trivium ARGUMENTS`, alone or on `ranks` ranks."""
    launcher = [] if ranks is None else [MPIRUN, "-n", str(ranks)]
    return launcher + [program or TRIVIUM] + [str(a) for a in arguments]


class InFolder(unittest.TestCase):
    def setUp(self):
        keep = tempfile.TemporaryDirectory(prefix="trivium-program-")
        self.addCleanup(keep.cleanup)
        self.folder = Path(keep.name)

    def write(self, text, name="a.toml"):
        (self.folder / name).write_text(text)
        return name

    def run_program(self, *arguments, ranks=None, program=None):
        return subprocess.run(command(arguments, ranks, program), cwd=self.folder, env=ENVIRONMENT, text=True,
                              capture_output=True, timeout=TIMEOUT)

    def succeed(self, *arguments, ranks=None):
        done = self.run_program(*arguments, ranks=ranks)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def result_files(self, folder="."):
        return sorted(p for p in (self.folder / folder).rglob("*") if re.search(r"seed-|\.part$", p.name))


class Refusing(InFolder):
    """A mistake is one whole sentence, said once, with exit code 2, before any result is written."""

    def refuse(self, sentence, *arguments, file="a.toml", out="out", before=()):
        """`sentence` is a regular expression for the whole sentence. `before`: result files that stay."""
        before = [self.folder / path for path in before]
        contents = [path.read_bytes() for path in before]
        for ranks in (None, 3):
            with self.subTest(ranks=ranks):
                done = self.run_program("run", file, "--out", out, *arguments, ranks=ranks)
                said = [line for line in done.stderr.splitlines() if line.startswith("trivium:")]
                self.assertEqual(len(said), 1, done.stderr)
                self.assertRegex(said[0], rf"\Atrivium: {sentence}\Z")
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(self.result_files(), sorted(before))
                if not before:
                    self.assertEqual(list((self.folder / out).rglob("solution-*")), [])
                self.assertEqual([path.read_bytes() for path in before], contents)


class Mistakes(Refusing):
    def test_unknown_solver(self):
        self.write(SMALL + '[[method]]\ntype = "mash1"\n')
        self.refuse(r"a\.toml:8: no solver named 'mash1'; did you mean 'masha1'\? known: [a-z0-9_, ]+")

    def test_more_than_the_machine_holds(self):
        self.write(SMALL.replace('"bilinear"', '"gan"').replace("n = 10", "generator = [1000000, 1000000]") + METHOD)
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (2**34, 2**34))  # of 4 TB
        done = subprocess.run(command(["run", "a.toml"]), cwd=self.folder, env=ENVIRONMENT, text=True, capture_output=True,
                              timeout=TIMEOUT, preexec_fn=limit)
        self.assertEqual((done.returncode, done.stderr),
                         (2, "trivium: not enough memory on this machine for what was asked\n"))

    def test_a_gap_without_bounded_sets(self):
        sentence = "the gap needs bounded feasible sets, and bilinear has none here; give it some, or use the residual"
        for section in ("[record]\ngap = true\n", "[record]\ngap_average = true\n"):
            self.write(SMALL + section + METHOD)
            self.refuse(sentence)
        self.write(SMALL.replace("[stop]", "[stop]\ngap = 1e-6") + METHOD)
        self.refuse(sentence)

    def test_unknown_compressor(self):
        self.write(SMALL + '[[method]]\ntype = "masha1"\nuplink = { type = "randk", k = 3 }\n')
        self.refuse(r"a\.toml:9: no compressor named 'randk'; did you mean 'rand_k'\? known: [a-z0-9_, ]+")

    def test_unknown_problem(self):
        self.write(SMALL.replace("bilinear", "bilinaer") + METHOD)
        self.refuse(r"a\.toml:2: no problem named 'bilinaer'; did you mean 'bilinear'\? known: [a-z0-9_, ]+")

    def test_unknown_key(self):
        self.write(SMALL + METHOD + "stepp = 1\n")
        self.refuse(r"a\.toml:9: unknown key 'stepp' in extragradient; did you mean 'step'\? known: step, values")

    def test_wrong_type(self):
        self.write(SMALL.replace("= 5", '= "five"') + METHOD)
        self.refuse(r'a\.toml:3: bilinear\.workers must be an integer, got "five"')

    def test_more_entries_than_there_are(self):
        self.write(SMALL + '[[method]]\ntype = "masha1"\nuplink = { type = "rand_k", k = 21 }\n')
        self.refuse(r"a\.toml:8: rand_k\.k = 21 is more than the 20 there are; give at most that, or a fraction below 1")

    def test_malformed_data(self):
        self.write("+1 1:0.5 2:1\n-1 1:x\n+1 2:3\n", "bad.svm")
        self.write('[problem]\ntype = "robust_regression"\nworkers = 3\nfile = "bad.svm"\n' + METHOD)
        self.refuse(r"bad\.svm:2: found '1:x', expected a number after the colon")

    def test_missing_data(self):
        self.write('[problem]\ntype = "robust_regression"\nworkers = 3\nfile = "no.svm"\n' + METHOD)
        self.refuse(r"there is no data file 'no\.svm', .* in more, \., data", "--data", "more")

    def test_more_ranks_than_workers(self):
        self.write(SMALL + METHOD)
        done = self.run_program("run", "a.toml", "--set", "problem.workers=2", ranks=3)
        self.assertEqual(done.returncode, 2)
        sentence = ("trivium: 3 ranks for 2 workers: every rank hosts at least one worker; start at most 2 ranks or "
                    "ask for more workers")
        self.assertEqual(done.stderr.splitlines().count(sentence), 1, done.stderr)
        self.assertEqual(self.result_files(), [])

    def test_no_experiment_file(self):
        self.refuse(r"no experiment file 'no\.toml'", file="no.toml")

    def test_toml_syntax_error(self):
        self.write(SMALL + METHOD + "step = = 1\n")
        self.refuse(r"a\.toml:9: Error while parsing value: .+")

    def test_theory_step_without_strong_monotonicity(self):
        self.write(SMALL.replace("n = 10", "n = 10\nmu = 0") + '[[method]]\ntype = "gradient"\n')
        self.refuse(r"a\.toml:9: gradient: the theory step mu / L\^2 needs a strongly monotone operator, found mu = "
                    r"0; give step a number or use extragradient")

    def test_distance_without_a_solution(self):
        # F(z) = (1, 1) everywhere is monotone and has no zero.
        with h5py.File(self.folder / "constant.h5", "w") as file:
            file["J"], file["q"] = np.zeros((3, 2, 2)), np.ones((3, 2))
        self.write('[problem]\ntype = "affine"\nfile = "constant.h5"\n[stop]\ndistance = 1e-6\n' + METHOD)
        self.refuse(r"\[stop\] distance needs the solution: the solution could not be computed to 1e-13: .+; "
                    r"use `residual = 1e-6` in its place")

    def test_distance_where_no_solution_is_looked_for(self):
        (self.folder / "rows.svm").write_text("1 1:1\n2 1:2\n2 1:0.5\n")
        self.write('[problem]\ntype = "adversarial_logistic"\nfile = "rows.svm"\nworkers = 3\n'
                   'perturbation = "per_sample"\npenalty = 0\nball = "linf"\n[stop]\ndistance = 1e-6\n' + METHOD)
        self.refuse(r"\[stop\] distance needs the solution: none is looked for: the operator of this problem is not "
                    r"monotone, or jumps; use `residual = 1e-6` in its place")

    def test_biased_uplink_for_an_unbiased_method(self):
        self.write(SMALL + '[[method]]\ntype = "masha1"\nuplink = { type = "rand_k", scaled = false }\n')
        self.refuse(r"a\.toml:8: masha1: uplink 'rand_k' is biased; masha1 needs an unbiased compressor such as rand_k")

    def test_malformed_override(self):
        self.write(SMALL + METHOD)
        self.refuse(r"--set takes key=value, got 'seeds'", "--set", "seeds")
        self.refuse(r"--set problem\.workers=0: bilinear\.workers must be in \[1, \d+\], got 0",
                    "--set", "problem.workers=0")

    def test_a_place_for_results_that_cannot_be(self):
        self.write(SMALL + METHOD)
        self.write("", "file")
        for out in ("file", "file/below"):
            self.refuse(rf"results cannot go to '{out}': '.*/file' is not a folder; choose another --out", out=out)

    def test_command_line(self):
        for arguments, sentence in (
                ([], "A subcommand is required; see `trivium --help`"),
                (["runn"], "no command named 'runn'; did you mean 'run'? known: run, verify, check, list, describe, plot"),
                (["run"], "FILE is required; see `trivium run --help`"),
                (["run", "a.toml", "--resume", "--overwrite"],
                 "--resume excludes --overwrite; see `trivium run --help`"),
                (["list", "compressor"], "no kind of plug-in named 'compressor'; did you mean 'compressors'? "
                                         "known: solvers, compressors, problems, sets, partitioners, oracles, chains, "
                                         "estimators")):
            with self.subTest(arguments=arguments):
                done = self.run_program(*arguments)
                self.assertEqual((done.returncode, done.stderr), (2, f"trivium: {sentence}\n"))
        self.assertRegex(self.run_program("describe", "masha").stderr,
                         r"\Atrivium: nothing is named 'masha'; did you mean 'masha1'\? known: .*\n\Z")


class MistakesWithResults(Refusing):
    """What is there already is neither lost nor mixed with something else."""

    def setUp(self):
        super().setUp()
        self.write(SMALL + METHOD)

    def with_result(self):
        self.succeed("run", "a.toml", "--out", "out")
        return "out/extragradient/seed-1.h5"

    def with_checkpoint(self):
        """A result and a checkpoint as a killed run leaves them."""
        self.write((SMALL + METHOD).replace("= 60", "= 100000000") + "[checkpoint]\nseconds = 0.01\n")
        self.assertTrue(kill_when(self.start("run", "a.toml", "--out", "out"),
                                  lambda: list(self.folder.rglob("*.checkpoint.h5"))))
        for part in self.folder.rglob(".*.part"):
            part.unlink()
        return ["out/extragradient/seed-1.h5", "out/extragradient/seed-1.checkpoint.h5"]

    def start(self, *arguments):
        return subprocess.Popen(command(arguments), cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                                start_new_session=True)

    def test_results_that_are_there_already(self):
        self.refuse(r"results are already in out/extragradient; go on with --resume, replace them with --overwrite, "
                    r"or choose another --out", before=[self.with_result()])

    def test_resume_with_another_configuration(self):
        result = self.with_result()
        self.refuse(r"out/extragradient/seed-1\.h5 was made with another configuration; resume with the same one, or "
                    r"replace it with --overwrite", "--resume", "--set", "stop.iterations=70", before=[result])

    def test_resume_from_a_checkpoint_of_another_configuration(self):
        files = self.with_checkpoint()
        self.refuse(r"out/extragradient/seed-1\.checkpoint\.h5 was made with another configuration; .+", "--resume",
                    "--set", "stop.iterations=70", before=files)

    def test_damaged_checkpoint(self):
        files = self.with_checkpoint()
        checkpoint = self.folder / files[1]
        whole = checkpoint.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        for damaged in (whole[:len(whole) // 2], bytes(flipped)):
            checkpoint.write_bytes(damaged)
            self.refuse(r"'out/extragradient/seed-1\.checkpoint\.h5' is no checkpoint, or a damaged one: .+",
                        "--resume", before=files)

    def test_damaged_result(self):
        result = self.with_result()
        path = self.folder / result
        path.write_bytes(path.read_bytes()[:1000])
        self.refuse(r"'out/extragradient/seed-1\.h5' .+", "--resume", before=[result])


class Failures(InFolder):
    """An operator that fails on one rank only, while the others wait for it."""

    def expect_failure(self, ranks, after, worker, where):
        self.write(f'[problem]\ntype = "failing"\nafter = {after}\nworker = {worker}\n'
                   '[stop]\niterations = 100000\n[[method]]\ntype = "gradient"\nstep = 1e-9\n')
        done = self.run_program("run", "a.toml", "--out", f"{ranks}-{worker}", ranks=ranks, program=FAILING)
        said = [line for line in done.stderr.splitlines() if line.startswith("trivium:")]
        self.assertEqual(said, [f"trivium: {where}the operator of worker {worker} has failed"])
        self.assertIn(done.returncode, (1, 2))

    def setUp(self):
        super().setUp()
        if FAILING is None:
            self.skipTest("no failing_operator given")

    def test_while_running(self):
        self.expect_failure(3, 1000, 3, "rank 2: gradient, seed 1: ")
        self.expect_failure(3, 1000, 0, "rank 0: gradient, seed 1: ")
        self.expect_failure(None, 1000, 3, "gradient, seed 1: ")

    def test_while_preparing(self):
        self.expect_failure(3, 3, 3, "rank 2: ")
        self.expect_failure(None, 3, 3, "")


def history_of(path):
    """(history without the seconds, point, attributes)"""
    with h5py.File(path, "r") as file:
        history = {name: data[:] for name, data in file["history"].items() if not name.startswith("seconds")}
        return history, file["point"][:], dict(file.attrs)


class Results(InFolder):
    def assert_same_run(self, a, b, what):
        (history_a, point_a, attributes_a), (history_b, point_b, attributes_b) = history_of(a), history_of(b)
        self.assertEqual(history_a.keys(), history_b.keys())
        for name in history_a:
            self.assertEqual(history_a[name].tobytes(), history_b[name].tobytes(), f"{what}: column {name} of {a.name}")
        self.assertEqual(point_a.tobytes(), point_b.tobytes(), what)
        for name in ("fingerprint", "status", "reason", "config", "label", "grid", "order", "seed", "workers",
                     "dimension"):
            self.assertEqual(attributes_a[name], attributes_b[name], f"{what}: attribute {name}")


class SameBits(Results):
    """One experiment with every solver, on no launcher and on 1, 2, 3, 4 ranks."""

    def every_solver(self):
        names = [line.split()[0] for line in self.succeed("list", "solvers").splitlines()[1:]]
        self.assertIn("masha1", names)
        lines = []
        for name in names:
            float32 = "values" in self.succeed("describe", name)
            # Its theory is about gradients, and the game has none.
            step = "step = 0.01\n" if name == "randomized_accelerated_gradient" else ""
            lines += [f'[[method]]\ntype = "{name}"\n{step}']
            lines += [f'[[method]]\nlabel = "{name}, float32"\ntype = "{name}"\nvalues = "float32"\n{step}'] * float32
            if name.startswith("masha"):
                for indices in ("packed", "seed"):
                    lines += [f'[[method]]\nlabel = "{name}, {indices}"\ntype = "{name}"\nuplink = '
                              f'{{ type = "rand_k", k = 7, indices = "{indices}", values = "float32" }}\n'
                              'downlink = { type = "rand_k", k = 0.5, values = "bfloat16" }\n'] * (name == "masha1")
        return "".join(lines)

    def test_any_number_of_ranks(self):
        sums = SMALL.replace("n = 10\n", "n = 10\nsamples = 10\n")  # for the methods with batches
        self.write("seeds = [3]\n" + sums + "[record]\nresidual = true\n" + self.every_solver())
        for ranks in (None, 1, 2, 3, 4):
            self.succeed("run", "a.toml", "--out", f"on-{ranks}", ranks=ranks)
        alone = sorted((self.folder / "on-None").rglob("seed-3.h5"))
        self.assertGreaterEqual(len(alone), 9)
        for path in alone:
            with h5py.File(path) as file:
                self.assertGreater(file["history/round"][-1], 0)
            for ranks in (1, 2, 3, 4):
                other = self.folder / f"on-{ranks}" / path.relative_to(self.folder / "on-None")
                self.assert_same_run(path, other, f"{path.parent.name} on {ranks} ranks")
                with h5py.File(other) as file:
                    self.assertEqual(file.attrs["ranks"], ranks)

    def test_networks_in_float32(self):
        """Batches of every worker's own images, compressed both ways; no solution is looked for."""
        random.seed(1)
        pixels = bytes(random.randrange(256) for _ in range(40 * 12))
        (self.folder / "images").write_bytes(struct.pack(">IIII", 0x803, 40, 3, 4) + pixels)
        (self.folder / "labels").write_bytes(struct.pack(">II", 0x801, 40) + bytes(i % 3 for i in range(40)))
        self.write('[problem]\ntype = "adversarial_network"\nimages = "images"\nlabels = "labels"\ntest_rows = 0\n'
                   'hidden = [[5, 4], [6]]\nworkers = 5\n[stop]\niterations = 20\n[record]\nresidual = true\n'
                   + METHOD + 'step = 0.1\n[[method]]\ntype = "vr_masha1"\nstep = 0.1\nbatch = 3\n'
                   'downlink = "natural"\n')
        for ranks in (None, 2, 4):
            self.succeed("run", "a.toml", "--out", f"on-{ranks}", ranks=ranks)
        alone = sorted((self.folder / "on-None").rglob("seed-1.h5"))
        self.assertEqual(len(alone), 4)
        for path in alone:
            with h5py.File(path) as file:
                self.assertTrue(np.isnan(file["history/distance"][-1]))
                self.assertTrue(np.isfinite(file["history/residual"][-1]))
            for ranks in (2, 4):
                other = self.folder / f"on-{ranks}" / path.relative_to(self.folder / "on-None")
                self.assert_same_run(path, other, f"{path.parent.name} on {ranks} ranks")

    def test_seeds_differ(self):
        self.write("seeds = 2\n" + SMALL + '[[method]]\ntype = "masha1"\n')
        self.succeed("run", "a.toml", "--out", "out")
        prints = {history_of(path)[2]["fingerprint"] for path in self.result_files("out")}
        self.assertEqual(len(prints), 2)


def stat_of(pid):
    """(state, parent) of a process; of one that has ended, ("Z", 0)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], int(fields[1])
    except (OSError, IndexError):
        return "Z", 0


def is_alive(pid):
    return stat_of(pid)[0] not in "ZX"


def family_of(pid):
    """`pid` and all processes below it: mpirun gives each rank a process group of its own."""
    parents = {int(path.name): stat_of(path.name)[1] for path in Path("/proc").glob("[0-9]*")}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def kill_when(process, ready, delay=0.0):
    """kill -9 for the process and all below it, `delay` seconds after `ready()`. True when it was still running.

    Everything is dead on return."""
    deadline = time.monotonic() + TIMEOUT
    while not ready() and process.poll() is None:
        assert time.monotonic() < deadline, "nothing to kill in time"
        time.sleep(0.005)
    time.sleep(delay)
    family = family_of(process.pid)
    for pid in family:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.wait()
    while any(map(is_alive, family)):
        time.sleep(0.005)
    return process.returncode == -signal.SIGKILL


class Restart(Results):
    SLOW = """\
seeds = [5]
[problem]
type = "bilinear"
workers = 5
n = 50
[stop]
iterations = 60000
[record]
every = 200
[checkpoint]
seconds = 0.02
[[method]]
type = "masha1"
uplink = { type = "rand_k", k = 0.1, indices = "seed" }
downlink = { type = "rand_k", k = 0.5 }
"""

    def interrupt(self, out, ranks, delay):
        """Starts a run and kills it: its result file is readable then. False when it ended before that."""
        def checkpoint():
            return (self.folder / out / "masha1" / "seed-5.checkpoint.h5").exists()
        process = subprocess.Popen(command(["run", "a.toml", "--out", out], ranks), cwd=self.folder, env=ENVIRONMENT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        if not kill_when(process, checkpoint, delay):
            return False
        history, point, attributes = history_of(self.folder / out / "masha1" / "seed-5.h5")
        self.assertEqual(history["iteration"][0], 0)
        self.assertEqual((len(point), attributes["status"]), (100, "running"))
        return True

    def test_kill_and_resume(self):
        self.write(self.SLOW)
        self.succeed("run", "a.toml", "--out", "whole")
        whole = self.folder / "whole" / "masha1" / "seed-5.h5"
        choose = random.Random(20240501)
        times = 20 if os.environ.get("TRIVIUM_LONG") == "1" else 1
        for number in range(times):
            first, then = (3, 2) if number == 0 else (choose.choice([None, 1, 2, 3, 4]), choose.choice([None, 1, 2, 3]))
            delay = choose.uniform(0, 0.2)
            with self.subTest(number=number, first=first, then=then, delay=delay):
                out = f"out-{number}"
                while not self.interrupt(out, first, delay):
                    shutil.rmtree(self.folder / out)
                    delay /= 2
                self.succeed("run", "a.toml", "--out", out, "--resume", ranks=then)
                self.assert_same_run(whole, self.folder / out / "masha1" / "seed-5.h5", "resumed")
                self.assertFalse(list((self.folder / out).rglob("*.checkpoint.h5")))


class Layout(Results):
    GRID = ('name = "layout"\nseeds = 2\n' + SMALL +
            '[[method]]\nlabel = "EG, grid"\ntype = "extragradient"\nstep = { theory = [0.5, 1] }\n'
            '[[method]]\ntype = "masha1"\nuplink = { type = "rand_k", k = [1, 4] }\n')

    def test_a_result_file(self):
        self.write(self.GRID)
        self.succeed("run", "a.toml", ranks=2)
        folders = {str(p.parent.relative_to(self.folder / "results/layout")) for p in self.result_files("results")}
        self.assertEqual(folders, {"EG_grid/step_=_0.5_x_theory", "EG_grid/step_=_1_x_theory", "masha1/uplink.k_=_1",
                                   "masha1/uplink.k_=_4"})
        self.assertEqual(len(self.result_files("results")), 8)
        with h5py.File(self.folder / "results/layout/masha1/uplink.k_=_4/seed-2.h5") as file:
            self.check_history(file)
            self.check_attributes(dict(file.attrs))
            self.assertEqual(file["point"].shape, (20,))

    def check_history(self, file):
        columns = {name: data[:] for name, data in file["history"].items()}
        self.assertEqual(set(columns), set(
            """iteration round bits_up bits_down bits_up_max bits_up_values bits_up_indices bits_initial messages calls
            calls_max samples local_steps prox_calls seconds seconds_compute seconds_server seconds_encode seconds_network
            distance residual gap gap_average""".split()))
        for name, column in columns.items():
            self.assertEqual((column.dtype, column.shape), (np.float64, (7,)), name)  # iterations 0, 10, ..., 60
            self.assertTrue(file["history"][name].attrs["help"], name)
        np.testing.assert_array_equal(columns["iteration"], np.arange(7) * 10.0)
        self.assertEqual(columns["distance"][0], 1)          # row 0 is the start
        self.assertEqual(columns["round"][0], 1)             # the exchange of F(z0)
        self.assertEqual(columns["bits_up"][0], 20 * 64)
        self.assertTrue((columns["bits_initial"] == 20 * 64).all())
        for name in set(columns) - {"distance", "residual", "gap", "gap_average"}:
            self.assertTrue((np.diff(columns[name]) >= 0).all(), f"{name} is cumulative")
        np.testing.assert_array_equal(columns["bits_up_values"] + columns["bits_up_indices"], columns["bits_up"])
        # Ten ordinary rounds send 4 values of 64 bits and 4 indices of ceil(log2 20) = 5 bits, 40 indices in all.
        self.assertEqual(np.diff(columns["bits_up_indices"]).tolist(), [10 * 4 * 5.0] * 6)

    def test_gaps(self):
        # mu = 0.5: theory predicts a factor of 0.776 an iteration on the squared distance, 2.5e-7 in all.
        sets = 'mu = 0.5\nx_set = "simplex"\ny_set = { type = "box", low = 0 }\n[stop]'
        self.write('name = "gaps"\n' + SMALL.replace("[stop]", sets) + "[record]\ngap = true\ngap_average = true\n" + METHOD)
        columns = []
        for ranks in (None, 3):
            self.succeed("run", "a.toml", "--overwrite", ranks=ranks)
            with h5py.File(self.folder / "results/gaps/extragradient/seed-1.h5") as file:
                columns.append([file["history"][name][:] for name in ("gap", "gap_average")])
        np.testing.assert_array_equal(columns[0], columns[1])
        gap, average = columns[0]
        self.assertEqual(gap[0], average[0])
        self.assertTrue((gap >= 0).all() and (average >= 0).all())
        self.assertLess(gap[-1], 1e-3 * gap[0])
        self.assertLess(gap[-1], average[-1])

    def check_attributes(self, attributes):
        expected = {"experiment": "layout", "method": "masha1", "label": "masha1", "grid": "uplink.k = 4", "order": 3,
                    "seed": 2, "status": "limit", "reason": "iterations 60 >= 60", "ranks": 2, "workers": 5,
                    "dimension": 20}
        self.assertEqual({name: attributes[name] for name in expected}, expected)
        self.assertRegex(attributes["fingerprint"], r"\A[0-9a-f]{16}\Z")
        self.assertRegex(attributes["version"], r"\A\d+\.\d+\.\d+\Z")
        self.assertTrue(attributes["git_revision"])
        config = tomllib.loads(attributes["config"])
        self.assertEqual((config["name"], config["seed"], config["problem"]["workers"]), ("layout", 2, 5))
        self.assertEqual(config["method"]["uplink"]["k"], 4)
        self.assertEqual(config["stop"]["iterations"], 60)
        constants = tomllib.loads(attributes["constants"])
        self.assertAlmostEqual(constants["L"]["value"], (1 + 0.02 ** 2) ** 0.5, places=12)  # sigma_max = 1, mu = 0.02
        self.assertEqual(constants["mu"]["origin"], "known")
        theory = tomllib.loads(attributes["theory"])
        self.assertEqual(set(theory), {"step", "step_used", "rate", "bits_up", "bits_down", "rule"})
        self.assertTrue(0 < theory["step"] and 0 < theory["rate"] < 1)

    def test_divergence_is_a_result(self):
        self.write(SMALL + '[[method]]\nlabel = "far"\ntype = "extragradient"\nstep = [100, 1e200, 0.1]\n' + METHOD)
        for ranks in (None, 2):
            out = f"on-{ranks}"
            printed = self.succeed("run", "a.toml", "--out", out, ranks=ranks)
            self.assertEqual(printed.count(": diverged (distance "), 2)
            status = {path.parent.name: history_of(path)[2]["status"] for path in self.result_files(out)}
            self.assertEqual(status, {"step_=_100": "diverged", "step_=_1e+200": "diverged", "step_=_0.1": "limit",
                                      "extragradient": "limit"})

    def test_overwrite_and_resume(self):
        self.write(self.GRID)
        self.succeed("run", "a.toml", "--out", "out")
        files = self.result_files("out")
        written = [path.stat().st_mtime_ns for path in files]
        files[2].unlink()
        printed = self.succeed("run", "a.toml", "--out", "out", "--resume")
        self.assertEqual(printed.count("kept, it is complete"), 7)
        self.assertIn("[1/8] EG, grid (step = 0.5 x theory), seed 1: kept, it is complete", printed)
        again = [path.stat().st_mtime_ns for path in files]
        self.assertEqual([a == b for a, b in zip(written, again)], [i != 2 for i in range(8)])
        self.succeed("run", "a.toml", "--out", "out", "--overwrite", "--set", "stop.iterations=70")
        for path in files:
            self.assertEqual(history_of(path)[0]["iteration"][-1], 70)
        self.assertEqual(self.result_files("out"), files)


class ProblemGrids(Results):
    """Lists in [problem]: every method on every problem, and each run the same as on that problem alone."""

    GRID = 'name = "grid"\n' + SMALL.replace("workers = 5", "workers = [3, 5]") + (
        '[[method]]\nlabel = "EG"\ntype = "extragradient"\nstep = { theory = [0.5, 1] }\n'
        '[[method]]\ntype = "masha1"\n')

    def test_paths_and_contents(self):
        self.write(self.GRID)
        points = {(m, method) for m in (3, 5) for method in ("EG/{}_step_=_0.5_x_theory", "EG/{}_step_=_1_x_theory",
                                                             "masha1/{}")}
        for m in (3, 5):
            self.succeed("run", "a.toml", "--out", f"alone-{m}", "--set", f"problem.workers={m}")
        for ranks in (None, 3):
            printed = self.succeed("run", "a.toml", "--out", f"on-{ranks}", ranks=ranks)
            self.assertIn("grid: 6 runs on 2 problems into ", printed)
            self.assertLess(printed.index("problem.workers = 3: bilinear with 3 workers"),
                            printed.index("problem.workers = 5: bilinear with 5 workers"))
            found = {str(path.parent.relative_to(self.folder / f"on-{ranks}"))
                     for path in self.result_files(f"on-{ranks}")}
            self.assertEqual(found, {method.format(f"problem.workers_=_{m}") for m, method in points})
            for m, method in points:
                self.check_run(self.folder / f"on-{ranks}" / method.format(f"problem.workers_=_{m}") / "seed-1.h5",
                               self.folder / f"alone-{m}" / re.sub("/{}_?", "/", method) / "seed-1.h5", m)

    def check_run(self, path, alone, workers):
        history, point, attributes = history_of(path)
        history_alone, point_alone, attributes_alone = history_of(alone)
        self.assertTrue(attributes["grid"].startswith(f"problem.workers = {workers}"))
        for name in history:
            self.assertEqual(history[name].tobytes(), history_alone[name].tobytes(), name)
        self.assertEqual(point.tobytes(), point_alone.tobytes())
        for name in ("config", "fingerprint", "workers", "constants", "theory", "solution"):
            self.assertEqual(attributes[name], attributes_alone[name], name)
        self.assertEqual(tomllib.loads(attributes["config"])["problem"]["workers"], workers)

    def test_every_problem_keeps_its_computed_solution(self):
        # F_m(z) = J z + q_m with J = (1, 1; -1, 1) and a mean of q that differs between the two files.
        for name, shift in (("a.h5", 1.0), ("b.h5", 2.0)):
            with h5py.File(self.folder / name, "w") as file:
                file["J"], file["q"] = np.tile([[1.0, 1.0], [-1.0, 1.0]], (3, 1, 1)), shift * np.ones((3, 2))
        self.write('[problem]\ntype = "affine"\nfile = ["a.h5", "b.h5"]\n[stop]\ndistance = 1e-12\n' + METHOD)
        for arguments, kept in (([], False), (["--overwrite"], True)):
            self.succeed("run", "a.toml", "--out", "out", *arguments)
            self.assertEqual(len(list((self.folder / "out/cache").iterdir())), 2)
            for name, shift in (("a.h5", 1.0), ("b.h5", 2.0)):
                _, point, attributes = history_of(
                    self.folder / f"out/extragradient/problem.file_=_{name}/seed-1.h5")
                np.testing.assert_allclose(point, [0, -shift], atol=1e-5)  # J z = -q
                self.assertEqual("kept from an earlier run" in attributes["solution"], kept)

    def test_resume_makes_the_missing_problem_only(self):
        self.write(self.GRID)
        self.succeed("run", "a.toml", "--out", "out")
        (self.folder / "out/masha1/problem.workers_=_5/seed-1.h5").unlink()
        printed = self.succeed("run", "a.toml", "--out", "out", "--resume")
        self.assertEqual(printed.count("kept, it is complete"), 5)
        self.assertNotIn("bilinear with 3 workers", printed)
        self.assertIn("bilinear with 5 workers", printed)

    def test_a_mistake_on_the_last_problem_writes_nothing(self):
        self.write(SMALL.replace("n = 10", "n = [10, 8]") +
                   '[[method]]\ntype = "masha1"\nuplink = { type = "rand_k", k = 20 }\n')
        done = self.run_program("run", "a.toml", "--out", "out")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "trivium: problem.n = 8: a.toml:8: rand_k.k = 20 is more than the 16 there are; give at "
                             "most that, or a fraction below 1\n"))
        self.assertFalse((self.folder / "out").exists())

    def test_check_prints_every_problem(self):
        self.write(self.GRID)
        printed = self.succeed("check", "a.toml")
        for m in (3, 5):
            self.assertIn(f"grid: bilinear, {m} workers, d = 20, unconstrained (problem.workers = {m})\n", printed)
        self.assertEqual(printed.count("theory step"), 6)


class Verify(Results):
    EXPERIMENT = 'name = "small"\nseeds = 2\n' + SMALL.replace("iterations = 60", "distance = 1e-3") + (
        '[[method]]\nlabel = "EG"\ntype = "extragradient"\nstep = { theory = [0.5, 1] }\n'
        '[[method]]\nlabel = "far"\ntype = "extragradient"\nstep = 100\n')
    # At half the step extragradient needs about twice the rounds; the grid's best point is the full step.
    HOLDS = """\
[[claim]]
text = "half the step, twice the rounds"
ratio = "round"
at = { distance = 1e-3 }
of = "EG"
of_where = "step = 0.5 x theory"
to = "EG"
expected = 2
within = 0.2
[[claim]]
text = "too far is too far"
status = "diverged"
of = "far"
"""
    DOES_NOT = """\
[[claim]]
text = "extragradient is free"
value = "bits_both"
at = { distance = 1e-3 }
of = "EG"
unit = "dense"
at_most = 1
"""

    def test_claims_that_hold(self):
        self.write(self.EXPERIMENT + self.HOLDS)
        for ranks in (None, 3):
            printed = self.succeed("verify", "a.toml", "--out", f"on-{ranks}", ranks=ranks)
            self.assertIn("claim 1/2: half the step, twice the rounds\n  expected: round to distance 0.001, ratio 2 "
                          "within 20 %\n  measured: ", printed)
            self.assertIn("  expected: every run diverged\n  measured: 2 of 2 diverged\n  holds\n", printed)
            self.assertEqual(printed.count("\n  holds\n"), 2)
            self.assertTrue(printed.endswith("\n2 of 2 claims hold\n"))
            self.assertEqual(len(self.result_files(f"on-{ranks}/small")), 6)

    def test_a_claim_that_does_not(self):
        self.write(self.EXPERIMENT + self.HOLDS + self.DOES_NOT)
        for ranks in (None, 3):
            done = self.run_program("verify", "a.toml", ranks=ranks)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertRegex(done.stdout, r"claim 3/3: extragradient is free\n  expected: bits_both to distance 0\.001 "
                                          r"in dense vectors, at most 1\n  measured: \d+ \(EG \(step = 1 x theory\)\)"
                                          r"\n  DOES NOT HOLD\n")
            self.assertIn("\n2 of 3 claims hold\n", done.stdout)

    def test_what_is_measured_is_what_the_files_say(self):
        self.write(self.EXPERIMENT + self.DOES_NOT)
        printed = self.run_program("verify", "a.toml").stdout
        bits = []
        for seed in (1, 2):
            history = history_of(self.folder / f"results/small/EG/step_=_1_x_theory/seed-{seed}.h5")[0]
            row = np.flatnonzero(history["distance"] <= 1e-3)[0]
            bits.append(history["bits_up"][row] + history["bits_down"][row])
        self.assertIn(f"measured: {np.median(bits) / (20 * 64):.4g} (EG", printed)

    def test_finished_runs_are_kept(self):
        self.write(self.EXPERIMENT + self.HOLDS)
        self.succeed("run", "a.toml")
        written = [path.stat().st_mtime_ns for path in self.result_files()]
        self.write(self.EXPERIMENT + self.HOLDS + self.DOES_NOT)  # another claim is no other experiment
        printed = self.run_program("verify", "a.toml").stdout
        self.assertEqual(printed.count("kept, it is complete"), 6)
        self.assertEqual([path.stat().st_mtime_ns for path in self.result_files()], written)
        self.write((self.EXPERIMENT + self.HOLDS).replace("1e-3", "1e-4"))
        done = self.run_program("verify", "a.toml")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "trivium: results/small/EG/step_=_0.5_x_theory/seed-1.h5 was made with another configuration; "
                             "resume with the same one, or replace it with --overwrite\n"))
        self.succeed("verify", "a.toml", "--overwrite")

    def test_folders(self):
        (self.folder / "all").mkdir()
        self.write(self.EXPERIMENT + self.HOLDS, "all/one.toml")
        self.write(self.EXPERIMENT.replace("small", "other") + self.DOES_NOT, "all/two.toml")
        self.write(SMALL + METHOD, "all/without.toml")
        done = self.run_program("verify", "all", "--out", "out")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("\n2 of 3 claims hold\n", done.stdout)
        self.assertEqual({path.name for path in (self.folder / "out").iterdir()}, {"small", "other"})
        self.assertIn("\n2 of 2 claims hold\n", self.succeed("verify", "all", "--out", "out", "--only", "one"))
        done = self.run_program("verify", "all", "--only", "zzz")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "trivium: nothing to verify in all: no file's name contains 'zzz'\n"))

    def test_an_experiment_of_its_own(self):
        printed = self.succeed("verify", "first")
        self.assertRegex(printed, r"\n(\d) of \1 claims hold\n\Z")
        self.assertTrue((self.folder / "results/first").is_dir())

    def test_long_experiments_run_only_when_named(self):
        for names, where in ((["adversarial/long", "--only", "zzz"], "adversarial/long"),
                             (["adversarial", "--only", "ninety"], "adversarial"),
                             (["--only", "ninety"], "the experiments of trivium")):
            done = self.run_program("verify", *names)
            self.assertEqual((done.returncode, done.stderr),
                             (2, f"trivium: nothing to verify in {where}: no file's name contains '{names[-1]}'\n"))
        done = self.run_program("verify", "adversarial/lon")
        self.assertIn("'adversarial/lon'; did you mean 'adversarial/long'?", done.stderr)

    def test_mistakes(self):
        self.write(self.EXPERIMENT + self.HOLDS.replace('of = "far"', 'of = "fra"'))
        self.write(SMALL + METHOD, "without.toml")
        self.write(self.EXPERIMENT + self.HOLDS, "b.toml")
        self.write(self.EXPERIMENT + self.HOLDS, "c.toml")
        for ranks in (None, 3):
            for names, sentence in (
                    (["a.toml"], "a.toml:29: claim 2: no method has the label 'fra'; did you mean 'far'[?] known: EG, far"),
                    (["b.toml", "a.toml"], "a.toml:29: claim 2: no method .*"),
                    (["without.toml"], r"nothing to verify: no \[\[claim\]\] in without.toml"),
                    (["frist"], "no experiment file, folder of them, or experiment of trivium's own is named 'frist'; "
                                r"did you mean 'first'\? known: .*"),
                    (["b.toml", "c.toml"], "b.toml and c.toml are both named 'small': their results would share a "
                                           "folder; give one another name")):
                with self.subTest(names=names, ranks=ranks):
                    done = self.run_program("verify", *names, ranks=ranks)
                    self.assertEqual(done.returncode, 2)
                    said = [line for line in done.stderr.splitlines() if line.startswith("trivium:")]
                    self.assertEqual(len(said), 1, done.stderr)
                    self.assertRegex(said[0], rf"\Atrivium: {sentence}\Z")
        self.assertEqual(self.result_files(), [])

    def test_a_claim_about_a_distance_without_a_solution(self):
        with h5py.File(self.folder / "constant.h5", "w") as file:
            file["J"], file["q"] = np.zeros((3, 2, 2)), np.ones((3, 2))
        self.write('[problem]\ntype = "affine"\nfile = "constant.h5"\n[stop]\niterations = 10\n' + METHOD +
                   '[[claim]]\ntext = "near"\nfloor = "distance"\nof = "extragradient"\nat_most = 1\n')
        done = self.run_program("verify", "a.toml")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"\Atrivium: the claim 'near' needs the solution: .*; let it look at the residual\n")

    def test_check_counts_claims(self):
        self.write(self.EXPERIMENT + self.HOLDS)
        self.assertTrue(self.succeed("check", "a.toml").endswith("\n2 claims; `trivium verify a.toml` judges them\n"))
        self.assertTrue(self.succeed("check", "a.toml", "--set", "seeds=1").endswith(
            "\n2 claims, about the file without --set\n"))
        self.write(SMALL + METHOD)
        for more in ([], ["--set", "seeds=1"]):
            self.assertTrue(self.succeed("check", "a.toml", *more).endswith("\nno claims\n"))

    def test_claims_that_set_leaves_without_their_grid(self):
        where = '"problem.workers = 4"'
        claim = f'[[claim]]\ntext = "no end"\nstatus = "limit"\nof = "extragradient"\nwhere = {where}\n'
        self.write(SMALL.replace("workers = 5", "workers = [2, 4]") + METHOD + claim)
        for ranks in (None, 2):
            printed = self.succeed("run", "a.toml", "--out", f"on-{ranks}", "--set", "problem.workers=3", ranks=ranks)
            self.assertIn(f"a: 1 runs into on-{ranks}\nclaims left out: 1; they are about the file without --set\n",
                          printed)
        self.assertNotIn("left out", self.succeed("run", "a.toml", "--out", "whole"))
        self.assertIn("\n1 of 1 claims hold\n", self.succeed("verify", "a.toml"))
        done = self.run_program("run", "a.toml", "--set", "claim.0.text=other")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "trivium: --set claim.0.text=other: claims are not for --set\n"))
        self.write(SMALL + METHOD + claim.replace("status", "statu"))
        self.assertIn("unknown key 'statu'", self.run_program("run", "a.toml", "--set", "seeds=1").stderr)
        self.write(SMALL + METHOD + claim)  # what --set makes of a file may not be what the file says
        for command in ("run", "verify"):
            done = self.run_program(command, "a.toml", "--out", "new")
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, rf"\Atrivium: a\.toml:\d+: claim 1: no such grid point of 'extragradient': "
                                          rf"'problem.workers = 4'")


class Measures(Results):
    """A problem with measures: "height" rises from 0 to 2.5, "depth" falls from 6.25 to 0."""

    # F(z) = z - 2.5: after k steps of 0.1 height is 2.5 (1 - 0.9^k), depth 2.5 (2.5 - height).
    EXPERIMENT = """\
name = "measured"
[problem]
type = "failing"
after = 1000000000
[stop]
iterations = 40
[record]
every = 1
measures = 2
[checkpoint]
seconds = 1e-9
[[method]]
type = "gradient"
step = 0.1
"""
    CLAIMS = """\
[[claim]]
text = "height 1.5 takes 10 iterations: after 9 it is not measured"
value = "iteration"
at = { height = 1.5 }
of = "gradient"
expected = 10
within = 0.001
[[claim]]
text = "depth 3 takes 8 iterations"
value = "iteration"
at = { depth = 3 }
of = "gradient"
expected = 8
within = 0.001
[[claim]]
text = "2.46 high in the end"
value = "height"
of = "gradient"
at_least = 2.46
at_most = 2.47
"""

    def setUp(self):
        super().setUp()
        if FAILING is None:
            self.skipTest("no failing_operator given")
        self.write(self.EXPERIMENT)

    def run_it(self, *arguments, ranks=None, code=0):
        done = self.run_program(*arguments, ranks=ranks, program=FAILING)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def test_columns_on_any_number_of_ranks(self):
        for ranks in (None, 1, 2, 3):
            self.run_it("run", "a.toml", "--out", f"on-{ranks}", ranks=ranks)
        alone = self.folder / "on-None/gradient/seed-1.h5"
        history = history_of(alone)[0]
        rows = np.arange(0, 41, 2)
        np.testing.assert_allclose(history["height"][rows], 2.5 * (1 - 0.9 ** rows), rtol=1e-12)
        np.testing.assert_allclose(history["depth"][rows], 6.25 * 0.9 ** rows, rtol=1e-12)
        self.assertTrue(np.isnan(history["height"][rows[:-1] + 1]).all())
        with h5py.File(alone) as file:
            self.assertEqual(file["history/height"].attrs["help"], "a measure of the problem, mean over workers")
        for ranks in (1, 2, 3):
            self.assert_same_run(alone, self.folder / f"on-{ranks}/gradient/seed-1.h5", f"on {ranks} ranks")

    def test_kill_and_resume(self):
        self.write(self.EXPERIMENT.replace("= 40", "= 300000").replace("every = 1", "every = 1000")
                   .replace("measures = 2", "measures = 3000").replace("1e-9", "0.01").replace("0.1", "1e-5"))
        self.run_it("run", "a.toml", "--out", "whole")
        process = subprocess.Popen(command(["run", "a.toml", "--out", "out"], 2, FAILING), cwd=self.folder,
                                   env=ENVIRONMENT, stdout=subprocess.DEVNULL, start_new_session=True)
        checkpoint = self.folder / "out/gradient/seed-1.checkpoint.h5"
        self.assertTrue(kill_when(process, checkpoint.exists))
        with h5py.File(checkpoint) as file:
            self.assertLess(0, len(file["history/depth"]))
        self.run_it("run", "a.toml", "--out", "out", "--resume", ranks=3)
        results = [self.folder / folder / "gradient/seed-1.h5" for folder in ("whole", "out")]
        self.assert_same_run(*results, "resumed")
        self.assertEqual(np.isfinite(history_of(results[0])[0]["height"]).sum(), 101)  # 0, 3000, ..., 300000

    def test_claims(self):
        self.write(self.EXPERIMENT + self.CLAIMS)
        for ranks in (None, 2):
            printed = self.run_it("verify", "a.toml", "--out", f"on-{ranks}", ranks=ranks)
            self.assertIn("  expected: iteration to height 1.5, 10 within 0.1 %\n  measured: 10 (gradient)\n", printed)
            self.assertIn("  expected: height at the end, between 2.46 and 2.47\n  measured: 2.463 (gradient)\n",
                          printed)
            self.assertTrue(printed.endswith("\n3 of 3 claims hold\n"))
        self.write(self.EXPERIMENT + self.CLAIMS.replace("at_least = 2.46\n", "at_least = 2.465\n"))
        self.assertIn("\n2 of 3 claims hold\n", self.run_it("verify", "a.toml", "--out", "on-None", code=1))

    def test_what_the_problem_does_not_measure(self):
        sentence = ("trivium: a.toml:18: unknown key 'hight' in claim 1.at; did you mean 'height'? known: distance, "
                    "residual, gap, height, depth\n")
        self.run_it("run", "a.toml", "--out", "out/measured")  # verify has no runs left to do
        self.write(self.EXPERIMENT + self.CLAIMS.replace("{ height", "{ hight"))
        for arguments in (["run", "a.toml", "--out", "new"], ["verify", "a.toml", "--out", "new"], ["check", "a.toml"]):
            done = self.run_program(*arguments, program=FAILING)
            self.assertEqual((done.returncode, done.stderr), (2, sentence))
        self.assertFalse((self.folder / "new").exists())
        done = self.run_program("verify", "a.toml", "--out", "out", program=FAILING)
        self.assertEqual((done.returncode, done.stderr), (2, sentence.replace("height, depth", "depth, height")))

    def test_check_names_them(self):
        self.assertIn("\nmeasures: height, depth\n", self.run_it("check", "a.toml"))

    def test_plot(self):
        self.run_it("run", "a.toml", "--out", "out")
        self.succeed("plot", "out", "-y", "height", "-x", "iterations", "--out", "figure")
        self.assertEqual((self.folder / "figure.png").read_bytes()[1:4], b"PNG")
        self.assertRegex(self.succeed("plot", "out", "-y", "height", "--table", "--at", "1.5"),
                         r"\ngradient +1\.5 +1\.92 kbit +1\.92 kbit +10 +10 ")


class Information(InFolder):
    def test_list_and_describe(self):
        everything = self.succeed("list").splitlines()
        kinds = [line for line in everything if not line.startswith(" ")]
        self.assertEqual(kinds, ["solvers", "compressors", "problems", "sets", "partitioners", "oracles", "chains",
                                 "estimators"])
        names = [line.split()[0] for line in everything if line.startswith(" ")]
        self.assertEqual([line for kind in kinds for line in self.succeed("list", kind).splitlines()], everything)
        for name in names:
            with self.subTest(name=name):
                text = self.succeed("describe", name)
                self.assertRegex(text, rf"\A{name} \(\w+\): ")
                self.assertIn("Parameters", text)
        self.assertIn('uplink = { type = "rand_k", k = 0.1 }', self.succeed("describe", "masha1"))

    def test_described_in_lines_that_fit(self):
        for line in self.succeed("list").splitlines():
            if line.startswith(" "):
                text = self.succeed("describe", line.split()[0])
                for shown in text.splitlines():
                    with self.subTest(line=shown):
                        self.assertLessEqual(len(shown), 100)
        # A line break of the author's stays; what had to be broken goes on further in.
        rule = self.succeed("describe", "masha2").split("\n\n")[1].splitlines()
        self.assertIn("    a = mean of C_m(x_m) + e, G = C_s(a), e = a - G, z+ = zhat - G; with probability 1 - tau: w = z", rule)
        self.assertRegex("\n".join(rule), r"\n    rule = proven: .*\n      \S")

    def test_help_and_version(self):
        self.assertRegex(self.succeed("--version"), r"\Atrivium \d+\.\d+\.\d+ \(.+\)\n\Z")
        for ranks in (None, 2):
            text = self.succeed("--help", ranks=ranks)
            for word in ("run", "verify", "check", "list", "describe", "plot", "mpirun"):
                self.assertIn(word, text)
            self.assertEqual(text.count("Usage:"), 1)
        for subcommand in ("run", "verify", "check", "list", "describe", "plot"):
            self.assertIn(subcommand, self.succeed(subcommand, "--help"))

    def test_check(self):
        more = {"robust_regression": ["--data", EXPERIMENTS / "data", "--set", "problem.file=breast_cancer.svm"]}
        found = sorted(EXPERIMENTS.glob("*.toml"))
        self.assertTrue(found)
        for path in found:
            with self.subTest(path=path.name):
                text = self.succeed("check", path, *more.get(path.stem, []))
                self.assertRegex(text, r"\nsolution: \|z\*\| = ")
                self.assertRegex(text, r"\n  L +\d")
                self.assertRegex(text, r"\nthe operator is (strongly )?monotone at the solution")
                self.assertEqual(text.count("theory step"), len(tomllib.loads(path.read_text())["method"]))
        self.assertEqual(list(self.folder.iterdir()), [])  # it runs nothing

    def test_check_prints_what_it_measures_of_similarity(self):
        # h = 2 and s = 0: zeta = h sqrt(n) = 2 sqrt(10), L_1 = L = sqrt(1 + mu^2).
        dials = "similarity = 0\nheterogeneity = 2\nmu = 0.02\n[stop]"
        self.write(SMALL.replace("[stop]", dials) + METHOD)
        text = self.succeed("check", "a.toml")
        self.assertRegex(text, r"\n  L_1 +1\.0002 +computed \(Lanczos")
        self.assertRegex(text, r"\n  zeta +6\.32456 +computed \(the workers' operators at the solution\)")
        with h5py.File(self.folder / "constant.h5", "w") as file:
            file["J"], file["q"] = np.zeros((3, 2, 2)), np.ones((3, 2))
        self.write('[problem]\ntype = "affine"\nfile = "constant.h5"\n[[method]]\ntype = "gradient"\nstep = 1\n')
        self.assertIn("\n  zeta   not measured: it needs the solution\n", self.succeed("check", "a.toml"))

    def test_check_of_constrained_robust_regression(self):
        sets = ['x_set={type="l1_ball",radius=0.5}', 'y_set={type="l2_ball",radius=0.1}', "file=breast_cancer.svm",
                'partition={type="by_principal_component",theta=0.5}']
        text = self.succeed("check", EXPERIMENTS / "robust_regression.toml", "--data", EXPERIMENTS / "data",
                            *[part for key in sets for part in ("--set", f"problem.{key}")])
        self.assertIn("constrained\n", text)
        self.assertRegex(text, r"\nsolution: \|z\*\| = 0\.")
        self.assertRegex(text, r"\n  zeta +\d")

    def test_check_of_a_walk_on_a_graph(self):
        # Two triangles joined by an edge, a label each, and an edge apart with both labels: half of the ends of edges
        # have either label. 6 of 8 edges join equal labels: adjusted homophily (3/4 - 1/2) / (1/2) = 1/2. Of the
        # walk's 7 edges 6 do: (6/7 - 1/2) / (1/2) = 5/7.
        (self.folder / "g.edges").write_text("0 1\n1 2\n2 0\n3 4\n4 5\n5 3\n2 3\n6 7\n")
        rows = [f"{i // 3 % 2} 1:{i * i % 4} 2:1\n" for i in range(6)]
        (self.folder / "g.nodes").write_text("".join(rows) + "1 1:2\n0 1:1\n")
        walk = '{ type = "graph_walk", edges = "g.edges", nodes = "g.nodes" }'
        text = f"""[problem]
type = "regression"
file = "g.nodes"
graph = "g.edges"
workers = 2
shared_rows = true
noise = {{ type = "sampled", chain = {walk} }}
[stop]
iterations = 5
[[method]]
type = "gradient"
"""
        self.write(text)
        out = self.succeed("check", "a.toml")
        self.assertEqual(out, self.succeed("check", "a.toml", ranks=2))
        self.assertRegex(out, r"noise: sampled, .+\n  chain \{ type = .graph_walk., .+ \}\n  stationary law: uniform, 6 states")
        self.assertRegex(out, r"adjusted homophily +0\.5 .+whole graph, 8 nodes, 8 edges")
        self.assertRegex(out, r"adjusted homophily +0\.714286 .+component walked on, 6 nodes, 7 edges")
        # The eigenvalues of the walk's matrix, made by its definition.
        degree = np.array([2, 2, 3, 3, 2, 2])
        P = np.zeros((6, 6))
        for u, v in ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (2, 3)):
            P[u, v] = P[v, u] = 1 / max(degree[u], degree[v])
        P += np.diag(1 - P.sum(1))
        second = sorted(np.linalg.eigvalsh(P), key=abs)[-2]
        for name, value in (("relaxation time", 1 / (1 - abs(second))), ("second eigenvalue", second)):
            found = re.search(rf"{name} +(\S+) +computed", out)
            self.assertAlmostEqual(float(found[1]), value, delta=2e-6 * abs(value), msg=name)
        self.assertRegex(out, r"autocorrelation of F\(z\*, \.\) +\S+ +estimated \(worker 0, 200 batches of \d+ steps")
        self.succeed("run", "a.toml", "--out", "one")
        self.succeed("run", "a.toml", "--out", "two", ranks=2)
        one, two = (history_of(self.folder / out / "gradient" / "seed-1.h5") for out in ("one", "two"))
        self.assertEqual(one[1].tobytes(), two[1].tobytes())
        self.write(text.replace('graph = "g.edges"\n', ""))
        done = self.run_program("check", "a.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("a.toml:6: graph_walk: 'g.edges' has 8 nodes, 6 of them in its largest component", done.stderr)

    def test_noise_that_is_no_plug_in(self):
        self.write(SMALL.replace("[stop]", "noise = 3\n[stop]") + METHOD)
        done = self.run_program("check", "a.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("problem.noise must be the name of an oracle or { type = name, ... }, got 3", done.stderr)

    def test_check_of_noise_that_remembers(self):
        # Two states that switch with probability s = 1/20: relaxation time 1 / (2s) = 10, autocorrelation time
        # 1/s - 1 = 19; the noise is the chain's value times a vector, and so has the same. Independent noise has 1.
        noise = 'noise = { type = "additive", sigma = 0.5, chain = { type = "two_state", switching = 0.05 } }\n[stop]'
        self.write(SMALL.replace("[stop]", noise) + METHOD)
        out = self.succeed("check", "a.toml")
        for name, value in (("relaxation time", "10"), ("autocorrelation of values", "19"), ("sigma", "0.5")):
            self.assertRegex(out, rf"\n  {name} +{value} +known")
        def of_operator(text):
            return float(re.search(r"autocorrelation of F\(z\*, \.\) +(\S+) +estimated", text)[1])
        self.assertAlmostEqual(of_operator(out), 19, delta=4)  # two standard errors of 200 batches of one number
        iid = self.succeed("check", "a.toml", "--set", "problem.noise.chain=iid")
        self.assertAlmostEqual(of_operator(iid), 1, delta=0.2)

    def test_check_says_the_same_on_two_ranks(self):
        self.write(SMALL + METHOD)
        self.assertEqual(self.succeed("check", "a.toml"), self.succeed("check", "a.toml", ranks=2))

    def test_check_refuses_what_run_refuses(self):
        self.write(SMALL + '[[method]]\ntype = "masha1"\nuplink = { type = "rand_k", k = 21 }\n')
        done = self.run_program("check", "a.toml")
        self.assertEqual((done.returncode, done.stderr),
                         (2, "trivium: a.toml:8: rand_k.k = 21 is more than the 20 there are; give at most that, or a fraction below 1\n"))

    def test_plot(self):
        self.write(SMALL + METHOD + '[[method]]\ntype = "masha1"\n')
        self.succeed("run", "a.toml", "--out", "out")
        self.succeed("plot", "out", "--out", "figure")
        self.assertEqual((self.folder / "figure.png").read_bytes()[1:4], b"PNG")


if __name__ == "__main__":
    TRIVIUM, MPIRUN = (str(Path(a).resolve()) if os.sep in a else a for a in sys.argv[1:3])
    FAILING = str(Path(sys.argv[3]).resolve()) if len(sys.argv) > 3 and not sys.argv[3].startswith("-") else None
    unittest.main(argv=sys.argv[:1] + sys.argv[3 + (FAILING is not None):])
