"""From runs to curves: the axes, the median over seeds and its band, the best point of a grid, the theory line."""
import math
from dataclasses import dataclass, field, replace
from typing import Callable

import numpy as np

from options import ERRORS
from results import PlotError

# name -> (bits per second, seconds one way, how a reader calls it)
NETWORKS = {
    "datacentre": (100e9, 5e-6, "data centre, 100 Gb/s, 5 us"),
    "lan": (1e9, 100e-6, "LAN, 1 Gb/s, 100 us"),
    "wan": (200e6, 50e-3, "WAN, 200 Mb/s, 50 ms"),
    "wan_slow": (20e6, 100e-3, "WAN, 20 Mb/s, 100 ms"),
}
SMALLEST = 1e-34  # an error of exactly 0 is drawn here, below the square of double precision


@dataclass(frozen=True)
class Axis:
    """A horizontal axis: its values in a run (one per row, cumulative), the words under it, the kind of unit."""

    values: Callable
    label: str
    kind: str  # "bit", "count", "error" or "s"

    def cost(self, run, merit, accuracy):
        return cost_to(run, self.values, merit, accuracy)


@dataclass(frozen=True)
class Floor(Axis):
    """Where errors stall, in place of a cost: the mean over the last quarter of the records."""

    mean: str = "geometric"

    def cost(self, run, merit, accuracy):
        return floor_of(run, merit, self.mean)


def bits_axis(convention):
    columns, label = {
        "uplink-only": (["bits_up"], "bits sent per worker (uplink only)"),
        "all": (["bits_up", "bits_down"], "bits sent and received per worker"),
        "values-only": (["bits_up_values"], "bits sent per worker (values only, no indices)"),
    }[convention]
    return Axis(lambda run: sum(run.column(column) for column in columns), label, "bit")


def modelled_seconds(run, network):
    """2 latency rounds + (bits_up_max + bits_down) / bandwidth + seconds_compute ranks / workers + seconds_server.

    The largest uplink counts, because the server waits for the last worker. A rank computes its workers one after
    another, real workers compute side by side: the factor takes the simulation's ranks out. The server computes
    while they wait."""
    bandwidth, latency, _ = NETWORKS[network]
    share = float(run.attributes.get("ranks", 1)) / float(run.attributes.get("workers", 1))
    bits = run.column("bits_up_max") + run.column("bits_down")
    seconds = run.column("seconds_compute") * share + run.column("seconds_server")
    return 2 * latency * run.column("round") + bits / bandwidth + seconds


def horizontal_axis(name, convention, network):
    if name == "bits":
        return bits_axis(convention)
    if name == "modelled":
        return Axis(lambda run: modelled_seconds(run, network), f"modelled time ({NETWORKS[network][2]})", "s")
    column, label, kind = {
        "rounds": ("round", "communication rounds", "count"),
        "calls": ("calls", "oracle calls per worker", "count"),
        "samples": ("samples", "samples per worker", "count"),
        "iterations": ("iteration", "iterations", "count"),
        "seconds": ("seconds", "wall time", "s"),
    }[name]
    return Axis(lambda run: run.column(column), label, kind)


def floor_axis(mean):
    return Floor(lambda run: run.column("iteration"), "where the error stalls", "error", mean)


def floor_of(run, merit, mean):
    """The mean of the error over the last quarter of the records, rounded up; infinite if the run diverged."""
    error = run.column(merit)
    last = error[len(error) - (len(error) + 3) // 4:]
    if run.status == "diverged" or not len(last):
        return math.inf
    return float(np.mean(last) if mean == "arithmetic" else np.exp(np.mean(np.log(np.maximum(last, SMALLEST)))))


def measured(points, axis, merit, warn):
    """The grid points without the runs that have nothing to draw; PlotError if nothing is left."""
    kept = {label: [_measured(point, axis, merit) for point in members] for label, members in points.items()}
    kept = {label: [point for point in members if point.runs] for label, members in kept.items()}
    if not any(kept.values()):
        raise PlotError(_nothing_measured(points, axis, merit))
    for label in [label for label, members in kept.items() if not members]:
        warn(f"{label}: {merit} or '{axis.label}' is NaN in every row; left out")
        del kept[label]
    return kept


def _measured(point, axis, merit):
    return replace(point, runs=[run for run in point.runs if len(path_of(run, axis, merit)[0])])


def _nothing_measured(points, axis, merit):
    runs = [run for members in points.values() for point in members for run in point.runs]
    if any(np.isfinite(run.column(merit)).any() for run in runs):
        return f"'{axis.label}' is NaN in every row of every result; choose another -x"
    other = "residual" if merit == "distance" else "distance"
    return (f"{merit} is NaN in every row of every result, so it was not measured; use -y {other}, or record "
            f"{merit} and run again")


def path_of(run, axis, merit):
    """(x, error) of the rows where both are finite. Of rows with equal x (nothing was sent between them) the last
    counts."""
    x, error = np.asarray(axis.values(run), dtype=float), run.column(merit)
    finite = np.isfinite(x) & np.isfinite(error)
    x, error = np.maximum.accumulate(x[finite]), error[finite]
    last = np.append(np.diff(x) > 0, True)[: len(x)]
    return x[last], error[last]


@dataclass
class Curve:
    """What is drawn for one grid point: errors, or a column that is none, at x. `low` and `high` (the band) are None
    for a single seed; `diverged` holds the (x, error) of each such run, `theory` that of the predicted rate or None."""

    name: str
    x: np.ndarray
    middle: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None
    seeds: int
    diverged: list = field(default_factory=list)
    theory: tuple | None = None


def curve_of(point, axis, merit, with_theory=True):
    """The median over seeds and the 10-90 % band.

    Between its records a run's log error is interpolated linearly in x; all runs are read on the union of their
    recorded x. Past its end a run counts as what is known of it:
      - it reached its target: its last error, an upper bound. The curve ends where the median run ends (the third
        of five, the third of four). So runs that finish early neither vanish from the median, which would let
        the slow ones lift it, nor prolong it as a flat line.
      - it diverged: infinite. The median ends where half of the runs have exploded, the band's upper edge leaves
        the axes.
      - a limit stopped it, or it is still running: unknown. The curve ends there.
    Quantiles are those of the log errors, linear between ranks.

    A column that is no error is interpolated as it is, and a run that diverged is unknown past its end."""
    paths = [path_of(run, axis, merit) for run in point.runs]
    is_error = merit in ERRORS
    end = _end(point.runs, paths, is_error)
    x = np.unique(np.concatenate([path[0] for path in paths]))
    x = _thin(x[x <= end])
    read = _read_error if is_error else _read
    values = np.sort([read(run, *path, x) for run, path in zip(point.runs, paths)], axis=0)
    low, middle, high = (quantile(values, q) for q in (0.1, 0.5, 0.9))
    drawn = np.isfinite(middle)
    low, middle, high = (10 ** each[drawn] if is_error else each[drawn] for each in (low, middle, high))
    band = len(paths) > 1
    return Curve(point.name, x[drawn], middle, low if band else None, high if band else None,
                 len(paths),
                 [path for run, path in zip(point.runs, paths) if run.status == "diverged"],
                 theory_line(point, axis) if with_theory and merit == "distance" else None)


def _end(runs, paths, is_error):
    ends = sorted(math.inf if run.status == "diverged" else path[0][-1] for run, path in zip(runs, paths))
    known = ("reached", "diverged") if is_error else ("reached",)
    unknown = [path[0][-1] for run, path in zip(runs, paths) if run.status not in known]
    return min([ends[len(ends) // 2], *unknown])


def _read(_, x, values, grid):
    return np.interp(grid, x, values)


def _read_error(run, x, error, grid):
    logs = np.interp(grid, x, np.log10(np.maximum(error, SMALLEST)))
    return np.where(grid > x[-1], np.inf, logs) if run.status == "diverged" else logs


def quantile(ordered, q):
    """Of values sorted along axis 0, linear between ranks; infinite if a rank it needs is (numpy's is NaN there)."""
    rank = q * (len(ordered) - 1)
    lower = int(rank + 1e-9)
    weight = rank - lower
    if weight < 1e-9:
        return ordered[lower]
    return (1 - weight) * ordered[lower] + weight * ordered[lower + 1]


def _thin(x, most=1500):
    """At most so many of the points, chosen evenly and (for a logarithmic axis) geometrically, with both ends."""
    if len(x) <= most:
        return x
    last = len(x) - 1
    chosen = np.concatenate([np.linspace(0, last, 2 * most // 3), np.geomspace(1, last, most // 3)])
    return x[np.unique(np.rint(chosen).astype(int))]


def theory_line(point, axis):
    """(x, rate^iteration) at the records of the longest run; None if theory states no rate below 1.

    The rate is the theorem's factor per iteration on the squared distance; like the distance it starts at 1."""
    longest = max(point.runs, key=lambda run: run.column("iteration")[-1])
    rate = longest.theory("rate", 1.0)
    if not isinstance(rate, (int, float)) or not 0 < rate < 1:
        return None
    return axis.values(longest), rate ** longest.column("iteration")


def cost_to(run, values, merit, accuracy):
    """values(run) at the first record whose error is at most `accuracy`; infinite if there is none. A column that is no
    error is reached from the side on which it starts."""
    error = run.column(merit)
    upwards = merit not in ERRORS and error[0] < accuracy
    reached = np.flatnonzero(error >= accuracy if upwards else error <= accuracy)
    return float(values(run)[reached[0]]) if len(reached) else math.inf


def median_cost(point, values, merit, accuracy):
    """The median over seeds of cost_to; infinite unless more than half of the runs reach it."""
    return float(np.median([cost_to(run, values, merit, accuracy) for run in point.runs]))


def median_floor(point, axis, merit):
    return float(np.median([axis.cost(run, merit, None) for run in point.runs]))


def check_reached(points, axis, merit, accuracy):
    """PlotError if there is nothing to draw: no median run reaches the accuracy, or stalls anywhere."""
    if isinstance(axis, Floor):
        if not any(math.isfinite(median_floor(point, axis, merit)) for point in points):
            raise PlotError("every median run diverged, and nothing stalls")
        return
    if not any(math.isfinite(median_cost(point, axis.values, merit, accuracy)) for point in points):
        columns = [run.column(merit) for point in points for run in point.runs]
        lowest, highest = min(map(np.nanmin, columns)), max(map(np.nanmax, columns))
        seen = (f"the smallest {merit} of a run is {lowest:.3g}); choose a larger --at" if merit in ERRORS else
                f"{merit} lies between {lowest:.3g} and {highest:.3g}); choose another --at")
        raise PlotError(f"no median run reaches {accuracy:.3g} ({seen}")


def best_of(points, convention, merit, accuracies):
    """The grid point that is drawn: the fewest bits (median over seeds) to the smallest of the accuracies that the
    median of any point reaches; if none is reached, the smallest median of the last errors. The bits of the
    convention decide whatever the x axis is: every figure of an experiment shows the same runs.

    Of a column that is no error the accuracy furthest from the start takes the place of the smallest one, and its
    distance from the last value that of the last error."""
    if len(points) == 1:
        return points[0]
    if not accuracies:
        raise PlotError(f"{merit} is no error, so no point of a grid is the best; say with --at which value is to be "
                        "reached, or draw --all-grid")
    start = 0.0 if merit in ERRORS else float(points[0].runs[0].column(merit)[0])
    hardest_first = sorted(accuracies, key=lambda accuracy: abs(accuracy - start), reverse=merit not in ERRORS)
    bits = bits_axis(convention).values
    for accuracy in hardest_first:
        costs = [median_cost(point, bits, merit, accuracy) for point in points]
        if min(costs) < math.inf:
            return points[costs.index(min(costs))]
    target = 0.0 if merit in ERRORS else hardest_first[0]
    finals = [float(np.median([_final(run, merit, target) for run in point.runs])) for point in points]
    return points[finals.index(min(finals))]


def _final(run, merit, target):
    error = np.abs(run.column(merit) - target)
    error = error[np.isfinite(error)]
    return math.inf if run.status == "diverged" or not len(error) else float(error[-1])
