"""Random requests of the command, and the answers it gives in this process."""

import io
import json
import shlex
import tempfile
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import nutpie
from hypothesis import strategies as st

from mle_vs_bayes import intervals, models
from mle_vs_bayes.cli import steps

from ..cli.command import run_command
from . import programs, tables
from .tables import Table

SHORT = {"--chains": 2, "--draws": 40, "--tune": 60}
"""A posterior that costs little: what must hold, holds however few the draws."""
QUICK = tuple(kind for kind in intervals.KINDS if not kind.startswith("bootstrap"))


@dataclass(frozen=True)
class Request:
    """What is asked: a model of the catalogue or a program, a table, and options."""

    model: str
    table: Table
    options: tuple[str, ...]
    program: programs.Parts | None = None
    new: Table | None = None
    """Rows to predict."""

    def words(self):
        """The arguments, once `written`."""
        return ("compare", "program.py" if self.program else self.model, "data.csv", *self.options, "--json")

    def written(self, folder):
        """Write what the arguments name into a folder."""
        for name, text in self.files().items():
            (folder / name).write_text(text, encoding="utf-8")

    def files(self):
        """What the arguments name: the text of each file."""
        program = {"program.py": self.program.text} if self.program else {}
        return {"data.csv": self.table.csv(), **program, **({"new.csv": self.new.csv()} if self.new else {})}

    def __str__(self):
        files = "".join(f"\n--- {name}\n{text}" for name, text in self.files().items())
        return f"mle-vs-bayes {shlex.join(self.words())}{files}"

    def supports(self):
        """(lower, upper) by quantity, without the index of an element; of outcomes and differences of their means."""
        if self.program:
            return self.program.supports
        model = models.get(self.model)
        each = {each.name: (each.support.lower, each.support.upper) for each in (*model.parameters, *model.functions)}
        kinds = {column.role: column.kind.name for column in model.columns}
        lower, upper = tables.RANGE[kinds["y"]]
        upper = max(dict(self.table.columns).get("trials", (1.0,))) if "trials" in kinds else upper
        return {**each, "outcome": (lower, upper), "effect": (lower - upper, upper - lower)}

    def asked(self, option):
        """The values that are given to an option."""
        return [value for name, value in zip(self.options, self.options[1:], strict=False) if name == option]

    @property
    def transitions(self):
        """Transitions of the sampler that are asked for, tuning included."""
        chains, draws, tune = (int(self.asked(name)[0]) for name in SHORT) if self.asked("--draws") else (4, 1000, 1000)
        return chains * (draws + tune)


@dataclass(frozen=True)
class Answer:
    """What came of a request: exit code, what was printed, the JSON document, an exception that nobody caught."""

    request: Request
    code: int | None = None
    out: str = ""
    err: str = ""
    error: BaseException | None = None
    transitions: int = 0
    """Of all runs of the sampler together."""
    document: dict = field(default_factory=dict)
    """Empty where there is none, or it does not parse."""
    screen: str = ""
    """What is shown without ``--json``."""

    @property
    def rows(self):
        """Of quantities, of predictions and of effects alike; ``parameter`` is what each is about."""
        means = [
            {**row, "parameter": f"outcome[{row['row']}]", "estimate": row["mean"]}
            for row in self.document.get("predictions", [])
        ]
        effects = [{**row, "parameter": f"effect[{row['effect']}]"} for row in self.document.get("effects", [])]
        by_draws = {True: "eti", False: "wald_transformed"}
        return [
            *self.document.get("rows", []),
            *({**row, "interval": by_draws[row["estimator"] == "posterior"]} for row in (*means, *effects)),
            *(
                {**row, "interval": "outcome", "lower": row["y_lower"], "upper": row["y_upper"]}
                for row in means
                if "class" not in row
            ),
        ]


def answer(request):
    """Give the request to the command, in an empty folder; the screen is made beside the JSON document."""
    transitions, sample, show, screen = [], nutpie.sample, steps.show, io.StringIO()

    def shown(*arguments, **keywords):
        with redirect_stdout(screen):
            show(*arguments, **{**keywords, "as_json": False})
        show(*arguments, **keywords)

    def counted(*arguments, **keywords):
        transitions.append(keywords["chains"] * (keywords["draws"] + keywords["tune"]))
        return sample(*arguments, **keywords)

    counting, showing = patch.object(nutpie, "sample", counted), patch.object(steps, "show", shown)
    with tempfile.TemporaryDirectory() as folder, chdir(folder), counting, showing:
        request.written(Path(folder))
        try:
            outcome = run_command(request.words(), warned=())
        except Exception as error:  # noqa: BLE001 — that there is none is what the tests are about
            return Answer(request, error=error)
    spent, seen = sum(transitions), screen.getvalue()
    found = Answer(request, outcome.code, outcome.out, outcome.err, transitions=spent, screen=seen)
    try:
        return replace(found, document=json.loads(found.out))
    except ValueError:
        return found


def kinds(draw, estimators):
    """Kinds of intervals that one of the estimators has; rarely any."""
    names = set(estimators or ("mle", "map", "posterior")) | {"mle_exact"} & {f"mle_{name}" for name in estimators}
    own = [kind for kind in QUICK if names & set(intervals.KINDS[kind].estimators)]
    return QUICK if draw(tables.RARELY) else own


@st.composite
def options(draw, quantities, size):
    """Options of `compare` in any combination, some of them wrong."""
    words = []
    estimators = draw(st.sampled_from((("mle", "map"),) * 5 + (("mle",), ("map",), ("exact", "mle"), ("exact",), ())))
    for name in estimators:
        words += ["--estimator", name]
    if not estimators:
        words += [word for pair in SHORT.items() for word in map(str, pair)]
    for kind in draw(st.lists(st.sampled_from(kinds(draw, estimators)), max_size=2, unique=True)):
        words += ["--interval", kind]
    if draw(st.booleans()):
        words.append("--scores")
        for quantity in draw(st.lists(st.sampled_from(quantities), max_size=2, unique=True)):
            words += ["--null", f"{quantity}={draw(st.sampled_from(NULLS))}"]
    words += draw(st.sampled_from(((),) * 6 + tuple(OTHERS)))
    words += draw(st.sampled_from(((),) * 16 + tuple(("--level", level) for level in LEVELS)))
    words += draw(st.sampled_from(((),) * 16 + tuple(("--n", n) for n in (f"{max(1, size // 2)},all", "2,3", "0"))))
    return tuple(words)


SOMETIMES = st.sampled_from((False,) * 7 + (True,))
NULLS = ("0.5", "1", "0", "0.5", "1", "0", "1e9", "-1", "inf", "nan")
LEVELS = ("0.5", "0.9", "0.999", "1e-9", "1")
OTHERS = (
    ("--scale", "unconstrained"),
    ("--prior-power", "0.5"),
    ("--prior-power", "0"),
    ("--explain",),
    ("--out", "out"),
    ("--starts", "1"),
    ("--drop-missing",),
    ("--strict",),
    ("--seed", "7"),
    ("--only", "*a*"),
)


@st.composite
def grammar(draw, name, names, table):
    """Options that only models of the catalogue have, each now and then, and the rows to predict."""
    model, new = models.get(name), None
    words = ("--formula", draw(st.sampled_from(tables.FORMULAS))) if model.takes_formula else ()
    often, seldom = (st.booleans(), SOMETIMES) if model.takes_formula else (SOMETIMES, tables.RARELY)
    if draw(SOMETIMES):
        quantity, value = draw(st.sampled_from([p.name for p in model.parameters])), draw(st.sampled_from(NULLS[:4]))
        words += ("--fix", f"{quantity}[x]={value}" if quantity == "beta" else f"{quantity}={value}")
    if draw(seldom):
        alike = [other for other in names if models.get(other).columns[0].kind is model.columns[0].kind]
        words += ("--against", draw(st.sampled_from(alike)))
    if draw(often if model.takes_formula else seldom):
        words += ("--effect", draw(st.sampled_from(("x", "g", "z"))))
    if draw(often):
        words, new = (*words, "--predict", "new.csv"), draw(tables.new_rows(table))
    return words, new


@st.composite
def catalogue(draw, names=tuple(models.MODELS)):
    """A request about a model of the catalogue."""
    name = draw(st.sampled_from(names))
    model, table = models.get(name), draw(tables.tables(name))
    if draw(tables.RARELY):
        table = draw(tables.spoilt(table))
    words = draw(options([each.name for each in (*model.parameters, *model.functions)], table.rows))
    if draw(tables.RARELY):
        weights = tuple(draw(st.lists(st.sampled_from((1, 2, 9, 0)), min_size=table.rows, max_size=table.rows)))
        table = Table((*table.columns, ("weights", weights)))
    more, new = draw(grammar(name, names, table))
    return Request(name, table, words + more, new=new)


@st.composite
def own_programs(draw, these):
    """A request about a program."""
    program, size = draw(these), draw(st.sampled_from((2, 3, 6, 9)))
    k = draw(tables.counts(size))
    columns = {
        "y": draw(tables.numbers(size)),
        "t": draw(tables.lengths(size)),
        "k": k,
        "m": tuple(value + 1 for value in k),
        "x": draw(tables.numbers(size)),
        "h": tuple(row % 3 for row in range(size)),
    }
    words = draw(options(["intercept", "spread"], size))
    return Request("program", Table(tuple(columns.items())), words, program)


DOZEN = ("normal", "bernoulli", "poisson", "exponential", "weibull", "student_t", "uniform", "linear", "logistic")
DOZEN += ("ordered", "eight_schools", "random_intercept")
"""Models that the suite compiles, between them every trunk that has one outcome a row; by hand any are asked for."""
SCALED = ("normal", "exponential", "weibull", "linear", "student_t", "uniform", "random_intercept", "eight_schools")
"""Models whose outcome has a unit, and whose default priors follow it."""
EXPONENT = {"variance": 2, "rate": -1, "shape": 0, "nu": 0, "icc": 0}
"""The power of the unit that a quantity is measured in, where it is not the first."""


@st.composite
def in_a_unit(draw):
    """A request about measurements whose unit may be changed, for the MLE and the MAP."""
    name = draw(st.sampled_from(SCALED))
    table, words = draw(tables.tables(name)), ("--estimator", "mle", "--estimator", "map")
    if not models.get(name).takes_formula:
        return Request(name, table, words)
    words += ("--formula", "y ~ x", "--effect", "x", "--predict", "new.csv")
    return Request(name, table, words, new=draw(tables.new_rows(table)))


def rescaled(request, factor):
    """The same request about the same measurements in another unit."""
    return replace(request, table=request.table.scaled(factor))
