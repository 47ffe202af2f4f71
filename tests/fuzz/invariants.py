"""What holds of every answer, whatever was asked; each is a function that gives what is wrong in words, or nothing."""

import json
import math
import re

from mle_vs_bayes.intervals import DEFAULTS

from .requests import EXPONENT

ALWAYS_INSIDE = frozenset(
    {"wald_transformed", "laplace_transformed", "profile", "profile_penalised", "clopper_pearson", "wilson", "garwood"}
)
"""Kinds of intervals that stay inside the quantity's support and hold their estimate, asked for or not."""
AROUND_A_MEAN = frozenset({"eti", "outcome"})
"""Those that stay inside the support, but need not hold a mean: of the draws, or of a new outcome."""
RESOLUTION = 1e-9
"""A rounding of numbers that an interval's ends and its estimate went through apart, relative to their size."""


def ends(answer):
    """No exception but ours, with an exit code that means something, and a sentence where it is 2."""
    if answer.error is not None:
        yield f"{type(answer.error).__name__}: {str(answer.error)[:200]}"
    elif answer.code not in (0, 1, 2, 130):
        yield f"exit code {answer.code}"
    elif answer.code == 2 and (not answer.err.startswith("mle-vs-bayes: ") or "Traceback" in answer.err):
        yield f"exit code 2 without a sentence: {answer.err[-200:]!r}"


def parses(answer):
    """What is printed is one JSON document in which every number is finite; with exit code 0 or 1 there is one."""
    if answer.error is not None or (not answer.out and answer.code not in (0, 1)):
        return
    try:
        json.loads(answer.out, parse_constant=_refused, parse_float=_finite)
    except ValueError as error:
        yield f"no JSON: {error}"


def _refused(name):
    raise ValueError(f"{name} is no JSON")


def _finite(text):
    if not math.isfinite(float(text)):
        raise ValueError(f"{text} is not finite")
    return float(text)


def has_evidence(answer):
    """No p-value without a statistic, no negative ratio."""
    for test in answer.document.get("tests", []):
        ratio = test["likelihood_ratio"]
        if ratio is not None and ratio < 0:
            yield f"the ratio for {test['quantity']} = {test['null']} is {ratio}"
        for name, value in test.items():
            statistic = "wald" if name == "wald_p" else "likelihood_ratio"
            if name.endswith("_p") and value is not None and test[statistic] is None:
                yield f"{name} for {test['quantity']} = {test['null']} is {value} without a {statistic}"


def inside(answer):
    """Default and exact intervals, and profiles, lie inside the quantity's support."""
    for row in _with_ends(answer, frozenset()):
        support = answer.request.supports().get(row["parameter"].split("[")[0])
        if support is not None and not (support[0] <= row["lower"] and row["upper"] <= support[1]):
            yield f"{_interval(row)} leaves {support[0]} to {support[1]}"


def around(answer):
    """The same intervals, but for those around a mean of draws, hold their estimate, or say whose they are."""
    for row in _with_ends(answer, AROUND_A_MEAN):
        slack = RESOLUTION * max(abs(row["lower"]), abs(row["upper"]))
        held = row["estimate"] is None or row["lower"] - slack <= row["estimate"] <= row["upper"] + slack
        if not held and not row["reason"]:
            yield f"{_interval(row)} does not hold {row['estimate']}"


def _with_ends(answer, without):
    defaults = frozenset() if answer.request.asked("--interval") else frozenset(DEFAULTS)
    kinds = (ALWAYS_INSIDE | AROUND_A_MEAN | defaults) - without
    rows = (row for row in answer.rows if row["interval"] in kinds)
    return [row for row in rows if row["lower"] is not None and row["upper"] is not None]


def _interval(row):
    return f"{row['interval']} of {row['parameter']} ({row['estimator']}), {row['lower']} to {row['upper']},"


def explained(answer):
    """``ok`` with a number, or a reason without one."""
    for row in answer.rows:
        what = f"{row['parameter']} ({row['estimator']}, {row['interval']})"
        if row["estimate"] is None and not row["reason"]:
            yield f"{what} is {row['status']} and has neither estimate nor reason"
        if row["estimate"] is not None and row["status"] != "ok" and not row["reason"]:
            yield f"{what} is {row['status']} without a reason"
        if (row["lower"] is None or row["upper"] is None) and not row["reason"]:
            yield f"{what} has neither an interval nor a reason"
    for name, fit in answer.document.get("fit", {}).items():
        if fit["status"] != "ok" and not fit["reason"]:
            yield f"{name} is {fit['status']} without a reason"


def readable(answer):
    """The screen shows no number that is none."""
    for line in answer.screen.splitlines():
        if re.search(r"(?<![\w.])nan(?![\w.])", line):
            yield f"the screen shows {line.strip()!r}"


def within_plan(answer):
    """The sampler makes no more transitions than were asked for, and as many again where a first run mixed badly."""
    if answer.transitions > 2 * answer.request.transitions:
        yield f"{answer.transitions} transitions of the sampler where {answer.request.transitions} were asked for"


EACH = (ends, parses, has_evidence, inside, around, explained, readable, within_plan)
"""Of one answer."""


def repeats(first, second):
    """The same request twice gives the same document, but for the seconds."""
    if (first.code, first.err, _timeless(first.document)) != (second.code, second.err, _timeless(second.document)):
        yield "the same request gave another document"


def _timeless(document):
    fits = {name: {**fit, "seconds": None} for name, fit in document.get("fit", {}).items()}
    return {**document, "fit": fits}


WITHIN = 1e-5
"""In standard errors: each optimum is accepted 1e-6 SE from a zero gradient, and its SE follows from where it lies."""


def follows_unit(first, second, factor):
    """Rows in another unit are the same rows, rescaled."""
    if (first.code, len(first.rows)) != (second.code, len(second.rows)):
        yield f"exit code {first.code} and {len(first.rows)} rows, in another unit {second.code} and {len(second.rows)}"
        return
    for one, other in zip(first.rows, second.rows, strict=True):
        unit = factor ** EXPONENT.get(one["parameter"].split("[")[0], 1)
        for name in ("status", "estimate", "se", "lower", "upper"):
            if not _same(one[name], other[name], unit, one["se"]):
                yield f"{name} of {one['parameter']} ({one['estimator']}) is {one[name]}, and {other[name]} × 1/{unit}"


def _same(value, other, unit, se):
    if not isinstance(value, float) or not isinstance(other, float):
        return value == other
    return abs(other / unit - value) <= WITHIN * (se or abs(value)) + RESOLUTION * abs(value)


def broken(answer):
    """The invariants that one answer breaks: (name, words)."""
    return [(invariant.__name__, words) for invariant in EACH for words in invariant(answer)]
