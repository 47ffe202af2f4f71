"""`check --baseline DIR`: whether the rows of a model and data set are still those that ``compare --out DIR`` left.

What an optimiser found is the same up to the distance from the optimum that either search admits. What was sampled is
the same up to Monte-Carlo error: means in units of both errors, and of the interval's ends the share of today's draws
below them, whose error is that of a proportion with as many draws as are effective, then and now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import rounding
from ..density.density import Density
from ..errors import UsageError
from ..estimators import Settings
from ..fit.fit import Fit, Progress, fit
from ..fit.quantities import Context
from ..rows import COLUMNS, LATER, MODEL_SCALE, frame
from ..sampling.draws import by_label
from ..search.newton import GRADIENT_TOLERANCE
from ..words import listed
from .budget import Budget
from .finding import FAILED, PASSED, SKIPPED, Finding, Measured

if TYPE_CHECKING:
    import pandas

Array = NDArray[np.float64]
RANDOM = 2
"""Checks below whose statistic is random."""
CURVATURE = 10 * GRADIENT_TOLERANCE
"""Relative: a curvature changes with the optimum by its third derivative, of the order of one per standard error."""


@dataclass(frozen=True)
class Baseline:
    """The rows of the largest n that were kept, on the model scale: one per estimator and quantity."""

    folder: Path
    rows: "pandas.DataFrame"

    @property
    def estimators(self) -> tuple[str, ...]:
        return tuple(self.rows["estimator"].unique())

    @property
    def level(self) -> float:
        return float(self.rows["level"].iloc[0])


def baseline(folder: str | Path) -> Baseline:
    """What ``compare --out`` left in a folder.

    Raises
    ------
    UsageError
        There is no ``rows.csv``, or it is not one of these.
    """
    import pandas

    path = Path(folder) / "rows.csv"
    again = "make it with `mle-vs-bayes compare … --out`"
    try:
        rows = pandas.read_csv(path, float_precision="round_trip")
    except FileNotFoundError:
        raise UsageError(f"there is no {path} to compare with; {again} {folder}.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({error}); {again} {folder}.") from None
    lacking = [name for name in COLUMNS if name not in rows.columns and name not in LATER]
    if lacking or rows.empty:
        what = f"no column {lacking[0]}" if lacking else "no rows"
        raise UsageError(f"{path} has {what}, so it is not a table of rows; {again} {folder}.")
    rows = rows.reindex(columns=list(COLUMNS))
    kept = rows[(rows["n"] == rows["n"].max()) & (rows["scale"] == MODEL_SCALE)]
    return Baseline(Path(folder), kept)


def check_same(kept: Baseline, program: Density, variant: str) -> None:
    """Refuse to compare what was made from another model, other priors or another number of rows.

    Raises
    ------
    UsageError
        What was kept, what there is today, and what to do.
    """
    today = {"model": program.model.name, "variant": variant, "n": program.data.size}
    for name, value in today.items():
        before = kept.rows[name].iloc[0]
        if before != value:
            what = {"variant": "under the priors", "n": "on n ="}.get(name, "of the model")
            raise UsageError(
                f"{kept.folder} holds rows {what} {before}, and today's are {what} {value}; give what it was made from."
            )


def drift(program: Density, kept: Baseline, seed: int, progress: Progress = lambda step: None) -> tuple[Finding, ...]:
    """Fit again what was kept, and hold it against the rows."""
    context = Context(kept.level, seed, variant=str(kept.rows["variant"].iloc[0]))
    today = fit(program, kept.estimators, Settings(seed), context, progress)
    before, now = _by_quantity(kept.rows), _by_quantity(frame(today.rows))
    same, pairs = _same_rows(before, now)
    budget = Budget(RANDOM)
    return (
        same,
        _finding("optima", pairs, _optima(before, now, pairs, sampled=False)),
        _finding("standard errors", pairs, _errors(before, now, pairs)),
        _finding("posterior means", pairs, _means(before, now, pairs, budget)),
        _finding("posterior quantiles", pairs, _quantiles(before, now, pairs, today, kept.level, budget)),
    )


Rows = dict[tuple[str, str], dict[str, Any]]
Pair = tuple[str, str]


def _by_quantity(rows: "pandas.DataFrame") -> Rows:
    """The first row of each estimator and quantity: its numbers are those of all its intervals."""
    first = rows.drop_duplicates(["estimator", "parameter"])
    return {(line["estimator"], line["parameter"]): line for line in first.to_dict("records")}


def _same_rows(before: Rows, now: Rows) -> tuple[Finding, list[Pair]]:
    """Whether the same quantities have an answer, and those that have one then and now."""
    gone = [f"{' '.join(pair)} is gone" for pair in before if pair not in now]
    new = [f"{' '.join(pair)} is new" for pair in now if pair not in before]
    both = [pair for pair in before if pair in now]
    changed = [
        f"{' '.join(pair)} was {before[pair]['status']} and is {now[pair]['status']}"
        for pair in both
        if before[pair]["status"] != now[pair]["status"]
    ]
    different = [*gone, *new, *changed]
    finding = Finding("the same rows", FAILED if different else PASSED, detail=listed(different, limit=3))
    return finding, [pair for pair in both if _known(before[pair]) and _known(now[pair])]
