"""`trivium plot` on result files made here: curves, choices and tables that can be computed by hand."""
import contextlib
import io
import math
import os
import runpy
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

PLOT = Path(__file__).resolve().parents[2] / "experiments" / "plot"
sys.path.insert(0, str(PLOT))
import curves
import results
import table
import units

COLUMNS = """iteration round bits_up bits_down bits_up_max bits_up_values bits_up_indices bits_initial messages
calls calls_max samples local_steps prox_calls seconds seconds_compute seconds_encode seconds_network
distance residual""".split()
ORDER = {"first": 0, "second": 1}  # of the methods in the experiment file
plot_main = runpy.run_path(str(PLOT / "__main__.py"), run_name="plot")["main"]


def write_run(folder, label, seed, distance, bits_per_row=100.0, grid="", status="reached", theory="rate = 0.5\n",
              drop=(), **columns):
    """A run whose row i is iteration and round i, with i * bits_per_row bits up, twice that down, and 2 i calls."""
    row = np.arange(len(distance), dtype=float)
    bits = row * bits_per_row
    history = dict.fromkeys(COLUMNS, row) | {"distance": distance, "residual": np.full(len(row), np.nan)}
    history |= {"bits_up": bits, "bits_up_max": bits, "bits_up_values": 0.75 * bits, "bits_down": 2 * bits}
    history |= {"calls": 2 * row} | columns
    path = Path(folder) / label / grid.replace(" ", "_") / f"seed-{seed}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name in set(COLUMNS) - set(drop):
            file[f"history/{name}"] = np.asarray(history[name], dtype=float)
        file.attrs.update({"experiment": "hand made", "method": "m", "label": label, "grid": grid, "seed": seed})
        file.attrs.update({"status": status, "order": ORDER.get(label, 2), "theory": theory, "ranks": 2, "workers": 8})
    return path


def decades(*exponents):
    return [10.0 ** e for e in exponents]


def program(*arguments):
    """(exit code, stdout, stderr) of `trivium plot ARGUMENTS`."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = plot_main(list(map(str, arguments)))
        except SystemExit as stop:
            code = stop.code
    return code, out.getvalue(), err.getvalue()


class InFolder(unittest.TestCase):
    def setUp(self):
        keep = tempfile.TemporaryDirectory()
        self.addCleanup(keep.cleanup)
        self.folder = Path(keep.name)
        self.warnings = []

    def points(self, label="first"):
        return results.group(results.load([self.folder], self.warnings.append), self.warnings.append)[label]

    def curve(self, axis=curves.bits_axis("uplink-only")):
        return curves.curve_of(self.points()[0], axis, "distance")


class Reading(InFolder):
    def test_history_and_attributes_are_arrays_and_plain_values(self):
        history, attributes = results.read_result(write_run(self.folder, "first", 3, decades(0, -1, -2)))
        self.assertEqual(sorted(history), sorted(COLUMNS))
        np.testing.assert_array_equal(history["bits_up"], [0, 100, 200])
        self.assertEqual((attributes["label"], attributes["seed"]), ("first", 3))
        self.assertIs(type(attributes["seed"]), int)

    def test_fixed_length_strings_are_text(self):
        path = write_run(self.folder, "first", 1, [1.0])
        with h5py.File(path, "a") as file:
            file.attrs["label"] = np.bytes_("fixed")
        self.assertEqual(results.read_result(path)[1]["label"], "fixed")

    def test_a_row_caught_half_written_is_cut(self):
        path = write_run(self.folder, "first", 1, decades(0, -1))
        with h5py.File(path, "a") as file:
            del file["history/residual"]
            file["history/residual"] = [1.0]
        self.assertEqual({len(column) for column in results.read_result(path)[0].values()}, {1})

    def test_checkpoints_and_the_cache_are_no_results(self):
        write_run(self.folder, "first", 1, [1.0])
        write_run(self.folder / "cache", "second", 1, [1.0])
        (self.folder / "seed-1.checkpoint.h5").write_bytes(b"x")
        self.assertEqual([run.label for run in results.load([self.folder], self.warnings.append)], ["first"])
        self.assertEqual(self.warnings, [])

    def test_a_file_named_twice_counts_once_and_a_second_copy_warns(self):
        path = write_run(self.folder, "first", 1, [1.0])
        self.assertEqual(len(results.load([self.folder, path, path], self.warnings.append)), 1)
        self.assertEqual(self.warnings, [])
        (path.parent / "seed-1-copy.h5").write_bytes(path.read_bytes())
        self.assertEqual(len(results.load([self.folder], self.warnings.append)), 1)
        self.assertIn("the same run", self.warnings[0])

    def test_methods_come_in_the_order_of_the_experiment_file(self):
        for label in "another", "second", "first":
            write_run(self.folder, label, 1, [1.0])
        runs = results.load([self.folder], self.warnings.append)
        self.assertEqual(list(results.group(runs, self.warnings.append)), ["first", "second", "another"])

    def test_methods_of_several_experiments_are_kept_apart(self):
        for experiment in "one", "two":
            with h5py.File(write_run(self.folder / experiment, "first", 1, [1.0]), "a") as file:
                file.attrs["experiment"] = experiment
        runs = results.load([self.folder], self.warnings.append)
        self.assertEqual(list(results.group(runs, self.warnings.append)), ["one: first", "two: first"])

    def test_unfinished_runs_are_left_out_where_there_are_finished_ones(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2))
        write_run(self.folder, "first", 2, decades(0, -1), status="running")
        self.assertEqual([run.seed for run in self.points()[0].runs], [1])
        self.assertIn("1 of 2 runs are not finished", self.warnings[0])

    def test_grids_are_named_shortly(self):
        self.assertEqual(results.short_grid("step = 2 x theory"), "2x theory")
        self.assertEqual(results.short_grid("k = 10, step = 0.5 x theory"), "k = 10, 0.5x theory")
        self.assertEqual(results.short_grid("step = 0.1"), "step = 0.1")


class MedianAndBand(InFolder):
    def test_three_seeds_by_hand(self):
        # log10 errors at 100 bits: -1, -2, -4; the median is -2.
        # 10 %: rank 0.2, -4 + 0.2 * 2 = -3.6. 90 %: rank 1.8, -2 + 0.8 * 1 = -1.2.
        for seed, exponent in enumerate((-1, -2, -4)):
            write_run(self.folder, "first", seed, decades(0, exponent), status="limit")
        curve = self.curve()
        np.testing.assert_array_equal(curve.x, [0, 100])
        np.testing.assert_allclose(np.log10(curve.middle), [0, -2])
        np.testing.assert_allclose(np.log10(curve.low), [0, -3.6])
        np.testing.assert_allclose(np.log10(curve.high), [0, -1.2])

    def test_runs_are_read_on_the_union_of_their_bits_in_log_error(self):
        # a: -2 at 100, -4 at 200. b: -3 at 150 bits, -4 at 200: at 100 bits it is at -2; at 150 a is at -3.
        write_run(self.folder, "first", 1, decades(0, -2, -4), bits_up=[0, 100, 200], status="limit")
        write_run(self.folder, "first", 2, decades(0, -3, -4), bits_up=[0, 150, 200], status="limit")
        curve = self.curve()
        np.testing.assert_array_equal(curve.x, [0, 100, 150, 200])
        np.testing.assert_allclose(np.log10(curve.middle), [0, -2, -3, -4], atol=1e-12)

    def test_the_last_row_counts_where_nothing_was_sent_between_rows(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2, -3), bits_up=[0, 100, 100, 200])
        x, error = curves.path_of(self.points()[0].runs[0], curves.bits_axis("uplink-only"), "distance")
        np.testing.assert_array_equal(x, [0, 100, 200])
        np.testing.assert_allclose(error, decades(0, -2, -3))

    def test_a_single_seed_has_no_band(self):
        write_run(self.folder, "first", 1, decades(0, -1))
        self.assertIsNone(self.curve().low)

    def test_rows_that_were_not_measured_are_passed_over(self):
        write_run(self.folder, "first", 1, [1, math.nan, 0.01])
        np.testing.assert_array_equal(self.curve().x, [0, 200])

    def test_an_early_end_at_the_target_does_not_lift_the_median_and_the_third_of_five_ends_it(self):
        # Runs fall to -6 in 2, 3, 4, 5, 6 rows of equal slope: at row i the median is the run of 4 rows, -1.5 i.
        for seed, rows in enumerate((2, 3, 4, 5, 6)):
            write_run(self.folder, "first", seed, 10 ** np.linspace(0, -6, rows + 1))
        curve = self.curve()
        self.assertEqual(curve.x[-1], 400)
        np.testing.assert_allclose(np.log10(curve.middle), [0, -1.5, -3, -4.5, -6], atol=1e-12)
        bits = curves.bits_axis("uplink-only").values
        self.assertEqual(curves.median_cost(self.points()[0], bits, "distance", 1.0000001e-6), 400)

    def test_a_limit_ends_the_curve_where_the_first_run_ends(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2), status="limit")
        write_run(self.folder, "first", 2, decades(0, -1, -2, -3), status="limit")
        self.assertEqual(self.curve().x[-1], 200)

    def test_a_minority_that_diverges_leaves_the_median_and_takes_the_upper_edge_away(self):
        write_run(self.folder, "first", 1, decades(0, 4, 8), status="diverged")
        for seed in 2, 3, 4, 5:
            write_run(self.folder, "first", seed, decades(0, -1, -2, -3))
        curve = self.curve()
        np.testing.assert_allclose(curve.middle, decades(0, -1, -2, -3))
        self.assertEqual(curve.high[-1], math.inf)
        self.assertEqual(len(curve.diverged), 1)

    def test_a_majority_that_diverges_ends_the_median_at_the_explosion(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2, -3))
        for seed in 2, 3:
            write_run(self.folder, "first", seed, [1, 1e8, math.inf], status="diverged")
        np.testing.assert_array_equal(self.curve().x, [0, 100])

    def test_an_error_of_zero_is_drawn(self):
        write_run(self.folder, "first", 1, [1, 0])
        self.assertEqual(self.curve().middle[-1], curves.SMALLEST)

    def test_long_histories_are_thinned_with_both_ends_kept(self):
        write_run(self.folder, "first", 1, 10 ** np.linspace(0, -5, 20001))
        curve = self.curve()
        self.assertLessEqual(len(curve.x), 1500)
        self.assertEqual((curve.x[0], curve.x[1], curve.x[-1]), (0, 100, 2000000))


class Axes(InFolder):
    def axis_end(self, *arguments):
        return curves.horizontal_axis(*arguments).values(self.points()[0].runs[0])[-1]

    def test_each_axis_by_hand(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2), seconds=[0, 3, 5])
        expected = {"uplink-only": 200, "all": 600, "values-only": 150}
        for convention, bits in expected.items():
            self.assertEqual(self.axis_end("bits", convention, None), bits)
        for name, value in {"rounds": 2, "calls": 4, "iterations": 2, "seconds": 5}.items():
            self.assertEqual(self.axis_end(name, "all", None), value)

    def test_modelled_seconds_by_hand(self):
        # 2 * 0.05 s * 2 rounds + (200 + 400) bits / 2e8 + 2 s * 2 ranks / 8 workers = 0.2 + 3e-6 + 0.5
        write_run(self.folder, "first", 1, decades(0, -1, -2))
        self.assertAlmostEqual(self.axis_end("modelled", "all", "wan"), 0.700003, places=12)

    def test_theory_line_is_the_rate_per_iteration_along_the_axis(self):
        # A record every 10 iterations of 300 bits in all: 0.5^0, 0.5^10, 0.5^20.
        write_run(self.folder, "first", 1, decades(0, -1, -2), iteration=[0, 10, 20])
        x, error = curves.theory_line(self.points()[0], curves.bits_axis("all"))
        np.testing.assert_array_equal(x, [0, 300, 600])
        np.testing.assert_allclose(error, [1, 2.0 ** -10, 2.0 ** -20])

    def test_no_theory_line_without_a_rate_below_one(self):
        for theory in "rate = 1\n", "rate = 1.5\n", "rate = nan\n", 'rule = "none"\n', "not toml", "":
            write_run(self.folder, "first", 1, decades(0, -1), theory=theory)
            self.assertIsNone(self.curve().theory, theory)

    def test_units(self):
        for bits, name in {999: "bit", 1000: "kbit", 2e6: "Mbit", 3e9: "Gbit", 1e12: "Tbit"}.items():
            self.assertEqual(units.unit_of("bit", bits)[1], name)
        for count, unit in {9999: (1, ""), 1e4: (1e3, "thousands"), 2e6: (1e6, "millions")}.items():
            self.assertEqual(units.unit_of("count", count), unit)
        for seconds, unit in {1e-4: (1e-6, "us"), 0.5: (1e-3, "ms"), 2: (1, "s"), 36000: (3600, "h")}.items():
            self.assertEqual(units.unit_of("s", seconds), unit)
        for bits, text in {0: "0 bit", 123.4: "123 bit", 12345: "12.3 kbit", 1.5e6: "1.50 Mbit", math.inf: "-"}.items():
            self.assertEqual(units.bits_text(bits), text)


class BestOfGrid(InFolder):
    def best(self, convention="uplink-only", at=(1e-3, 1e-6)):
        return curves.best_of(self.points(), convention, "distance", at).grid

    def test_fewest_bits_to_the_smallest_accuracy_that_is_reached(self):
        # "a" is first at 1e-3 (100 bits), "b" at 1e-6 (300 bits): 1e-6 decides, unless only 1e-3 is asked.
        write_run(self.folder, "first", 1, decades(0, -3, -4, -5, -6), grid="a")
        write_run(self.folder, "first", 1, decades(0, -1, -3, -6), grid="b")
        self.assertEqual(self.best(), "b")
        self.assertEqual(self.best(at=[1e-3]), "a")

    def test_the_accuracy_is_one_that_is_reached(self):
        write_run(self.folder, "first", 1, decades(0, -1, -5), grid="a", status="limit")
        write_run(self.folder, "first", 1, decades(0, -3, -4), grid="b", status="limit")
        self.assertEqual(self.best(), "b")

    def test_the_median_decides_not_one_lucky_seed(self):
        for seed, distance in enumerate([decades(0, -6), decades(0, 3), decades(0, 3)]):
            write_run(self.folder, "first", seed, distance, grid="lucky", status="limit")
            write_run(self.folder, "first", seed, decades(0, -2, -4, -6), grid="steady")
        self.assertEqual(self.best(), "steady")

    def test_bits_are_those_of_the_convention(self):
        write_run(self.folder, "first", 1, decades(0, -6), grid="a", bits_up=[0, 100], bits_down=[0, 500])
        write_run(self.folder, "first", 1, decades(0, -6), grid="b", bits_up=[0, 200], bits_down=[0, 0])
        self.assertEqual((self.best(), self.best("all")), ("a", "b"))

    def test_without_an_accuracy_the_smallest_last_error_and_never_a_diverged_run(self):
        write_run(self.folder, "first", 1, decades(0, -1), grid="a", status="limit")
        write_run(self.folder, "first", 1, decades(0, -2), grid="b", status="limit")
        write_run(self.folder, "first", 1, [1, math.nan], grid="c", status="diverged")
        self.assertEqual(self.best(), "b")


class Table(InFolder):
    def rows(self, text):
        return [[cell for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]

    def test_numbers_by_hand(self):
        # first: 1e-3 after 3, 3, 5 rows of 1 kbit, the median is 3; 1e-6 after twice that.
        # second: 1e-3 after 1 row of 1.5 kbit; 1e-6 by one run of three only.
        for seed, rows in enumerate((3, 3, 5)):
            errors = 10 ** (-np.arange(2 * rows + 1) * 3.0 / rows - 1e-9)
            write_run(self.folder, "first", seed, errors, bits_per_row=1e3)
        for seed, status in enumerate(("reached", "limit", "diverged")):
            errors = decades(0, -3, -6 if status == "reached" else 2)
            write_run(self.folder, "second", seed, errors, 1500, grid="step = 2 x theory", status=status)
        points = [self.points("first")[0], self.points("second")[0]]
        rows = self.rows(table.table_of(points, "distance", [1e-6, 1e-3], "uplink-only"))
        strip = [[cell.strip() for cell in row] for row in rows]
        self.assertEqual(strip[1], ["first", "0.001", "3.00 kbit", "6.00 kbit", "3", "6", "1.00", "3 reached"])
        self.assertEqual(strip[2], ["1e-06", "6.00 kbit", "12.0 kbit", "6", "12", "1.00"])
        self.assertEqual(strip[3][:7], ["second (2x theory)", "0.001", "1.50 kbit", "3.00 kbit", "1", "2", "0.500"])
        self.assertEqual(strip[3][7], "1 reached, 1 limit, 1 diverged")
        self.assertEqual(strip[4], ["1e-06", "-", "-", "-", "-", "-"])

    def test_both_sides_of_the_accuracy(self):
        write_run(self.folder, "first", 1, [1, 1.001e-3, 1e-3])
        run = self.points()[0].runs[0]
        self.assertEqual(curves.cost_to(run, lambda run: run.column("round"), "distance", 1e-3), 2)
        self.assertEqual(curves.cost_to(run, lambda run: run.column("round"), "distance", 0.999e-3), math.inf)


class Program(InFolder):
    def test_writes_a_png_and_a_pdf_and_says_where(self):
        for seed in 1, 2, 3:
            write_run(self.folder, "first", seed, 10 ** (-np.arange(40) * (0.2 + 0.01 * seed)))
            write_run(self.folder, "second", seed, 10 ** (np.arange(20) * 0.4), status="diverged", grid="step = 4")
        code, out, err = program(self.folder, "--out", self.folder / "figures" / "one.v2")
        self.assertEqual((code, err), (0, ""))
        png, pdf = map(Path, out.split("\n")[:2])
        self.assertEqual((png.name, pdf.name), ("one.v2.png", "one.v2.pdf"))
        self.assertEqual(png.read_bytes()[:4], b"\x89PNG")
        self.assertGreater(png.stat().st_size, 20000)
        self.assertIn(b"/FontFile2", pdf.read_bytes())  # TrueType (type 42), embedded
        first = png.read_bytes(), pdf.read_bytes()
        program(self.folder, "--out", self.folder / "again.png")
        again = [(self.folder / f"again.{ending}").read_bytes() for ending in ("png", "pdf")]
        self.assertEqual(list(first), again)  # the same results, the same bytes

    def test_every_option_draws(self):
        for seed in 1, 2:
            for step in 1, 2:
                write_run(self.folder, "_$a", seed, decades(0, -step, -2 * step), grid=f"step = {step} x theory",
                          residual=decades(0, -1, -2))
        for options in ("-x modelled --network lan --log-x", "-y residual --all-grid --title $\\frac$", "--no-theory"):
            self.assertEqual(program(self.folder, *options.split(), "--out", self.folder / "f")[::2], (0, ""))

    def test_a_table_writes_no_figure_unless_asked(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2, -3))
        code, out, err = program(self.folder, "--table", "--at", "1e-2")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("200 bit", out)
        self.assertNotIn(".png", out)

    def test_damaged_and_foreign_files_in_a_folder_are_left_out_with_a_warning(self):
        good = write_run(self.folder, "first", 1, decades(0, -1, -2))
        (self.folder / "cut.h5").write_bytes(good.read_bytes()[:1000])
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["data"] = [1.0]
        code, _, err = program(self.folder, "--table")
        self.assertEqual(code, 0)
        self.assertEqual([line.split(":")[1].strip() for line in err.splitlines()], ["warning"] * 2)
        self.assertIn("cut.h5 cannot be read", err)
        self.assertIn("foreign.h5 is not a trivium result file", err)

    def mistake(self, *arguments):
        """The one sentence of a command that must end with exit code 2."""
        code, out, err = program(*arguments)
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(err.count("\n"), 1, err)
        self.assertTrue(err.startswith("trivium plot: "), err)
        return err

    def test_mistakes_are_sentences(self):
        self.assertIn("no result files in", self.mistake(self.folder))
        self.assertIn("no file or folder named", self.mistake(self.folder / "absent"))
        good = write_run(self.folder, "first", 1, decades(0, -1), drop=["bits_up_values"])
        cut = self.folder / "cut.h5"
        cut.write_bytes(good.read_bytes()[:1000])
        self.assertIn("cut.h5 cannot be read as a result file", self.mistake(cut))
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["history/x"] = [1.0]
        self.assertIn("foreign.h5 is not a trivium result file", self.mistake(self.folder / "foreign.h5"))
        self.assertIn("residual is NaN in every row", self.mistake(good, "-y", "residual"))
        self.assertIn("use -y distance", self.mistake(good, "-y", "residual"))
        self.assertIn("no column 'bits_up_values'", self.mistake(good, "--bits", "values-only"))
        self.assertIn("invalid choice: 'bit' (choose from 'bits', 'rounds'", self.mistake(good, "-x", "bit"))
        self.assertIn("invalid choice: 'moon'", self.mistake(good, "-x", "modelled", "--network", "moon"))
        self.assertIn("--network is for -x modelled only", self.mistake(good, "--network", "lan"))
        self.assertIn("invalid list of positive accuracies value: '0'", self.mistake(good, "--at", "0"))
        self.assertIn("required: RESULT", self.mistake())
        self.assertIn("cannot write", self.mistake(good, "--out", good / "below_a_file"))

    def test_an_axis_that_was_not_measured_is_a_sentence(self):
        good = write_run(self.folder, "first", 1, decades(0, -1), seconds=[math.nan] * 2)
        code, _, err = program(good, "-x", "seconds")
        self.assertEqual(code, 2)
        self.assertIn("'wall time' is NaN in every row of every result; choose another -x", err)


if __name__ == "__main__":
    os.environ.setdefault("MPLBACKEND", "Agg")
    unittest.main()
