"""The figure of error, or of another column, against cost: a curve per method, in one panel for each cost."""
from dataclasses import replace

import numpy as np
from matplotlib import ticker
from matplotlib.lines import Line2D

from options import ERRORS
from style import (DASHES, canvas, column_label, cost_label, legend, logarithmic_ticks, method_style, plain_text, save,
                   seeds_text)

THEORY = DASHES | {"linewidth": 0.9}


def write_figure(panels, merit, title, stem, log_x=False):
    """Draws panels (pairs: Axis, its curves; a curve is a pair: number of the method, Curve), the same curves in each,
    writes stem.png and stem.pdf and returns these paths."""
    return save(lambda: draw(panels, merit, title, log_x), stem)


def draw(panels, merit, title, log_x):
    curves = [curve for _, drawn in panels for _, curve in drawn]
    names = [curve.name for _, curve in panels[0][1]] + ["theory's rate"] * _has_theory(curves)
    figure, all_axes, beside = canvas(len(panels), names, title, sharey=True)
    is_error = merit in ERRORS
    limits = _limits(curves) if is_error else _linear_limits(curves)
    for axes, (axis, drawn) in zip(all_axes, panels):
        axes.set(yscale="log" if is_error else "linear", ylim=limits)
        handles = _draw_panel(axes, axis, drawn, log_x, narrow=len(panels) > 1)
        if axes.get_subplotspec().is_first_col():
            axes.set_ylabel(column_label(merit))
    if _has_theory(curves):
        handles.append(Line2D([], [], color="0.4", label="theory's rate", **THEORY))
    legend(figure, all_axes, handles, seeds_text({curve.seeds for curve in curves}, "band"), beside)
    return figure


def _draw_panel(axes, axis, curves, log_x, narrow):
    """The curves against one cost; returns their lines."""
    reach = max(_reach(curve) for _, curve in curves)
    log_x = log_x and reach > 0
    divisor, label = cost_label(axis, reach, narrow)
    axes.set(xlabel=label, xscale="log" if log_x else "linear")
    if log_x:
        curves = [(method, _from_first_cost(curve)) for method, curve in curves]
    handles = [_draw_curve(axes, place, *curve, divisor) for place, curve in enumerate(curves)]
    if axes.get_yscale() == "log":
        axes.yaxis.set_major_locator(ticker.LogLocator(base=10, numticks=9))
        axes.yaxis.set_minor_locator(ticker.NullLocator())
    if log_x:
        logarithmic_ticks(axes.xaxis, *axes.get_xlim())
    else:
        axes.set_xlim(0, 1.02 * reach / divisor or 1)
        axes.xaxis.set_major_locator(ticker.MaxNLocator(nbins=5 if narrow else 7, steps=[1, 2, 2.5, 5, 10]))
    for place, line in enumerate(handles):
        _space_markers(axes, line, place)
    return handles


def _from_first_cost(curve):
    """A logarithmic axis has no 0, where nothing was sent yet: the curve begins at its first record beyond."""
    kept = curve.x > 0
    low, high = (None if edge is None else edge[kept] for edge in (curve.low, curve.high))
    theory = curve.theory and tuple(values[curve.theory[0] > 0] for values in curve.theory)
    diverged = [(x[x > 0], error[x > 0]) for x, error in curve.diverged if x[-1] > 0]
    return replace(curve, x=curve.x[kept], middle=curve.middle[kept], low=low, high=high, theory=theory, diverged=diverged)


def _space_markers(axes, line, place):
    """A marker every 15 % of the axes' diagonal, shifted from curve to curve: those of overlapping ones stay visible. The
    way is that of the best error so far, which noise does not lengthen."""
    best = np.minimum.accumulate(line.get_ydata())
    points = np.nan_to_num(axes.transData.transform(np.column_stack([line.get_xdata(), best])))
    steps = np.diff(np.clip(points, *axes.bbox.get_points()), axis=0)
    way = np.concatenate([[0], np.cumsum(np.hypot(*steps.T))]) / np.hypot(*axes.bbox.size)
    line.set_markevery(np.unique(np.searchsorted(way, np.arange(0.02 + 0.03 * (place % 5), way[-1], 0.15))).tolist())


def _has_theory(curves):
    return any(curve.theory is not None for curve in curves)


def _reach(curve):
    ends = [curve.x[-1]] if len(curve.x) else []
    return max(ends + [x[-1] for x, _ in curve.diverged])


def _limits(curves):
    """The errors of the medians and bands; of what explodes two decades above the start."""
    lowest, highest = [], []
    for curve in curves:
        if len(curve.x):
            start = curve.middle[0]
            lowest.append(min(curve.middle.min(), np.inf if curve.low is None else curve.low.min()))
            highest.append(min(100 * start, np.max(curve.middle if curve.high is None else curve.high)))
        highest.extend(min(100 * error[0], error.max()) for _, error in curve.diverged)
        lowest.extend(error.min() for _, error in curve.diverged)
    bottom, top = max(min(lowest), 1e-34), max(max(highest), 1e-34)
    margin = max(1.5, (top / bottom) ** 0.03)
    return bottom / margin, top * margin


def _linear_limits(curves):
    """The medians and bands of a column that is no error; diverged runs are cut off."""
    drawn = [values for curve in curves for values in (curve.low, curve.middle, curve.high)
             if values is not None and len(values)]
    lowest, highest = (min(map(np.min, drawn)), max(map(np.max, drawn))) if drawn else (0.0, 1.0)
    margin = 0.05 * (highest - lowest) or 0.05 * abs(highest) or 1.0
    return lowest - margin, highest + margin


def _draw_curve(axes, place, method, curve, divisor):
    style, top = method_style(method, place), axes.get_ylim()[1]
    colour, x = style["color"], curve.x / divisor
    if curve.high is not None:
        edge = np.minimum(curve.high, 1e3 * top) if axes.get_yscale() == "log" else curve.high
        axes.fill_between(x, curve.low, edge, color=colour, alpha=0.17, linewidth=0, zorder=1)
    if curve.theory is not None:
        _draw_theory(axes, *curve.theory, colour, divisor, _reach(curve))
    style |= {"markerfacecolor": "white", "markeredgewidth": 1.1}
    (line,) = axes.plot(x, curve.middle, zorder=3, **style)
    for path, error in curve.diverged:
        _draw_explosion(axes, path / divisor, error, colour, top, alone=curve.seeds == 1)
    diverged = f"\n{len(curve.diverged)} of {curve.seeds} diverged" if curve.diverged else ""
    line.set_label(plain_text(curve.name) + diverged)
    return line


def _draw_theory(axes, x, error, colour, divisor, reach):
    bottom, top = axes.get_ylim()
    visible = (error >= bottom) & (error <= top) & (x <= 1.02 * reach)
    axes.plot(x[visible] / divisor, error[visible], color=colour, zorder=2, **THEORY)


def _draw_explosion(axes, x, error, colour, top, alone):
    """A run that diverged, thin (alone, it is the median), and a cross where it ends or leaves the axes."""
    if not alone:
        axes.plot(x, error, color=colour, linewidth=0.6, alpha=0.6, zorder=2)
    above = np.flatnonzero(error > top)
    here = (x[-1], error[-1])
    if axes.get_yscale() != "log":
        here = (x[-1], np.clip(error[-1], *axes.get_ylim()))
    elif len(above) and above[0] > 0:
        i = above[0]
        here = (np.interp(np.log(top), np.log(error[i - 1 : i + 1]), x[i - 1 : i + 1]), top)
    axes.plot(*here, marker="x", color=colour, markersize=5, markeredgewidth=1.4, clip_on=False, zorder=4)
