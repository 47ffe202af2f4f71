"""Each invariant can fail: a good answer passes, and the same answer with one thing wrong in it does not."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest

from . import invariants
from .requests import Answer, Request
from .tables import Table

REQUEST = Request("bernoulli", Table((("y", (1, 0, 1)),)), ("--estimator", "mle", "--scores"))
ROW = {
    "parameter": "p",
    "estimator": "mle",
    "interval": "wald_transformed",
    "status": "ok",
    "reason": None,
    "estimate": 0.6,
    "se": 0.2,
    "lower": 0.2,
    "upper": 0.9,
}
TEST = {"quantity": "p", "null": 0.5, "likelihood_ratio": 0.3, "likelihood_ratio_p": 0.6, "wald": 0.5, "wald_p": 0.6}
PREDICTION = {**ROW, "row": 1, "mean": 0.6, "y_lower": 0.0, "y_upper": 1.0}
DOCUMENT = {
    "seed": 0,
    "fit": {"mle": {"status": "ok", "reason": None, "seconds": 0.1}},
    "rows": [ROW],
    "tests": [TEST],
    "predictions": [PREDICTION],
    "effects": [{**ROW, "effect": "x: +1", "estimate": -0.3, "lower": -0.6, "upper": 0.1}],
}


def answered(document=DOCUMENT, **changes):
    return replace(Answer(REQUEST, 0, json.dumps(document), document=document), **changes)


def changed(place, **changes):
    """The good answer with other values in its row, its test or its fit."""
    document = deepcopy(DOCUMENT)
    part = document["fit"]["mle"] if place == "fit" else document[place][0]
    part.update(changes)
    return answered(document)


def test_a_good_answer_breaks_nothing():
    assert invariants.broken(answered()) == []
    assert list(invariants.repeats(answered(), changed("fit", seconds=9.0))) == []
    assert list(invariants.follows_unit(answered(), answered(), 1.0)) == []


EMPTY = {"estimate": None, "se": None, "lower": None, "upper": None}

MUTANTS = [
    ("ends", answered(error=ZeroDivisionError("division by zero"))),
    ("ends", answered(code=3, out="", document={})),
    ("ends", answered(code=2, out="", document={}, err="Traceback (most recent call last):")),
    ("ends", answered(code=2, out="", document={}, err="")),
    ("parses", answered(out='{"rows": [')),
    ("parses", answered(out='{"estimate": NaN}')),
    ("parses", answered(out='{"estimate": -Infinity}')),
    ("parses", answered(out='{"estimate": 1e999}')),
    ("parses", answered(out="", document={})),
    ("parses", answered(code=2, out='{"rows": [', document={}, err="mle-vs-bayes: no such model.")),
    ("has_evidence", changed("tests", likelihood_ratio=None)),
    ("has_evidence", changed("tests", likelihood_ratio=None, likelihood_ratio_p=None, bootstrap_p=0.01)),
    ("has_evidence", changed("tests", wald=None)),
    ("has_evidence", changed("tests", likelihood_ratio=-1e-12)),
    ("inside", changed("rows", lower=-0.1)),
    ("inside", changed("rows", upper=1.1)),
    ("inside", changed("rows", interval="wilson", upper=1.0000001)),
    ("around", changed("rows", lower=0.61)),
    ("around", changed("rows", interval="profile", upper=0.59)),
    ("around", changed("rows", interval="clopper_pearson", upper=0.59)),
    ("inside", changed("predictions", upper=1.1)),
    ("inside", changed("predictions", y_lower=-1.0)),
    ("inside", changed("effects", lower=-1.1)),
    ("around", changed("predictions", upper=0.59)),
    ("around", changed("effects", lower=-0.29)),
    ("explained", changed("predictions", y_lower=None)),
    ("explained", changed("effects", status="no_mean")),
    ("readable", answered(screen="p  mle  0.6  nan  0.2 to 0.9")),
    ("explained", changed("rows", **EMPTY)),
    ("explained", changed("rows", **EMPTY, status="failed")),
    ("explained", changed("rows", lower=None)),
    ("explained", changed("rows", status="divergent")),
    ("explained", changed("fit", status="failed")),
    ("within_plan", answered(transitions=16_001)),
]


@pytest.mark.parametrize(("name", "mutant"), MUTANTS)
def test_mutant_is_caught_by_its_invariant_alone(name, mutant):
    assert {broken for broken, _ in invariants.broken(mutant)} == {name}


def test_what_may_be_is_no_violation():
    wald = replace(REQUEST, options=(*REQUEST.options, "--interval", "wald"))
    allowed = [
        replace(changed("rows", interval="wald", lower=-0.1), request=wald),  # asked for
        changed("rows", interval="eti", lower=0.61),  # around a mean of draws
        changed("rows", interval="jeffreys", lower=0.61),
        changed("rows", interval="profile", upper=0.59, reason="the interval is around a higher maximum"),
        changed("rows", lower=None, upper=None, status="not_applicable", reason="no standard error"),
        changed("tests", likelihood_ratio=None, likelihood_ratio_p=None),
        changed("predictions", y_upper=0.0),  # a quantile of outcomes may lie below their mean
        answered(screen="! banana = 0.2 is nan_policy"),
        answered(code=130, out="", document={}),
        answered(code=2, out="", document={}, err="mle-vs-bayes: no such model."),
        answered(code=2, err="mle-vs-bayes: the value 0 lies outside."),  # of a program, whose fits are shown
        answered(transitions=16_000),
    ]
    assert [invariants.broken(each) for each in allowed] == [[]] * len(allowed)


def test_mutants_of_pairs_of_answers_are_caught():
    assert list(invariants.repeats(answered(), changed("rows", estimate=0.6000000000000001)))
    assert list(invariants.repeats(answered(), answered(code=1)))
    assert list(invariants.follows_unit(answered(), answered(), 2.0))
    assert list(invariants.follows_unit(answered(), changed("rows", estimate=0.6 + 1e-5), 1.0))
    assert list(invariants.follows_unit(answered(), changed("rows", status="failed"), 1.0))
    assert list(invariants.follows_unit(answered(), changed("rows", se=None), 1.0))
    assert list(invariants.follows_unit(answered(), answered({**DOCUMENT, "rows": []}), 1.0))
    assert list(invariants.follows_unit(answered(), changed("effects", estimate=-0.31), 1.0))
    assert list(invariants.repeats(answered(), changed("predictions", y_upper=0.9)))
