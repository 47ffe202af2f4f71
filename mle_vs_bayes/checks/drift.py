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

from ..data.dataset import rounding
from ..density.density import Density
from ..errors import UsageError
from ..estimators import Settings
from ..fit.fit import Fit, Progress, fit
from ..fit.row_table import Context
from ..rows import COLUMNS, LATER, MODEL_SCALE, frame
from ..sampling.draws import by_label
from ..search.newton import GRADIENT_TOLERANCE
from ..words import listed
from .finding import FAILED, PASSED, SKIPPED, Finding, Measured
from .subject import Budget

if TYPE_CHECKING:
    import pandas

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
    again = f"make it with `mle-vs-bayes compare … --out {folder}`"
    try:
        rows = pandas.read_csv(path)
    except FileNotFoundError:
        raise UsageError(f"there is no {path} to compare with; {again}.") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read ({error}); {again}.") from None
    lacking = [name for name in COLUMNS if name not in rows.columns and name not in LATER]
    if lacking or rows.empty:
        what = f"no column {lacking[0]}" if lacking else "no rows"
        raise UsageError(f"{path} has {what}, so it is not a table of rows; {again}.")
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
        _finding("optima", _optima(before, now, pairs)),
        _finding("standard errors", _errors(before, now, pairs)),
        _finding("posterior means", _means(before, now, pairs, budget)),
        _finding("posterior quantiles", _quantiles(before, now, pairs, today, kept.level, budget)),
    )


Rows = dict[tuple[str, str], dict[str, Any]]
Pair = tuple[str, str]


def _by_quantity(rows: "pandas.DataFrame") -> Rows:
    """The first row of each estimator and quantity: its numbers are those of all its intervals."""
    first = rows.drop_duplicates(["estimator", "parameter"])
    lines = ({str(name): value for name, value in line.items()} for line in first.to_dict("records"))
    return {(line["estimator"], line["parameter"]): line for line in lines}


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


def _known(line: dict[str, Any]) -> bool:
    """Whether the quantity has an estimate, or a median in the place of a mean that does not exist."""
    return bool(np.isfinite(_float(line["estimate"])) or np.isfinite(_float(line["median"])))


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _finding(name: str, measured: Measured) -> Finding:
    if not measured.labels:
        return Finding(name, SKIPPED, detail="nothing of this kind has an answer then and now")
    return measured.finding(name)


def _drawn(pair: Pair) -> bool:
    return pair[0] == "posterior"


def _unit(line: dict[str, Any]) -> float:
    """The standard error, or the size of the estimate where there is none."""
    return next((size for size in (_float(line["se"]), abs(_float(line["estimate"]))) if size > 0), 1.0)


def _optima(before: Rows, now: Rows, pairs: Sequence[Pair]) -> Measured:
    """How far apart the estimates are that nothing was drawn for: by the distance that each search left, at most."""
    chosen = [pair for pair in pairs if not _drawn(pair)]
    apart = [(_float(now[p]["estimate"]) - _float(before[p]["estimate"])) / _unit(before[p]) for p in chosen]
    lost = [2 * float(rounding(abs(_float(before[p]["estimate"])))) / _unit(before[p]) for p in chosen]
    limits = [2 * GRADIENT_TOLERANCE + each for each in lost]
    return Measured(apart, limits, "SE", [" ".join(pair) for pair in chosen])


def _errors(before: Rows, now: Rows, pairs: Sequence[Pair]) -> Measured:
    chosen = [p for p in pairs if not _drawn(p) and _float(before[p]["se"]) > 0]
    apart = [_float(now[p]["se"]) / _float(before[p]["se"]) - 1 for p in chosen]
    return Measured(apart, [CURVATURE] * len(chosen), "relative", [" ".join(pair) for pair in chosen])


def _means(before: Rows, now: Rows, pairs: Sequence[Pair], budget: Budget) -> Measured:
    """Differences of posterior means in standard errors of both runs."""
    chosen = [p for p in pairs if _drawn(p) and _float(before[p]["mcse"]) > 0]
    z = [
        (_float(now[p]["estimate"]) - _float(before[p]["estimate"]))
        / np.hypot(_float(now[p]["mcse"]), _float(before[p]["mcse"]))
        for p in chosen
    ]
    return Measured(z, [budget.z(len(chosen))] * len(chosen), "z", [" ".join(pair) for pair in chosen])


def _quantiles(before: Rows, now: Rows, pairs: Sequence[Pair], today: Fit, level: float, budget: Budget) -> Measured:
    """The share of today's draws below what were the interval's ends and the median, against what it was then."""
    posterior = today.estimates.get("posterior")
    draws = {} if posterior is None or posterior.tree is None else by_label(posterior.tree)
    shares = {"lower": (1 - level) / 2, "upper": (1 + level) / 2, "median": 0.5}
    z, labels = [], []
    for pair in pairs:
        if not _drawn(pair) or before[pair]["interval"] != "eti" or not np.ptp(draws[pair[1]]) > 0:
            continue
        for column, share in shares.items():
            least = "ess_bulk" if column == "median" else "ess_tail"
            # A quantile of S effective draws holds its share to √(share (1 − share)/S), and both runs have such errors.
            effective = 1 / (1 / _float(before[pair][least]) + 1 / _float(now[pair][least]))
            end = _float(before[pair][column])
            if np.isfinite(end) and np.isfinite(effective):
                below = float(np.mean(draws[pair[1]] < end))
                z.append((below - share) / np.sqrt(share * (1 - share) / effective))
                labels.append(f"{' '.join(pair)}, {column}")
    return Measured(z, [budget.z(len(z))] * len(z), "z", labels)
