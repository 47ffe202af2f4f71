"""Random small tables, as awkward as people's: ties, outliers, any unit, far from 0, cells that are text."""

import math
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from mle_vs_bayes import models

QUARTERS = st.integers(-20, 20).map(lambda k: k / 4)
FORMULAS = ("y ~ x", "y ~ 1", "y ~ x + C(g)", "y ~ C(g)", "y ~ x + z", "y ~ x * z")
OUTCOMES = ("y", "lower", "upper", "se")
"""Roles that are measured in the unit of the data."""


@dataclass(frozen=True)
class Table:
    """Columns by name, each a tuple of cells."""

    columns: tuple[tuple[str, tuple[object, ...]], ...]

    @property
    def rows(self):
        return max((len(cells) for _, cells in self.columns), default=0)

    def csv(self):
        """The table as a file's text."""
        lines = [",".join(_cell(name) for name, _ in self.columns)]
        lines += [",".join(_cell(cells[row]) for _, cells in self.columns) for row in range(self.rows)]
        return "\n".join(lines) + "\n"

    def scaled(self, factor):
        """The same measurements in another unit."""
        parts = [
            (name, tuple(cell * factor if name in OUTCOMES and isinstance(cell, float) else cell for cell in cells))
            for name, cells in self.columns
        ]
        return replace(self, columns=tuple(parts))


def _cell(value):
    text = repr(value) if isinstance(value, float) else str(value)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\n') else text


PATTERNS = ("plain",) * 6 + ("two values", "outlier", "far away") * 2 + ("equal", "zeros")
RARELY = st.sampled_from((False,) * 15 + (True,))
"""Whole numbers will not do, of which Hypothesis likes the smallest."""


@st.composite
def numbers(draw, size):
    """Measurements ``(size,)`` of one pattern, in some unit."""
    pattern = draw(st.sampled_from(PATTERNS))
    values = draw(st.lists(QUARTERS, min_size=size, max_size=size))
    if pattern == "two values":
        values = [values[0] if value < 0 else values[-1] for value in values]
    elif pattern == "equal":
        values = [values[0]] * size
    elif pattern == "outlier":
        values[-1] = 1e6
    elif pattern == "far away":
        values = [1e9 + value for value in values]
    elif pattern == "zeros":
        values = [0.0] * size
    unit = 10.0 ** draw(st.sampled_from((0, 0, 0, 0, -12, -6, 6, 12)))
    return tuple(value * unit for value in values)


def lengths(size):
    """Measurements above 0, ``(size,)``."""
    return numbers(size).map(lambda values: tuple(abs(value) or 0.5 * max(map(abs, values)) or 1.0 for value in values))


def counts(size):
    """Whole numbers from 0 on, ``(size,)``, small, all 0, or with a large one among them."""
    small = st.lists(st.integers(0, 9), min_size=size, max_size=size).map(tuple)
    return st.one_of(small, small, st.just((0,) * size), small.map(lambda values: (*values[:-1], 1_000_000)))


def labels(size):
    """Groups ``(size,)``: a few, one only, each row its own; or names in any script, one of them empty."""
    few = st.lists(st.sampled_from(("a", "b", "c")), min_size=size, max_size=size).map(tuple)
    alone = st.just(tuple(f"g{row}" for row in range(size)))
    names = st.lists(st.sampled_from(("é", "Ω 2", "日本", "a,b", "")), min_size=size, max_size=size).map(tuple)
    return st.one_of(few, few, st.just(("a",) * size), alone, names)


def halves(size):
    """0 or 1, ``(size,)``, or the same everywhere."""
    return st.one_of(st.lists(st.integers(0, 1), min_size=size, max_size=size).map(tuple), st.just((0,) * size))


def shares(size):
    """Strictly between 0 and 1, ``(size,)``, some at the very ends."""
    one = st.sampled_from((1e-12, 0.1, 0.25, 0.5, 0.5, 0.9, 1 - 1e-12))
    return st.lists(one, min_size=size, max_size=size).map(tuple)


BY_KIND = {
    "number": numbers,
    "positive": lengths,
    "nonnegative": lengths,
    "binary": halves,
    "count": counts,
    "positive_count": lambda size: counts(size).map(lambda values: tuple(value + 1 for value in values)),
    "label": labels,
    "classes": labels,
    "share": shares,
}
"""What a column holds, by the kind that the model declares."""
RANGE = {"number": (-math.inf, math.inf), "binary": (0.0, 1.0), "share": (0.0, 1.0), "positive_count": (1.0, math.inf)}
RANGE |= dict.fromkeys(("positive", "nonnegative", "count"), (0.0, math.inf))
RANGE |= {"label": RANGE["number"], "classes": RANGE["share"]}
"""Where an outcome of each kind can lie, and so its mean; of classes the chance of each."""


@st.composite
def tables(draw, name):
    """A table with the columns that a model of the catalogue reads, some of the optional ones, and covariates."""
    model, size = models.get(name), draw(st.sampled_from((6, 12, 9, 4, 6, 9, 3, 12, 2, 9, 6, 1)))
    columns = {}
    for column in model.columns:
        if not column.optional or column.role == "y" or draw(st.sampled_from((False, False, True))):
            columns[column.role] = draw(BY_KIND[column.kind.name](size))
    _agree(columns)
    if model.takes_formula:
        columns |= {"x": draw(numbers(size)), "z": draw(halves(size)), "g": draw(labels(size))}
    return Table(tuple(columns.items()))


def _agree(columns):
    """Let the columns say what data can be: ends of intervals in order, no more successes than trials."""
    columns.pop("lower", None)
    if "upper" in columns:
        y = columns.pop("y")
        columns.pop("event", None)
        columns["lower"] = tuple(map(min, y, columns["upper"]))
        columns["upper"] = tuple(map(max, y, columns["upper"]))
    if "trials" in columns:
        columns["trials"] = tuple(map(max, columns["trials"], columns["y"]))


@st.composite
def new_rows(draw, table):
    """One to three rows to predict: some of the table's own, one of them perhaps far off or of a group never seen."""
    rows = draw(st.lists(st.integers(0, table.rows - 1), min_size=1, max_size=3))
    columns = {name: [cells[row] for row in rows] for name, cells in table.columns}
    for name, cell in draw(st.sampled_from(({},) * 3 + ({"x": 1e6}, {"g": "new"}, {"g": ""}))).items():
        columns |= {name: [*columns[name][:-1], cell]} if name in columns else {}
    return Table(tuple((name, tuple(cells)) for name, cells in columns.items()))


@st.composite
def spoilt(draw, table):
    """The table with one cell that is no number."""
    column, row = draw(st.integers(0, len(table.columns) - 1)), draw(st.integers(0, table.rows - 1))
    cell = draw(st.sampled_from(("", "n/a", "é", "1,5", "inf", "nan", "-1", "2026-11-29", "1e400")))
    parts = [list(part) for part in table.columns]
    parts[column][1] = (*parts[column][1][:row], cell, *parts[column][1][row + 1 :])
    return Table(tuple((name, tuple(cells)) for name, cells in parts))
