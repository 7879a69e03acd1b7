"""`trivium plot RESULT...`: error against communication as PNG and PDF, and what each accuracy cost as a table."""
import re
import sys
from pathlib import Path

from options import BITS_OF_PANEL, complain, read, warn


def main(arguments=None):
    options = read(arguments)
    try:
        from results import PlotError
    except ImportError as error:
        return missing_library(error)
    try:
        return plot(options)
    except PlotError as error:
        complain(str(error))
        return 2


def plot(options):
    import curves
    import results

    runs = results.load(options.results, warn)
    axes = [cost_axis(name, options) for name in options.panels or [options.x]]
    methods = results.group(runs, warn)
    for axis in axes:
        methods = curves.measured(methods, axis, options.y, warn)
    experiment = " / ".join(dict.fromkeys(run.experiment for run in runs))
    drawing = plot_map if options.map else plot_sweep if options.over else plot_curves
    return drawing(methods, axes, options, experiment)


def cost_axis(name, options):
    from curves import bits_axis, floor_axis, horizontal_axis

    if name == "floor":
        return floor_axis(options.mean or "geometric")
    if name in BITS_OF_PANEL:
        return bits_axis(BITS_OF_PANEL[name])
    return horizontal_axis(name, options.bits, options.network or "wan")


def plot_curves(methods, axes, options, experiment):
    import curves

    shown = [(method, point) for method, points in enumerate(methods.values()) for point in chosen(points, options)]
    if options.table:
        from table import table_of

        print(table_of([point for _, point in shown], options.y, options.at, options.bits))
        if not options.out:
            return 0
    with_theory = not options.no_theory
    drawn = [(axis, [(method, curves.curve_of(point, axis, options.y, with_theory)) for method, point in shown])
             for axis in axes]

    def draw(title, stem):
        from figure import write_figure

        unsaid = ", ".join(sorted(shown[0][1].unsaid))
        if unsaid and options.title is None:
            title += f" ({unsaid})"
        return write_figure(drawn, options.y, title, stem, options.log_x)

    return write(draw, options, experiment, "_".join(options.panels or [options.x]))


def chosen(points, options):
    """Every point of the grid, or the best one on each problem."""
    from curves import best_of
    from settings import by_problem

    if options.all_grid:
        return points
    return [best_of(members, options.bits, options.y, options.at) for members in by_problem(points).values()]


def plot_sweep(methods, axes, options, experiment):
    from curves import check_reached
    from sweep import sweep_over

    if options.table:
        from sweep_table import sweep_table

        print(sweep_table(methods, axes, options))
        if not options.out:
            return 0
    accuracy = options.at[0]
    sweep = sweep_over(options.over, methods, options.bits, options.y, accuracy, axes[0])
    check_reached([point for line in sweep.series for point in line.points.values()], axes[0], options.y, accuracy)

    def draw(title, stem):
        from sweep_figure import write_sweep

        return write_sweep(sweep, axes, options.y, accuracy, title, stem)

    return write(draw, options, experiment, "_".join([*(options.panels or [options.x]), "over", options.over]))


def plot_map(methods, axes, options, experiment):
    from curves import check_reached
    from regimes import regime_maps

    if options.table:
        from regime_table import regime_table

        print(regime_table(methods, axes[0], options))
        if not options.out:
            return 0
    accuracy = options.at[0]
    maps = regime_maps(options.map, methods, axes[0], options.bits, options.y, accuracy)
    check_reached([point for each in maps for cell in each.cells.values() for point in cell.points.values()],
                  axes[0], options.y, accuracy)

    def draw(title, stem):
        from regime_figure import write_map

        return write_map(maps, list(methods), axes[0], options.y, accuracy, title, stem)

    return write(draw, options, experiment, "_".join([options.x, "map", *options.map]))


def write(draw, options, experiment, drawn):
    """Calls draw(title, stem), says which files it wrote, and returns the exit code."""
    from results import PlotError

    stem = Path(re.sub(r"\.(png|pdf)$", "", options.out or safe(experiment or "trivium") + f"_{safe(drawn)}"))
    title = experiment if options.title is None else options.title
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        paths = draw(title, stem)
    except ImportError as error:
        return missing_library(error)
    except OSError as error:
        raise PlotError(f"cannot write {stem}.png ({error.strerror or error}); choose another --out") from error
    print(*paths, sep="\n")
    return 0


def safe(name):
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", name)


def missing_library(error):
    complain(f"{error} in {sys.executable}, and plots need numpy, h5py and matplotlib; install python3-numpy, "
             "python3-h5py and python3-matplotlib, or put a Python that has them first on PATH")
    return 2


if __name__ == "__main__":
    sys.exit(main())
