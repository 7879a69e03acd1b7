"""The figure: error against cost, a curve per method, as PNG and PDF. The same results give the same bytes."""
import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import ticker
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from units import unit_of

# Okabe and Ito's palette (Color Universal Design, 2008) without its yellow, which is too light for a line.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"]
MARKERS = ["o", "s", "^", "D", "v", "<", ">", "h", "p", "d", "*"]
STYLES = ["-", (0, (5, 1.5, 1, 1.5)), (0, (1, 1))]  # one for seven methods; plain dashes mean theory
THEORY = {"linewidth": 0.9, "linestyle": (0, (4, 3))}
RIGHT_AT_MOST = 8, 38  # entries, letters of a legend beside the axes; more go below
MERIT_LABELS = {
    "distance": r"$\Vert z-z^\star\Vert^2\;/\;\Vert z^0-z^\star\Vert^2$",
    "residual": "squared residual, relative to the start",
}
_STYLE = {
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10,
    "legend.fontsize": 8, "legend.title_fontsize": 7.5, "legend.handlelength": 2.6,
    "axes.linewidth": 0.7, "axes.edgecolor": "0.25", "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "0.9", "grid.linewidth": 0.6,
    "xtick.major.width": 0.7, "ytick.major.width": 0.7, "lines.linewidth": 1.5, "lines.markersize": 4.5,
    "savefig.dpi": 200, "pdf.fonttype": 42,  # TrueType, embedded
}


def write_figure(curves, axis, merit, title, stem, log_x=False):
    """Draws curves (pairs: number of the method, Curve), writes stem.png and stem.pdf and returns these paths."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a user's matplotlibrc must not change a figure
        matplotlib.rcParams.update(_STYLE)
        figure = draw(curves, axis, merit, title, log_x)
        paths = [stem.with_name(stem.name + ending) for ending in (".png", ".pdf")]
        figure.savefig(paths[0], metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Creator": "trivium plot", "Producer": None, "CreationDate": None})
    return paths


def draw(curves, axis, merit, title, log_x):
    figure, axes, columns = _canvas(curves)
    reach = max(_reach(curve) for _, curve in curves)
    log_x = log_x and reach > 0
    divisor, unit = unit_of(axis.kind, reach)
    shown_unit = f" ({unit})" if axis.kind == "count" else f" [{unit}]"
    axes.set(title=_plain_text(title), xlabel=axis.label + (shown_unit if unit else ""))
    axes.set(ylabel=MERIT_LABELS[merit], yscale="log", xscale="log" if log_x else "linear")
    axes.set_ylim(_limits(curve for _, curve in curves))
    handles = [_draw_curve(axes, place, *curve, divisor) for place, curve in enumerate(curves)]
    if _has_theory(curves):
        handles.append(Line2D([], [], color="0.4", label="theory's rate", **THEORY))
    if not log_x:
        axes.set_xlim(0, 1.02 * reach / divisor or 1)
    _ticks(axes, log_x)
    _legend(figure, axes, handles, _seeds_text({curve.seeds for _, curve in curves}), columns)
    return figure


def _canvas(curves):
    """The figure, its axes and how many columns the legend below them has; 0: it stands beside them."""
    entries, letters = len(curves) + _has_theory(curves), max(len(curve.name) for _, curve in curves)
    columns = 0 if entries <= RIGHT_AT_MOST[0] and letters <= RIGHT_AT_MOST[1] else 2 if letters < 45 else 1
    size = (6.0, 3.6 + 0.18 * entries / columns) if columns else (7.0, 3.4)
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.add_subplot(), columns


def _has_theory(curves):
    return any(curve.theory is not None for _, curve in curves)


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


def _draw_curve(axes, place, method, curve, divisor):
    """The colour says the method, the marker the curve: points of one grid share their colour."""
    colour, top = COLOURS[method % len(COLOURS)], axes.get_ylim()[1]
    x = curve.x / divisor
    if curve.high is not None:
        edge = np.minimum(curve.high, 1e3 * top)
        axes.fill_between(x, curve.low, edge, color=colour, alpha=0.17, linewidth=0, zorder=1)
    if curve.theory is not None:
        _draw_theory(axes, *curve.theory, colour, divisor, _reach(curve))
    # Fractions of the axes' diagonal, shifted from curve to curve: markers of overlapping curves stay visible.
    every = (0.02 + 0.03 * (place % 5), 0.15)
    style = {"color": colour, "linestyle": STYLES[method // len(COLOURS) % len(STYLES)], "markevery": every}
    style |= {"marker": MARKERS[place % len(MARKERS)], "markerfacecolor": "white", "markeredgewidth": 1.1}
    (line,) = axes.plot(x, curve.middle, zorder=3, **style)
    for path, error in curve.diverged:
        _draw_explosion(axes, path / divisor, error, colour, top, alone=curve.seeds == 1)
    diverged = f"\n{len(curve.diverged)} of {curve.seeds} diverged" if curve.diverged else ""
    line.set_label(_plain_text(curve.name) + diverged)
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
    if len(above) and above[0] > 0:
        i = above[0]
        here = (np.interp(np.log(top), np.log(error[i - 1 : i + 1]), x[i - 1 : i + 1]), top)
    axes.plot(*here, marker="x", color=colour, markersize=5, markeredgewidth=1.4, clip_on=False, zorder=4)


def _ticks(axes, log_x):
    axes.yaxis.set_major_locator(ticker.LogLocator(base=10, numticks=9))
    axes.yaxis.set_minor_locator(ticker.NullLocator())
    if log_x:
        axes.xaxis.set_minor_locator(ticker.NullLocator())
    else:
        axes.xaxis.set_major_locator(ticker.MaxNLocator(nbins=7, steps=[1, 2, 2.5, 5, 10]))


def _legend(figure, axes, handles, title, columns):
    options = {"handles": handles, "title": title, "frameon": False, "borderaxespad": 0, "alignment": "left"}
    if columns:
        under_label = axes.transAxes + ScaledTranslation(0, -40 / 72, figure.dpi_scale_trans)
        place = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "bbox_transform": under_label}
        axes.legend(ncols=columns, **place, **options)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(1.03, 1), **options)


def _seeds_text(counts):
    if counts == {1}:
        return None
    return f"median {f'of {min(counts)}' if len(counts) == 1 else 'over'} seeds, band 10-90 %"


def _plain_text(text):
    """A label as it is: no formulas, and not hidden by matplotlib's rule for a leading underscore."""
    text = text.replace("$", r"\$")
    return " " + text if text.startswith("_") else text
