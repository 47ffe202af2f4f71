"""What the terminal shows, as text files in ``snapshots/``: on 100 columns, tables wider where their numbers need it.

A change of words is a change of these files. To renew them, and read the difference before it is committed::

    RENEW_SNAPSHOTS=1 uv run pytest -n 0 tests/cli/test_snapshots.py
"""

import os
import re
from pathlib import Path

import pytest

from mle_vs_bayes import rows as row_schema
from mle_vs_bayes.fit.agreement import Agreement
from mle_vs_bayes.report import text

SNAPSHOTS = Path(__file__).parent / "snapshots"
LIFETIMES = "hours,event\n" + "".join(
    f"{hours},{event}\n" for hours, event in zip((31, 45, 22, 81, 55, 61, 19, 33, 74, 90), (1,) * 9 + (0,), strict=True)
)


def check(name, seen):
    """``seen`` is what the file holds; with RENEW_SNAPSHOTS the file is written instead."""
    path = SNAPSHOTS / f"{name}.txt"
    seen = "\n".join(line.rstrip() for line in seen.splitlines()) + "\n"
    if os.environ.get("RENEW_SNAPSHOTS"):
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8"), f"renew {path.name} as the docstring says, if this is meant"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("help", "--help"),
        ("compare-help", "compare --help"),
        ("check-help", "check --help"),
        ("models", "models"),
        ("models-weibull", "models weibull"),
        ("models-logistic", "models logistic"),
    ],
)
def test_help_and_catalogue(run, name, arguments):
    seen = run(arguments)
    assert (seen.code, seen.err) == (0, "")
    check(name, seen.out)


def test_no_arguments_show_the_help_and_count_as_wrong_usage(run):
    seen = run("")
    assert (seen.code, seen.out) == (2, "")
    assert seen.err == run("--help").out


def test_screen_of_a_small_data_set(run, here):
    """All of it, with the points that need no sampling; times and rounding errors differ between machines."""
    (here / "lifetimes.csv").write_text(LIFETIMES)
    seen = run("compare weibull lifetimes.csv --column y=hours --estimator mle --estimator map")
    assert (seen.code, seen.err) == (0, "")
    check("screen", re.sub(r"\d+\.\d s\b", "0.0 s", re.sub(r"10\^-\d+", "10^-15", seen.out)))


# Screens that would take sampling, or luck, from rows written by hand.


def row(estimator, parameter, estimate=None, se=None, n=48, **more):
    """A row with a symmetric interval; without an estimate it takes a status."""
    kinds = {"mle": "wald_transformed", "map": "laplace_transformed", "posterior": "eti"}
    kinds |= {"mle_exact": "wald", "posterior_exact": "eti"}
    ends = {} if estimate is None else {"lower": estimate - 1.96 * se, "upper": estimate + 1.96 * se}
    numbers = {"estimate": estimate, "se": se, "interval": kinds[estimator], "level": 0.95, **ends}
    shared = {"model": "weibull", "n": n, "estimator": estimator, "parameter": parameter}
    return row_schema.Row(**shared, **{**numbers, **more})


def apart(parameter, pair, in_se, expected, verdict="as expected"):
    return vars(Agreement(parameter, pair, in_se, in_se, expected, 0.02, 0.1, verdict, "mle se"))


def test_estimates():
    """Digits follow the errors: millions, millionths, a divergent fit, no answer, an exact answer without interval."""
    rows = [
        row("mle", "shape", 1.4567, 0.1234),
        row("map", "shape", 1.4321, 0.1211),
        row("posterior", "shape", 1.4444, 0.1222),
        row("mle_exact", "shape", 1.4567, 0.1234, lower=None, upper=None, interval="none"),
        row("posterior_exact", "shape", status="not_applicable"),
        row("mle", "beta[C(site)[T.north]]", status="divergent", reason="beta runs off"),
        row("map", "beta[C(site)[T.north]]", 2.5, 1.1),
        row("posterior", "beta[C(site)[T.north]]", status="failed", reason="the sampler stopped"),
        row("mle", "cost", 5_126_247.3, 625_355.1),
        row("mle", "precise", 29_999_999.59, 0.286),
        row("mle", "current", 1.234e-9, 5.6e-11),
        row("mle", "below zero", -0.004, 0.3),
    ]
    table = text.estimates(row_schema.frame(rows))
    check("estimates", text.plain(table))
    narrow = text.plain(text.estimates(row_schema.frame(rows[:3])), width=70).splitlines()
    assert max(map(len, narrow)) <= 70
    assert "1.46     0.12   1.21 to 1.70" in narrow[1]  # numbers are whole, and names give way


LOGIT = [
    row("mle", "beta[x]", 1.12, 0.385),
    row("posterior", "beta[x]", 1.15, 0.391),
    row("mle", "odds_ratio[x]", 3.064, 1.18, lower=1.441, upper=6.517),
    row("posterior", "odds_ratio[x]", None, None, interval="eti", level=0.95, lower=1.5, upper=6.8, median=3.158),
]


def test_a_ratio_stands_beside_its_coefficient():
    """With its interval where there is room, and by itself where it alone is asked for."""
    table = text.estimates(row_schema.frame(LOGIT))
    wide, narrow = (text.plain(table, width=width).splitlines() for width in (120, 80))
    assert wide[1].endswith("  3.1 (1.4 to 6.5)") and wide[2].endswith("  3.2 median (1.5 to 6.8)")
    assert narrow[2].endswith("  3.1") and " ".join(narrow[3:]).split()[-2:] == ["3.2", "median"]
    assert max(map(len, narrow)) <= 80
    assert "odds_ratio[x]" in text.plain(text.estimates(row_schema.frame(LOGIT), ["odds_ratio*"]))


@pytest.mark.parametrize(("ratio", "shown"), [(0.45, False), (0.55, True), (9.0, True)])
def test_distances_of_a_ratio_are_shown_where_they_are_others(ratio, shown):
    """0.1 SE is what is the same; the furthest of all is what the verdict speaks of."""
    records = [
        apart(label, "map - mle", value, None)
        for label, value in (("beta[x]", 0.4), ("odds_ratio[x]", ratio), ("s", 2))
    ]
    assert ("odds_ratio[x]" in text.plain(text.agreement(records, ["map - mle"]))) == shown


def test_agreement():
    pairs = ["map - mle", "posterior - map", "posterior - mle"]
    records = [
        apart("shape", pairs[0], -0.062, -0.059),
        apart("shape", pairs[1], 0.041, 0.012),
        apart("shape", pairs[2], -0.021, -0.047),
        apart("scale", pairs[0], -3.5, -158.4, "unexplained"),
        apart("scale", pairs[1], 45.2, None, "no prediction"),
        apart("scale", pairs[2], 123_456.0, None, "no prediction"),
    ]
    seen = text.plain(text.agreement(records, pairs))
    check("agreement", seen)
    assert max(map(len, seen.splitlines())) <= 80  # the width of most terminals


def test_convergence_of_five_estimators():
    names = ("mle", "map", "posterior", "mle_exact", "posterior_exact")
    rows = [
        row(name, parameter, 10 * value, 3 / n**0.5, n=n)
        for n in (20, 200, 20_000)
        for parameter, value in (("odds_ratio[x]", 0.5), ("rate", 3.25))
        for name in names
    ]
    check(
        "sizes",
        text.plain(text.sizes(row_schema.frame([*rows[:-1], row(names[-1], "rate", n=20_000, status="failed")]))),
    )


def test_parts_are_apart():
    assert text.plain(text.stack(["first", "second"])) == "first\n\nsecond\n"
