"""The figure of regimes: two parameters on the axes, each cell in the colour of the cheapest method."""
import textwrap

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import offset_copy

from style import canvas, legend, method_style, plain_text, save, seeds_text, target_text, value_ticks

_HATCHED = {"facecolor": "white", "edgecolor": "0.65", "hatch": "////", "linewidth": 0}


def write_map(maps, labels, axis, merit, accuracy, title, stem):
    """Draws the maps, one axes for each problem, writes stem.png and stem.pdf and returns these paths. `labels` are all
    methods in the order of the experiment file: a method has the colour and marker of its curve there."""
    return save(lambda: draw(maps, labels, axis, merit, accuracy, title), stem)


def draw(maps, labels, axis, merit, accuracy, title):
    cells = [cell for each in maps for cell in each.cells.values()]
    winners = {cell.winner for cell in cells}
    handles = [_handle(place, label) for place, label in enumerate(labels) if label in winners]
    if any(cell.winner is None and cell.costs for cell in cells):
        handles.append(Patch(label="not reached", **_HATCHED))
    others = [label for label in labels if label not in winners]
    if others:
        handles.append(Line2D([], [], linestyle="", label="never cheapest:\n" + "\n".join(map(plain_text, others))))
    names = [line for handle in handles for line in handle.get_label().split("\n")]
    figure, panels, beside = canvas(len(maps), names, title)
    for axes, each in zip(panels, maps):
        _draw_map(axes, each, labels, *((4.1, 2.7) if len(maps) == 1 else (2.3, 2.1)))
        if len(maps) > 1:
            axes.set_title(plain_text(each.problem))
    legend(figure, panels, handles, _caption(cells, axis, merit, accuracy, beside), beside)
    return figure


def _caption(cells, axis, merit, accuracy, beside):
    seeds = seeds_text({len(point.runs) for cell in cells for point in cell.points.values()})
    numbers = 'number: cost of the best other method relative to the winner\'s; "only": no other gets there'
    lines = [f"cheapest to {target_text(merit, accuracy)}"]
    for words in (axis.label, seeds, numbers):
        lines += textwrap.wrap(words or "", 36) if beside else [words] * bool(words)
    return "\n".join(lines)


def _handle(place, label):
    return Line2D([], [], label=plain_text(label), **method_style(place, place) | {"linestyle": "", "markersize": 7})


def _draw_map(axes, each, labels, width, height):
    """`width` and `height` of the axes in inches."""
    (x_scale, x), (y_scale, y) = _axis(each.xs), _axis(each.ys)
    axes.grid(False)
    axes.set(xscale=x_scale, yscale=y_scale, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel=each.x.label,
             ylabel=each.y.label)
    value_ticks(axes.xaxis, each.xs, width)
    value_ticks(axes.yaxis, each.ys, height)
    widths, heights = width * _shares(x_scale, x), height * _shares(y_scale, y)
    for row, b in enumerate(each.ys):
        for column, a in enumerate(each.xs):
            corner, opposite = (x[column], y[row]), (x[column + 1], y[row + 1])
            _draw_cell(axes, each.cells[a, b], corner, opposite, labels, (widths[column], heights[row]))


def _axis(values):
    """(scale, edges of the cells): half way between the values, on the scale of the axis."""
    scale = "log" if values[0] > 0 else "linear"
    places = np.log(values) if scale == "log" else np.array(values, dtype=float)
    middle = (places[1:] + places[:-1]) / 2
    edges = np.array([2 * places[0] - middle[0], *middle, 2 * places[-1] - middle[-1]])
    return scale, np.exp(edges) if scale == "log" else edges


def _shares(scale, edges):
    """What share of the axis each cell takes."""
    places = np.log(edges) if scale == "log" else edges
    return np.diff(places) / (places[-1] - places[0])


def _draw_cell(axes, cell, corner, opposite, labels, inches):
    """The winner's colour, its marker and below it the factor; hatched where no method gets there."""
    box = Rectangle(corner, *np.subtract(opposite, corner), edgecolor="white", facecolor="none", linewidth=1.2)
    axes.add_patch(box)
    if not cell.winner:
        box.set(**_HATCHED if cell.costs else {})
        return
    place = labels.index(cell.winner)
    style = method_style(place, place)
    box.set_facecolor(style["color"])
    ink, centre = _ink(style["color"]), _centre(axes.transData, corner, opposite)
    size = 72 * min(0.11, inches[0] / (0.65 * max(4, len(cell.text))), inches[1] / 2.5)  # of the letters, in points
    above, below = (offset_copy(axes.transData, axes.figure, y=shift * size, units="points") for shift in (0.6, -0.6))
    axes.plot(*centre, transform=above, color=ink, marker=style["marker"], markersize=0.55 * size, markeredgewidth=0,
              zorder=3)
    axes.text(*centre, cell.text, transform=below, size=size, color=ink, ha="center", va="center", zorder=3)


def _ink(colour):
    """Black on a light colour, else white."""
    return "black" if np.dot(to_rgb(colour), [0.299, 0.587, 0.114]) > 0.55 else "white"


def _centre(to_figure, corner, opposite):
    """Half way between two corners as the eye sees them."""
    seen = to_figure.transform([corner, opposite])
    return to_figure.inverted().transform(seen.mean(axis=0))
