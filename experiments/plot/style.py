"""How every figure looks: colours, markers, labels with units, ticks, the legend. The same results give the same
bytes."""
import math
import textwrap

import matplotlib

matplotlib.use("Agg")
import numpy as np
from matplotlib import ticker
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from units import unit_of

# Okabe and Ito's palette (Color Universal Design, 2008) without its yellow, which is too light for a line, and three
# darker ones: also to colour-blind eyes (Machado, Oliveira, Fernandes 2009) each of the ten differs from the others.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000",
           "#E69F00", "#56B4E9", "#7F3C00", "#4B0092", "#004D40"]
MARKERS = ["o", "s", "^", "D", "v", "<", ">", "h", "p", "d", "*"]
STYLES = ["-", (0, (5, 1.5, 1, 1.5)), (0, (1, 1))]  # one for five methods; plain dashes mean theory or reference
DASHES = {"linestyle": (0, (4, 3))}
MERIT_LABELS = {
    "distance": r"$\Vert z-z^{*}\Vert^2\;/\;\Vert z^0-z^{*}\Vert^2$",
    "residual": "squared residual, relative to the start",
    "gap": r"gap $\max_{u \in Z}\;\langle F(z), z-u \rangle$",
    "gap_average": "gap at the mean of the points",
}  # of the errors; other columns are called what they are
_BESIDE_AT_MOST = 8, 38  # entries, letters of a legend beside the axes; more go below
SETTINGS = {
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10, "figure.titlesize": 10,
    "legend.fontsize": 8, "legend.title_fontsize": 7.5, "legend.handlelength": 2.6,
    "axes.linewidth": 0.7, "axes.edgecolor": "0.25", "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "axes.axisbelow": True, "grid.color": "0.9", "grid.linewidth": 0.6,
    "xtick.major.width": 0.7, "ytick.major.width": 0.7, "lines.linewidth": 1.5, "lines.markersize": 4.5,
    "figure.dpi": 200, "savefig.dpi": 200, "pdf.fonttype": 42,  # TrueType, embedded
}


def save(draw, stem):
    """Writes the figure that draw() returns as stem.png and stem.pdf and returns these paths."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a user's matplotlibrc must not change a figure
        matplotlib.rcParams.update(SETTINGS)
        figure = draw()
        paths = [stem.with_name(stem.name + ending) for ending in (".png", ".pdf")]
        figure.savefig(paths[0], metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Creator": "trivium plot", "Producer": None, "CreationDate": None})
    return paths


def canvas(panels, names, title, **shared):
    """(figure, its axes in a list, does the legend stand beside them): one axes for each panel, up to four in a
    row."""
    beside = panels == 1 and len(names) <= _BESIDE_AT_MOST[0] and max(map(len, names)) <= _BESIDE_AT_MOST[1]
    columns = panels if panels <= 4 else 3
    rows = -(-panels // columns)
    size = (7.0, 3.4) if beside else (6.0, 3.4) if panels == 1 else (3.1 * columns + 0.3, 2.9 * rows)
    figure = Figure(figsize=size, layout="constrained")
    axes = list(figure.subplots(rows, columns, squeeze=False, **shared).flat)
    for unused in axes[panels:]:
        unused.remove()
    if panels == 1:
        axes[0].set_title(plain_text(title))
    else:
        figure.suptitle(plain_text(title))
    return figure, axes[:panels], beside


def method_style(method, place, variant=0):
    """The colour says the method, the marker the line: points of one grid share their colour. Dashes tell two groups
    of five methods apart, or the variants of one method."""
    return {"color": COLOURS[method % len(COLOURS)], "linestyle": STYLES[(method // 5 + variant) % len(STYLES)],
            "marker": MARKERS[place % len(MARKERS)]}


def cost_label(axis, largest, narrow=False):
    """(divisor, "rounds (thousands)"): the unit in which the largest value is readable, and the label of the axis."""
    divisor, unit = unit_of(axis.kind, largest)
    shown_unit = f" ({unit})" if axis.kind == "count" else f" [{unit}]"
    label = axis.label + (shown_unit if unit else "")
    if narrow and len(label) > 34:
        label = label.replace(" (", "\n(", 1) if " (" in label else textwrap.fill(label, 34)
    return divisor, label


def logarithmic_ticks(axis, low, high):
    """Powers of ten where there are three or more between low and high, else also 2 and 5 of each decade."""
    decades = math.log10(high / low)
    axis.set_major_locator(ticker.LogLocator(base=10, subs=(1.0,) if decades >= 3 else (1.0, 2.0, 5.0), numticks=9))
    axis.set_minor_locator(ticker.NullLocator())
    if decades < 0.7:
        axis.set_major_locator(ticker.MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    if 1e-3 <= low and high < 1e5:
        axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:.6g}"))
    elif decades < 3 and high < 1:
        axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: power_of_ten(value)))


def value_ticks(axis, values, inches):
    """A tick at each value, ascending; on an axis of this length the largest has a number, and so have those whose
    numbers do not touch."""
    axis.set_minor_locator(ticker.FixedLocator(values))
    axis.set_minor_formatter(ticker.NullFormatter())
    axis.set_major_locator(ticker.FixedLocator(_numbered(axis, values, inches)))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:.4g}"))


def _numbered(axis, values, inches):
    low, high = axis.get_transform().transform(np.array(axis.get_view_interval()))

    def span(value):
        centre = inches * (axis.get_transform().transform(value) - low) / (high - low)
        # A digit is 0.07 inches wide, a line 0.13 high.
        half = 0.036 * len(f"{value:.4g}") + 0.02 if axis.axis_name == "x" else 0.07
        return centre - half, centre + half

    shown, end = [], -math.inf
    for value in values[:-1]:
        if end <= span(value)[0] and span(value)[1] <= span(values[-1])[0]:
            shown.append(value)
            end = span(value)[1]
    return shown + values[-1:]


def legend(figure, axes, handles, title, beside):
    """One legend for all axes: beside the only one, or below them all, where the figure grows by its height."""
    options = {"handles": handles, "title": title, "frameon": False, "borderaxespad": 0, "alignment": "left"}
    if beside:
        axes[0].legend(loc="upper left", bbox_to_anchor=(1.03, 1), **options)
        return
    width, height = figure.get_size_inches()
    shown = figure.legend(loc="lower center", ncols=_columns(handles, width), bbox_to_anchor=(0.5, 0), **options)
    shown.set_in_layout(False)
    needed = shown.get_window_extent(FigureCanvasAgg(figure).get_renderer()).height / figure.dpi + 0.12
    shown.set_bbox_to_anchor((0.5, 0.06 / (height + needed)), transform=figure.transFigure)
    figure.set_size_inches(width, height + needed)
    figure.get_layout_engine().set(rect=(0, needed / (height + needed), 1, height / (height + needed)))


def _columns(handles, width):
    """As many as fit: a letter of 8 points is about 0.068 inches wide, the handle and the gap about six letters."""
    letters = max(len(line) for handle in handles for line in handle.get_label().split("\n"))
    return int(np.clip(width / (0.068 * (letters + 8)), 1, min(4, len(handles))))


def seeds_text(counts, spread=""):
    """What the lines and their spread ("band", "bars") are; None for single runs."""
    if counts == {1}:
        return None
    median = f"median {f'of {min(counts)}' if len(counts) == 1 else 'over'} seeds"
    return f"{median}, {spread} 10-90 %" if spread else median


def power_of_ten(number):
    """A small number as a formula: a power of ten, or a multiple of one."""
    if number >= 0.01:
        return f"{number:g}"
    exponent = math.floor(math.log10(number) + 1e-9)
    factor = f"{number / 10.0 ** exponent:.3g}"
    return f"$10^{{{exponent}}}$" if factor == "1" else f"${factor}\\cdot 10^{{{exponent}}}$"


def column_label(name):
    return MERIT_LABELS.get(name) or plain_text(name)


def target_text(name, accuracy):
    """"residual <= 1e-6" as a formula; of a column that is no error "name = value"."""
    relation = "$\\leq$" if name in MERIT_LABELS else "="
    return f"{column_label(name)} {relation} {power_of_ten(accuracy)}"


def plain_text(text):
    """A label as it is: no formulas, and not hidden by matplotlib's rule for a leading underscore."""
    text = text.replace("$", r"\$")
    return " " + text if text.startswith("_") else text
