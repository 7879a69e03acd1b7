"""Sweeps: what an accuracy costs as a parameter of the grid changes."""
from dataclasses import dataclass

import numpy as np

from curves import Floor, best_of, median_floor, quantile
from settings import Parameter, by_problem, parameter, setting


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
    """The lines over one parameter."""

    parameter: Parameter
    series: list

    label = property(lambda self: self.parameter.label)

    @property
    def values(self):
        return sorted({value for line in self.series for value in line.points if value is not None})


def sweep_over(key, methods, convention, merit, accuracy, axis=None):
    """The lines of methods (label -> grid points), one per label and problem. Of the points with one value of the
    parameter the best is drawn: fewest bits, counted as the convention says, to the accuracy; where the axis is a Floor,
    the lowest one.

    What has no number as a value is a reference. PlotError if no method has one."""
    runs = [run for points in methods.values() for point in points for run in point.runs]
    swept = parameter(key, runs, "--over")
    def best(points):
        if isinstance(axis, Floor):
            return min(points, key=lambda point: median_floor(point, axis, merit))
        return best_of(points, convention, merit, [accuracy])

    series = []
    for method, (label, points) in enumerate(methods.items()):
        for variant, (problem, members) in enumerate(by_problem(points, key).items()):
            name = f"{label} ({problem})" if problem else label
            series += _lines((method, variant), name, swept, members, best)
    return Sweep(swept, series)


def _lines(numbers, name, swept, points, best):
    """The line over the points that have a value, and a reference for each other setting of the parameter."""
    values, others = {}, {}
    for point in points:
        value = swept.value(point.runs[0])
        if value is None:
            others.setdefault(str(setting(point.runs[0], swept.key)), []).append(point)
        else:
            values.setdefault(value, []).append(point)
    lines = []
    if values:
        lines.append(Series(*numbers, name, {value: best(values[value]) for value in sorted(values)}))
    for shown, members in others.items():
        distinct = name if len(others) == 1 and not values else f"{name} ({swept.key} = {shown})"
        lines.append(Series(*numbers, distinct, {None: best(members)}))
    return lines


def cost_of(point, axis, merit, accuracy):
    """The 10 %, 50 % and 90 % quantiles over seeds of the cost to the accuracy, infinite where runs do not reach it."""
    costs = np.sort([axis.cost(run, merit, accuracy) for run in point.runs])
    return [float(quantile(costs, q)) for q in (0.1, 0.5, 0.9)]
