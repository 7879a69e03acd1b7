"""`trivium plot RESULT...`: error against communication as PNG and PDF, and what each accuracy cost as a table."""
import argparse
import math
import re
import sys
from pathlib import Path

PROGRAM = "trivium plot"
DESCRIPTION = """\
Draws what `trivium run` wrote: a curve per method, the median over seeds with a 10-90 % band, as PNG and PDF.

examples:
  trivium plot out                                 every result under out/, error against bits sent per worker
  trivium plot out -x rounds -y residual           the natural residual against communication rounds
  trivium plot out -x modelled --network wan_slow  seconds that the runs would take on a slow network
  trivium plot out --table --at 1e-3,1e-9          what two accuracies cost, as text"""
EPILOG = """\
Of a method with a grid (several step sizes), the point is drawn that needs the fewest bits (counted as --bits
says, median over seeds) to the smallest accuracy of --at that the median of any point reaches; if none is
reached, the one with the smallest last error.

Past the end of a run that reached its target its last error counts, and a curve ends where its median run ends.
A limit that stops a run ends the curve there. A diverged run counts as infinite from its explosion on; a cross
marks where it leaves the figure.

-x modelled is the sum of
  2 latency rounds                                  there and back
  (bits_up_max + bits_down) / bandwidth             the server waits for the worker that sends most
  seconds_compute ranks / workers                   one worker's measured share, however many ranks simulated it
on the network  datacentre  100 Gb/s, 5 us       lan       1 Gb/s, 100 us
                wan         200 Mb/s, 50 ms      wan_slow  20 Mb/s, 100 ms"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        complain(f"{message}; see `{PROGRAM} --help`")
        sys.exit(2)


def accuracies(text):
    numbers = [float(part) for part in text.split(",") if part.strip()]
    if not numbers or not all(0 < number < math.inf for number in numbers):
        raise ValueError(text)
    return numbers


accuracies.__name__ = "list of positive accuracies"  # argparse says: invalid <name> value: 'x'


def parser():
    layout = argparse.RawDescriptionHelpFormatter
    p = Parser(prog=PROGRAM, description=DESCRIPTION, epilog=EPILOG, formatter_class=layout, allow_abbrev=False)
    p.add_argument("results", metavar="RESULT", nargs="+",
                   help="a result file, or a folder that is searched with its subfolders")
    p.add_argument("-x", choices=["bits", "rounds", "calls", "seconds", "iterations", "modelled"], default="bits",
                   help="the cost on the horizontal axis (default: bits)")
    p.add_argument("--bits", choices=["all", "values-only", "uplink-only"], default="uplink-only",
                   help="which bits count: sent and received by a worker, sent without indices and seeds, or all "
                        "that it sent (default); the axis says which")
    p.add_argument("-y", choices=["distance", "residual"], default="distance",
                   help="the error: squared distance to the solution (default) or squared natural residual, "
                        "relative to the start")
    p.add_argument("--network", choices=["datacentre", "lan", "wan", "wan_slow"],
                   help="the network of -x modelled (default: wan)")
    p.add_argument("--out", metavar="FILE",
                   help="write FILE.png and FILE.pdf (default: the experiment's name and the x axis)")
    p.add_argument("--title", metavar="TEXT", help="the figure's title (default: the experiment's name)")
    p.add_argument("--log-x", action="store_true",
                   help="a logarithmic horizontal axis, for methods whose costs differ by decades")
    p.add_argument("--no-theory", action="store_true",
                   help="leave out the thin dashed lines, the rates that theory predicts")
    p.add_argument("--all-grid", action="store_true", help="every point of a grid instead of the best one")
    p.add_argument("--table", action="store_true",
                   help="print what each accuracy cost; a figure is then written only with --out")
    p.add_argument("--at", type=accuracies, default=[1e-3, 1e-6], metavar="A,B,...",
                   help="accuracies of the table and of the choice within a grid (default: 1e-3,1e-6)")
    return p


def main(arguments=None):
    command = parser()
    options = command.parse_args(arguments)
    if options.network and options.x != "modelled":
        command.error("--network is for -x modelled only: add that, or leave --network out")
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
    axis = curves.horizontal_axis(options.x, options.bits, options.network or "wan")
    methods = curves.measured(results.group(runs, warn), axis, options.y, warn)
    shown = [(method, point) for method, points in enumerate(methods.values()) for point in chosen(points, options)]
    if options.table:
        from table import table_of

        print(table_of([point for _, point in shown], options.y, options.at, options.bits))
        if not options.out:
            return 0
    drawn = [(method, curves.curve_of(point, axis, options.y, not options.no_theory)) for method, point in shown]
    return write(drawn, axis, options, " / ".join(dict.fromkeys(run.experiment for run in runs)))


def chosen(points, options):
    from curves import best_of

    return points if options.all_grid else [best_of(points, options.bits, options.y, options.at)]


def write(drawn, axis, options, experiment):
    from results import PlotError

    try:
        from figure import write_figure
    except ImportError as error:
        return missing_library(error)
    default = re.sub(r"[^A-Za-z0-9.+-]+", "_", experiment or "trivium") + f"_{options.x}"
    stem = Path(re.sub(r"\.(png|pdf)$", "", options.out or default))
    title = experiment if options.title is None else options.title
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        paths = write_figure(drawn, axis, options.y, title, stem, options.log_x)
    except OSError as error:
        raise PlotError(f"cannot write {stem}.png ({error.strerror or error}); choose another --out") from error
    print(*paths, sep="\n")
    return 0


def missing_library(error):
    complain(f"{error} in {sys.executable}, and plots need numpy, h5py and matplotlib; install python3-numpy, "
             "python3-h5py and python3-matplotlib, or put a Python that has them first on PATH")
    return 2


def complain(sentence):
    print(f"{PROGRAM}: {sentence}", file=sys.stderr)


def warn(sentence):
    complain(f"warning: {sentence}")


if __name__ == "__main__":
    sys.exit(main())
