"""Sweeps: what an accuracy costs as a parameter of the grid changes."""
import math
from dataclasses import dataclass

import numpy as np

from curves import best_of, cost_to, quantile
from results import PlotError
from settings import by_problem, setting, varied


@dataclass(frozen=True)
class Series:
    """One line: the parameter's values, ascending, and the grid point drawn at each. A method that does not have the
    parameter is a reference: its only value is None. `variant` numbers the problems of a method."""

    method: int
    variant: int
    name: str
    points: dict

    is_reference = property(lambda self: None in self.points)


@dataclass(frozen=True)
class Sweep:
    """`multiples`: the values are multiples of the theory's value. `label` is the words under the axis."""

    key: str
    multiples: bool
    series: list

    label = property(lambda self: f"{self.key} (multiple of theory's)" if self.multiples else self.key)

    @property
    def values(self):
        return sorted({value for line in self.series for value in line.points if value is not None})

    def check_reached(self, axis, merit, accuracy):
        """PlotError if there is nothing to draw: no median run reaches the accuracy."""
        points = [point for line in self.series for point in line.points.values()]
        if not any(math.isfinite(cost_of(point, axis, merit, accuracy)[1]) for point in points):
            lowest = min(np.nanmin(run.column(merit)) for point in points for run in point.runs)
            raise PlotError(f"no median run reaches {accuracy:.3g} (the smallest {merit} of a run is {lowest:.3g}); "
                            "choose a larger --at")


def sweep_over(key, methods, convention, merit, accuracy):
    """The lines of methods (label -> grid points), one per label and problem. Of the points with one value of the
    parameter the best is drawn: fewest bits, counted as the convention says, to the accuracy.

    Where { theory = c } occurs the values are multiples and "theory" is 1, else they are the numbers as written; what
    has no value on that scale is a reference. PlotError if no method has one."""
    runs = [run for points in methods.values() for point in points for run in point.runs]
    multiples = any(isinstance(setting(run, key), dict) for run in runs)
    series = []
    for method, (label, points) in enumerate(methods.items()):
        for variant, (problem, members) in enumerate(by_problem(points, besides=key).items()):
            name = f"{label} ({problem})" if problem else label
            series += _lines((method, variant), name, key, members, multiples, (convention, merit, [accuracy]))
    sweep = Sweep(key, multiples, series)
    if not sweep.values:
        raise PlotError(f"{key!r} is a number in no method's configuration; choose for --over a parameter that takes "
                        f"several values (here: {', '.join(varied(runs)) or 'none'})")
    return sweep


def _lines(numbers, name, key, points, multiples, rule):
    """The line over the points that have a value, and a reference for each other setting of the parameter."""
    values, others = {}, {}
    for point in points:
        value = _number(setting(point.runs[0], key), multiples)
        if value is None:
            others.setdefault(str(setting(point.runs[0], key)), []).append(point)
        else:
            values.setdefault(value, []).append(point)
    lines = []
    if values:
        lines.append(Series(*numbers, name, {value: best_of(values[value], *rule) for value in sorted(values)}))
    for shown, members in others.items():
        distinct = name if len(others) == 1 and not values else f"{name} ({key} = {shown})"
        lines.append(Series(*numbers, distinct, {None: best_of(members, *rule)}))
    return lines


def _number(value, multiples):
    if multiples:
        value = 1.0 if value == "theory" else value.get("theory") if isinstance(value, dict) else None
    plain = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return value if plain else None


def cost_of(point, axis, merit, accuracy):
    """The 10 %, 50 % and 90 % quantiles over seeds of the cost to the accuracy, infinite where runs do not reach it."""
    costs = np.sort([cost_to(run, axis.values, merit, accuracy) for run in point.runs])
    return [float(quantile(costs, q)) for q in (0.1, 0.5, 0.9)]
