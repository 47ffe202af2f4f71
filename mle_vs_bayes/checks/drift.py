"""`check --baseline DIR`: whether the rows of a model and data set are still those that ``compare --out DIR`` left.

What an optimiser found is the same up to the distance from the optimum that either search admits. What was sampled is
the same up to Monte-Carlo error: means in units of both errors, of an equal-tailed interval's ends the share of today's
draws below them, whose error is that of a proportion with as many draws as are effective, then and now, and the ends of
a highest-density one in units of what they stray by when as many are drawn again. What is not compared is named.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.dataset import rounding
from ..density.density import Density
from ..estimators import Settings
from ..fit.fit import Fit, Progress, fit
from ..fit.row_table import Context
from ..intervals.credible import shortest_span
from ..intervals.wald import normal_quantile
from ..rows import frame
from ..sampling.draws import by_label
from ..search.newton import GRADIENT_TOLERANCE
from ..words import listed
from .baseline import Baseline
from .finding import FAILED, PASSED, SKIPPED, Finding, Measured
from .subject import Budget

if TYPE_CHECKING:
    import pandas

RANDOM = 3
"""Checks below whose statistic is random."""
RESAMPLED = 100
"""Pairs of samples that the error of a highest-density interval is read from."""
MISJUDGED = 1.3
"""Times that error: its rate is the cube root of n, for which resampling is off by a constant. Between samples of 400
and of 3,000 draws of a normal, a t(3), a gamma and an exponential distribution the ends strayed by 0.65 to 1.26."""
CURVATURE = 10 * GRADIENT_TOLERANCE
"""Relative: a curvature changes with the optimum by its third derivative, of the order of one per standard error."""


def drift(program: Density, kept: Baseline, seed: int, progress: Progress = lambda step: None) -> tuple[Finding, ...]:
    """Fit again what was kept, and hold it against the rows."""
    context = Context(kept.level, seed, variant=str(kept.rows["variant"].iloc[0]), kinds=kept.kinds)
    today = fit(program, kept.estimators, Settings(seed), context, progress)
    before, now = _by_quantity(kept.rows), _by_quantity(frame(today.rows))
    same, pairs = _same_rows(before, now)
    ends = _ends(kept.rows, frame(today.rows))
    budget, draws = Budget(RANDOM), _draws(today)
    not_compared = [Finding("the rest", SKIPPED, detail=f"not compared: {listed(kept.left)}")] if kept.left else []
    return (
        same,
        _finding("optima", _optima(before, now, pairs)),
        _finding("standard errors", _errors(before, now, pairs)),
        _finding("posterior means", _means(before, now, pairs, budget)),
        _finding("posterior quantiles", _quantiles(before, now, ends, draws, kept.level, budget)),
        _finding("intervals", _intervals(ends, kept.level)),
        *_of_kind("hdi", _densest(now, ends, draws, kept.level, budget)),
        *not_compared,
    )


def _of_kind(kind: str, measured: Measured) -> list[Finding]:
    """The finding on a kind of interval of which there may be none."""
    return [measured.finding(f"{kind} intervals")] if measured.labels else []


Rows = dict[tuple[str, str], dict[str, Any]]
Pair = tuple[str, str]
Ends = dict[tuple[str, str, str], tuple[dict[str, Any], dict[str, Any]]]
"""Rows then and now by estimator, quantity and kind of interval."""


def _by_quantity(rows: "pandas.DataFrame") -> Rows:
    """The first row of each estimator and quantity: its numbers are those of all its intervals."""
    first = rows.drop_duplicates(["estimator", "parameter"])
    return {(line["estimator"], line["parameter"]): line for line in _records(first)}


def _records(rows: "pandas.DataFrame") -> list[dict[str, Any]]:
    return [{str(name): value for name, value in line.items()} for line in rows.to_dict("records")]


def _ends(before: "pandas.DataFrame", now: "pandas.DataFrame") -> Ends:
    """The rows that kept intervals are in; a kind that is gone has no ends today."""
    key = ["estimator", "parameter", "interval"]
    then, today = ({tuple(line[name] for name in key): line for line in _records(rows)} for rows in (before, now))
    shared = {place[:2] for place in today}
    nothing = {"lower": None, "upper": None}
    return {
        place: (line, today.get(place, nothing))
        for place, line in then.items()
        if place[2] != "none" and place[:2] in shared
    }


def _draws(today: Fit) -> dict[str, Any]:
    """Of each quantity ``(chains, draws)``; none without a posterior."""
    posterior = today.estimates.get("posterior")
    return {} if posterior is None or posterior.tree is None else by_label(posterior.tree)


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


def _quantiles(before: Rows, now: Rows, ends: Ends, draws: dict[str, Any], level: float, budget: Budget) -> Measured:
    """The share of today's draws below what were equal-tailed ends and the median, against what it was then."""
    places = {pair: {"median": 0.5} for pair in before if _drawn(pair) and pair in now}
    for estimator, label, kind in ends:
        if kind == "eti" and _drawn((estimator, label)):
            places[estimator, label] |= {"lower": (1 - level) / 2, "upper": (1 + level) / 2}
    z, labels = [], []
    for pair, shares in places.items():
        if pair[1] not in draws or not np.ptp(draws[pair[1]]) > 0:
            continue
        line = ends.get((*pair, "eti"), (before[pair], None))[0]
        for column, share in shares.items():
            least = "ess_bulk" if column == "median" else "ess_tail"
            # A quantile of S effective draws holds its share to √(share (1 − share)/S), and both runs have such errors.
            effective = 1 / (1 / _float(line[least]) + 1 / _float(now[pair][least]))
            end = _float(line[column])
            if np.isfinite(end) and np.isfinite(effective):
                below = float(np.mean(draws[pair[1]] < end))
                z.append((below - share) / np.sqrt(share * (1 - share) / effective))
                labels.append(f"{' '.join(pair)}, {column}")
    return Measured(z, [budget.z(len(z))] * len(z), "z", labels)


def _intervals(ends: Ends, level: float) -> Measured:
    """How far ends are apart that follow from an optimum, its curvature or the likelihood alone.

    An end is some z standard errors from the estimate, so that it has the errors of both. On another scale these grow
    with its distance, which is then the unit. An end that is there once only is infinitely far.
    """
    z, apart, limits, labels = float(normal_quantile(level)), [], [], []
    for place, (then, today) in ends.items():
        for column in ("lower", "upper") if not _drawn(place[:2]) else ():
            old, new = _float(then[column]), _float(today[column])
            if np.isnan(old) and np.isnan(new):
                continue
            distance = np.nan_to_num(abs(old - _float(then["estimate"])))
            unit = max(float(np.nan_to_num(_float(then["se"]))), distance) or 1.0
            apart.append((new - old) / unit)
            limits.append(2 * GRADIENT_TOLERANCE + z * CURVATURE + 2 * float(rounding(abs(old))) / unit)
            labels.append(f"{' '.join(place)}, {column}")
    return Measured(apart, limits, "SE", labels)


def _densest(now: Rows, ends: Ends, draws: dict[str, Any], level: float, budget: Budget) -> Measured:
    """Ends of highest-density intervals, in units of what they stray by between samples of as many effective draws."""
    generator, z, labels = np.random.default_rng(0), [], []
    for place, (then, today) in ends.items():
        if place[2] != "hdi" or not _drawn(place[:2]):
            continue
        values = np.ravel(draws[place[1]]) if place[1] in draws else np.full(2, np.nan)
        counts = [int(np.nan_to_num(_float(line["ess_tail"]))) for line in (then, now[place[:2]])]
        if not np.ptp(values) > 0 or min(counts) < 2:
            continue
        spans = [shortest_span(generator.choice(values, (RESAMPLED, count))[..., None], level) for count in counts]
        for side, column in enumerate(("lower", "upper")):
            # An end of a highest-density interval has no formula for its error. Two samples from today's draws, each as
            # large as its effective number, differ by what the two runs may differ by.
            strayed = np.sqrt(np.mean((spans[0][side] - spans[1][side]) ** 2))
            z.append((_float(today[column]) - _float(then[column])) / (MISJUDGED * strayed))
            labels.append(f"{' '.join(place)}, {column}")
    return Measured(z, [budget.z(len(z))] * len(z), "z", labels)
