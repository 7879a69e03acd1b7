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
import figure
import regime_figure
import regimes
import results
import settings
import style
import sweep
import sweep_figure
import table
import units

COLUMNS = """iteration round bits_up bits_down bits_up_max bits_up_values bits_up_indices bits_initial messages
calls calls_max samples local_steps prox_calls seconds seconds_compute seconds_server seconds_encode seconds_network
distance residual gap gap_average""".split()
ORDER = {"first": 0, "second": 1}  # of the methods in the experiment file
plot_main = runpy.run_path(str(PLOT / "__main__.py"), run_name="plot")["main"]


def write_run(folder, label, seed, distance, bits_per_row=100.0, grid="", status="reached", theory="rate = 0.5\n",
              drop=(), config="", **columns):
    """A run whose row i is iteration and round i, with i * bits_per_row bits up, twice that down, and 2 i calls."""
    row = np.arange(len(distance), dtype=float)
    bits = row * bits_per_row
    history = dict.fromkeys(COLUMNS, row) | {"distance": distance}
    history |= dict.fromkeys(["residual", "gap", "gap_average"], np.full(len(row), np.nan))
    history |= {"bits_up": bits, "bits_up_max": bits, "bits_up_values": 0.75 * bits, "bits_down": 2 * bits}
    history |= {"calls": 2 * row} | columns
    path = Path(folder) / label / grid.replace(" ", "_") / f"seed-{seed}.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name in set(COLUMNS) - set(drop) | set(columns):
            file[f"history/{name}"] = np.asarray(history[name], dtype=float)
        file.attrs.update({"experiment": "hand made", "method": "m", "label": label, "grid": grid, "seed": seed})
        file.attrs.update({"status": status, "order": ORDER.get(label, 2), "theory": theory, "ranks": 2, "workers": 8})
        file.attrs["config"] = config
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

    def test_what_all_runs_share_of_a_problem_grid_is_not_said_of_each(self):
        both = 'problem.partition = { type = "d", alpha = 1 }, problem.workers = 4'
        self.assertEqual(results.grid_parts(both), ['problem.partition = { type = "d", alpha = 1 }', "problem.workers = 4"])
        for label, grid in (("first", f"step = 2, {both}"), ("second", both.replace("4", "8"))):
            write_run(self.folder, label, 1, decades(0, -1), grid=grid)
        points = results.group(results.load([self.folder], self.warnings.append), self.warnings.append)
        self.assertEqual([members[0].name for members in points.values()],
                         ["first (step = 2, problem.workers = 4)", "second (problem.workers = 8)"])

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
        for name, value in {"rounds": 2, "calls": 4, "samples": 2, "iterations": 2, "seconds": 5}.items():
            self.assertEqual(self.axis_end(name, "all", None), value)

    def test_modelled_seconds_by_hand(self):
        # 2 * 0.05 s * 2 rounds + (200 + 400) bits / 2e8 + 2 s * 2 ranks / 8 workers + 0.1 s = 0.2 + 3e-6 + 0.5 + 0.1
        write_run(self.folder, "first", 1, decades(0, -1, -2), seconds_server=[0, 0, 0.1])
        self.assertAlmostEqual(self.axis_end("modelled", "all", "wan"), 0.800003, places=12)

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


class Settings(InFolder):
    def runs(self, *configs):
        for seed, config in enumerate(configs):
            write_run(self.folder, "first", 1, [1.0], grid=f"{seed}", config=config)
        return [point.runs[0] for point in self.points()]

    def test_a_key_is_looked_up_in_the_method_and_then_with_its_section(self):
        (run,) = self.runs("problem = { workers = 10 }\nmethod = { step = { theory = 2.0 }, up = { k = 5 } }")
        self.assertEqual(settings.setting(run, "up.k"), 5)
        self.assertEqual(settings.setting(run, "step"), {"theory": 2.0})
        self.assertEqual(settings.setting(run, "problem.workers"), 10)
        self.assertIsNone(settings.setting(run, "up.k.k"))
        self.assertIsNone(settings.setting(run, "workers"))

    def test_keys_with_several_values(self):
        runs = self.runs('problem = { workers = 10 }\nmethod = { step = { theory = 2.0 }, up = { k = 5, s = 1 } }',
                         'problem = { workers = 20 }\nmethod = { step = { theory = 1.0 }, up = { k = 6, s = 1 } }')
        self.assertEqual(settings.varied(runs), ["problem.workers", "step", "up.k"])

    def test_problems_are_told_apart_by_what_differs(self):
        self.runs(*(f"problem = {{ workers = {w}, similarity = {s}, n = 5 }}" for w in (2, 4) for s in (0.1, 1.0)))
        names = {name: len(points) for name, points in settings.by_problem(self.points(), "problem.workers").items()}
        self.assertEqual(names, {"similarity = 0.1": 2, "similarity = 1": 2})
        self.assertEqual(len(settings.by_problem(self.points())), 4)
        self.assertEqual(list(settings.by_problem(self.points()[:1])), [""])

    def test_plug_ins_are_told_apart_by_their_types_and_by_what_differs_among_those_of_one_type(self):
        chains = '{ type = "iid", states = 0 }', '{ type = "token", jump = 0.5 }', '{ type = "token", jump = 0.1 }'
        self.runs(*(f"problem = {{ chain = {chain} }}" for chain in chains))
        self.assertEqual(list(settings.by_problem(self.points()[:2])), ["chain.type = iid", "chain.type = token"])
        self.assertEqual(list(settings.by_problem(self.points()))[1:],
                         ["chain.type = token, chain.jump = 0.5", "chain.type = token, chain.jump = 0.1"])


class Sweep(InFolder):
    def write(self, method, rows, label="first", problem="", seeds=(1,), reached=True):
        """A run that is at 1e-6 after so many rows of 100 bits, or at 1e-2 and never there."""
        error = np.ones(rows + 1)
        error[-1] = 1e-6 if reached else 1e-2
        for seed in seeds:
            write_run(self.folder, label, seed, error, grid=f"{problem} {method}", status="limit",
                      config=f"problem = {{ {problem} }}\nmethod = {{ {method} }}")

    def sweep(self, key, accuracy=1e-6):
        methods = results.group(results.load([self.folder], self.warnings.append), self.warnings.append)
        return sweep.sweep_over(key, methods, "uplink-only", "distance", accuracy)

    def costs(self, key, accuracy=1e-6):
        """name of the line -> value -> median bits."""
        return {line.name: {value: sweep.cost_of(point, curves.bits_axis("uplink-only"), "distance", accuracy)[1]
                            for value, point in line.points.items()} for line in self.sweep(key, accuracy).series}

    def test_quantiles_over_seeds_by_hand(self):
        # 100, 200 and 400 bits. 10 %: rank 0.2, 100 + 0.2 * 100. 90 %: rank 1.8, 200 + 0.8 * 200.
        for seed, rows in enumerate((1, 2, 4)):
            self.write("up = { k = 5 }", rows, seeds=[seed])
        ((line,), (value,)) = self.sweep("up.k").series, self.sweep("up.k").values
        bits = curves.bits_axis("uplink-only")
        np.testing.assert_allclose(sweep.cost_of(line.points[5], bits, "distance", 1e-6), [120, 200, 360])
        self.assertEqual(value, 5)

    def test_a_minority_that_is_not_there_leaves_the_median_and_takes_the_upper_quantile_away(self):
        for seed, reached in enumerate((True, True, False)):
            self.write("up = { k = 5 }", 3, seeds=[seed], reached=reached)
        low, middle, high = sweep.cost_of(self.points()[0], curves.bits_axis("uplink-only"), "distance", 1e-6)
        self.assertEqual((low, middle, high), (300, 300, math.inf))

    def test_values_ascend_and_the_best_point_of_each_is_drawn(self):
        for k, step, rows in ((10, 1, 4), (10, 2, 3), (2, 1, 5), (2, 2, 6)):
            self.write(f"up = {{ k = {k} }}, step = {step}", rows)
        self.assertEqual(self.costs("up.k"), {"first": {2: 500, 10: 300}})
        self.assertEqual(list(self.costs("up.k")["first"]), [2, 10])

    def test_the_best_point_is_the_one_for_the_accuracy(self):
        # At 0.1 the run that never sees 1e-6 is the cheaper one.
        self.write("up = { k = 5 }, step = 1", 3)
        self.write("up = { k = 5 }, step = 2", 2, reached=False)
        self.assertEqual(self.costs("up.k", 0.1), {"first": {5: 200}})
        self.assertEqual(self.costs("up.k", 1e-6), {"first": {5: 300}})

    def test_a_value_that_does_not_get_there_is_infinite_and_a_method_without_the_parameter_is_a_reference(self):
        self.write("up = { k = 5 }", 3)
        self.write("up = { k = 9 }", 3, reached=False)
        self.write('up = { type = "identity" }', 7, label="second")
        self.assertEqual(self.costs("up.k"), {"first": {5: 300, 9: math.inf}, "second": {None: 700}})
        self.assertEqual([line.is_reference for line in self.sweep("up.k").series], [False, True])

    def test_steps_are_multiples_of_theory_where_such_occur(self):
        self.write("step = { theory = 2.0 }", 3)
        self.write('step = "theory"', 5)
        self.write("step = 0.25", 9, label="second")
        self.assertEqual(self.costs("step"), {"first": {1: 500, 2: 300}, "second": {None: 900}})
        self.assertEqual(self.sweep("step").label, "step (multiple of theory's)")

    def test_steps_are_numbers_where_no_multiples_occur(self):
        self.write("step = 0.5", 3)
        self.write('step = "theory"', 5)
        self.assertEqual(self.costs("step"), {"first": {0.5: 300}, "first (step = theory)": {None: 500}})

    def test_problems_are_not_mixed(self):
        for workers in 2, 8:
            for similarity, rows in ((0.1, 3), (1.0, 5)):
                self.write("step = 1", rows * workers, problem=f"workers = {workers}, similarity = {similarity}")
        self.assertEqual(self.costs("problem.workers"),
                         {"first (similarity = 0.1)": {2: 600, 8: 2400}, "first (similarity = 1)": {2: 1000, 8: 4000}})

    def draw(self, key, costs=("bits",)):
        axes = [curves.horizontal_axis(cost, "uplink-only", "wan") for cost in costs]
        return sweep_figure.draw(self.sweep(key), axes, "distance", 1e-6, "title")

    def test_the_figure_is_logarithmic_with_a_tick_at_each_value_and_open_markers_at_the_top(self):
        for k, rows in ((1, 30), (10, 20), (100, 40)):
            self.write(f"up = {{ k = {k} }}", rows, reached=k < 100)
        self.write("step = 1", 10, label="second")
        (axes,) = self.draw("up.k").axes
        self.assertEqual((axes.get_xscale(), axes.get_yscale()), ("log", "log"))
        self.assertEqual(list(axes.get_xticks()), [1, 10, 100])
        self.assertEqual(axes.get_ylabel(), "bits sent per worker (uplink only) [kbit]")
        line, missed, reference = axes.get_lines()
        np.testing.assert_array_equal(line.get_ydata(), [3, 2, math.nan])
        self.assertEqual((list(missed.get_xdata()), missed.get_markerfacecolor()), ([100], "white"))
        height = axes.transAxes.inverted().transform  # as a share of the axes
        self.assertGreater(height(missed.get_transform().transform((100, *missed.get_ydata())))[1], 0.95)
        self.assertLess(height(axes.transData.transform((1, 3)))[1], 0.95)
        np.testing.assert_array_equal(reference.get_ydata(), [1, 1])
        texts = [text.get_text() for text in axes.get_legend().get_texts()]
        self.assertEqual(texts, ["first", "second", "at the top: not reached"])

    def test_what_is_never_there_is_in_the_legend(self):
        self.write("up = { k = 1 }", 3)
        self.write("step = 1", 3, label="second", reached=False)
        texts = [text.get_text() for text in self.draw("up.k").axes[0].get_legend().get_texts()]
        self.assertEqual(texts, ["first", "second\nnot reached"])

    def test_a_parameter_that_may_be_zero_has_a_linear_axis(self):
        for k in 0, 1, 2:
            self.write(f"up = {{ k = {k} }}", 3)
        self.assertEqual(self.draw("up.k").axes[0].get_xscale(), "linear")

    def test_several_costs_share_one_legend(self):
        for k in 1, 2:
            self.write(f"up = {{ k = {k} }}", 3)
        drawn = self.draw("up.k", ("bits", "rounds"))
        self.assertEqual((len(drawn.axes), len(drawn.legends)), (2, 1))
        self.assertEqual([axes.get_legend() for axes in drawn.axes], [None, None])

    def test_the_table_by_hand(self):
        self.write("up = { k = 5 }, step = 2", 3, seeds=(1, 2))
        self.write("step = 1", 7, label="second")
        options = "--over up.k --panels bits_both,rounds --table --at 1e-6"
        code, out, err = program(self.folder, *options.split())
        self.assertEqual((code, err), (0, ""))
        rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]
        self.assertEqual(rows[1], ["first", "5", "1e-06", "900 bit", "900 bit", "900 bit", "3", "3", "3", "2 limit",
                                   "up = { k = 5 }, step = 2"])
        self.assertEqual(rows[2][:6], ["second", "-", "1e-06", "2.10 kbit", "2.10 kbit", "2.10 kbit"])

    def test_the_program_writes_it(self):
        for k in 1, 2:
            self.write(f"up = {{ k = {k} }}", 3 * k, seeds=(1, 2))
        options = "--over up.k -x rounds --at 1e-6 --out"
        code, out, err = program(self.folder, *options.split(), self.folder / "f")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.split(), [str(self.folder / "f.png"), str(self.folder / "f.pdf")])

    def test_mistakes_are_sentences(self):
        for k in 1, 2:
            self.write(f"up = {{ k = {k} }}", 3, reached=False)
        for arguments, sentence in {
            ("--over", "up.q"): "'up.q' is a number in no method's configuration; choose for --over a parameter that "
                                "takes several values (here: up.k)",
            ("--over", "up.k", "--at", "1e-9"): "no median run reaches 1e-09 (the smallest distance of a run is 0.01)",
            ("--over", "up.k", "--log-x"): "--log-x does not go with --over",
            ("--panels", "rounds", "-x", "rounds"): "--panels and -x both choose costs: leave one out",
            ("--panels", "bits_up,moon"): "no panel named 'moon' (choose from bits_up, bits_both, bits_values, rounds",
            ("--panels", "rounds", "--network", "lan"): "--network is for -x modelled only",
        }.items():
            code, out, err = program(self.folder, *arguments)
            self.assertEqual((code, out, err.count("\n")), (2, "", 1), err)
            self.assertIn(sentence, err)


class Floors(InFolder):
    def write(self, error, k=1, seed=1, step=1, status="limit"):
        write_run(self.folder, "first", seed, np.array(error), grid=f"k = {k}, step = {step}", status=status,
                  config=f"method = {{ up = {{ k = {k} }}, step = {step} }}")

    def table(self, *options):
        code, out, err = program(self.folder, "--over", "up.k", "-x", "floor", "--table", *options)
        self.assertEqual((code, err), (0, ""))
        return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]

    def test_the_mean_over_the_last_quarter_rounded_up(self):
        self.write([1, 1, 1, 1, 0.04, 0.01])  # of six records the last two
        self.assertEqual(self.table()[1][:4], ["first", "1", "-", "0.02"])
        self.assertEqual(self.table("--mean", "arithmetic")[1][3], "0.025")

    def test_the_lowest_point_counts_and_divergence_is_none(self):
        self.write([1, 0.2], step=1)
        self.write([1, 0.1], step=2)
        self.write([1, 1e-9], step=3, status="diverged")
        self.write([1, 1e9], k=2, status="diverged")
        rows = self.table()
        self.assertEqual((rows[1][3], rows[1][-1]), ("0.1", "k = 1, step = 2"))
        self.assertEqual(rows[2][3], "-")

    def test_the_program_draws_them(self):
        for k in 1, 2:
            self.write([1, 0.1 * k], k=k)
        code, _, err = program(self.folder, "--over", "up.k", "-x", "floor", "--out", self.folder / "f")
        self.assertEqual((code, err), (0, ""))
        self.assertTrue((self.folder / "f.png").exists())

    def test_mistakes_are_sentences(self):
        self.write([1, 1e9], status="diverged")
        self.write([1, 1e9], k=2, status="diverged")
        for arguments, sentence in {
            ("-x", "floor"): "-x floor goes with --over: a floor is one number of a run",
            ("--mean", "arithmetic"): "--mean is for -x floor only: add it, or leave --mean out",
            ("-x", "floor", "--over", "up.k", "-y", "calls"): "-x floor is where errors stall, and calls is none",
            ("-x", "floor", "--over", "up.k"): "every median run diverged, and nothing stalls",
        }.items():
            code, out, err = program(self.folder, *arguments)
            self.assertEqual((code, out, err.count("\n")), (2, "", 1), err)
            self.assertIn(sentence, err)


class Regimes(InFolder):
    def write(self, label, rows, problem="", method="step = 1", reached=True, seeds=(1,)):
        """A run that is at 1e-6 after so many rows of 100 bits, or at 1e-2 and never there."""
        error = np.ones(rows + 1)
        error[-1] = 1e-6 if reached else 1e-2
        for seed in seeds:
            write_run(self.folder, label, seed, error, grid=f"{problem} {method}", status="limit",
                      config=f"problem = {{ {problem} }}\nmethod = {{ {method} }}")

    def write_regimes(self):
        """Bits to 1e-6 by similarity and k; "second" has no k:

                     k = 1       k = 10      second
            s = 0.1  300         200         400
            s = 1    not there   1200        600        """
        for similarity, k, rows in ((0.1, 1, 3), (0.1, 10, 2), (1, 1, 9), (1, 10, 12)):
            self.write("first", rows, f"similarity = {similarity}", f"up = {{ k = {k} }}", reached=rows != 9)
        for similarity, rows in ((0.1, 4), (1, 6)):
            self.write("second", rows, f"similarity = {similarity}")

    def maps(self, *keys, cost="bits", accuracy=1e-6):
        self.methods = results.group(results.load([self.folder], self.warnings.append), self.warnings.append)
        self.axis = curves.horizontal_axis(cost, "uplink-only", "wan")
        return regimes.regime_maps(keys, self.methods, self.axis, "uplink-only", "distance", accuracy)

    def cells(self, *keys, **options):
        """(x, y) -> winner and what stands in the cell."""
        (only,) = self.maps(*keys, **options)
        return {place: (cell.winner, cell.text) for place, cell in only.cells.items()}

    def draw(self, *keys):
        maps = self.maps(*keys)
        return regime_figure.draw(maps, list(self.methods), self.axis, "distance", 1e-6, "title")

    def test_the_winner_and_its_factor_by_hand(self):
        # 400 / 300, 600 against a method that is not there, 400 / 200, 1200 / 600.
        self.write_regimes()
        self.assertEqual(self.cells("problem.similarity", "up.k"), {
            (0.1, 1): ("first", "1.3x"), (1, 1): ("second", "only"),
            (0.1, 10): ("first", "2.0x"), (1, 10): ("second", "2.0x")})

    def test_the_cost_is_the_one_that_is_asked(self):
        # In rounds a run of 2 costs 20: "first" loses where it won by bits.
        for s, k in ((1, 1), (1, 2), (2, 1), (2, 2)):
            for label, rows, rounds in (("first", 2, 20), ("second", 4, 4)):
                write_run(self.folder, label, 1, decades(*[0] * rows, -6), grid=f"s = {s}, k = {k}",
                          round=np.linspace(0, rounds, rows + 1),
                          config=f"problem = {{ s = {s} }}\nmethod = {{ k = {k} }}")
        self.assertEqual(set(self.cells("problem.s", "k").values()), {("first", "2.0x")})
        self.assertEqual(set(self.cells("problem.s", "k", cost="rounds").values()), {("second", "5.0x")})

    def test_the_median_decides_and_the_best_of_further_axes_competes(self):
        # k = 1: medians of 100, 500, 600 bits with step 1 and of 400 with step 2; "second" has 800.
        for similarity in 1, 2:
            for k in 1, 2:
                for seed, rows in enumerate((1, 5, 6)):
                    self.write("first", rows, f"s = {similarity}", f"k = {k}, step = 1", seeds=[seed])
                self.write("first", 4, f"s = {similarity}", f"k = {k}, step = 2", seeds=range(3))
            self.write("second", 8, f"s = {similarity}", seeds=range(3))
        (only,) = self.maps("problem.s", "k")
        self.assertEqual(only.cells[1, 1].costs, {"first": 400, "second": 800})
        self.assertEqual(only.cells[1, 1].points["first"].grid, "s = 1 k = 1, step = 2")

    def test_a_point_of_a_dense_method_stays_on_its_problem(self):
        # 600 bits at similarity 1: the 400 bits of similarity 0.1 would beat nothing there.
        self.write_regimes()
        (only,) = self.maps("problem.similarity", "up.k")
        self.assertEqual([only.cells[1, k].costs["second"] for k in (1, 10)], [600, 600])

    def test_nobody_there_and_nobody_run_are_told_apart(self):
        self.write("first", 3, method="k = 1, step = 1", reached=False)
        self.write("first", 3, method="k = 1, step = 2")
        self.write("first", 3, method="k = 2, step = 1")
        cells = self.cells("k", "step")
        self.assertEqual(cells, {(1, 1): (None, "not reached"), (2, 1): ("first", "only"), (1, 2): ("first", "only"),
                                 (2, 2): (None, "no runs")})

    def test_two_significant_digits(self):
        for costs, text in {(2, 2): "1.0x", (2, 19.8): "9.9x", (2, 19.98): "10x", (3, 460): "153x"}.items():
            self.assertEqual(regimes.Cell({}, dict(enumerate(costs))).text, text)

    def test_other_parameters_of_the_problem_make_maps_of_their_own(self):
        for workers in 2, 8:
            for step, k, rows in ((1, 1, 3), (2, 1, 4), (1, 2, 5), (2, 2, 6)):
                self.write("first", rows * workers, f"workers = {workers}", f"k = {k}, step = {step}")
        costs = {each.problem: each.cells[2, 1].costs["first"] for each in self.maps("step", "k")}
        self.assertEqual(costs, {"workers = 2": 800, "workers = 8": 3200})
        drawn = self.draw("step", "k")
        self.assertEqual([axes.get_title() for axes in drawn.axes], ["workers = 2", "workers = 8"])
        self.assertEqual(len(drawn.legends), 1)

    def test_the_figure_has_a_coloured_cell_a_text_and_a_tick_for_every_value(self):
        self.write_regimes()
        self.write("third", 50, "similarity = 0.1")
        (axes,) = self.draw("problem.similarity", "up.k").axes
        self.assertEqual((axes.get_xscale(), axes.get_yscale()), ("log", "log"))
        self.assertEqual((list(axes.get_xticks()), list(axes.get_yticks())), ([0.1, 1], [1, 10]))
        self.assertEqual((axes.get_xlabel(), axes.get_ylabel()), ("problem.similarity", "up.k"))
        first, second = (style.matplotlib.colors.to_rgba(colour) for colour in style.COLOURS[:2])
        self.assertEqual([patch.get_facecolor() for patch in axes.patches], [first, second, first, second])
        np.testing.assert_allclose(axes.patches[0].get_xy(), [0.1 / math.sqrt(10), 1 / math.sqrt(10)])
        self.assertEqual([text.get_text() for text in axes.texts], ["1.3x", "only", "2.0x", "2.0x"])
        texts = [text.get_text() for text in axes.get_legend().get_texts()]
        self.assertEqual(texts, ["first", "second", "never cheapest:\nthird"])

    def test_what_nobody_reaches_is_hatched_and_in_the_legend(self):
        for k in 1, 2:
            for step in 1, 2:
                self.write("first", 3, method=f"k = {k}, step = {step}", reached=k < 2)
        (axes,) = self.draw("k", "step").axes
        self.assertEqual([bool(patch.get_hatch()) for patch in axes.patches], [False, True, False, True])
        self.assertEqual([text.get_text() for text in axes.get_legend().get_texts()], ["first", "not reached"])

    def test_a_colour_carries_ink_that_can_be_read(self):
        # Contrast of at least 3 : 1 (WCAG 2.1, large text and graphics).
        def luminance(colour):
            rgb = np.array(style.matplotlib.colors.to_rgb(colour))
            linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
            return np.dot(linear, [0.2126, 0.7152, 0.0722])

        for colour in style.COLOURS:
            low, high = sorted((luminance(colour), luminance(regime_figure._ink(colour))))
            self.assertGreater((high + 0.05) / (low + 0.05), 3, colour)

    def test_the_table_by_hand(self):
        self.write_regimes()
        options = "--map problem.similarity,up.k --table --at 1e-6"
        code, out, err = program(self.folder, *options.split())
        self.assertEqual((code, err), (0, ""))
        rows = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]
        self.assertEqual(rows[0], ["problem.similarity", "up.k", "accuracy", "first", "second", "factor", "winner",
                                   "its grid point"])
        self.assertEqual(rows[1][:7], ["0.1", "1", "1e-06", "300 bit", "400 bit", "1.3x", "first"])
        self.assertEqual(rows[2][:7], ["1", "1", "1e-06", "-", "600 bit", "only", "second"])
        self.assertEqual(rows[4][:7], ["1", "10", "1e-06", "1.20 kbit", "600 bit", "2.0x", "second"])

    def test_the_program_writes_it(self):
        self.write_regimes()
        options = "--map problem.similarity,up.k -x rounds --at 1e-6 --out"
        code, out, err = program(self.folder, *options.split(), self.folder / "f")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.split(), [str(self.folder / "f.png"), str(self.folder / "f.pdf")])

    def test_mistakes_are_sentences(self):
        for k in 1, 2:
            for step in 1, 2:
                self.write("first", 3, "workers = 4", f"k = {k}, step = {step}", reached=False)
        for arguments, sentence in {
            "--map k,q": "'q' is a number in no method's configuration; choose for --map a parameter that takes "
                         "several values (here: k, step)",
            "--map k,problem.workers": "'problem.workers' has the single value 4; choose for --map a parameter that "
                                       "takes several values (here: k, step)",
            "--map k,step --at 1e-9": "no median run reaches 1e-09 (the smallest distance of a run is 0.01)",
            "--map k": "argument --map: expected two different parameters X,Y, found 'k'",
            "--map k,k": "argument --map: expected two different parameters X,Y, found 'k,k'",
            "--map k,step --over k": "--over does not go with --map, which shows one cost of the best points",
            "--map k,step --panels rounds": "--panels does not go with --map",
            "--map k,step --all-grid": "--all-grid does not go with --map",
            "--map k,step --log-x": "--log-x does not go with --map",
        }.items():
            code, out, err = program(self.folder, *arguments.split())
            self.assertEqual((code, out, err.count("\n")), (2, "", 1), err)
            self.assertIn(sentence, err)


class Panels(InFolder):
    def draw(self, *conventions, labels=("first", "second"), log_x=False):
        for label in labels:
            for seed in 1, 2:
                write_run(self.folder, label, seed, decades(0, -1, -2, -3))
        methods = results.group(results.load([self.folder], self.warnings.append), self.warnings.append)
        axes = [curves.bits_axis(convention) for convention in conventions]
        return figure.draw([(axis, [(number, curves.curve_of(points[0], axis, "distance"))
                                    for number, points in enumerate(methods.values())]) for axis in axes],
                           "distance", "title", log_x)

    def test_a_logarithmic_axis_begins_where_something_was_sent(self):
        (axes,) = self.draw("uplink-only", log_x=True).axes
        line = axes.get_lines()[-1]
        np.testing.assert_array_equal(line.get_xdata(), [100, 200, 300])
        np.testing.assert_allclose(line.get_ydata(), decades(-1, -2, -3))
        self.assertGreater(axes.get_xlim()[0], 50)

    def test_the_same_curves_against_each_cost_under_one_legend(self):
        drawn = self.draw("uplink-only", "all")
        up, both = drawn.axes
        np.testing.assert_array_equal(up.get_lines()[-1].get_xdata(), [0, 100, 200, 300])
        np.testing.assert_array_equal(both.get_lines()[-1].get_xdata(), [0, 300, 600, 900])
        self.assertEqual(both.get_xlabel(), "bits sent and received per worker\n[bit]")
        self.assertEqual((up.get_ylim(), up.get_ylabel() != "", both.get_ylabel()), (both.get_ylim(), True, ""))
        (legend,) = drawn.legends
        self.assertEqual([text.get_text() for text in legend.get_texts()], ["first", "second", "theory's rate"])
        self.assertIsNone(up.get_legend() or both.get_legend())

    def test_the_legend_does_not_cover_anything(self):
        many = [f"method number {i}" for i in range(10)], [f"method number {i} with a long name" * 2 for i in range(30)]
        for conventions, labels in zip((["uplink-only", "all", "values-only"], ["all"]), many):
            with style.matplotlib.rc_context(style.SETTINGS):
                drawn = self.draw(*conventions, labels=labels)
                drawn.savefig(io.BytesIO(), format="png")
            drawn.set_dpi(style.SETTINGS["savefig.dpi"])
            legend = drawn.legends[0].get_window_extent()
            for axes in drawn.axes:
                self.assertGreater(axes.get_tightbbox().y0, legend.y1)
            self.assertGreaterEqual(legend.y0, 0)

    def test_the_program_names_the_file_after_the_panels(self):
        write_run(self.folder, "first", 1, decades(0, -1, -2))
        keep = os.getcwd()
        self.addCleanup(os.chdir, keep)
        os.chdir(self.folder)
        self.assertEqual(program(".", "--panels", "bits_up,rounds")[1].split()[0], "hand_made_bits_up_rounds.png")

    def test_a_curve_for_each_problem(self):
        # The harder problem must not vanish behind the easier one.
        for workers, error in ((2, decades(0, -6)), (4, decades(0, -3, -6))):
            for step in 1, 2:
                write_run(self.folder, "first", 1, error, grid=f"problem.workers = {workers}, step = {step}",
                          config=f"problem = {{ workers = {workers} }}\nmethod = {{ step = {step} }}")
        _, out, _ = program(self.folder, "--table", "--at", "1e-6")
        self.assertEqual([line.split("  ")[0] for line in out.splitlines()[1:3]],
                         ["first (problem.workers = 2, step = 1)", "first (problem.workers = 4, step = 1)"])


class Measures(InFolder):
    """Columns that are no errors: drawn as they are, on a linear axis."""

    def write(self, label, seed, accuracy, **more):
        write_run(self.folder, label, seed, [1.0] * len(accuracy), accuracy=accuracy, **({"status": "limit"} | more))

    def test_the_median_and_the_band_are_those_of_the_values(self):
        # At 100 bits 0.2, 0.4, 0.9: 10 % is rank 0.2, 0.2 + 0.2 * 0.2; 90 % rank 1.8, 0.4 + 0.8 * 0.5.
        for seed, value in enumerate((0.4, 0.2, 0.9)):
            self.write("first", seed, [0.1, value, -0.5])
        curve = curves.curve_of(self.points()[0], curves.bits_axis("uplink-only"), "accuracy")
        np.testing.assert_allclose(curve.middle, [0.1, 0.4, -0.5])
        np.testing.assert_allclose(curve.low, [0.1, 0.24, -0.5])
        np.testing.assert_allclose(curve.high, [0.1, 0.8, -0.5])
        self.assertIsNone(curve.theory)

    def test_rows_between_are_passed_over_and_read_linearly(self):
        self.write("first", 1, [0.0, math.nan, 1.0])
        self.write("first", 2, [0.0, 0.0, 1.0])
        curve = curves.curve_of(self.points()[0], curves.bits_axis("uplink-only"), "accuracy")
        np.testing.assert_allclose(curve.middle, [0, 0.25, 1])  # half way between 0.5 and 0

    def test_a_run_that_diverged_ends_the_curve(self):
        self.write("first", 1, [0.1, 0.5], status="diverged")
        self.write("first", 2, [0.1, 0.5, 0.9])
        curve = curves.curve_of(self.points()[0], curves.bits_axis("uplink-only"), "accuracy")
        np.testing.assert_array_equal(curve.x, [0, 100])

    def test_a_value_is_reached_from_the_side_on_which_it_starts(self):
        self.write("first", 1, [0.5, 0.7, 0.3, 0.9])
        run = self.points()[0].runs[0]
        for accuracy, rounds in {0.7: 1, 0.71: 3, 0.5: 0, 0.4: 2, 0.2: math.inf, 0.91: math.inf}.items():
            cost = curves.cost_to(run, lambda run: run.column("round"), "accuracy", accuracy)
            self.assertEqual(cost, rounds, accuracy)

    def test_the_best_of_a_grid_needs_a_value(self):
        self.write("first", 1, [0.1, 0.8, 0.85], grid="a")
        self.write("first", 1, [0.1, 0.7, 0.95], grid="b")

        def best(*at):
            return curves.best_of(self.points(), "uplink-only", "accuracy", at).grid

        self.assertEqual(best(0.8), "a")
        self.assertEqual(best(0.8, 0.9), "b")  # 0.9 is further from the start
        self.assertEqual(best(0.99), "b")  # not reached: the last value that is nearest
        self.assertEqual(program(self.folder, "-y", "accuracy", "--all-grid", "--out", self.folder / "f")[::2], (0, ""))
        code, out, err = program(self.folder, "-y", "accuracy")
        self.assertEqual((code, out, err.count("\n")), (2, "", 1))
        self.assertIn("accuracy is no error, so no point of a grid is the best; say with --at", err)

    def test_the_axis_is_linear_and_holds_medians_bands_and_crosses(self):
        for seed in 1, 2:
            self.write("first", seed, [0.1, 0.5, 0.9])
        self.write("second", 1, [0.1, 0.3, 0.2])
        self.write("second", 2, [0.1, 0.3, 0.2, -1e9], status="diverged")  # past the end of the other
        methods = results.group(results.load([self.folder], self.warnings.append), self.warnings.append)
        axis = curves.bits_axis("uplink-only")
        drawn = [(number, curves.curve_of(points[0], axis, "accuracy"))
                 for number, points in enumerate(methods.values())]
        (axes,) = figure.draw([(axis, drawn)], "accuracy", "title", False).axes
        self.assertEqual((axes.get_yscale(), axes.get_ylabel()), ("linear", "accuracy"))
        np.testing.assert_allclose(axes.get_ylim(), [0.06, 0.94])
        (cross,) = [line for line in axes.get_lines() if line.get_marker() == "x"]
        self.assertEqual((cross.get_xdata()[0], cross.get_ydata()[0]), (300, axes.get_ylim()[0]))

    def test_every_figure_and_table(self):
        for seed in 1, 2:
            for k in 1, 2:
                for step in 1, 2:
                    self.write("first", seed, [0.1, 0.2 * k, 0.4 * k], grid=f"k = {k}, step = {step}",
                               config=f"method = {{ k = {k}, step = {step} }}")
        for options in ("--at 0.3", "--over k --at 0.3", "--map k,step --at 0.3", "--panels bits_up,rounds --at 0.3",
                        "-y bits_up -x iterations --all-grid"):
            arguments = ["-y", "accuracy", *options.split(), "--out", self.folder / "f"]
            self.assertEqual(program(self.folder, *arguments)[::2], (0, ""), options)
        _, out, _ = program(self.folder, *"-y accuracy --table --at 0.3,0.7".split())
        self.assertRegex(out, r"\nfirst \(k = 2, step = 1\) +0\.7 +200 bit .*\n +0\.3 +100 bit ")

    def test_mistakes_are_sentences(self):
        self.write("first", 1, [0.1, 0.5])
        for arguments, sentence in {
            "-y accurac": "has no column 'accurac' in /history; choose another -x, -y or --bits, or run it again (it "
                          "has accuracy, bits_down, ",
            "-y accuracy --table": "accuracy is no error: say with --at which value of it is to be reached",
            "-y accuracy --over k": "accuracy is no error: say with --at",
            "-y accuracy --map k,step": "accuracy is no error: say with --at",
        }.items():
            code, out, err = program(self.folder, *arguments.split())
            self.assertEqual((code, out, err.count("\n")), (2, "", 1), err)
            self.assertIn(sentence, err)
        for k in 1, 2:
            self.write("first", 1, [0.1, 0.5], grid=f"k = {k}", config=f"method = {{ k = {k} }}")
        code, _, err = program(self.folder, *"-y accuracy --over k --at 0.9".split())
        self.assertEqual(code, 2)
        self.assertIn("no median run reaches 0.9 (accuracy lies between 0.1 and 0.5); choose another --at", err)


class Colours(unittest.TestCase):
    # Machado, Oliveira, Fernandes 2009, table 1, severity 1, on linear RGB.
    EYES = {
        "normal": np.eye(3),
        "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                       [-0.003882, -0.048116, 1.051998]],
        "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                         [-0.011820, 0.042940, 0.968881]],
        "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                       [0.004733, 0.691367, 0.303900]],
    }

    def seen(self, colour, eye):
        """CIE Lab of a colour #RRGGBB."""
        rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        xyz = to_xyz @ np.clip(np.array(self.EYES[eye]) @ linear, 0, 1) / [0.9505, 1, 1.089]
        f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    def test_ten_methods_differ_to_every_eye(self):
        # A just noticeable difference is about 2.3; in matplotlib's own cycle of ten two colours are 4.6 apart.
        self.assertEqual(len(style.COLOURS), 10)
        for eye in self.EYES:
            seen = [self.seen(colour, eye) for colour in style.COLOURS]
            for i in range(10):
                for j in range(i):
                    self.assertGreater(np.linalg.norm(seen[i] - seen[j]), 15, (eye, style.COLOURS[i], style.COLOURS[j]))

    def test_the_second_five_are_dash_dotted_and_every_line_has_its_marker(self):
        lines = [style.method_style(number, number) for number in range(10)]
        self.assertEqual([line["linestyle"] for line in lines], [style.STYLES[0]] * 5 + [style.STYLES[1]] * 5)
        self.assertEqual(len({line["marker"] for line in lines}), 10)


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
                          residual=decades(0, -1, -2), gap=decades(0, -1, -3))
        for options in ("-x modelled --network lan --log-x", "-y gap", "-y residual --all-grid --title $\\frac$",
                        "--no-theory"):
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
