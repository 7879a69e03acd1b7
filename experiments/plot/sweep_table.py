"""A sweep as text: one row for each line, value of the parameter and accuracy."""
from curves import Floor, bits_axis
from sweep import cost_of, sweep_over
from table import aligned, statuses
from units import TEXT


def sweep_table(methods, axes, options):
    """For each accuracy of --at and each cost the quantiles over seeds; "-" where the runs do not get there. The best
    point is chosen for every accuracy by itself."""
    costs = [words for axis in axes for words in (axis.label, "10 %", "90 %")]
    floors = isinstance(axes[0], Floor)
    rows = [("method", options.over, "accuracy", *costs, "runs", "grid point")]
    for accuracy in options.at:
        for line in sweep_over(options.over, methods, options.bits, options.y, accuracy, axes[0]).series:
            for value, point in line.points.items():
                cells = [text for axis in axes for text in _cells(point, axis, options.y, accuracy)]
                rows.append((line.name, "-" if value is None else f"{value:.4g}", "-" if floors else f"{accuracy:.3g}", *cells,
                             statuses(point), point.grid))
    return "\n".join([
        *aligned(rows, left=2),
        "",
        *(_floor_notes(axes[0], options) if floors else _cost_notes(options)),
    ])


def _cost_notes(options):
    return (f"accuracy: {options.y}; medians and quantiles over seeds; -: not reached",
            f"grid point: of those with this value the one with the fewest bits ({bits_axis(options.bits).label})")


def _floor_notes(axis, options):
    return (f"{options.y}, {axis.mean} mean over the last quarter of the records; medians and quantiles over seeds; "
            "-: diverged", "grid point: of those with this value the one that stalls lowest")


def _cells(point, axis, merit, accuracy):
    low, middle, high = map(TEXT[axis.kind], cost_of(point, axis, merit, accuracy))
    return middle, low, high
