"""Reading what `trivium run` wrote: one HDF5 file per run (a method, its parameters, a seed).

    history, attributes = read_result("out/EG/seed-1.h5")
    plt.semilogy(history["bits_up"], history["distance"], label=attributes["label"])
"""
import os
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")  # a sweep that is still writing may be plotted
import h5py
import numpy as np

_REQUIRED = ("method", "label", "seed", "status")
_WHAT_TO_NAME = "name what `trivium run` wrote (its --out)"


class PlotError(Exception):
    """What was asked, what was found, what to do: one sentence for the user."""


def read_result(path):
    """(history, attributes) of one result file.

    history: a dict, column name -> float64 array; all of one length, row 0 is the starting point.
    attributes: a dict, name -> str or number.
    A file caught while a row was being written is cut to its shortest column.
    Raises PlotError if the file is no result of `trivium run`.
    """
    try:
        with h5py.File(path, "r") as file:
            group = file.get("history")
            columns = group.items() if isinstance(group, h5py.Group) else []
            history = {name: np.asarray(data[:], dtype=float) for name, data in columns}
            attributes = {name: _plain(value) for name, value in file.attrs.items()}
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PlotError(f"{path} cannot be read as a result file ({_first_line(error)}); if it is one, it was "
                        "cut short: run it again with --resume") from error
    if not history or any(name not in attributes for name in _REQUIRED):
        missing = [f"attribute {name!r}" for name in _REQUIRED if name not in attributes]
        raise PlotError(f"{path} is not a trivium result file: it has no "
                        f"{missing[0] if history else '/history'}; {_WHAT_TO_NAME}")
    rows = min(map(len, history.values()))
    if rows == 0:
        raise PlotError(f"{path} holds no rows yet; plot it after its first record")
    return {name: column[:rows] for name, column in history.items()}, attributes


def _plain(value):
    """h5py's bytes, numpy scalars and arrays of one element as plain str and numbers."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(())[()]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.item() if isinstance(value, np.generic) else value


def _first_line(error):
    return (str(error).splitlines() or ["no reason given"])[0]


@dataclass(frozen=True)
class Run:
    """One result file. `label` names its method, `grid` its point of the grid ("step = 2 x theory", or "")."""

    path: Path
    history: dict
    attributes: dict

    label = property(lambda self: str(self.attributes["label"]))
    grid = property(lambda self: str(self.attributes.get("grid", "")))
    seed = property(lambda self: self.attributes["seed"])
    status = property(lambda self: str(self.attributes["status"]))
    experiment = property(lambda self: str(self.attributes.get("experiment", "")))

    @cached_property
    def config(self):
        """The resolved experiment: tables `problem`, `method`, `stop`, ... Empty if the file says nothing."""
        return _toml(self.attributes.get("config", ""))

    def column(self, name):
        if name not in self.history:
            raise PlotError(f"{self.path} has no column {name!r} in /history; choose another -x, -y or --bits, "
                            f"or run it again (it has {', '.join(sorted(self.history))})")
        return self.history[name]

    def theory(self, key, default):
        """A value of the TOML text in the attribute `theory`; the default if it is not there."""
        return _toml(self.attributes.get("theory", "")).get(key, default)


def _toml(text):
    try:
        return tomllib.loads(str(text))
    except tomllib.TOMLDecodeError:
        return {}


@dataclass(frozen=True)
class GridPoint:
    """The runs (one per seed) of one method with one set of parameters."""

    label: str
    grid: str
    runs: list
    unsaid: frozenset = frozenset()  # parts of `grid` that are the same in all that is shown

    @property
    def name(self):
        """How a legend calls it."""
        grid = ", ".join(part for part in grid_parts(self.grid) if part not in self.unsaid)
        return f"{self.label} ({short_grid(grid)})" if grid else self.label

    def count(self, status):
        return sum(run.status == status for run in self.runs)


def grid_parts(grid):
    """"step = 1, partition = { type = "dirichlet", alpha = 1 }" -> its two parts: commas in brackets are no ends."""
    parts, depth = [""], 0
    for letter in grid:
        depth += (letter in "{[") - (letter in "}]")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def short_grid(grid):
    """"step = 2 x theory, k = 10" -> "2x theory, k = 10"."""
    return re.sub(r"\bstep = (\S+) x theory\b", r"\1x theory", grid)


def load(names, warn):
    """Every run in the named files and folders. What cannot be read in a folder is left out with a warning; a
    file that was named itself must be readable."""
    runs = {}
    for path, named in _files(names):
        try:
            run = Run(path, *read_result(path))
        except PlotError as error:
            if named:
                raise
            warn(f"{error}; left out")
            continue
        first = runs.setdefault((run.experiment, run.label, run.grid, run.seed), run)
        if first is not run:
            warn(f"{path} is the same run (experiment, label, grid point, seed) as {first.path}; left out")
    if not runs:
        raise PlotError(f"no result files in {', '.join(map(str, names))}; {_WHAT_TO_NAME}")
    return list(runs.values())


def _files(names):
    """(path, was it named itself), each file once. Checkpoints and the folder `cache` are no results."""
    files = {}
    for name in map(Path, names):
        if not name.exists():
            raise PlotError(f"no file or folder named {name}; {_WHAT_TO_NAME}")
        if name.is_file():
            files[name.resolve()] = (name, True)
            continue
        for path in sorted(name.rglob("*.h5"), key=_natural):
            folders = path.relative_to(name).parts[:-1]
            if not path.name.endswith(".checkpoint.h5") and "cache" not in folders:
                files.setdefault(path.resolve(), (path, False))
    return files.values()


def _natural(path):
    """Sorts seed-2 before seed-10."""
    pieces = [re.split(r"(\d+)", part) for part in path.parts]
    return [[(0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in part] for part in pieces]


def group(runs, warn):
    """label -> its grid points; labels in the order of the experiment file.

    Runs that are not finished (status running) are left out where the same grid point has finished ones: their
    short history would cut the others short."""
    several = len({run.experiment for run in runs}) > 1
    grouped = {}
    for run in sorted(runs, key=_place_in_experiment):
        label = f"{run.experiment}: {run.label}" if several else run.label
        grouped.setdefault(label, {}).setdefault(run.grid, []).append(run)
    problems = [{part for part in grid_parts(run.grid) if part.startswith("problem.")} for run in runs]
    unsaid = frozenset(set.intersection(*problems))
    return {label: [_finished(GridPoint(label, grid, members, unsaid), warn) for grid, members in points.items()]
            for label, points in grouped.items()}


def _place_in_experiment(run):
    return run.attributes.get("order", float("inf"))


def _finished(point, warn):
    finished = [run for run in point.runs if run.status != "running"]
    if not finished or len(finished) == len(point.runs):
        return point
    count = len(point.runs) - len(finished)
    warn(f"{point.name}: {count} of {len(point.runs)} runs are not finished and left out")
    return replace(point, runs=finished)
