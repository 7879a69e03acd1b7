"""The figure of a sweep: the cost of an accuracy against a parameter, a line per method, in one panel for each cost."""
import math
from dataclasses import replace

import numpy as np
from matplotlib.lines import Line2D

from curves import Floor
from style import (DASHES, canvas, column_label, cost_label, legend, logarithmic_ticks, method_style, plain_text, save,
                   seeds_text, target_text, value_ticks)
from sweep import cost_of

_ROW = 0.055  # the share of the axes' height for each row of open markers at the top
_OPEN = {"markerfacecolor": "white", "markeredgewidth": 1.1}


def write_sweep(sweep, costs, merit, accuracy, title, stem):
    """Draws the sweep against each Axis in `costs`, writes stem.png and stem.pdf and returns these paths."""
    return save(lambda: draw(sweep, costs, merit, accuracy, title), stem)


def draw(sweep, costs, merit, accuracy, title):
    floors = isinstance(costs[0], Floor)
    missed = "diverged" if floors else "not reached"
    if floors:
        costs = [replace(costs[0], label=f"floor of {column_label(merit)}")]
    names = [line.name for line in sweep.series] + [f"at the top: {missed}"]
    figure, panels, beside = canvas(len(costs), names, title)
    for axes, axis in zip(panels, costs):
        lines = [[(value, cost_of(point, axis, merit, accuracy)) for value, point in line.points.items()]
                 for line in sweep.series]
        _draw_panel(axes, sweep, axis, lines, narrow=len(costs) > 1)
    reached = [[math.isfinite(middle) for _, (_, middle, _) in line] for line in lines]
    handles = [_handle(place, line, None if any(reached[place]) else missed) for place, line in enumerate(sweep.series)]
    if not all(all(line) for line, series in zip(reached, sweep.series) if not series.is_reference):
        handles.append(Line2D([], [], color="0.4", marker="o", linestyle="", label=names[-1], **_OPEN))
    seeds = seeds_text({len(point.runs) for line in sweep.series for point in line.points.values()}, "bars")
    caption = (f"{costs[0].mean} mean over the last quarter of a run" if floors else
               f"cost to reach {target_text(merit, accuracy)}")
    legend(figure, panels, handles, f"{caption}\n{seeds}" if seeds else caption, beside)
    return figure


def _draw_panel(axes, sweep, axis, lines, narrow):
    """`lines` holds, for every line of the sweep, its (value, quantiles of the cost)."""
    finite = [cost for line in lines for _, quantiles in line for cost in quantiles if math.isfinite(cost)]
    divisor, label = cost_label(axis, max(finite), narrow)
    axes.set(ylabel=label, yscale="log" if min(finite) > 0 else "linear")
    axes.set_ylim(_limits(min(finite) / divisor, max(finite) / divisor, _ROW * _most_missed(sweep, lines)))
    _parameter_axis(axes, sweep, inches=2.3 if narrow else 4.3)
    if min(finite) > 0:
        logarithmic_ticks(axes.yaxis, *axes.get_ylim())
    missed = {}
    for place, (series, line) in enumerate(zip(sweep.series, lines)):
        quantiles = np.array([each for _, each in line]) / divisor
        draw_line = _draw_reference if series.is_reference else _draw_series
        draw_line(axes, _style(series, place), [value for value, _ in line], quantiles, missed)


def _most_missed(sweep, lines):
    """How many lines do not reach the accuracy at one value: their markers stand below each other."""
    missed = [value for series, line in zip(sweep.series, lines) if not series.is_reference
              for value, (_, middle, _) in line if not math.isfinite(middle)]
    return max(map(missed.count, missed), default=0)


def _limits(low, high, strip):
    """The costs with a margin, and a strip above them for the markers of what is not reached."""
    if low <= 0:
        return 0, 1.05 * (high or 1) / (1 - strip)
    margin = max(1.15, (high / low) ** 0.06)
    low, high = low / margin, high * margin
    return low, low * (high / low) ** (1 / (1 - strip))


def _parameter_axis(axes, sweep, inches):
    values = sweep.values
    low, high = values[0], values[-1]
    if low > 0:
        margin = max(1.1, (high / low) ** 0.05)
        axes.set(xscale="log", xlim=(low / margin, high * margin))
    else:
        margin = 0.05 * ((high - low) or 1)
        axes.set_xlim(low - margin, high + margin)
    axes.set_xlabel(sweep.label)
    value_ticks(axes.xaxis, values, inches)


def _draw_series(axes, style, values, quantiles, missed):
    """The medians, bars from the 10 % to the 90 % quantile, and an open marker at the top where the median is
    infinite. `missed` counts the markers at each value."""
    low, middle, high = np.where(np.isfinite(quantiles), quantiles, np.nan).T
    axes.plot(values, middle, zorder=3, **style)
    top = axes.get_ylim()[1]
    for value, lower, upper in zip(values, *quantiles.T[[0, 2]]):
        if math.isfinite(lower) and lower < upper:
            axes.plot([value] * 2, [lower, min(upper, top)], color=style["color"], linewidth=1, marker="_",
                      markersize=5, zorder=2)
    for value in (value for value, median in zip(values, middle) if math.isnan(median)):
        row = missed[value] = missed.get(value, 0) + 1
        axes.plot(value, 1 - _ROW * (row - 0.5), transform=axes.get_xaxis_transform(), zorder=4,
                  **style | {"linestyle": ""} | _OPEN)


def _draw_reference(axes, style, _, quantiles, missed):
    """A dashed line at the median over the whole width, with a light band."""
    low, middle, high = quantiles[0]
    if not math.isfinite(middle):
        return
    if low < high:
        axes.axhspan(low, min(high, axes.get_ylim()[1]), color=style["color"], alpha=0.12, linewidth=0, zorder=1)
    axes.plot([0.02, 0.98], [middle] * 2, transform=axes.get_yaxis_transform(), zorder=2, **style)


def _style(series, place):
    style = method_style(series.method, place, series.variant)
    return style | DASHES | _OPEN if series.is_reference else style


def _handle(place, series, missed):
    style = _style(series, place)
    label = plain_text(series.name)
    if missed:
        style |= {"linestyle": ""} | _OPEN
        label += f"\n{missed}"
    return Line2D([], [], label=label, **style)
