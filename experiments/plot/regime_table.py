"""Regimes as text: one row for each pair of values and accuracy."""
from curves import bits_axis
from regimes import regime_maps
from table import aligned
from units import TEXT


def regime_table(methods, axis, options):
    """For each accuracy of --at what every method needs in each cell, "-" where its median run does not get there or it
    has no runs, and the winner. The best point is chosen for every accuracy by itself."""
    rows = [(*options.map, "accuracy", *methods, "factor", "winner", "its grid point")]
    for accuracy in options.at:
        for each in regime_maps(options.map, methods, axis, options.bits, options.y, accuracy):
            rows += [_row(place, cell, methods, axis, accuracy, each.problem) for place, cell in each.cells.items()]
    return "\n".join([
        *aligned(rows, left=2),
        "",
        f"cost: {axis.label}; median over seeds; -: not reached",
        f"accuracy: {options.y}; factor: the best other method's cost over the winner's",
        f"of a method's points in a cell the one with the fewest bits ({bits_axis(options.bits).label})",
    ])


def _row(place, cell, methods, axis, accuracy, problem):
    costs = [TEXT[axis.kind](cell.costs.get(label, float("inf"))) for label in methods]
    point = cell.points[cell.winner].grid if cell.winner else problem
    return (*(f"{value:.4g}" for value in place), f"{accuracy:.3g}", *costs, cell.text if cell.winner else "-",
            cell.winner or cell.text, point)
