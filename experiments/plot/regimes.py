"""Regimes: which method reaches an accuracy at the lowest cost, over two parameters of the grid."""
import math
from dataclasses import dataclass

from curves import best_of, median_cost
from results import PlotError
from settings import Parameter, by_problem, parameter, several_values


@dataclass(frozen=True)
class Cell:
    """One pair of values: label -> the best grid point of that method there, and label -> its cost, infinite where the
    median run does not reach the accuracy."""

    points: dict
    costs: dict

    @property
    def ranking(self):
        """The labels that reach the accuracy, cheapest first; of equals the first in the experiment file."""
        return sorted((label for label, cost in self.costs.items() if math.isfinite(cost)), key=self.costs.get)

    winner = property(lambda self: (self.ranking or [None])[0])

    @property
    def text(self):
        """By what factor the winner is cheaper than the best other method: "2.3x", "15x"; "only" without another."""
        if not self.ranking:
            return "not reached" if self.costs else "no runs"
        if len(self.ranking) == 1:
            return "only"
        best, second = (self.costs[label] for label in self.ranking[:2])
        factor = second / best if best > 0 else 1.0 if second == best else math.inf
        return f"{factor:.1f}x" if factor < 9.95 else f"{factor:.0f}x"


@dataclass(frozen=True)
class RegimeMap:
    """The cells of one problem, (x, y) -> Cell; `problem` is what sets it apart from the others, "" if it is the
    only one."""

    problem: str
    x: Parameter
    y: Parameter
    xs: list
    ys: list
    cells: dict


def regime_maps(keys, methods, axis, convention, merit, accuracy):
    """A map for each problem, over the values of both keys in methods (label -> grid points).

    A method that has no value of a parameter competes at all of them. Of its points in a cell the best counts: fewest
    bits, counted as the convention says, to the accuracy. PlotError if a parameter has less than two values."""
    points = [point for members in methods.values() for point in members]
    x, y = (parameter(key, [point.runs[0] for point in points], "--map") for key in keys)
    xs, ys = (_values(each, points) for each in (x, y))

    def cell(members, *place):
        there = {}
        for point in members:
            if all(each.value(point.runs[0]) in (None, value) for each, value in zip((x, y), place)):
                there.setdefault(point.label, []).append(point)
        best = {label: best_of(there[label], convention, merit, [accuracy]) for label in methods if label in there}
        return Cell(best, {label: median_cost(point, axis.values, merit, accuracy) for label, point in best.items()})

    return [RegimeMap(problem, x, y, xs, ys, {(a, b): cell(members, a, b) for b in ys for a in xs})
            for problem, members in by_problem(points, *keys).items()]


def _values(parameter, points):
    runs = [point.runs[0] for point in points]
    values = sorted({parameter.value(run) for run in runs} - {None})
    if len(values) < 2:
        raise PlotError(f"{parameter.key!r} has the single value {values[0]:.4g}; choose for --map "
                        f"{several_values(runs)}")
    return values
