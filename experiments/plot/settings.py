"""The resolved configuration of runs: values of dotted keys, and which problems they were run on."""
import math
from dataclasses import dataclass

from results import PlotError


def setting(run, key):
    """The value of a dotted key: a parameter of the method ("step", "uplink.k") or, with its section in front, any
    other ("problem.workers"). None if there is none."""
    for section in (run.config.get("method", {}), run.config):
        value = section
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


@dataclass(frozen=True)
class Parameter:
    """A dotted key as an axis. `multiples`: its values are multiples of the theory's value, and "theory" is 1."""

    key: str
    multiples: bool

    label = property(lambda self: f"{self.key} (multiple of theory's)" if self.multiples else self.key)

    def value(self, run):
        """The number on this axis, None if the run has none."""
        value = setting(run, self.key)
        if self.multiples:
            value = 1.0 if value == "theory" else value.get("theory") if isinstance(value, dict) else None
        plain = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        return value if plain else None


def parameter(key, runs, option):
    """The parameter of that key: multiples where { theory = c } occurs, else the numbers as written. PlotError if no
    run has one; it names the option that asked."""
    found = Parameter(key, any(isinstance(setting(run, key), dict) for run in runs))
    if all(found.value(run) is None for run in runs):
        raise PlotError(f"{key!r} is a number in no method's configuration; choose for {option} {several_values(runs)}")
    return found


def several_values(runs):
    return f"a parameter that takes several values (here: {', '.join(varied(runs)) or 'none'})"


def varied(runs):
    """The keys, as `setting` reads them, that take several values within one label, in the file's order."""
    values = {}
    for run in runs:
        parameters = {key: run.config.get(key, {}) for key in ("problem", "method")}
        for key, value in _flat(parameters):
            values.setdefault(key.removeprefix("method."), {}).setdefault(run.label, set()).add(repr(value))
    return [key for key, labels in values.items() if max(map(len, labels.values())) > 1]


def by_problem(points, *besides):
    """The grid points apart by the problem they were run on: what differs, as text ("similarity = 0.1", or "" of a
    single problem) -> points. `besides` are keys that do not tell problems apart."""
    tables = [{"problem": point.runs[0].config.get("problem", {})} for point in points]
    problems = [{key: value for key, value in _flat(table) if key not in besides} for table in tables]
    keys = list(dict.fromkeys(key for problem in problems for key in problem))
    # What only plug-ins of one type have differs among those that have it, or the type says it all.
    differing = [key for key in keys if len({repr(problem[key]) for problem in problems if key in problem}) > 1]
    apart = {}
    for point, problem in zip(points, problems):
        words = [f"{key.removeprefix('problem.')} = {_shown(problem[key])}" for key in differing if key in problem]
        apart.setdefault(", ".join(words), []).append(point)
    return apart


def _shown(value):
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flat(table, prefix=""):
    """(dotted key, value) of every value in nested tables; { theory = c } is a value."""
    for key, value in table.items():
        if isinstance(value, dict) and list(value) != ["theory"]:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
