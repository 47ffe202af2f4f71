"""Data and requests that a model of the grammar cannot use, each refused in one sentence that says what to do."""

import re

import pytest

from mle_vs_bayes import compare
from mle_vs_bayes.errors import DataError, UsageError

X = [0.0, 0.1, 0.2, 0.4, 0.5, 0.7, 0.8, 1.0]
Y = [1.0, 2.0, 3.0, 2.0, 4.0, 5.0, 3.0, 6.0]
GROUPS = {"formula": "y ~ x + (1 | g)"}
LINE = {"formula": "y ~ x"}
COUNTS = [1, 0, 2, 1, 3, 1, 2, 1]
WORDS = ["lo", "hi", "lo", "mid", "hi", "lo", "mid", "hi"]
GAP = [1.0, 2.0, None, 3.0, 4.0, 5.0, 2.0, 1.0]
ENTRY = [0, 0, 4, 0, 0, 0, 0, 0]
LOWER, UPPER = [1, 2, 3, 4, 5, 6, 7, 8], [2, 3, 4, 5, 6, 7, 8, 7]

REFUSED = {
    "no such parameter": ("gamma", {"y": Y}, {"formula": ["y ~ x", "nu ~ x"]}, "further formulas may be for shape"),
    "no such link": ("gamma", {"y": Y}, {**LINE, "link": "logit"}, "it takes log, identity, inverse and sqrt"),
    "held outside": ("student_t", {"y": Y}, {"fix": {"nu": -1}}, "outside the support of nu, 0 to inf"),
    "held with a formula": (
        "normal",
        {"y": Y},
        {"formula": ["y ~ x", "sigma ~ x"], "fix": {"sigma": 1}},
        "such as beta_sigma[x]=0",
    ),
    "one group": ("normal", {"y": Y, "g": ["a"] * 8}, GROUPS, "leave (1 | g) out of the formula"),
    "one row a group": ("normal", {"y": Y, "g": list("abcdefgh")}, GROUPS, "and sigma cannot be told apart"),
    "a group without a name": ("normal", {"y": Y, "g": ["a", None, *"bbccdd"]}, GROUPS, "column g has 1 missing"),
    "counts below 0": ("negative_binomial", {"y": [-1, *COUNTS[1:]]}, LINE, "must be a whole number, 0 or above"),
    "a fraction of a count": ("poisson", {"y": [1.5, *COUNTS[1:]]}, {}, "must be a whole number, 0 or above"),
    "no trial until a success": ("geometric", {"y": COUNTS}, {}, "must be a whole number, 1 or above"),
    "fewer trials than successes": (
        "bernoulli",
        {"y": COUNTS, "n": [2] * 8},
        {**LINE, "columns": {"trials": "n"}},
        "y must not exceed trials",
    ),
    "shares of all and nothing": ("beta", {"y": [0.0, 1.0, *X[1:-1]]}, LINE, "must be above 0 and below 1"),
    "one class": ("categorical", {"y": ["a"] * 8}, LINE, "one class cannot be told apart from others"),
    "classes in no order": ("ordered", {"y": WORDS}, LINE, '--order "hi,lo,mid" with the lowest first'),
    "a class named twice": ("ordered", {"y": WORDS}, {**LINE, "order": ["lo", "mid", "mid", "hi"]}, "names mid twice"),
    "bounds that cross": ("weibull", {"lower": LOWER, "upper": UPPER}, {}, "lower must not exceed upper"),
    "entry after exit": ("lognormal", {"y": Y, "entry": ENTRY}, LINE, "it must exceed its entry"),
    "a series shorter than its order": ("autoregressive(order=9)", {"y": Y}, {}, "needs at least 20"),
    "a series with a gap": ("autoregressive", {"y": GAP}, {}, "a series must have no gaps; fill it"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_one_sentence(case):
    name, columns, asked, words = REFUSED[case]
    with pytest.raises((UsageError, DataError), match=re.escape(words)) as refusal:
        compare(name, {"x": X, **columns}, estimators=["mle"], **asked)
    assert "\n" not in str(refusal.value)
