"""The command line of `trivium plot`."""
import argparse
import math
import sys

PROGRAM = "trivium plot"
COSTS = ["bits", "rounds", "calls", "samples", "seconds", "iterations", "modelled"]
BITS_OF_PANEL = {"bits_up": "uplink-only", "bits_both": "all", "bits_values": "values-only"}
PANELS = [*BITS_OF_PANEL, *COSTS[1:]]
ERRORS = ["distance", "residual", "gap", "gap_average"]  # they fall to zero by decades; other columns need not
DESCRIPTION = """\
Draws what `trivium run` wrote: a curve per method, the median over seeds with a 10-90 % band, as PNG and PDF.

examples:
  trivium plot out                                 every result under out/, error against bits sent per worker
  trivium plot out -x bits --bits all              bits both ways
  trivium plot out -x rounds -y residual           the natural residual against communication rounds
  trivium plot out -y robust_accuracy              a measure of the problem, or any other column, on a linear axis
  trivium plot out -x modelled --network wan_slow  seconds that the runs would take on a slow network
  trivium plot out --panels bits_up,bits_both,rounds
                                                   the same curves against three costs, side by side
  trivium plot out --over uplink.k --at 1e-6       bits to an error of 1e-6 against the parameter k of the uplink
  trivium plot out --over problem.workers -x rounds --at 1e-6
                                                   rounds to 1e-6 against the number of workers
  trivium plot out --over problem.workers -x floor where noisy methods stall, against the number of workers
  trivium plot out --map problem.similarity,uplink.k --at 1e-6
                                                   which method reaches 1e-6 with the fewest bits, and by what factor
  trivium plot out --table --at 1e-3,1e-9          what two accuracies cost, as text"""
EPILOG = """\
Of a method with a grid (several step sizes), the point is drawn that needs the fewest bits (counted as --bits
says, median over seeds) to the smallest accuracy of --at that the median of any point reaches; if none is
reached, the one with the smallest last error. Problems are never mixed: a grid of problems has a curve for each.

Past the end of a run that reached its target its last error counts, and a curve ends where its median run ends.
A limit that stops a run ends the curve there. A diverged run counts as infinite from its explosion on; a cross
marks where it leaves the figure.

--over KEY draws what the first accuracy of --at costs (-x says which cost, or --panels which ones) against a
parameter, on logarithmic axes. KEY is a key of the method ("step", "uplink.k") or of the problem with its
section ("problem.workers"), as in the experiment file. Of the points with one value the best for this accuracy
is drawn, by the rule above. Bars are the 10-90 % quantiles over seeds; an open marker at the top means that the
median run does not reach the accuracy. Steps given as { theory = c } are drawn at c, "theory" at 1. A method
without the parameter is a dashed line. With --table: every value and every accuracy of --at as text.

--map X,Y colours every pair of values of two such parameters by the method that reaches the first accuracy of --at
at the lowest cost (-x says which; median over seeds). The number is the cost of the best other method relative to
the winner's; "only" means that no other method gets there, hatched that none does. A method without one of the
parameters competes at all its values. Of several points of a method the best counts, by the rule above. With
--table: what every method needs at every pair.

A column that is no error has no better side of its own: a value of --at above that of the first row is reached from
below, else from above.

-x modelled is the sum of
  2 latency rounds                                  there and back
  (bits_up_max + bits_down) / bandwidth             the server waits for the worker that sends most
  seconds_compute ranks / workers                   one worker's measured share, however many ranks simulated it
  seconds_server                                    the server's own sub-problems, while the workers wait
on the network  datacentre  100 Gb/s, 5 us       lan       1 Gb/s, 100 us
                wan         200 Mb/s, 50 ms      wan_slow  20 Mb/s, 100 ms"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        complain(f"{message}; see `{PROGRAM} --help`")
        sys.exit(2)


def complain(sentence):
    print(f"{PROGRAM}: {sentence}", file=sys.stderr)


def warn(sentence):
    complain(f"warning: {sentence}")


def accuracies(text):
    numbers = [float(part) for part in text.split(",") if part.strip()]
    if not numbers or not all(0 < number < math.inf for number in numbers):
        raise ValueError(text)
    return numbers


accuracies.__name__ = "list of positive accuracies"  # argparse says: invalid <name> value: 'x'


def panels(text):
    names = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [name for name in names if name not in PANELS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"no panel named {(unknown or [text])[0]!r} (choose from {', '.join(PANELS)})")
    return names


def two_keys(text):
    keys = [part.strip() for part in text.split(",")]
    if len(keys) != 2 or not all(keys) or keys[0] == keys[1]:
        raise argparse.ArgumentTypeError(f"expected two different parameters X,Y, found {text!r}")
    return keys


def read(arguments):
    """The options, checked against each other."""
    command = _parser()
    options = command.parse_args(arguments)
    if options.panels and options.x:
        command.error("--panels and -x both choose costs: leave one out")
    options.x = options.x or "bits"
    _check_floor(options, command)
    if options.at is None:
        options.at = [1e-3, 1e-6] if options.y in ERRORS else []
    if not options.at and _given(options, "--over", "--map", "--table"):
        command.error(f"{options.y} is no error: say with --at which value of it is to be reached")
    if options.network and "modelled" not in (options.panels or [options.x]):
        command.error("--network is for -x modelled only (or that panel): add it, or leave --network out")
    unused = _given(options, "--all-grid", "--log-x")
    if options.over and unused and not options.map:
        command.error(f"{unused[0]} does not go with --over, whose axes are logarithmic and show the best points")
    unused = _given(options, "--over", "--panels", "--all-grid", "--log-x")
    if options.map and unused:
        command.error(f"{unused[0]} does not go with --map, which shows one cost of the best points over two "
                      "parameters")
    return options


def _check_floor(options, command):
    if options.mean and options.x != "floor":
        command.error("--mean is for -x floor only: add it, or leave --mean out")
    if options.x != "floor":
        return
    if not options.over or options.map:
        command.error("-x floor goes with --over: a floor is one number of a run")
    if options.y not in ERRORS:
        command.error(f"-x floor is where errors stall, and {options.y} is none")
    options.at = [1.0]  # no accuracy is asked for


def _given(options, *names):
    return [name for name in names if getattr(options, name[2:].replace("-", "_"))]


def _parser():
    layout = argparse.RawDescriptionHelpFormatter
    p = Parser(prog=PROGRAM, description=DESCRIPTION, epilog=EPILOG, formatter_class=layout, allow_abbrev=False)
    p.add_argument("results", metavar="RESULT", nargs="+",
                   help="a result file, or a folder that is searched with its subfolders")
    p.add_argument("-x", choices=[*COSTS, "floor"],
                   help="the cost: on the horizontal axis, with --over on the vertical one, with --map the one that "
                        "decides (default: bits); floor, with --over: no cost, but where the error stalls")
    p.add_argument("--panels", type=panels, metavar="A,B,...",
                   help=f"several costs side by side instead of -x: {', '.join(PANELS)}")
    p.add_argument("--bits", choices=["all", "values-only", "uplink-only"], default="uplink-only",
                   help="which bits count: sent and received by a worker, sent without indices and seeds, or all "
                        "that it sent (default); the axis says which")
    p.add_argument("-y", metavar="COLUMN", default="distance",
                   help="the error: distance, squared, to the solution (default) or residual, squared, relative to "
                        "the start; gap, or gap_average, that of the mean of the points; or any other column of "
                        "/history, a measure of the problem for one")
    p.add_argument("--over", metavar="KEY",
                   help="a parameter of the grid on the horizontal axis, and the cost of an accuracy on the vertical "
                        "one: uplink.k, step, problem.workers, ...")
    p.add_argument("--map", type=two_keys, metavar="X,Y",
                   help="two parameters of the grid on the axes, and at each pair of values the method that reaches an "
                        "accuracy at the lowest cost")
    p.add_argument("--network", choices=["datacentre", "lan", "wan", "wan_slow"],
                   help="the network of modelled seconds (default: wan)")
    p.add_argument("--mean", choices=["geometric", "arithmetic"],
                   help="of the errors over the last quarter of a run, with -x floor (default: geometric)")
    p.add_argument("--out", metavar="FILE",
                   help="write FILE.png and FILE.pdf (default: the experiment's name and what is drawn)")
    p.add_argument("--title", metavar="TEXT", help="the figure's title (default: the experiment's name)")
    p.add_argument("--log-x", action="store_true",
                   help="a logarithmic horizontal axis, for methods whose costs differ by decades")
    p.add_argument("--no-theory", action="store_true",
                   help="leave out the thin dashed lines, the rates that theory predicts")
    p.add_argument("--all-grid", action="store_true", help="every point of a grid instead of the best one")
    p.add_argument("--table", action="store_true",
                   help="print what each accuracy cost; a figure is then written only with --out")
    p.add_argument("--at", type=accuracies, metavar="A,B,...",
                   help="accuracies of the table and of the choice within a grid (of errors 1e-3,1e-6 unless given); "
                        "--over and --map draw the first")
    return p
