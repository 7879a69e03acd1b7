"""What it cost to reach each accuracy, as text: one row for each method and accuracy."""
import math

from curves import bits_axis, median_cost
from units import bits_text, count_text, three_digits

_HEADER = ("method", "accuracy", "bits up", "bits down", "rounds", "calls", "bits / first", "runs")
_COSTS = {"bits_up": bits_text, "bits_down": bits_text, "round": count_text, "calls": count_text}
_STATUSES = ("reached", "limit", "diverged", "running")


def table_of(points, merit, accuracies, convention):
    """The grid points as lines of text. Every number is a median over seeds of the first record at or below the
    accuracy, "-" where half of the runs or more never get there; bits and calls are per worker."""
    rows = [_HEADER]
    for point in points:
        for place, accuracy in enumerate(sorted(accuracies, reverse=True)):
            name, runs = ("", "") if place else (point.name, statuses(point))
            costs = [text(_cost(point, column, merit, accuracy)) for column, text in _COSTS.items()]
            rows.append((name, f"{accuracy:.3g}", *costs, _ratio(point, points[0], convention, merit, accuracy), runs))
    return "\n".join([
        *aligned(rows),
        "",
        f"accuracy: {merit}; medians over seeds, bits and calls per worker; -: the median run does not get there",
        f"bits / first: {bits_axis(convention).label}, relative to {points[0].name}",
    ])


def _cost(point, column, merit, accuracy):
    return median_cost(point, lambda run: run.column(column), merit, accuracy)


def _ratio(point, first, convention, merit, accuracy):
    own, base = (median_cost(each, bits_axis(convention).values, merit, accuracy) for each in (point, first))
    return three_digits(own / base) if math.isfinite(own) and math.isfinite(base) and base > 0 else "-"


def statuses(point):
    return ", ".join(f"{point.count(status)} {status}" for status in _STATUSES if point.count(status))


def aligned(rows, left=1):
    """The first column and so many last ones to the left, the numbers between to the right."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    sides = ["<"] + [">"] * (len(widths) - 1 - left) + ["<"] * left
    return ["  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths)).rstrip()
            for row in rows]
